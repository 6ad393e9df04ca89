"""Every rule that fires on a message, also through what people put between its words."""

from __future__ import annotations

from pipeline.triage.quiet import closed_up, hushed, quiet
from pipeline.triage.signal_rules import SAFETY, Signal, SignalRules


def all_signals(rules: SignalRules, text: str) -> tuple[Signal, ...]:
    """The signals of ``text``, and those of danger that show only once swearing and courtesies between its words are
    taken out; these have no place."""
    found = rules.find(text)
    plain, calm = closed_up(hushed(text)), closed_up(quiet(text))
    if plain == calm:
        return found
    hidden = rules.fired(SAFETY, calm) - {signal.name for signal in found}
    return (*found, *(Signal(name, 0, 0) for name in sorted(hidden)))
