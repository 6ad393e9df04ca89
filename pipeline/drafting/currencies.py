"""The one table of currencies: signs, codes and names as they are written in English and German.

A sign or word that several countries share ("kr", "Rs", "cents") may stand for any of theirs; which, is never guessed
from the firm's. "$" alone is the US dollar and "£" the pound sterling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_CODES = (
    "EUR GBP USD CHF NOK SEK DKK ISK PLN CZK HUF RON BGN TRY UAH CAD AUD NZD JPY CNY INR PKR LKR NPR SGD HKD ZAR BRL "
    "MXN ILS AED KRW"
)
_CROWNS, _RUPEES = "DKK ISK NOK SEK", "INR LKR NPR PKR"
MARKS: Mapping[str, str] = {
    "€": "EUR", "£": "GBP", "us$": "USD", "ca$": "CAD", "c$": "CAD", "au$": "AUD", "a$": "AUD", "nz$": "NZD",
    "$": "USD", "¥": "JPY", "₹": "INR", "zł": "PLN", "fr.": "CHF", "sfr": "CHF", "kr": _CROWNS, "kr.": _CROWNS,
    "rs": _RUPEES, "rs.": _RUPEES, **{code.casefold(): code for code in _CODES.split()},
}  # fmt: skip
"""What stands before or behind a figure, in lower case, and the currencies (ISO 4217) it may stand for."""
NAMES: Mapping[str, str] = {
    "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "dollar": "USD", "dollars": "USD",
    "buck": "USD", "bucks": "USD", "franc": "CHF", "francs": "CHF", "franken": "CHF", "yen": "JPY", "zloty": "PLN",
    **dict.fromkeys(("krone", "kroner", "kronen", "krona", "kronor"), _CROWNS),
    **dict.fromkeys(("rupee", "rupees"), _RUPEES),
}  # fmt: skip
"""What stands behind a figure or a number in words."""
PARTS: Mapping[str, str] = {"cent": "", "cents": "", "pence": "GBP", "eurocents": "EUR"}
"""Hundredths; a cent is of whatever has cents."""
_CURRENCIES: Mapping[str, str] = {**MARKS, **NAMES, **PARTS}
_ALSO_WORDS = frozenset({"ron", "try"})
"""Codes that are words or names too: in capitals only."""


def any_of(words: Iterable[str]) -> str:
    """An expression for each of ``words``, the longest first; to be compiled without regard to case."""
    return "(?:" + "|".join(map(_written, sorted(words, key=len, reverse=True))) + ")"


def _written(word: str) -> str:
    return f"(?-i:{word.upper()})" if word in _ALSO_WORDS else re.escape(word)


def currencies_of(word: str) -> frozenset[str]:
    """Those that ``word``, one of the table in any case, may stand for; empty where nothing can be said."""
    return frozenset(_CURRENCIES[word.casefold()].split())


def currency_of(word: str) -> str:
    """The one that ``word`` stands for; empty where it could be several."""
    found = currencies_of(word)
    return next(iter(found)) if len(found) == 1 else ""
