"""Who may not be given an ordinary draft (P15): self-harm, danger, threats to people and abuse go to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.records import BOUNDARY_LABELS, Judgement
from pipeline.triage.signal_rules import Signal

SELF_HARM = "possible self-harm: a named person must take this now"
DANGER = "possible danger to somebody: a named person must take this now"
INJURY = "somebody was hurt: a named person answers, and no draft speaks of fault"
THREAT = "threat to people: a named person decides what happens next"
ABUSE = "abuse aimed at people: a named person decides whether and how to answer"
CLEAR = 2
"""The intensity from which abuse is more than rudeness."""


INSULT = "insult"
"""Not a boundary by itself: one of the two witnesses of abuse."""


def crossed(signals: Iterable[Signal], scores: Mapping[str, float], thresholds: Mapping[str, float]) -> frozenset[str]:
    """Which of `BOUNDARY_LABELS` a rule or the model finds in a message, and `INSULT` where the rule does.

    ``scores`` are the model's. One witness is enough, in a language that the model does not read too: what is missed
    here is answered as if nothing had happened.
    """
    fired = {signal.name for signal in signals} & {*BOUNDARY_LABELS, INSULT}
    return frozenset(fired | {label for label in BOUNDARY_LABELS if scores.get(label, 0.0) >= thresholds[label]})


def escalation(fired: frozenset[str], tone: Judgement, intensity: int) -> str | None:
    """Why no ordinary draft may be written, gravest first, or None; ``fired`` is what `crossed` found.

    Abuse takes a second witness, the tone. Anger and rudeness alone are answered.
    """
    if "self_harm" in fired:
        return SELF_HARM
    if "danger" in fired:
        return DANGER
    if "injury" in fired:
        return INJURY
    if "threat" in fired:
        return THREAT
    if tone.label == "abusive" and intensity >= CLEAR and fired & {INSULT, "abuse"}:
        return ABUSE
    return None
