"""How well predictions fit: confusion matrices, F1, calibration, risk against coverage, recall against false alarms."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil


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


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions with a confidence from ``low`` up to ``high``: how many, their mean confidence, and how many hit."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


def reliability(confidences: Sequence[float], hits: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Confidence against accuracy in equal-width bins; bins without a row are left out."""
    members: list[list[int]] = [[] for _ in range(bins)]
    for row, value in enumerate(confidences):
        members[min(int(value * bins), bins - 1)].append(row)
    return [
        Bin(number / bins, (number + 1) / bins, len(rows), _mean(confidences[row] for row in rows),
            _mean(hits[row] for row in rows))
        for number, rows in enumerate(members) if rows
    ]  # fmt: skip


def calibration_error(confidences: Sequence[float], hits: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy, in equal-width bins."""
    found = reliability(confidences, hits, bins)
    return sum(one.rows * abs(one.confidence - one.accuracy) for one in found) / max(len(confidences), 1)


def risk_coverage(confidences: Sequence[float], hits: Sequence[bool], shares: Sequence[float]) -> list[float]:
    """For each share the accuracy on that share of the rows which the model is most sure of."""
    order = sorted(range(len(confidences)), key=lambda row: -confidences[row])
    right = list(accumulate((hits[row] for row in order), initial=0))
    taken = [surest(share, len(order)) for share in shares]
    return [right[count] / count if count else 0.0 for count in taken]


def surest(share: float, rows: int) -> int:
    """How many of ``rows`` make up ``share``, rounded up; 0.7 of 10 is 7, whatever floating point makes of it."""
    return ceil(round(share * rows, 6))


@dataclass(frozen=True, slots=True)
class Alarm:
    """What comes of an alarm from ``threshold`` on: the share of alarming rows found, and of the others alarmed for."""

    threshold: float
    recall: float
    false_alarms: float


def alarm_curve(scores: Sequence[float], wanted: Sequence[bool]) -> list[Alarm]:
    """One point for each distinct score of a wanted row, the lowest threshold first.

    Thresholds between two points find no more wanted rows than the upper one and alarm for as many others or more.
    """
    inside = sorted(score for score, one in zip(scores, wanted, strict=True) if one)
    outside = sorted(score for score, one in zip(scores, wanted, strict=True) if not one)
    return [Alarm(threshold, _from(inside, threshold), _from(outside, threshold)) for threshold in sorted(set(inside))]


def _from(ordered: Sequence[float], threshold: float) -> float:
    return 1 - bisect_left(ordered, threshold) / len(ordered) if ordered else 0.0


def operating_point(curve: Sequence[Alarm], recall: float) -> Alarm | None:
    """The highest threshold that finds at least ``recall`` of the wanted rows; None where there are none."""
    return max((one for one in curve if one.recall >= recall), key=lambda one: one.threshold, default=None)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0
