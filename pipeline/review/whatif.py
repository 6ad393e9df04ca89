"""What could go wrong with a text, as the page tells it: one verdict, the findings, the concerns, the promises."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.drafting.checks.concern_coverage import NAME as CONCERNS
from pipeline.drafting.checks.concern_coverage import missed
from pipeline.drafting.register import plain
from pipeline.records import CheckResult, CheckStatus, Concern, Promise
from pipeline.review.diff import Change, changes
from pipeline.store import codec
from pipeline.store.models import Draft


class Level(enum.StrEnum):
    """How grave a verdict is; names the colour that stands beside its words."""

    GOOD = "good"
    LOOK = "look"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Verdict:
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A concern of the customer, and whether the text says it back."""

    text: str
    said: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``findings``: blocks first, in the order of the text. ``rules`` counts what was asked of it."""

    verdict: Verdict
    findings: Sequence[CheckResult]
    concerns: Sequence[Heard]
    promises: Sequence[Promise]
    rules: int
    changes: Sequence[Change]
    """Against what was proposed."""


def what_if(
    body: str,
    proposed: str,
    checks: Sequence[CheckResult],
    promises: Sequence[Promise],
    concerns: Sequence[Concern],
) -> WhatIf:
    """``checks`` and ``promises`` are those of ``body``; a missing concern stands in the list of concerns alone."""
    found = [check for check in checks if check.status is not CheckStatus.PASS]
    left_out = set(missed(tuple(concerns), body))
    return WhatIf(
        verdict=verdict(found),
        findings=sorted((one for one in found if one.name != CONCERNS), key=_gravest_first),
        concerns=[Heard(plain(concern.text), concern not in left_out) for concern in concerns],
        promises=promises,
        rules=len({check.name for check in checks}),
        changes=changes(proposed, body),
    )


def what_if_of(draft: Draft) -> WhatIf:
    """Of a draft as it is stored."""
    checks, promises = codec.checks_from_json(draft.checks), codec.promises_from_json(draft.promises)
    return what_if(draft.body, draft.composed_body, checks, promises, concerns_of(draft))


def concerns_of(draft: Draft) -> Sequence[Concern]:
    """What the mail that it answers asks for, as far as it was read."""
    return codec.triage_from_json(draft.message.triage).concerns if draft.message.triage else ()


def verdict(found: Sequence[CheckResult]) -> Verdict:
    """ "Ready", "2 things to look at", "Blocked: ..."."""
    blocks = [check for check in found if check.status is CheckStatus.BLOCK]
    if blocks:
        more = f" (and {len(blocks) - 1} more)" if len(blocks) > 1 else ""
        return Verdict(Level.BLOCKED, f"Blocked: {blocks[0].message}{more}")
    if found:
        return Verdict(Level.LOOK, "1 thing to look at" if len(found) == 1 else f"{len(found)} things to look at")
    return Verdict(Level.GOOD, "Ready")


def _gravest_first(check: CheckResult) -> tuple[bool, int]:
    return check.status is not CheckStatus.BLOCK, check.start if check.start is not None else -1
