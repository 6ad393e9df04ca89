"""Sentences, concerns and stakes: whole words of the mail, in order, without its ornaments."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.triage.concerns import MAX_CONCERNS, find_concerns
from pipeline.triage.sentences import split_sentences
from pipeline.triage.signals import find_signals
from pipeline.triage.stake import find_stake

MAIL = """Dear support team,

I am livid. The dishwasher that came on Monday leaks from the door. Could you send an engineer this week?

I was also charged twice for the delivery, please refund one of the payments.

Kind regards,
Ada Quillon
Tel. 0155 496 0000"""


def sentences(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(text)]


def test_abbreviations_and_initials_do_not_end_a_sentence() -> None:
    assert sentences("Mr. P. Holt wrote on Jan. 5 about no. 7. It broke.") == [
        "Mr. P. Holt wrote on Jan. 5 about no. 7.",
        "It broke.",
    ]


def test_a_hard_wrap_does_not_end_a_sentence_but_a_bullet_does() -> None:
    wrapped = "The parcel that I ordered for my sister two weeks ago has\nnot come. Please look."
    assert sentences(wrapped)[0].endswith("has\nnot come.")
    assert sentences("Needed:\n- a refund\n- an answer") == ["Needed:", "- a refund", "- an answer"]


@given(st.text(alphabet="aB1 .!?\n\r-,é\u2019", max_size=200))
def test_sentences_are_slices_in_order(text: str) -> None:
    found = split_sentences(text)
    assert all(text[one.start : one.end] == one.text == one.text.strip() for one in found)
    assert all(left.end <= right.start for left, right in pairwise(found))
    kept = sum(character.isalnum() for one in found for character in one.text)
    assert kept == sum(character.isalnum() for character in text)


def test_problem_and_requests_are_found_without_greeting_feeling_and_signature() -> None:
    found = [concern.text for concern in find_concerns(MAIL)]
    assert any("leaks from the door" in text for text in found)
    assert any("engineer" in text for text in found)
    assert any("charged twice" in text for text in found)
    assert not any(word in text for text in found for word in ("Dear", "livid", "regards", "Quillon", "0155"))


def test_praise_has_no_concern() -> None:
    assert find_concerns("Hello,\n\nThank you for the lovely service.\n\nBest\nAda", asks=False) == ()


def test_a_plain_question_counts_even_in_a_message_that_asks_nothing_else() -> None:
    found = find_concerns("Great shop, thank you. Can I bring the dog next time?", asks=False)
    assert [concern.text for concern in found] == ["Can I bring the dog next time?"]


@given(st.text(max_size=300))
def test_concerns_are_words_of_the_mail(text: str) -> None:
    found = find_concerns(text)
    assert len(found) <= MAX_CONCERNS
    assert all(text[concern.start : concern.end].strip() == concern.text != "" for concern in found)
    assert [concern.start for concern in found] == sorted(concern.start for concern in found)


def test_a_hostile_mail_is_read_in_linear_steps() -> None:
    assert len(find_concerns("why not? " * 20_000)) <= MAX_CONCERNS
    assert find_concerns("a" * 200_000 + "\n" * 50_000) == ()


@pytest.mark.parametrize(
    ("text", "stake"),
    [
        ("The dress has not come and our wedding is on Saturday.", "our wedding is on Saturday"),
        ("All my photos of the old house are deleted.", "All my photos of the old house are"),
        ("You debited £234 from the account.", "£234"),
        ("There is a gas leak and my mother is asleep upstairs.", "my mother"),
        ("What are your opening hours?", ""),
    ],
)
def test_stake_is_named_in_the_words_of_the_mail(text: str, stake: str) -> None:
    assert find_stake(text, find_signals(text)) == stake
