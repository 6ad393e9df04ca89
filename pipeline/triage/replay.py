"""What other thresholds would have made of a message, from its stored reading and without the model. Pure.

Stored are the scores of urgency and tone, so both labels and the abstention are decided again, by `decide` itself. Of
rules, boundaries and flags only the result is stored. What a rule raised stays raised: self-harm, danger, injury and
threats are told by the escalation, a repeated mail by its reason. Where the stored reading leaves open which rule
fired, or whether there was abuse, the outcome is in ``unknown``; a caller who has the ``fired`` rules at hand learns
more. Flags, intensity, and the model's part in the boundaries stay as they were.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.config import Thresholds
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS, Triage
from pipeline.triage.boundary import ABUSE, CLEAR, DANGER, INJURY, INSULT, SELF_HARM, THREAT, escalation
from pipeline.triage.decide import (
    HIGH_AT_LEAST,
    NO_LANGUAGE,
    NO_TEXT,
    OTHER_LANGUAGE,
    REPEATED,
    Decision,
    decide,
)
from pipeline.triage.signal_rules import Signal

URGENCY, ESCALATION = "urgency", "escalation"
_CROSSED = {SELF_HARM: "self_harm", DANGER: "danger", INJURY: "injury", THREAT: "threat", ABUSE: "abuse"}
_URGENT = ("critical", "high")
_NOT_STORED = ("flags", "boundary", "composure")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the thresholds decide; what is named in ``unknown`` cannot be told and stands as it was stored."""

    urgency: str
    tone: str
    abstain: bool
    escalate: str | None
    unknown: frozenset[str] = frozenset()


def can_replay(reading: Triage) -> bool:
    """Whether the scores of every label are stored, as of all that the product read itself."""
    return set(URGENCY_LABELS) <= set(reading.urgency.scores) and set(TONE_LABELS) <= set(reading.tone.scores)


def replay(reading: Triage, thresholds: Thresholds, fired: Collection[str] | None = None) -> Replayed:
    """Decide again on ``reading``, whose labels are the model's and not a person's; `can_replay` holds for it.

    ``fired`` are the names of the rules that fire on the text, where they are known.
    """
    decision = _decide(reading, thresholds, fired or ())
    escalate = escalation(decision.crossed, decision.tone, reading.intensity)
    urgency, unknown = decision.urgency.label, set()
    if fired is None and urgency not in _URGENT and _may_be_raised(reading):
        urgency, unknown = reading.urgency.label, {URGENCY}
    if escalate is None and _may_be_abuse(reading, decision.tone.label):
        unknown.add(ESCALATION)
    return Replayed(urgency, decision.tone.label, decision.abstain, escalate, frozenset(unknown))


def not_replayed(was: Thresholds, would_be: Thresholds) -> tuple[str, ...]:
    """The sections that differ and whose effect cannot be told from what is stored."""
    return tuple(name for name in _NOT_STORED if getattr(was, name) != getattr(would_be, name))


def _decide(reading: Triage, thresholds: Thresholds, fired: Collection[str]) -> Decision:
    """`decide`, given what it was given then, as far as the reading tells; its flags mean nothing."""
    raising = {name for name in fired if name in HIGH_AT_LEAST or name == INSULT}
    if reading.tone.label == "abusive" and reading.escalate is None:
        raising.discard(INSULT)  # it was clear then that nobody was meant
    if reading.escalate in _CROSSED:
        raising.add(_CROSSED[reading.escalate])
    unread = _has_reason(reading, NO_LANGUAGE, OTHER_LANGUAGE)
    return decide(
        {
            "urgency": reading.urgency.scores,
            "tone": reading.tone.scores,
            "intensity": {str(reading.intensity): 1.0},
            "flags": dict.fromkeys(FLAG_LABELS, 0.0),
            "boundary": {},
        },
        thresholds,
        text="" if _has_reason(reading, NO_TEXT) else "text",
        signals=[Signal(name, 0, 0) for name in sorted(raising)],
        language=reading.language,
        unanswered=int(_has_reason(reading, REPEATED)),
        languages=() if unread else (reading.language,),
    )


def _has_reason(reading: Triage, *beginnings: str) -> bool:
    return any(reason.startswith(beginnings) for reason in reading.reasons)


def _may_be_raised(reading: Triage) -> bool:
    """Whether one of the rules that `decide` raises to high may have fired: then the reason quotes the mail."""
    label = reading.urgency.label
    return label in _URGENT and _has_reason(reading, f"Urgency is {label}: ")


def _may_be_abuse(reading: Triage, tone: str) -> bool:
    """Whether a tone that is abusive only now may have a second witness, which nothing stored tells."""
    return tone == "abusive" != reading.tone.label and reading.intensity >= CLEAR
