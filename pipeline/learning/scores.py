"""How well predictions fit: confusion matrices, F1 and calibration error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadScores:
    """One head on one set of rows. ``confusion[gold][predicted]`` counts rows; ``f1`` is by label."""

    macro_f1: float
    accuracy: float
    f1: Mapping[str, float]
    confusion: Sequence[Sequence[int]]


def f1_score(true_positive: int, predicted: int, actual: int) -> float:
    """The harmonic mean of precision and recall; 0 where nothing was found."""
    return 2 * true_positive / (predicted + actual) if true_positive else 0.0


def score_labels(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> HeadScores:
    """Scores of single-label predictions; labels without a gold row count as 0 only if they were predicted."""
    place = {label: number for number, label in enumerate(labels)}
    confusion = [[0] * len(labels) for _ in labels]
    for truth, guess in zip(gold, predicted, strict=True):
        confusion[place[truth]][place[guess]] += 1
    columns = [sum(row[number] for row in confusion) for number in range(len(labels))]
    f1 = {
        label: f1_score(confusion[number][number], columns[number], sum(confusion[number]))
        for label, number in place.items()
        if columns[number] or sum(confusion[number])
    }
    hits = sum(confusion[number][number] for number in range(len(labels)))
    return HeadScores(_mean(f1.values()), hits / max(len(gold), 1), f1, confusion)


def score_flags(
    gold: Sequence[frozenset[str]], predicted: Sequence[frozenset[str]], labels: Sequence[str]
) -> Mapping[str, float]:
    """F1 of each flag that occurs in ``gold``."""
    found: dict[str, float] = {}
    for label in labels:
        actual = sum(label in row for row in gold)
        hits = sum(label in one and label in other for one, other in zip(gold, predicted, strict=True))
        if actual:
            found[label] = f1_score(hits, sum(label in row for row in predicted), actual)
    return found


def calibration_error(confidences: Sequence[float], hits: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy, in equal-width bins."""
    error = 0.0
    for number in range(bins):
        rows = [row for row, value in enumerate(confidences) if min(int(value * bins), bins - 1) == number]
        if rows:
            gap = sum(confidences[row] for row in rows) - sum(hits[row] for row in rows)
            error += abs(gap) / len(confidences)
    return error


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0
