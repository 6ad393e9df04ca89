"""Precision, recall and cost from what people said."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import CostsConfig
from pipeline.records import URGENCY_LABELS
from pipeline.review.label_scores import cost, expected_cost, label_scores

COSTS = CostsConfig(under=5.0, over=2.0)
LABEL = st.sampled_from(URGENCY_LABELS)


def test_precision_is_by_what_was_given_and_recall_by_what_is_true() -> None:
    judged = Counter({("high", "high"): 6, ("high", "normal"): 2, ("normal", "high"): 4})
    scores = label_scores(URGENCY_LABELS, dict.fromkeys(URGENCY_LABELS, 0.5), {"high": 20}, judged)
    high = next(one for one in scores if one.label == "high")
    assert (high.given, high.precision.part, high.precision.whole) == (20, 6, 8)
    assert (high.precision.percent, high.recall.percent) == (75, 60)
    assert high.precision.few
    low = next(one for one in scores if one.label == "low")
    assert (low.precision.value, low.precision.percent) == (None, None)


@given(st.dictionaries(st.tuples(LABEL, LABEL), st.integers(0, 50)))
def test_shares_add_up(judged: dict[tuple[str, str], int]) -> None:
    scores = label_scores(URGENCY_LABELS, dict.fromkeys(URGENCY_LABELS, 0.5), {}, Counter(judged))
    assert sum(one.precision.whole for one in scores) == sum(one.recall.whole for one in scores) == sum(judged.values())
    assert all(one.precision.part == one.recall.part <= one.precision.whole for one in scores)


@pytest.mark.parametrize(
    ("given_label", "true", "costs"), [("normal", "critical", 10.0), ("critical", "high", 2.0), ("low", "low", 0.0)]
)
def test_each_level_too_low_or_too_high_costs(given_label: str, true: str, costs: float) -> None:
    assert cost(given_label, true, COSTS) == costs


@given(LABEL, st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_what_is_expected_lies_between_the_best_and_the_worst(label: str, values: list[float]) -> None:
    expected = expected_cost(label, dict(zip(URGENCY_LABELS, values, strict=True)), COSTS)
    worst = max(cost(label, true, COSTS) for true in URGENCY_LABELS)
    assert 0.0 <= expected <= worst + 1e-6


def test_a_certain_score_expects_what_its_label_costs() -> None:
    certain = dict.fromkeys(URGENCY_LABELS, 0.0) | {"critical": 0.9}
    assert expected_cost("high", certain, COSTS) == 5.0
