"""An even register, empathy said once, and a text that is easy to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.checks import CHECKS
from pipeline.drafting.readability import reading_ease, syllables
from pipeline.records import CheckStatus, ThreadTurn
from tests.unit.drafting_cases import context, make_case

EMPATHY = "I can see how angry this has made you, and I understand why."


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you! We are on it!",
        "This is a terrible thing to happen.",
        "I am very, really and truly sorry.",
        "This is NOT GOOD at all.",
    ],
)
def test_a_reply_hotter_than_a_calm_mail_is_told(sentence: str) -> None:
    assert CHECKS["register"](context(sentence, make_case("My parcel has not come.")))


def test_a_heated_mail_does_not_make_a_heated_reply_right() -> None:
    furious = make_case("THIS IS A TERRIBLE, HORRIBLE, OUTRAGEOUS DISASTER!!! I am very, very, very angry!!!")
    assert CHECKS["register"](context("This is terrible.", furious)) == []
    assert CHECKS["register"](context("This is terrible and horrible!", furious))
    assert CHECKS["register"](context("Thank you! We will see to it!", furious))


def test_a_name_in_capitals_of_the_customer_is_no_shouting() -> None:
    assert CHECKS["register"](context("The message DISK FULL is known.", make_case("It says DISK FULL."))) == []


@pytest.mark.parametrize("again", [EMPATHY, "I can see how angry all this has made you, and I understand why."])
def test_empathy_of_an_earlier_reply_is_not_said_again(again: str) -> None:
    case = make_case("Still nothing.", thread=(ThreadTurn(True, f"Hello,\n\n{EMPATHY}\n"),))
    body = f"Hello. {again} We will write to you."
    (found,) = CHECKS["empathy_repeated"](context(body, case))
    assert found.status is CheckStatus.WARN
    assert body[found.start : found.end].strip() == again


def test_empathy_is_not_said_twice_in_one_reply() -> None:
    assert CHECKS["empathy_repeated"](context(f"{EMPATHY} We will look. {EMPATHY}"))
    assert CHECKS["empathy_repeated"](context(f"{EMPATHY} This has cost you time and patience.")) == []


def test_what_the_customer_said_before_and_our_contact_line_may_stand_again() -> None:
    line = "You can reach us at care@fernhollow.example."
    case = make_case("Still nothing.", thread=(ThreadTurn(False, EMPATHY), ThreadTurn(True, line)))
    assert CHECKS["empathy_repeated"](context(f"{EMPATHY} {line}", case)) == []


def test_hard_prose_and_endless_sentences_are_told() -> None:
    hard = (
        "Notwithstanding organisational considerations, representatives subsequently investigating administrative "
        "irregularities necessitate supplementary documentation, particularly regarding contractual obligations, "
        "authorisation procedures, institutional responsibilities, operational requirements, geographical applicability and intermediary communication."
    )
    assert any("reading ease" in result.message for result in CHECKS["length"](context(hard)))
    endless = "We will look at it " + "and then at the next one " * 10 + "today."
    assert any("in one sentence" in result.message for result in CHECKS["length"](context(endless)))
    plain = "Thank you for your mail. We will look at the kettle today. " * 4
    assert CHECKS["length"](context(plain)) == []


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("kettle", 2), ("made", 1), ("parcel", 2), ("answered", 2), ("apology", 4), ("the", 1)],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_reading_ease_is_the_published_formula() -> None:
    assert reading_ease(["The cat sat on the mat."]) == pytest.approx(206.835 - 1.015 * 6 - 84.6)
    assert reading_ease([]) is None


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_has_a_reading_ease_or_none(texts: list[str]) -> None:
    ease = reading_ease(texts)
    assert ease is None or ease < 207
