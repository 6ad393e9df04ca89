"""The part of ``policy.yaml`` that says which rule blocks a reply and which only warns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator

from pipeline.config.strict import exactly

Level = Literal["block", "warn"]

CHECK_LEVELS: Mapping[str, Level] = {
    "concern_coverage": "warn",
    "blame": "warn",
    "command": "block",
    "bare_order": "warn",
    "minimise": "warn",
    "doubt": "block",
    "sarcasm": "warn",
    "shouting": "block",
    "register": "warn",
    "address_form": "warn",
    "excuse": "warn",
    "policy_first": "warn",
    "hollow_apology": "warn",
    "dismissal": "warn",
    "empathy_repeated": "warn",
    "liability": "block",
    "promises": "block",
    "overpromise": "block",
    "concessions": "block",
    "claimed_action": "block",
    "grounding": "block",
    "other_customer": "block",
    "unfilled": "block",
    "asked_again": "warn",
    "next_step": "warn",
    "length": "warn",
}
"""Every rule with its level where the file does not say otherwise."""
ALWAYS_BLOCK = ("liability", "concessions", "claimed_action", "grounding", "other_customer", "unfilled")
"""What guards people, money and other customers' data."""


def _checked(given: dict[str, Level]) -> dict[str, Level]:
    exactly(tuple(CHECK_LEVELS), given)
    lowered = [name for name in ALWAYS_BLOCK if given.get(name) == "warn"]
    if lowered:
        raise ValueError(f"{lowered[0]!r} guards customers and the firm: it always blocks and cannot be lowered")
    return {**CHECK_LEVELS, **given}


CheckLevels = Annotated[dict[str, Level], AfterValidator(_checked)]
