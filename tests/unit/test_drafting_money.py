"""Amounts of money in running text."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.money import Money, find_money, find_shares, parse_figure

AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999.99"), places=2)
STYLES = (
    "€{english}", "€ {english}", "{english} €", "{german} €", "EUR {english}", "{german} EUR", "{plain} euros", "EUR{plain}",
    "{spaced} EUR", "{swiss} Euro",
)  # fmt: skip


def written(amount: Decimal, style: str) -> str:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    spaced = english.replace(",", "\u00a0")
    return style.format(
        english=english, german=german, plain=f"{amount:.2f}", spaced=spaced, swiss=english.replace(",", "’")
    )


@given(AMOUNTS, st.sampled_from(STYLES), st.sampled_from(["", "We credit ", "(", "that is "]))
def test_an_amount_is_read_as_it_was_written(amount: Decimal, style: str, before: str) -> None:
    text = f"{before}{written(amount, style)} to you."
    (found,) = find_money(text)
    assert (found.amount, found.currency) == (amount, "EUR")
    assert text[found.start : found.end] == written(amount, style)


@given(st.text(st.sampled_from("0123456789.,'-–€$£ EURekrachundtwo hundredhalfpercent%\u00a0٣\x01\n"), max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in find_money(text):
        assert 0 <= found.start < found.end <= len(text)
    for share, start, end in find_shares(text):
        assert share >= 0
        assert 0 <= start < end <= len(text)


@given(st.text(max_size=30))
def test_a_figure_is_a_number_or_refused(text: str) -> None:
    try:
        assert parse_figure(text) >= 0
    except ValueError:
        assert not re.fullmatch("[0-9]+", text)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("twenty euros", 20, "EUR"),
        ("twenty-five pounds", 25, "GBP"),
        ("two hundred and fifty dollars", 250, "USD"),
        ("a hundred quid", 100, "GBP"),
        ("one thousand two hundred euros", 1200, "EUR"),
        ("fünfundzwanzig Euro", 25, "EUR"),
        ("CHF 40", 40, "CHF"),
        ("US$ 40", 40, "USD"),
        ("200 kr", 200, ""),
        ("50 pence", Decimal("0.50"), "GBP"),
        ("€20-50", 50, "EUR"),
        ("20 to 50 euros", 50, "EUR"),
        ("€ 1 299", 1299, "EUR"),
        ("a 20-euro note", 20, "EUR"),
        ("20,- €", 20, "EUR"),
    ],
)
def test_amounts_in_words_and_signs(text: str, amount: Decimal | int, currency: str) -> None:
    (found,) = find_money(text)
    assert (found.amount, found.currency) == (amount, currency)


@pytest.mark.parametrize(
    "text", ["euros", "order 20418", "20 days", "version 1.2.3", "EUROPE 12", "the pound", "12 eurythmics"]
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert list(find_money(text)) == []


@pytest.mark.parametrize(
    ("text", "percent"),
    [("20 % off", 20), ("12,5%", 12.5), ("forty per cent", 40), ("half off", 50), ("a quarter", 25)],
)
def test_shares(text: str, percent: float) -> None:
    assert [share for share, _, _ in find_shares(text)] == [percent]


def test_a_money_record_points_at_its_words() -> None:
    assert list(find_money("Take €5.")) == [Money(Decimal(5), "EUR", 5, 7)]
