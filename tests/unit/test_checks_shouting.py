"""Capitals and other marks of stress."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.checks import CHECKS
from tests.unit.drafting_cases import context, make_case

check = CHECKS["shouting"]


@pytest.mark.parametrize(
    ("sentence", "span"),
    [
        ("The terms were sent to you TWICE.", "TWICE"),
        ("Your request WAS received.", "WAS"),
        ("The warranty has E-X-P-I-R-E-D.", "E-X-P-I-R-E-D"),
        ("It is G A T E S, as printed.", "G A T E S"),
        ("This was explained **clearly** before.", "**clearly**"),
        ("Claims. Take. Thirty. Days.", "Claims. Take. Thirty. Days."),
        ("It has been COMPLETELY processed.", "COMPLETELY"),
        ("Nooooo, it goes in there.", "Nooooo"),
        ("Bitte senden Sie das Formular SOFORT.", "SOFORT"),
        ("Read it again!!", "!!"),
    ],
)
def test_stress_is_found_where_it_stands(sentence: str, span: str) -> None:
    (found,) = check(context(sentence))
    assert sentence[found.start : found.end] == span


@pytest.mark.parametrize(
    "sentence",
    [
        "Type STOP in reply to any of these texts and they end at once.",
        "The display shows DISK FULL until you restart it.",
        "The PLEASE RING sign was there all day.",
        'The message "FATAL: READ ONLY" comes from the old logs.',
        "Please send the PDF with your IBAN and the VAT number from 6 AM on.",
        "Your size is a US 9. HALDENBY & PYKE is how the charge appears.",
        "Visit www.fernhollow.example or write to us.",
    ],
)
def test_what_is_named_or_cited_may_stand_in_capitals(sentence: str) -> None:
    assert check(context(sentence)) == []


def test_the_customers_capitals_excuse_names_and_not_shouting() -> None:
    case = make_case("It says NEVER AGAIN on the box. I want my money NOW.")
    assert check(context("The box says it, and NEVER is the name of the line.", case)) == []
    assert check(context("We look into it NOW.", case))


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for found in check(context(text)):
        assert 0 <= (found.start or 0) < (found.end or 0) <= len(text)
