"""Who may not be given an ordinary draft (P15): self-harm, danger, threats to people and abuse go to a person."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.records import Judgement
from pipeline.triage.signals import Signal

SELF_HARM = "possible self-harm: a named person must take this now"
DANGER = "possible danger to somebody: a named person must take this now"
INJURY = "somebody was hurt: a named person answers, and no draft speaks of fault"
THREAT = "threat to people: a named person decides what happens next"
ABUSE = "abuse aimed at people: a named person decides whether and how to answer"
CLEAR = 2
"""The intensity from which abuse is more than rudeness."""


def escalation(signals: Iterable[Signal], tone: Judgement, intensity: int) -> str | None:
    """Why no ordinary draft may be written, gravest first, or None.

    Abuse takes two witnesses: the model's tone and an insult by the word list. Anger and rudeness alone are answered.
    """
    fired = {signal.name for signal in signals}
    if "self_harm" in fired:
        return SELF_HARM
    if "danger" in fired:
        return DANGER
    if "injury" in fired:
        return INJURY
    if "threat" in fired:
        return THREAT
    if tone.label == "abusive" and intensity >= CLEAR and "insult" in fired:
        return ABUSE
    return None
