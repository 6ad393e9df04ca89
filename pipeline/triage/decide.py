"""From scores and thresholds to labels, abstention and reasons. Pure: the same scores give the same decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.config import Thresholds
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS, Judgement
from pipeline.triage.language import READ, UNKNOWN
from pipeline.triage.signals import Signal, flags_of

RULE_WEIGHT = 0.4
"""What a rule that fired adds to a flag's score s: s + RULE_WEIGHT * (1 - s)."""
MIXED = 0.15
"""A second urgency this likely, and more urgent than the one chosen, is worth a word to the agent."""
_WHY_URGENT = (
    "injury",
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


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided and why; ``reasons`` are short sentences for the agent."""

    urgency: Judgement
    tone: Judgement
    intensity: int
    flags: tuple[str, ...]
    abstain: bool
    reasons: tuple[str, ...]


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
) -> Decision:
    """Decide on one message. ``scores`` are those of `heads.Reading`; ``signals`` point into ``text``."""
    urgency = choose(scores["urgency"], thresholds.urgency, URGENCY_LABELS)
    tone = choose(scores["tone"], thresholds.tone, TONE_LABELS)
    doubts = _doubts(urgency, tone, thresholds, text, language)
    urgency = _at_least(urgency, signals)
    reasons = (*_urgency_reasons(urgency, signals, text), *doubts)
    intensity = int(max(scores["intensity"], key=lambda name: scores["intensity"][name]))
    flags = _flags(scores["flags"], thresholds.flags, signals)
    return Decision(urgency, tone, intensity, flags, bool(doubts), reasons)


def _flags(scores: Mapping[str, float], thresholds: Mapping[str, float], signals: Sequence[Signal]) -> tuple[str, ...]:
    fired = flags_of(signals)
    lifted = {flag: scores[flag] + (RULE_WEIGHT * (1 - scores[flag]) if flag in fired else 0) for flag in FLAG_LABELS}
    return tuple(flag for flag in FLAG_LABELS if lifted[flag] >= thresholds[flag])


def _at_least(urgency: Judgement, signals: Sequence[Signal]) -> Judgement:
    """Possible self-harm and danger are critical; injury, a safety fault, a threat to people and a whole business at a
    standstill are high at least, whatever the model reads."""
    fired = {signal.name for signal in signals}
    floor = "critical" if fired & {"self_harm", "danger"} else "high" if fired & HIGH_AT_LEAST else "low"
    label = min(floor, urgency.label, key=URGENCY_LABELS.index)
    return urgency if label == urgency.label else Judgement(label, urgency.scores[label], urgency.scores)


def _urgency_reasons(urgency: Judgement, signals: Sequence[Signal], text: str) -> list[str]:
    fired = {signal.name for signal in signals}
    if "self_harm" in fired:
        return ["Urgency is critical: the writer may be in danger from themselves"]
    if "danger" in fired:
        return [f"Urgency is critical: somebody may be in danger{_quote('danger', signals, text)}"]
    if "threat" in fired:
        return [f"Urgency is {urgency.label}: the message holds a threat to people"]
    if urgency.label in ("critical", "high"):
        name = next((name for name in _WHY_URGENT if name in fired), None)
        if name:
            return [f"Urgency is {urgency.label}: the writer says{_quote(name, signals, text)}"]
    for label in URGENCY_LABELS[: URGENCY_LABELS.index(urgency.label)]:
        if urgency.scores[label] >= MIXED:
            return [f"Urgency is {urgency.label}, but {label} is possible ({urgency.scores[label]:.2f})"]
    return [f"Urgency is {urgency.label}"]


def _quote(name: str, signals: Sequence[Signal], text: str) -> str:
    first = next(signal for signal in signals if signal.name == name)
    words = " ".join(text[first.start : first.end].split())
    return f' "{words[:_QUOTE_CHARACTERS]}"'


def _doubts(urgency: Judgement, tone: Judgement, thresholds: Thresholds, text: str, language: str) -> list[str]:
    """Why a person should not rely on this reading; empty where it may be relied on."""
    if not text.strip():
        return ["The message has no text"]
    if language == UNKNOWN:
        return ["The language cannot be told; the model reads English"]
    if language != READ:
        return [f"The language is {language}; the model reads English"]
    return [
        f"Low confidence in {name} ({judgement.confidence:.2f} < {needed:.2f})"
        for name, judgement, needed in (
            ("urgency", urgency, thresholds.abstain.urgency),
            ("tone", tone, thresholds.abstain.tone),
        )
        if judgement.confidence < needed
    ]
