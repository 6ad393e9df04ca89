"""From scores and thresholds to labels, abstention and reasons. Pure: the same scores give the same decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from pipeline.config import Thresholds
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS, Judgement
from pipeline.triage.boundary import crossed
from pipeline.triage.language import ENGLISH, UNKNOWN
from pipeline.triage.signal_rules import Signal
from pipeline.triage.signals import flags_of

RULE_WEIGHT = 0.4
"""What a rule that fired adds to a flag's score s: s + RULE_WEIGHT * (1 - s)."""
MIXED = 0.15
"""A second urgency this likely, and more urgent than the one chosen, is worth a word to the agent."""
_WHY_URGENT = (
    "hazard",
    "standstill",
    "safety",
    "physical_harm",
    "security",
    "outage",
    "data_loss",
    "deadline",
    "money",
    "legal_threat",
    "repeat_contact",
)
HIGH_AT_LEAST = frozenset({"threat", "injury", "hazard", "safety", "physical_harm", "standstill"})
_QUOTE_CHARACTERS = 60
NO_TEXT = "The message has no text"
NO_LANGUAGE, OTHER_LANGUAGE = "The language cannot be told", "The language is"
REPEATED = "Repeated:"
"""How the reasons begin that no threshold has a part in: `replay` reads them again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided and why; ``reasons`` are short sentences for the agent."""

    urgency: Judgement
    tone: Judgement
    intensity: int
    flags: tuple[str, ...]
    abstain: bool
    reasons: tuple[str, ...]
    crossed: frozenset[str] = frozenset()
    """What `boundary.crossed` found."""


def choose(scores: Mapping[str, float], thresholds: Mapping[str, float], order: Sequence[str]) -> Judgement:
    """The label with the largest score divided by its threshold; of equals the first in ``order``."""
    label = max(order, key=lambda name: scores[name] / thresholds[name])
    return Judgement(label, scores[label], dict(scores))


def decide(
    scores: Mapping[str, Mapping[str, float]],
    thresholds: Thresholds,
    *,
    text: str,
    signals: Sequence[Signal],
    language: str,
    unanswered: int = 0,
    languages: Collection[str] = (ENGLISH,),
) -> Decision:
    """Decide on one message. ``scores`` are those of `heads.Reading`; ``signals`` point into ``text``.

    ``unanswered`` earlier mails of the customer make this one repeated, whatever it says: the flag stands, and a
    matter that is normal by itself becomes high, as the rubric has it. ``languages`` are those that the model reads: of
    another one no feeling is claimed.
    """
    urgency = choose(scores["urgency"], thresholds.urgency, URGENCY_LABELS)
    tone = choose(scores["tone"], thresholds.tone, TONE_LABELS)
    doubts = _doubts(urgency, tone, thresholds, text, language, languages)
    grave = crossed(signals, scores["boundary"], thresholds.boundary)
    urgency = _repeated(_at_least(urgency, grave | {signal.name for signal in signals}), unanswered)
    reasons = (*_urgency_reasons(urgency, signals, grave, text), *_thread_reasons(unanswered), *doubts)
    intensity = int(max(scores["intensity"], key=lambda name: scores["intensity"][name]))
    if language not in (*languages, UNKNOWN):
        tone, intensity = Judgement("neutral", tone.scores["neutral"], tone.scores), 0
    flags = _flags(scores["flags"], thresholds.flags, signals, "repeat_contact" if unanswered else None)
    return Decision(urgency, tone, intensity, flags, bool(doubts), reasons, grave)


def _flags(
    scores: Mapping[str, float], thresholds: Mapping[str, float], signals: Sequence[Signal], known: str | None
) -> tuple[str, ...]:
    """The flags whose score reaches the threshold, and the one that is ``known`` without any score."""
    fired = flags_of(signals)
    lifted = {flag: scores[flag] + (RULE_WEIGHT * (1 - scores[flag]) if flag in fired else 0) for flag in FLAG_LABELS}
    return tuple(flag for flag in FLAG_LABELS if flag == known or lifted[flag] >= thresholds[flag])


def _at_least(urgency: Judgement, fired: Set[str]) -> Judgement:
    """Possible self-harm and danger are critical; injury, a safety fault, a threat to people and a whole business at a
    standstill are high at least, whatever the model reads."""
    floor = "critical" if fired & {"self_harm", "danger"} else "high" if fired & HIGH_AT_LEAST else "low"
    return _raised(urgency, min(floor, urgency.label, key=URGENCY_LABELS.index))


def _repeated(urgency: Judgement, unanswered: int) -> Judgement:
    return _raised(urgency, "high") if unanswered and urgency.label == "normal" else urgency


def _raised(urgency: Judgement, label: str) -> Judgement:
    return urgency if label == urgency.label else Judgement(label, urgency.scores[label], urgency.scores)


def _thread_reasons(unanswered: int) -> list[str]:
    if not unanswered:
        return []
    mails = "an earlier mail" if unanswered == 1 else f"{unanswered} earlier mails"
    return [f"{REPEATED} {mails} of this customer in the thread {'has' if unanswered == 1 else 'have'} no answer"]


def _urgency_reasons(urgency: Judgement, signals: Sequence[Signal], grave: Set[str], text: str) -> list[str]:
    fired = {signal.name for signal in signals}
    if "self_harm" in grave:
        return ["Urgency is critical: the writer may be in danger from themselves"]
    if "danger" in grave:
        return [f"Urgency is critical: somebody may be in danger{_quote('danger', signals, text)}"]
    if "threat" in grave:
        return [f"Urgency is {urgency.label}: the message holds a threat to people"]
    if "injury" in grave:
        return [f"Urgency is {urgency.label}: somebody was hurt{_quote('injury', signals, text)}"]
    if urgency.label in ("critical", "high"):
        name = next((name for name in _WHY_URGENT if name in fired), None)
        if name:
            return [f"Urgency is {urgency.label}: the writer says{_quote(name, signals, text)}"]
    for label in URGENCY_LABELS[: URGENCY_LABELS.index(urgency.label)]:
        if urgency.scores[label] >= MIXED:
            return [f"Urgency is {urgency.label}, but {label} is possible ({urgency.scores[label]:.2f})"]
    return [f"Urgency is {urgency.label}"]


def _quote(name: str, signals: Sequence[Signal], text: str) -> str:
    first = next((signal for signal in signals if signal.name == name), None)
    words = " ".join(text[first.start : first.end].split()) if first else ""
    if not words:
        return ""
    return f' "{words[:_QUOTE_CHARACTERS]}"'


def _doubts(
    urgency: Judgement, tone: Judgement, thresholds: Thresholds, text: str, language: str, languages: Collection[str]
) -> list[str]:
    """Why a person should not rely on this reading; empty where it may be relied on."""
    if not text.strip():
        return [NO_TEXT]
    reads = "English" if tuple(languages) == (ENGLISH,) else ", ".join(languages)
    if language == UNKNOWN:
        return [f"{NO_LANGUAGE}; the model reads {reads}"]
    if language not in languages:
        return [f"{OTHER_LANGUAGE} {language}; the model reads {reads}"]
    return [
        f"Low confidence in {name} ({judgement.confidence:.2f} < {needed:.2f})"
        for name, judgement, needed in (
            ("urgency", urgency, thresholds.abstain.urgency),
            ("tone", tone, thresholds.abstain.tone),
        )
        if judgement.confidence < needed
    ]
