"""Each goal against results that reach it, miss it, or leave it unmeasured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.learning.concern_measure import ConcernScores
from pipeline.learning.figures import figures
from pipeline.learning.goals import GOALS, Outcome, outcomes
from pipeline.learning.results import AuxiliaryScore, Prediction, Results
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from tests.unit.learning_results import full_results, prediction


def found(results: Results) -> dict[str, Outcome]:
    return {one.goal.name: one for one in outcomes(results, figures(results))}


def perfect(source: str, confidence: float = 0.99) -> list[Prediction]:
    return [
        prediction(urgency, urgency, confidence, source=source, tone=tone, tone_read=tone)
        for urgency in URGENCY_LABELS
        for tone in TONE_LABELS
    ]


def test_every_goal_has_an_outcome_in_order() -> None:
    assert [one.goal for one in outcomes(full_results(), figures(full_results()))] == list(GOALS)
    assert len({goal.name for goal in GOALS}) == len(GOALS)


def test_nothing_measured_reaches_nothing_and_says_why() -> None:
    for outcome in found(Results({})).values():
        assert outcome.reached is None
        assert outcome.measured is None
        assert outcome.verdict == "not measured"
        assert outcome.note


def test_perfect_predictions_reach_every_goal_of_the_predictions() -> None:
    reached = found(Results({}, cross_validated=[*perfect("care-real"), *perfect("mails_7")]))
    assert {name for name, one in reached.items() if one.reached} == {
        "Urgency of real messages",
        "Tone of real messages",
        "Urgency of written mails",
        "Tone of written mails",
        "Critical messages found",
        "Confidence in urgency",
        "Confidence in tone",
        "Urgency when sure",
        "Tone when sure",
    }
    assert {one.reached for one in reached.values()} == {True, None}


def test_messages_of_one_source_do_not_reach_the_goal_of_another() -> None:
    reached = found(Results({}, cross_validated=perfect("mails_1")))
    assert reached["Urgency of written mails"].reached
    assert reached["Urgency of real messages"].reached is None
    assert "care-real" in reached["Urgency of real messages"].note


def test_held_out_rows_alone_do_not_reach_a_cross_validated_goal() -> None:
    reached = found(Results({}, held_out=perfect("care-real")))
    assert reached["Tone of real messages"].reached is None


def test_a_modest_model_misses_the_goal_of_calibration() -> None:
    outcome = found(Results({}, cross_validated=perfect("care-real", 0.6)))["Confidence in urgency"]
    assert outcome.measured is not None
    assert outcome.measured.value == pytest.approx(0.4)
    assert outcome.verdict == "not reached"


def test_critical_messages_that_score_low_are_missed_and_the_price_of_finding_them_is_told() -> None:
    rows = [prediction("critical", "low"), *(prediction("normal", "critical") for _ in range(10))]
    outcome = found(Results({}, cross_validated=rows))["Critical messages found"]
    assert outcome.reached is False
    assert "a recall of 1.000 takes 100.0 % false alarms" in outcome.note


@pytest.mark.parametrize(("spans", "right", "reached"), [(40, 36, True), (60, 36, False)])
def test_concerns_count_only_at_the_wanted_precision(spans: int, right: int, reached: bool) -> None:
    scores = ConcernScores(mails=20, gold=40, unaligned=0, found=38, spans=spans, right=right, first=right)
    assert found(Results({}, concerns=scores))["Concerns found"].reached is reached


def test_auxiliary_goals_read_their_own_task() -> None:
    tasks = (AuxiliaryScore("goemotions", 9, 0.6, {}, ""), AuxiliaryScore("tweeteval_emotion", 9, 0.7, {}, "of val"))
    reached = found(Results({}, auxiliary=tasks))
    assert reached["GoEmotions"].reached is True
    assert reached["TweetEval emotion"].reached is False
    assert "of val" in reached["TweetEval emotion"].note


def test_an_interval_across_the_goal_makes_the_verdict_unsure() -> None:
    scores = ConcernScores(mails=20, gold=40, unaligned=0, found=35, spans=40, right=36, first=36)
    outcome = found(Results({}, concerns=scores))["Concerns found"]
    assert outcome.verdict == "reached, within the noise"
    more = replace(scores, gold=4000, found=3800)
    assert found(Results({}, concerns=more))["Concerns found"].verdict == "reached"
