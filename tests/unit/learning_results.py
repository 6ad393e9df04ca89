"""Results of an evaluation, made up for tests: every section filled."""

from __future__ import annotations

import random
from collections.abc import Sequence

from pipeline.learning.concern_measure import ConcernScores
from pipeline.learning.results import AuxiliaryScore, Change, Faithfulness, Prediction, Results, Trial
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS


def scores(labels: Sequence[str], label: str, confidence: float) -> dict[str, float]:
    """``confidence`` for ``label``, the rest shared by the others."""
    rest = (1 - confidence) / (len(labels) - 1)
    return {name: confidence if name == label else rest for name in labels}


def prediction(
    urgency: str = "normal", read: str = "normal", confidence: float = 0.9, *, id: str = "one", source: str = "mails_1",
    text: str = "Where is it?", tone: str = "angry", tone_read: str = "angry", flags: tuple[str, ...] = (),
    raised: tuple[str, ...] = (),
) -> Prediction:  # fmt: skip
    found = {
        "urgency": scores(URGENCY_LABELS, read, confidence),
        "tone": scores(TONE_LABELS, tone_read, confidence),
        "flags": {flag: 0.8 if flag in raised else 0.1 for flag in FLAG_LABELS},
    }
    return Prediction(id, source, text, urgency, tone, 1, flags, found)


def some_predictions(count: int, source: str, seed: int, text: str) -> list[Prediction]:
    """Predictions that are right four times in five."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        urgency, tone = chance.choice(URGENCY_LABELS), chance.choice(TONE_LABELS)
        read = urgency if chance.random() < 0.8 else chance.choice(URGENCY_LABELS)
        tone_read = tone if chance.random() < 0.8 else chance.choice(TONE_LABELS)
        confidence = chance.uniform(0.4, 0.99)
        found.append(
            prediction(
                urgency,
                read,
                confidence,
                id=f"{source}-{number}",
                source=source,
                text=text,
                tone=tone,
                tone_read=tone_read,
                flags=("money",),
                raised=("money",) if number % 3 else (),
            )
        )
    return found


def full_results(own: str = "Own words.", foreign: str = "Foreign words.") -> Results:
    rows = [*some_predictions(60, "care-real", 1, foreign), *some_predictions(60, "mails_1", 2, own)]
    return Results(
        card={
            "encoder": {"name": "small-encoder"},
            "data": [{"file": "mails_1.jsonl", "rows": 60, "sha256": "ab12"}],
            "versions": {"torch": "2.0"},
        },
        held_out=rows[::4],
        cross_validated=rows,
        auxiliary=(
            AuxiliaryScore("goemotions", 100, 0.51, {"joy": 0.6, "fear": 0.42}, "thresholds by cross-validation"),
            AuxiliaryScore("emotion", 90, 0.77, {"joy": 0.8}, ""),
        ),
        learning_curve=[Trial(str(n), "care-real", n, 30, 0.5 + n / 1000, 0.5) for n in (50, 100)],
        ablations=(
            Trial("full", "care-real", 100, 30, 0.7, 0.6),
            Trial("without signals", "care-real", 100, 30, 0.65, 0.61),
        ),
        changes=(Change("capitals", 60, 58, 1, 1),),
        faithfulness=(Faithfulness("urgency", 60, 0.3, 0.1, 0.8),),
        concerns=ConcernScores(mails=20, gold=40, unaligned=2, found=36, spans=44, right=38, first=36),
        missing=("Speed: measured elsewhere",),
    )
