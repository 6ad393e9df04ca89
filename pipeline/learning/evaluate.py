"""Measure a model as it is served on labelled messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.learning.data import Example
from pipeline.learning.scores import HeadScores, calibration_error, score_flags, score_labels
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.triage.heads import INTENSITY_LABELS
from pipeline.triage.reader import Reader, Reading
from pipeline.triage.volume import joined

FLAG_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Report:
    """Scores of one model on ``rows`` messages; ``flags`` is F1 by flag at `FLAG_THRESHOLD`."""

    rows: int
    urgency: HeadScores
    tone: HeadScores
    intensity: HeadScores
    flags: Mapping[str, float]
    calibration_error: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_all(reader: Reader, examples: Sequence[Example]) -> list[Reading]:
    return reader.read([joined(example.subject, example.text) for example in examples])


def evaluate(examples: Sequence[Example], readings: Sequence[Reading]) -> Report:
    """Scores with the likeliest label of each head; flags at 0.5."""
    gold = {
        "urgency": [example.urgency for example in examples],
        "tone": [example.tone for example in examples],
        "intensity": [str(example.intensity) for example in examples],
    }
    likeliest = {
        name: [max(reading.scores[name].items(), key=lambda item: item[1]) for reading in readings] for name in gold
    }
    scores = {
        name: score_labels(gold[name], [label for label, _ in likeliest[name]], labels)
        for name, labels in (("urgency", URGENCY_LABELS), ("tone", TONE_LABELS), ("intensity", INTENSITY_LABELS))
    }
    errors = {
        name: calibration_error(
            [score for _, score in likeliest[name]],
            [label == truth for (label, _), truth in zip(likeliest[name], gold[name], strict=True)],
        )
        for name in ("urgency", "tone")
    }
    raised = [
        frozenset(flag for flag, score in reading.scores["flags"].items() if score >= FLAG_THRESHOLD)
        for reading in readings
    ]
    flags = score_flags([frozenset(example.flags) for example in examples], raised, FLAG_LABELS)
    return Report(len(examples), scores["urgency"], scores["tone"], scores["intensity"], flags, errors)


def as_text(name: str, found: Report) -> str:
    """A report to read: F1 by label, and the confusion of urgency and tone."""
    lines = [f"{name}: {found.rows} messages"]
    for head, scores in (("urgency", found.urgency), ("tone", found.tone), ("intensity", found.intensity)):
        lines.append(f"  {head}: macro-F1 {scores.macro_f1:.3f}, accuracy {scores.accuracy:.3f}")
        lines += [f"    {label:<13}{value:.3f}" for label, value in scores.f1.items()]
    mean = sum(found.flags.values()) / max(len(found.flags), 1)
    lines.append(f"  flags: mean F1 {mean:.3f}")
    lines += [f"    {flag:<17}{value:.3f}" for flag, value in found.flags.items()]
    return "\n".join(lines)
