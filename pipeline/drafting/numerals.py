"""Numbers written as words, English and German, up to the thousands."""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = {
    word: value
    for value, words in enumerate(
        [
            "zero/null",
            "one/eins",
            "two/zwei",
            "three/drei",
            "four/vier",
            "five/fünf",
            "six/sechs",
            "seven/sieben",
            "eight/acht",
            "nine/neun",
            "ten/zehn",
            "eleven/elf",
            "twelve/zwölf",
            "thirteen/dreizehn",
            "fourteen/vierzehn",
            "fifteen/fünfzehn",
            "sixteen/sechzehn",
            "seventeen/siebzehn",
            "eighteen/achtzehn",
            "nineteen/neunzehn",
        ]
    )
    for word in words.split("/")
}
_TENS = {
    word: 10 * (place + 2)
    for place, words in enumerate(
        [
            "twenty/zwanzig",
            "thirty/dreißig",
            "forty/vierzig",
            "fifty/fünfzig",
            "sixty/sechzig",
            "seventy/siebzig",
            "eighty/achtzig",
            "ninety/neunzig",
        ]
    )
    for word in words.split("/")
}
_SCALES = {"hundred": 100, "hundert": 100, "thousand": 1000, "tausend": 1000, "dozen": 12, "dutzend": 12}
VALUES = _UNITS | _TENS | _SCALES
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "thirty-first": 31,
    **{f"twenty-{word}": 20 + n for n, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",], 1)},
    "ersten": 1, "zweiten": 2, "dritten": 3, "vierten": 4, "fünften": 5, "sechsten": 6, "siebten": 7, "achten": 8,
    "neunten": 9, "zehnten": 10, "elften": 11, "zwölften": 12,
}  # fmt: skip

_WORD = "(?:" + "|".join(sorted(VALUES, key=len, reverse=True)) + ")"
_NUMERAL = re.compile(rf"(?<![\w-])(?:(?P<half>half a )|an? (?=hundred|thousand|dozen))?{_WORD}"
                      rf"(?:(?:[ -]| and ){_WORD})*(?![\w-])", re.IGNORECASE)  # fmt: skip


def value(words: str) -> int:
    """The number that number words of one run name: "two hundred and fifty" is 250."""
    total = current = 0
    for word in re.findall(r"[^\W\d_]+", words.lower()):
        number = VALUES.get(word)
        if number is None:
            continue
        if word in _SCALES:
            current = (current or 1) * number
            if number == 1000:
                total, current = total + current, 0
        else:
            current += number
    return total + current


def numerals(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each run of number words in ``text`` with its value; "half a dozen" is six."""
    for match in _NUMERAL.finditer(text):
        number = value(match.group())
        yield match, number // 2 if match["half"] else number
