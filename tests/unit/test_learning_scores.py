"""Scores against cases worked out by hand."""

from __future__ import annotations

import pytest

from pipeline.learning.scores import calibration_error, f1_score, score_flags, score_labels


def test_labels_are_scored_by_confusion() -> None:
    found = score_labels(["a", "a", "b", "b"], ["a", "b", "b", "b"], ("a", "b", "c"))
    assert found.confusion == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert found.accuracy == 0.75
    assert found.f1 == pytest.approx({"a": 2 / 3, "b": 0.8})
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.8) / 2)


def test_a_label_that_was_only_guessed_counts_as_nothing() -> None:
    assert score_labels(["a"], ["b"], ("a", "b")).f1 == {"a": 0.0, "b": 0.0}


def test_flags_that_occur_are_scored() -> None:
    gold = [frozenset({"money"}), frozenset({"money", "safety"}), frozenset[str]()]
    predicted = [frozenset({"money"}), frozenset({"safety"}), frozenset({"outage"})]
    assert score_flags(gold, predicted, ("money", "safety", "outage")) == pytest.approx({"money": 2 / 3, "safety": 1.0})


def test_f1_of_nothing_is_zero() -> None:
    assert f1_score(0, 0, 3) == 0.0


def test_calibration_error_is_the_gap_between_confidence_and_hits() -> None:
    assert calibration_error([0.85, 0.85, 0.85, 0.85], [True, True, True, False]) == pytest.approx(0.1)
    assert calibration_error([1.0, 1.0], [True, True]) == pytest.approx(0.0)
