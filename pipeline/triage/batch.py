"""The record that ``calmdesk triage`` writes for one message. Its names are a contract: additions only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.records import Judgement, Triage

_DIGITS = 4


def to_json(triage: Triage) -> dict[str, Any]:
    """A JSON-ready object; offsets are character positions in the message's ``text``."""
    return {
        "id": triage.id,
        "language": triage.language,
        "urgency": _judgement(triage.urgency),
        "tone": {**_judgement(triage.tone), "intensity": triage.intensity},
        "flags": list(triage.flags),
        "abstain": triage.abstain,
        "reasons": list(triage.reasons),
        "evidence": [{"start": one.start, "end": one.end, "for": one.target} for one in triage.evidence],
        "concerns": [{"text": one.text, "start": one.start, "end": one.end} for one in triage.concerns],
        "stake": triage.stake,
        "escalate": triage.escalate,
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "label": judgement.label,
        "confidence": round(judgement.confidence, _DIGITS),
        "scores": _rounded(judgement.scores),
    }


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {label: round(score, _DIGITS) for label, score in scores.items()}
