"""How far a measure may be off because the messages are a sample: 95 % intervals, the same for the same input.

Percentile bootstrap over messages (Efron 1979); for plain shares the interval of Wilson (1927), which also holds near
0 and 1. Messages are drawn one by one: where several come from one conversation the true interval is wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.scores import calibration_error, risk_coverage, surest

DRAWS = 1000
SEED = 7
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value and the 95 % interval about it."""

    value: float
    low: float
    high: float


def share(hits: int, rows: int) -> Interval:
    """``hits`` of ``rows``, of which there is at least one."""
    value = hits / rows
    middle = (value + _Z**2 / (2 * rows)) / (1 + _Z**2 / rows)
    half = _Z * sqrt(value * (1 - value) / rows + _Z**2 / (4 * rows**2)) / (1 + _Z**2 / rows)
    return Interval(value, max(min(middle - half, value), 0.0), min(max(middle + half, value), 1.0))


def macro_f1(confusion: Sequence[Sequence[int]]) -> Interval:
    """Macro-F1 of a confusion matrix (gold, read) with at least one row, over the labels that occur."""
    counts = np.array(confusion)
    drawn = np.random.default_rng(SEED).multinomial(counts.sum(), counts.ravel() / counts.sum(), size=DRAWS)
    return _interval(float(_macro_f1(counts[None])[0]), _macro_f1(drawn.reshape(DRAWS, *counts.shape)))


def _macro_f1(confusions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of (draws, gold, read) counts: (draws,)."""
    hits = np.diagonal(confusions, axis1=1, axis2=2)
    both = confusions.sum(1) + confusions.sum(2)
    scores: NDArray[np.float64] = (2 * hits / np.maximum(both, 1)).sum(1) / np.maximum((both > 0).sum(1), 1)
    return scores


def expected_calibration_error(confidences: Sequence[float], hits: Sequence[bool], bins: int = 10) -> Interval:
    """`scores.calibration_error`. Drawing anew adds noise to every bin, so the interval leans upwards."""
    place = np.minimum((np.array(confidences) * bins).astype(int), bins - 1)
    gaps = np.zeros((len(confidences), bins))
    gaps[np.arange(len(confidences)), place] = np.array(confidences) - np.array(hits, float)
    drawn = np.abs(_weights(len(confidences)) @ gaps).sum(1) / len(confidences)
    return _interval(calibration_error(confidences, hits, bins), drawn)


def accuracy_when_sure(confidences: Sequence[float], hits: Sequence[bool], part: float) -> Interval:
    """Accuracy on the ``part`` of the rows that the model is most sure of (`scores.risk_coverage`)."""
    order = np.argsort(-np.array(confidences), kind="stable")
    weights = _weights(len(order))[:, order]
    before = weights.cumsum(1) - weights
    taken = np.clip(part * len(order) - before, 0, weights)
    drawn = (taken @ np.array(hits, float)[order]) / taken.sum(1)
    value, rows = risk_coverage(confidences, hits, [part])[0], surest(part, len(order))
    return _widened(_interval(value, drawn), share(round(value * rows), rows))


def recall_within(scores: Sequence[float], wanted: Sequence[bool], false_alarms: float) -> Interval | None:
    """The largest recall of the wanted rows at which at most ``false_alarms`` of the others are alarmed for.

    None unless there are rows of both kinds.
    """
    if len(set(wanted)) < 2:
        return None
    order = np.argsort(-np.array(scores), kind="stable")
    ordered = np.array(scores)[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    weights = np.concatenate([np.ones((1, len(scores))), _weights(len(scores))])[:, order]
    inside = np.array(wanted)[order]
    found, alarmed = ((weights * one).cumsum(1)[:, ends] for one in (inside, ~inside))
    allowed = alarmed <= false_alarms * alarmed[:, -1:] + 1e-9
    recalls = (found * allowed).max(1) / np.maximum(found[:, -1], 1)
    rows = sum(wanted)
    return _widened(_interval(float(recalls[0]), recalls[1:]), share(round(float(recalls[0]) * rows), rows))


def _weights(rows: int) -> NDArray[np.float64]:
    """How often each row is drawn in each resampling: (DRAWS, rows), every line sums to ``rows``."""
    picks = np.random.default_rng(SEED).integers(rows, size=(DRAWS, rows)) + rows * np.arange(DRAWS)[:, None]
    return np.bincount(picks.ravel(), minlength=DRAWS * rows).reshape(DRAWS, rows).astype(np.float64)


def _interval(value: float, drawn: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(value, min(float(low), value), max(float(high), value))


def _widened(drawn: Interval, plain: Interval) -> Interval:
    """Where no error was made there is none to draw: the interval is at least that of a plain share."""
    return Interval(drawn.value, min(drawn.low, plain.low), max(drawn.high, plain.high))
