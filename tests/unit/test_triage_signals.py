"""The rules in the open: what fires, and the manners of speaking that must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.triage.signals import MAX_CHARACTERS, count_insults, find_signals, flags_of, literal, plain

FIRES = [
    ("deadline", "I need it by Friday, please."),
    ("deadline", "My wedding is on Saturday"),
    ("deadline", "The form closes at midnight"),
    ("money", "You charged me twice for one order"),
    ("money", "£234 has been debited from our account"),
    ("money", "I want a refund."),
    ("security", "Someone is in my account right now"),
    ("security", "two payments that are unauthorised"),
    ("outage", "None of our stores can log in, the system is down"),
    ("outage", "We have been without power since noon"),
    ("safety", "There is a smell of gas in the kitchen"),
    ("physical_harm", "The lid burned my hand"),
    ("repeat_contact", "This is the third time I write"),
    ("repeat_contact", "No reply to my letter of June"),
    ("legal_threat", "You will hear from my solicitor"),
    ("legal_threat", "otherwise it is a chargeback"),
    ("asks_for_manager", "I want to speak to a manager"),
    ("churn_risk", "I am taking my business elsewhere"),
    ("public_threat", "I will post this all over social media"),
    ("data_loss", "All my photos are gone"),
    ("personal_loss", "My mother passed away in May"),
    ("vulnerable", "she is in a wheelchair"),
    ("self_harm", "I don't want to live any more"),
    ("self_harm", "I will kill myself"),
    ("danger", "He can't breathe"),
    ("danger", "My toddler is locked inside the car"),
    ("threat", "I will find you and hurt you"),
    ("threat", "We know where you live"),
    ("threat", "I hope you all die"),
    ("insult", "You bunch of idiots"),
]

DOES_NOT_FIRE = [
    ("threat", "This app is killing me"),
    ("threat", "I'd kill for a working search box"),
    ("threat", "My boss will kill me if this is late"),
    ("threat", "I will find your answer in the manual"),
    ("threat", "I'll come for the parcel myself"),
    ("self_harm", "Kill the process and restart"),
    ("self_harm", "I cut myself a slice of the cake, lovely"),
    ("danger", "The phone died on the train"),
    ("danger", "Your team is on fire today, thank you"),
    ("safety", "We streamed it on the fire stick"),
    ("insult", "I feel stupid, I'm an idiot with forms"),
    ("insult", "Silly me, I typed it wrong"),
    ("insult", "It was stolen by thieves"),
    ("legal_threat", "The tennis court was closed"),
    ("deadline", "I was bored to death by the menu"),
    ("money", "Thank you for the quick delivery"),
]


def names(text: str) -> set[str]:
    return {signal.name for signal in find_signals(text)}


@pytest.mark.parametrize(("name", "text"), FIRES)
def test_signal_fires(name: str, text: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(("name", "text"), DOES_NOT_FIRE)
def test_signal_does_not_fire(name: str, text: str) -> None:
    assert name not in names(text)


def test_typographic_apostrophes_and_line_breaks_read_like_plain_ones() -> None:
    assert "self_harm" in names("I don\u2019t want\nto live")


def test_boundaries_are_no_flags() -> None:
    assert flags_of(find_signals("I will kill you, you idiots. Refund me.")) == {"money"}


def test_insults_are_counted() -> None:
    assert count_insults("You idiots, you clowns!") == 2


@given(st.text(max_size=300))
def test_offsets_hold_through_cleaning(text: str) -> None:
    assert len(plain(text)) == len(text) == len(literal(text))
    assert all(0 <= signal.start < signal.end <= len(text) for signal in find_signals(text))


def test_both_ends_of_a_very_long_text_are_read() -> None:
    text = "I want a refund. " + "word " * MAX_CHARACTERS + " There is a gas leak."
    assert {"money", "danger"} <= names(text)
