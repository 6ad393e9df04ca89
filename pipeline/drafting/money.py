"""Amounts of money and shares in running text, in figures or words, English and German."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.drafting.currencies import MARKS, NAMES, PARTS, any_of, currency_of
from pipeline.drafting.numerals import FRENCH_AND_SPANISH, GERMAN_ONES, GERMAN_TENS, ONES, TENS


def _number_words() -> dict[str, int]:
    """1 to 99 as they are written; "twenty-five" for "twenty five" too."""
    words = {word: number for ones in (ONES, GERMAN_ONES) for number, word in enumerate(ones, 1)}
    for tens, (english, german) in enumerate(zip(TENS, GERMAN_TENS, strict=True), 2):
        words |= {english: 10 * tens, german: 10 * tens}
        words |= {f"{english}-{one}": 10 * tens + number for number, one in enumerate(ONES[:9], 1)}
        words |= {f"{one}und{german}": 10 * tens + number for number, one in enumerate(GERMAN_ONES[:9], 1)}
    return words | FRENCH_AND_SPANISH | {"eine": 1, "einen": 1}


NUMBER_WORDS: Mapping[str, int] = _number_words()
_SMALL = "(?:" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)).replace("-", "[- ]") + ")"
_WORDS = (
    rf"(?:(?:(?P<thousands>{_SMALL}|an?)[ -]thousand(?:,? (?:and )?)?)?"
    rf"(?:(?P<hundreds>{_SMALL}|an?)[ -]?(?:hundred|hundert)(?:,? (?:and |und )?)?)?(?P<small>\b{_SMALL}\b)?)"
)
_FIGURE = (
    r"(?:[0-9]{1,3}(?:[.,'’ \u00a0\u202f][0-9]{3}){1,3}(?:[.,][0-9]{1,2})?|[0-9]{1,15}(?:[.,][0-9]{1,2})?)"
    r"(?![0-9]|[.,][0-9])"
)

_DIGIT = re.compile("[0-9]")
_GAP = r"[ \u00a0\u202f]?"
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{any_of(MARKS)}){_GAP}(?P<after_mark>{_FIGURE})(?:,-|\.-)?"
    rf"(?:(?: ?[-–] ?| (?:to|or|bis) )(?P<upto>{_FIGURE}))?(?![\w%])"
    rf"|(?P<figure>{_FIGURE})(?:,-|\.-)?[ \u00a0\u202f-]?(?P<unit>{any_of((*MARKS, *NAMES, *PARTS))})(?!\w)"
    rf"|(?=[a-zäöü]){_WORDS}[ -]?(?P<named>\b{any_of((*NAMES, *PARTS, 'eur'))})\b)",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.,])(?:(?P<figure>[0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?)|(?=[a-zäöü]){_WORDS})[ \u00a0\u202f-]?"
    r"(?:%|per ?cent\b|prozent\b|pct\b|pour cent\b|por ciento\b)",
    re.IGNORECASE,
)
_SHARES: Mapping[str, float] = {"half": 50, "third": 100 / 3, "quarter": 25, "fifth": 20, "tenth": 10}
_SHARE = re.compile(rf"\b(?:(?P<count>a|one|two|three)[ -])?(?P<share>{'|'.join(_SHARES)})s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Money:
    """``amount`` in ``currency`` (ISO 4217, empty where the text does not tell) at ``text[start:end]``."""

    amount: Decimal
    currency: str
    start: int
    end: int


def parse_figure(figure: str) -> Decimal:
    """One number for 1,299.00, 1.299,00, 1 299 and 1299; ValueError where ``figure`` is none.

    The last separator begins the decimals if one or two digits follow it, and groups thousands if three do.
    """
    plain = re.sub(r"[ '’\u00a0\u202f]", "", figure)
    match = re.fullmatch(r"([0-9][0-9.,]*?)(?:[.,]([0-9]{1,2}))?", plain)
    if match is None:
        raise ValueError(f"{figure!r} is no number")
    return Decimal(re.sub(r"[.,]", "", match[1]) + (f".{match[2]}" if match[2] else ""))


def _small(word: str | None) -> int:
    if not word:
        return 0
    word = word.casefold().replace(" ", "-")
    return 1 if word in ("a", "an") else NUMBER_WORDS[word]


def _in_words(match: re.Match[str]) -> Decimal:
    """0 where there is no number word."""
    return Decimal(1000 * _small(match["thousands"]) + 100 * _small(match["hundreds"]) + _small(match["small"]))


def may_name_money(text: str) -> bool:
    """A cheap look, right when it says no: a sign needs a figure, the name of a currency a figure or a word."""
    low = text.casefold()
    signs = _DIGIT.search(text) is not None and any(sign in low for sign in MARKS)
    return signs or any(name in low for name in (*NAMES, *PARTS))


def find_money(text: str) -> Iterator[Money]:
    """Every amount with a currency, in order, a range by its upper end; a number without any currency is none."""
    for match in _MONEY.finditer(text):
        figure = match["after_mark"] or match["figure"]
        amount = parse_figure(figure) if figure else _in_words(match)
        amount = max(amount, parse_figure(match["upto"])) if match["upto"] else amount
        unit = (match["before"] or match["unit"] or match["named"]).casefold()
        if amount or figure:
            part = unit in PARTS
            yield Money(amount / 100 if part else amount, currency_of(unit), match.start(), match.end())


def find_shares(text: str) -> Iterator[tuple[float, int, int]]:
    """Every percentage or simple fraction as (percent, start, end): "20 %", "forty per cent", "a third"."""
    for match in _PERCENT.finditer(text):
        percent = parse_figure(match["figure"]) if match["figure"] else _in_words(match)
        if percent:
            yield float(percent), match.start(), match.end()
    for match in _SHARE.finditer(text):
        times = _small(match["count"]) if match["count"] else 1
        yield min(100.0, times * _SHARES[match["share"].casefold()]), match.start(), match.end()
