"""One table of currencies, whoever reads an amount."""

from __future__ import annotations

import pytest

from pipeline.drafting.checks.facts import find_facts
from pipeline.drafting.checks.grounding import ungrounded
from pipeline.drafting.currencies import MARKS, NAMES, currencies_of, currency_of
from pipeline.drafting.money import find_money
from tests.unit.drafting_cases import context, make_case


@pytest.mark.parametrize("word", [*MARKS, *NAMES])
def test_concessions_and_facts_read_the_same_currency(word: str) -> None:
    text = f"You paid 20 {word.upper()} for it."
    (money,) = find_money(text)
    (fact,) = (fact for fact in find_facts(text) if fact.kind == "amount")
    assert money.currency == currency_of(word)
    assert fact.value == ("20", currencies_of(word))


@pytest.mark.parametrize("text", ["200 kr", "kr. 200", "Rs 200", "Rs. 200", "200 rupees", "200 kroner"])
def test_what_several_countries_share_names_no_currency(text: str) -> None:
    (money,) = find_money(text)
    assert money.currency == ""


@pytest.mark.parametrize("text", ["Please try 3 times.", "I told Ron 20 times.", "Give it one try."])
def test_words_that_are_codes_too_are_no_currency(text: str) -> None:
    assert list(find_money(text)) == []
    assert not [fact for fact in find_facts(text) if fact.kind == "amount"]


@pytest.mark.parametrize(
    ("mail", "draft", "stands"),
    [
        ("I paid 200 kr.", "You paid 200 kr.", True),
        ("I paid 200 SEK.", "You paid 200 kr.", True),
        ("I paid 200 kr.", "You paid 200 SEK.", False),
        ("I paid Rs 200.", "You paid 200 rupees.", True),
        ("I paid ₹200.", "You paid Rs. 200.", True),
        ("I paid Rs 200.", "You paid INR 200.", False),
        ("I paid 200 euros.", "You paid 200 kr.", False),
        ("I paid C$200.", "You paid CAD 200.", True),
        ("I paid C$200.", "You paid 200 dollars.", False),
    ],
)
def test_a_draft_may_say_less_of_the_currency_than_the_mail_and_not_more(mail: str, draft: str, stands: bool) -> None:
    assert (ungrounded(context(draft, make_case(mail)), frozenset({"amount"})) == []) is stands
