"""What the shipped rules say of a text: the signals that are inputs of the model, and what a signal stands for.

The model was trained with the shipped rules, so its inputs come from them whatever an installation's own file says;
the rules of the installation (`signal_rules.load_rules`) decide flags, overrides, boundaries and reasons.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.triage.signal_rules import SIGNALS, Signal, shipped_rules

BOUNDARIES = ("self_harm", "danger", "threat", "insult")
"""Signals that are no flags: they decide who may take the message."""
OVERRIDES = ("injury", "hazard", "standstill")
"""Signals that are no flags and no input of the model: they raise the urgency or name a person, nothing else."""
FACTS = tuple(name for name in SIGNALS if name not in ("insult", "threat", *OVERRIDES))
"""The signals that may speak for urgency: insults and threats are tone."""


def find_signals(text: str) -> tuple[Signal, ...]:
    """Every shipped rule that fires on ``text``, by place."""
    return shipped_rules().find(text)


def count_insults(text: str) -> int:
    return shipped_rules().count("insult", text)


def facts(text: str) -> tuple[float, ...]:
    """1 or 0 for each of ``FACTS``."""
    fired = shipped_rules().fired(FACTS, text)
    return tuple(float(name in fired) for name in FACTS)


def flags_of(signals: Iterable[Signal]) -> frozenset[str]:
    """The flags that signals stand for; boundaries are none."""
    return frozenset(signal.name for signal in signals) - frozenset((*BOUNDARIES, *OVERRIDES))
