"""Figures of an evaluation against cases worked out by hand, and what must hold for any predictions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.learning import bootstrap
from pipeline.learning.figures import (
    POOLED,
    SHORT,
    WRITTEN,
    confident_errors,
    deltas,
    figures,
    group,
    groups,
    read,
)
from pipeline.learning.results import Results, Trial
from pipeline.learning.scores import (
    alarm_curve,
    calibration_error,
    operating_point,
    reliability,
    risk_coverage,
    score_labels,
)
from pipeline.records import URGENCY_LABELS
from tests.unit.learning_results import full_results, prediction, some_predictions

PROBABILITY = st.floats(0, 1)
ROWS = st.lists(st.tuples(PROBABILITY, st.booleans()), min_size=1, max_size=40)
FEW = settings(max_examples=25, deadline=None)


def split(rows: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [value for value, _ in rows], [hit for _, hit in rows]


def test_reliability_bins_hold_confidence_and_accuracy() -> None:
    found = reliability([0.62, 0.68, 0.95, 1.0], [True, False, True, True])
    assert [(one.low, one.high, one.rows, one.accuracy) for one in found] == [(0.6, 0.7, 2, 0.5), (0.9, 1.0, 2, 1.0)]
    assert [one.confidence for one in found] == pytest.approx([0.65, 0.975])


def test_coverage_takes_the_surest_rows_first() -> None:
    assert risk_coverage([0.5, 0.9, 0.7, 0.8], [False, True, False, True], [0.25, 0.5, 0.75, 1.0]) == [
        1.0,
        1.0,
        pytest.approx(2 / 3),
        0.5,
    ]


def test_a_share_that_is_no_whole_number_of_rows_is_rounded_up() -> None:
    assert risk_coverage([0.9, 0.8, 0.7], [True, False, False], [0.34]) == [0.5]
    assert risk_coverage([0.9] * 10, [True] * 7 + [False] * 3, [0.7]) == [1.0]


def test_each_threshold_has_its_recall_and_its_false_alarms() -> None:
    curve = alarm_curve([0.9, 0.6, 0.2, 0.7, 0.1], [True, True, True, False, False])
    assert [one.threshold for one in curve] == [0.2, 0.6, 0.9]
    assert [one.recall for one in curve] == pytest.approx([1, 2 / 3, 1 / 3])
    assert [one.false_alarms for one in curve] == [0.5, 0.5, 0.0]
    assert operating_point(curve, 0.6) == curve[1]
    assert operating_point(curve, 0.95) == curve[0]
    assert operating_point(curve, curve[1].recall) == curve[1]
    assert operating_point([], 0.95) is None


def test_an_interval_of_a_share_is_that_of_wilson() -> None:
    found = bootstrap.share(8, 10)
    assert [found.value, found.low, found.high] == pytest.approx([0.8, 0.4902, 0.9433], abs=1e-4)
    assert bootstrap.share(5, 5).high == 1.0


def test_an_interval_of_macro_f1_holds_its_value_and_narrows_with_more_rows() -> None:
    few, many = bootstrap.macro_f1([[8, 2], [3, 7]]), bootstrap.macro_f1([[800, 200], [300, 700]])
    assert few.value == pytest.approx(many.value) == pytest.approx((16 / 21 + 14 / 19) / 2)
    assert few.low < many.low < many.value < many.high < few.high


def test_macro_f1_leaves_out_labels_that_occur_nowhere() -> None:
    assert bootstrap.macro_f1([[3, 0, 0], [0, 3, 0], [0, 0, 0]]).value == 1.0


def test_recall_within_a_limit_of_false_alarms() -> None:
    scores, wanted = [0.9, 0.6, 0.2, 0.7, 0.1], [True, True, True, False, False]
    none, half = (bootstrap.recall_within(scores, wanted, limit) for limit in (0.1, 0.5))
    assert none is not None and none.value == pytest.approx(1 / 3)
    assert half is not None and half.value == 1.0
    assert half.low < 0.5
    assert bootstrap.recall_within([0.5], [True], 0.1) is None


def test_the_interval_of_recall_knows_that_the_threshold_is_a_guess_too() -> None:
    scores = [*(0.5 + row / 100 for row in range(40)), *(0.3 + row / 50 for row in range(20))]
    found = bootstrap.recall_within(scores, [True] * 40 + [False] * 20, 0.1)
    assert found is not None
    plain = bootstrap.share(round(found.value * 40), 40)
    assert found.high - found.low > 1.2 * (plain.high - plain.low)


def test_equal_scores_are_alarmed_for_together() -> None:
    found = bootstrap.recall_within([0.5, 0.5], [True, False], 0.1)
    assert found is not None and found.value == 0.0


def test_a_group_counts_labels_grave_messages_and_flags() -> None:
    found = group(
        "some",
        [
            prediction("critical", "high", flags=("money",), raised=("money",)),
            prediction("high", "normal", flags=("money",)),
            prediction("normal", "normal", tone="worried"),
            prediction("low", "low"),
        ],
    )
    urgency = found.heads["urgency"]
    assert urgency.accuracy.value == 0.5
    assert urgency.scores.confusion == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert urgency.macro_f1.value == pytest.approx((0 + 0 + 2 / 3 + 1) / 4)
    assert urgency.calibration_error.value == pytest.approx(0.4)
    assert found.heads["tone"].accuracy.value == 0.75
    assert found.grave is not None and found.grave.value == 0.5
    assert found.flags == pytest.approx({"money": 2 / 3})
    assert (found.critical.rows, found.critical.others) == (1, 3)


def test_the_most_frequent_confusion_is_named() -> None:
    found = group("some", [prediction("high", "low"), prediction("high", "low"), prediction("low", "high")])
    worst = found.heads["urgency"].most_confused
    assert worst is not None
    assert (worst.gold, worst.read, worst.count, worst.rows) == ("high", "low", 2, 2)
    assert group("right", [prediction()]).heads["urgency"].most_confused is None


def test_of_equally_likely_labels_the_gravest_is_read() -> None:
    assert read(prediction(confidence=0.25), "urgency") == ("critical", 0.25)


def test_sources_are_measured_apart_kinds_together_and_all_of_them() -> None:
    rows = [prediction(source=source) for source in ("mails_2", "care-real", "messages_1", "mails_1")]
    found = groups(rows)
    assert {name: one.rows for name, one in found.items()} == {
        POOLED: 4,
        WRITTEN: 2,
        SHORT: 1,
        "care-real": 1,
        "mails_1": 1,
        "mails_2": 1,
        "messages_1": 1,
    }


def test_without_predictions_there_are_no_groups() -> None:
    assert groups([]) == {}


def test_groups_without_critical_messages_have_no_operating_point() -> None:
    critical = group("some", [prediction(), prediction("low", "low")]).critical
    assert (critical.curve, critical.operating, critical.within) == ((), None, None)


def test_the_surest_errors_come_first_and_foreign_texts_are_left_out() -> None:
    rows = [
        prediction("high", "low", 0.7, id="a", source="own", text="ours"),
        prediction("high", "low", 0.9, id="b", source="foreign", text="theirs"),
        prediction("low", "low", 0.99, id="c", source="own"),
    ]
    found = confident_errors(rows, "urgency", {"own"})
    assert [(one.id, one.gold, one.read, one.confidence, one.text) for one in found] == [
        ("b", "high", "low", 0.9, ""),
        ("a", "high", "low", 0.7, "ours"),
    ]
    assert len(confident_errors(rows, "urgency", {"own"}, most=1)) == 1


def test_ablations_are_compared_with_the_full_model_on_the_same_source() -> None:
    found = deltas(
        [
            Trial("full", "a", 9, 9, 0.7, 0.6),
            Trial("full", "b", 9, 9, 0.5, 0.5),
            Trial("less", "a", 9, 9, 0.6, 0.65),
        ]
    )
    assert [(one.name, one.source) for one in found] == [("less", "a")]
    assert [found[0].urgency, found[0].tone] == pytest.approx([-0.1, 0.05])


def test_equal_results_give_equal_figures() -> None:
    assert figures(full_results()) == figures(full_results())
    assert figures(Results({})).cross_validated == {}


@given(ROWS)
def test_calibration_error_is_a_share(rows: list[tuple[float, bool]]) -> None:
    assert 0 <= calibration_error(*split(rows)) <= 1


@given(ROWS)
def test_bins_hold_every_row_once(rows: list[tuple[float, bool]]) -> None:
    found = reliability(*split(rows))
    assert sum(one.rows for one in found) == len(rows)
    assert sum(one.accuracy * one.rows for one in found) == pytest.approx(sum(hit for _, hit in rows))


@given(ROWS)
def test_coverage_of_everything_is_accuracy(rows: list[tuple[float, bool]]) -> None:
    confidences, hits = split(rows)
    assert risk_coverage(confidences, hits, [1.0]) == [pytest.approx(sum(hits) / len(hits))]


@given(ROWS)
def test_recall_and_false_alarms_fall_as_the_threshold_rises(rows: list[tuple[float, bool]]) -> None:
    curve = alarm_curve(*split(rows))
    for lower, upper in pairwise(curve):
        assert lower.threshold < upper.threshold
        assert lower.recall > upper.recall
        assert lower.false_alarms >= upper.false_alarms
    assert not curve or curve[0].recall == 1.0


@given(st.lists(st.tuples(st.sampled_from(URGENCY_LABELS), st.sampled_from(URGENCY_LABELS))))
def test_confusion_sums_to_the_rows(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = [one for one, _ in pairs], [other for _, other in pairs]
    confusion = score_labels(gold, predicted, URGENCY_LABELS).confusion
    assert [sum(row) for row in confusion] == [gold.count(label) for label in URGENCY_LABELS]
    assert sum(map(sum, confusion)) == len(pairs)


@FEW
@given(ROWS, st.floats(0.05, 1))
def test_intervals_hold_their_value_and_stay_shares(rows: list[tuple[float, bool]], part: float) -> None:
    confidences, hits = split(rows)
    found = [
        bootstrap.expected_calibration_error(confidences, hits),
        bootstrap.accuracy_when_sure(confidences, hits, part),
        bootstrap.share(sum(hits), len(hits)),
        bootstrap.recall_within(confidences, hits, part),
    ]
    for one in found:
        assert one is None or -1e-9 <= one.low <= one.value <= one.high <= 1 + 1e-9


@FEW
@given(ROWS)
def test_a_looser_limit_of_false_alarms_never_finds_less(rows: list[tuple[float, bool]]) -> None:
    tight, loose = (bootstrap.recall_within(*split(rows), limit) for limit in (0.1, 0.4))
    assert tight is None or (loose is not None and tight.value <= loose.value)


@FEW
@given(st.integers(1, 30), st.integers(0, 1000))
def test_macro_f1_and_its_bootstrap_agree(count: int, seed: int) -> None:
    found = group("some", some_predictions(count, "mails_1", seed, "")).heads["tone"]
    assert found.macro_f1.value == pytest.approx(found.scores.macro_f1)
