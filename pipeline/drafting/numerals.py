"""Numbers written as words, English and German, up to the thousands."""

from __future__ import annotations

import re
from collections.abc import Iterator

ONES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
GERMAN_ONES = (
    "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf", "dreizehn",
    "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
"""As they stand before a noun and within a longer number; alone, one is "eins"."""
GERMAN_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
FRENCH_AND_SPANISH = {
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12,
    "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
}  # fmt: skip
"""Without words that mean something else in English: "once", "cent", and "sept" for September."""
_UNITS = {word: number for ones in (ONES, ("eins", *GERMAN_ONES[1:])) for number, word in enumerate(ones, start=1)} | {
    "zero": 0,
    "null": 0,
}
_TENS = {word: 10 * number for tens in (TENS, GERMAN_TENS) for number, word in enumerate(tens, start=2)}
_SCALES = {"hundred": 100, "hundert": 100, "thousand": 1000, "tausend": 1000, "dozen": 12, "dutzend": 12}
VALUES = _UNITS | _TENS | _SCALES | FRENCH_AND_SPANISH
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
_NUMERAL = re.compile(rf"(?<![\w-])(?=\w)(?:(?P<half>half a )|an? (?=hundred|thousand|dozen))?{_WORD}"
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
