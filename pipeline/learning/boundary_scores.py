"""How many messages that need a named person are handed to one (P15), and how many are handed over in vain."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.config import Thresholds
from pipeline.learning.results import BoundaryScore, Prediction
from pipeline.records import BOUNDARY_LABELS, TONE_LABELS, Judgement
from pipeline.triage.boundary import crossed, escalation
from pipeline.triage.heads import NO_BOUNDARY
from pipeline.triage.signals import find_signals

UNLABELLED = "other messages"
"""Those where nobody said: nearly all of them need no named person."""


def boundary_scores(predictions: Sequence[Prediction], thresholds: Thresholds) -> list[BoundaryScore]:
    """For each labelled boundary, for messages without one and for `UNLABELLED` ones; as served, rules included."""
    groups: dict[str, list[Prediction]] = {name: [] for name in (*BOUNDARY_LABELS, NO_BOUNDARY, UNLABELLED)}
    for one in predictions:
        groups[one.boundary or UNLABELLED].append(one)
    if not any(groups[name] for name in BOUNDARY_LABELS):
        return []
    return [_score(name, rows, thresholds) for name, rows in groups.items() if rows]


def _score(name: str, rows: Sequence[Prediction], thresholds: Thresholds) -> BoundaryScore:
    signals = [find_signals(row.text) for row in rows]
    both = [crossed(own, row.scores["boundary"], thresholds.boundary) for own, row in zip(signals, rows, strict=True)]
    rules = [crossed(own, {}, thresholds.boundary) for own in signals]
    return BoundaryScore(
        name,
        len(rows),
        sum(name in found for found in both),
        sum(_handed(found, row) for found, row in zip(both, rows, strict=True)),
        sum(_handed(found, row) for found, row in zip(rules, rows, strict=True)),
    )


def _handed(found: frozenset[str], row: Prediction) -> bool:
    tone = max(TONE_LABELS, key=lambda label: row.scores["tone"][label])
    intensity = int(max(row.scores["intensity"], key=lambda label: row.scores["intensity"][label]))
    return escalation(found, Judgement(tone, 1.0, {}), intensity) is not None
