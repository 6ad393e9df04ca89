"""A message without its manners: what is taken out before urgency is read, and what has to stay."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learning.invariance import COURTESIES, CRIES, INSULTS
from pipeline.triage.quiet import hushed, quiet
from pipeline.triage.volume import joined

MATTER = (
    "The kettle leaks at the seam.",
    "My card was charged twice for order 4471.",
    "The parcel has been at the depot since Tuesday.",
    "Nobody in our office can log in.",
    "How do I send the shirt back?",
    "The invoice says 40 pounds, the shop said 30.",
    "We fly on Friday and the tickets have not come.",
)
SHOUTS = (
    "URGENT!!!",
    "ASAP",
    "This is urgent.",
    "Answer me now!",
    "SOS!!",
    "Hurry up!",
    "Please treat this as urgent.",
)
texts = st.lists(st.sampled_from(MATTER), min_size=1, max_size=5, unique=True)


def words(text: str) -> str:
    """What is left of ``text``, white space aside."""
    return " ".join(quiet(text).split())


@cache
def whole(*sentences: str) -> str:
    return words(" ".join(sentences))


def put(sentences: list[str], place: int, other: str) -> str:
    return " ".join([*sentences[:place], other, *sentences[place:]])


@given(st.text(max_size=400))
def test_any_text_keeps_its_length(text: str) -> None:
    assert len(quiet(text)) == len(hushed(text)) == len(text)


@given(st.text(alphabet="aiI.!? \n\t'’,;-ßİŉΣ😡\ud83d*you idiotthanks", max_size=200))
def test_odd_letters_and_marks_keep_their_length(text: str) -> None:
    assert len(quiet(text)) == len(hushed(text)) == len(text)


@given(st.lists(st.sampled_from([*MATTER, *SHOUTS, *INSULTS, *COURTESIES, *CRIES]), max_size=8), st.booleans())
def test_what_is_left_stands_where_it_stood(sentences: list[str], loud: bool) -> None:
    text = " ".join(sentences).upper() if loud else " ".join(sentences)
    assert all(left in (" ", was) for left, was in zip(quiet(text), text.lower(), strict=True))


@given(texts)
def test_capitals_change_nothing(sentences: list[str]) -> None:
    assert words(" ".join(sentences).upper()) == whole(*sentences)


@given(texts, st.lists(st.sampled_from([".", "!", "!!!", "...", "!.!", " !!!", ""]), min_size=5, max_size=5))
def test_the_marks_that_end_a_sentence_change_nothing(sentences: list[str], marks: list[str]) -> None:
    ended = [
        sentence if sentence.endswith("?") else sentence.removesuffix(".") + mark
        for sentence, mark in zip(sentences, marks, strict=False)
    ]
    assert words(" ".join(ended)) == whole(*sentences)


@given(texts, st.integers(0, 4))
def test_marks_in_mid_sentence_change_nothing(sentences: list[str], place: int) -> None:
    text = " ".join(sentences)
    cut = text.index(" ", min(place, text.rindex(" ")))
    assert words(f"{text[:cut]}!!!{text[cut:]}") == words(f"{text[:cut]}...{text[cut:]}") == whole(*sentences)


@given(texts, st.integers(0, 5), st.sampled_from(INSULTS), st.booleans())
def test_a_listed_insult_as_a_sentence_of_its_own_changes_nothing(
    sentences: list[str], place: int, insult: str, loud: bool
) -> None:
    assert words(put(sentences, place, insult.upper() if loud else insult)) == whole(*sentences)


@given(
    texts,
    st.integers(0, 5),
    st.sampled_from(
        [
            "You absolute walnuts.",
            "What a bunch of spoons you are!",
            "You utter turnip!!",
            "you lot are a load of wet socks.",
        ]
    ),
)
def test_what_somebody_is_called_changes_nothing_whatever_the_word(
    sentences: list[str], place: int, called: str
) -> None:
    assert words(put(sentences, place, called)) == whole(*sentences)


@given(texts, st.integers(0, 5), st.sampled_from([*CRIES, *SHOUTS]), st.booleans())
def test_a_cry_for_haste_changes_nothing(sentences: list[str], place: int, cry: str, loud: bool) -> None:
    cry = cry if cry.endswith((".", "!")) else f"{cry}!"
    assert words(put(sentences, place, cry.upper() if loud else cry)) == whole(*sentences)


@given(texts, st.sampled_from(COURTESIES), st.booleans(), st.booleans())
def test_a_courtesy_at_either_end_changes_nothing(sentences: list[str], courtesy: str, first: bool, loud: bool) -> None:
    said = courtesy if courtesy.endswith((".", "!")) else f"{courtesy}."
    text = put(sentences, 0 if first else len(sentences), said.upper() if loud else said)
    assert words(text) == whole(*sentences)


@given(texts, st.sampled_from(["Hello,", "Dear team,", "Good morning,", "Hi there,"]), st.sampled_from(["\n\n", " "]))
def test_a_greeting_changes_nothing(sentences: list[str], greeting: str, gap: str) -> None:
    assert words(f"{greeting}{gap}{' '.join(sentences)}") == whole(*sentences)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("There is no rush, please look when you can.", "no rush"),
        ("You sent a bunch of keys that fit no lock.", "a bunch of keys that fit no lock"),
        ("What a bunch of errors on the invoice, 40 pounds too much.", "40 pounds too much"),
        ("You absolute must refund my card today, 90 pounds.", "refund my card today, 90 pounds"),
        ("Please pay back the 1,240.50 pounds.", "pay back the 1,240.50 pounds"),
        ("PLEASE SEND IT BY FRIDAY!!!", "send it by friday"),
        ("Right now my account is being emptied!", "right now my account is being emptied"),
        ("Thank you, the flight leaves at six tomorrow.", "the flight leaves at six tomorrow"),
        ("Our tills have been down since 9:15.", "since 9:15"),
        ("I smell gas in the flat, urgent!", "i smell gas in the flat"),
        ("Is it covered? Thanks!", "is it covered?"),
    ],
)
def test_what_says_something_about_the_matter_stays(text: str, fact: str) -> None:
    assert fact in words(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The kettle you morons sent leaks on table 3.", "the kettle you sent leaks on table 3"),
        ("My card was charged 40 pounds twice by you crooks.", "my card was charged 40 pounds twice by you"),
        ("Your bastard of a courier left the parcel in the rain.", "your of a courier left the parcel in the rain"),
    ],
)
def test_an_insult_beside_a_fact_is_all_that_goes(text: str, left: str) -> None:
    assert words(text) == left


@pytest.mark.parametrize("text", ["Thank you", "thanks!!!", "URGENT", "You idiots!", "Kind regards", "please"])
def test_where_nothing_else_is_said_the_manners_stay(text: str) -> None:
    assert quiet(text) == hushed(text)
    assert words(text) == " ".join(text.lower().replace("!", " ").split())


@pytest.mark.parametrize("text", ["", " ", "\n\n", "!!!", "...", "?!", "😡😡"])
def test_a_text_without_a_word_is_read_too(text: str) -> None:
    assert len(quiet(text)) == len(text)


@given(texts, st.sampled_from(INSULTS))
def test_an_insult_below_a_subject_or_a_paragraph_without_a_full_stop_changes_nothing(
    sentences: list[str], insult: str
) -> None:
    text = " ".join(sentences)
    assert words(joined("Order 4471", f"{insult} {text}")) == words(joined("Order 4471", text))
    assert words(f"{text.rstrip('.')}\n\n{insult}") == whole(*sentences)


@pytest.mark.parametrize(
    "unit",
    [
        "!", ".", "?", "!. ", ".!", "?! ", " ", "\n", "-", ",", " ,", "a", "a ", "1", "'", "'a", "*", "a* ", "~",
        "please ", "thank you ", "thanks again ", "very ", "so ", "i am very ", "sorry ", "i hope you are ", "hello ",
        "urgent ", "extremely ", "as soon ", "a.s.a.p ", "idiots ", "you idiots ", "you are a bunch of ", "your ", "fuck ",
        "useless ", "a bunch of ", "dear sir ", "i know you're ", "hello?", "not the ", "learn to ", "İ", "😡", "\ud83d",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "idiots"])
def test_hostile_repetition_is_read_in_good_time(unit: str, end: str) -> None:
    text = (unit * 40_000)[: 40_000 - len(end)] + end
    assert len(quiet(text)) == len(hushed(text)) == 40_000
