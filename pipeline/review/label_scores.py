"""How well labels were given, by what people said of them, and what the errors cost. Pure.

Method. Of a mail that was judged both labels are known: the model's and the person's. Precision of a label is the share
of the mails with it that people left with it, recall the share of the mails that people say have it which the model
found. A wrong urgency costs its levels too low times ``under``, or its levels too high times ``over``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.config import CostsConfig
from pipeline.records import URGENCY_LABELS

FEW = 30
"""Below so many judged mails a share tells little: its error is a fifth or more either way."""


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole`` mails."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.whole) if self.whole else None

    @property
    def few(self) -> bool:
        return self.whole < FEW


@dataclass(frozen=True, slots=True)
class LabelScore:
    """``given`` counts the mails with the label, judged or not; ``threshold`` is the one that holds now."""

    label: str
    threshold: float
    given: int
    precision: Share
    recall: Share


Pair = tuple[str, str]
"""The label that the model gave, and the one that holds for people."""


def label_scores(
    labels: Sequence[str], thresholds: Mapping[str, float], given: Mapping[str, int], judged: Counter[Pair]
) -> list[LabelScore]:
    """One for each of ``labels``; ``judged`` counts the mails by both labels."""
    by_model, by_people = _sums(judged, 0), _sums(judged, 1)
    return [
        LabelScore(
            label,
            thresholds[label],
            given.get(label, 0),
            Share(judged[label, label], by_model[label]),
            Share(judged[label, label], by_people[label]),
        )
        for label in labels
    ]


def _sums(judged: Counter[Pair], side: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for pair, count in judged.items():
        found[pair[side]] += count
    return found


def cost(given: str, true: str, costs: CostsConfig) -> float:
    """What it costs to call the urgency of a mail ``given`` where it is ``true``."""
    levels = URGENCY_LABELS.index(given) - URGENCY_LABELS.index(true)
    return levels * costs.under if levels > 0 else -levels * costs.over


def expected_cost(given: str, scores: Mapping[str, float], costs: CostsConfig) -> float:
    """What ``given`` costs on average, if each urgency is true with the probability that the model gives it."""
    whole = sum(scores[label] for label in URGENCY_LABELS)
    return sum(scores[label] * cost(given, label, costs) for label in URGENCY_LABELS) / whole if whole else 0.0


def mean(values: Iterable[float]) -> float | None:
    """None of nothing."""
    found = list(values)
    return sum(found) / len(found) if found else None
