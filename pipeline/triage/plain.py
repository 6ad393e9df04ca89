"""The text as rules read it: one line, typewriter signs, nothing longer than a word may be; offsets hold."""

from __future__ import annotations

import re

MAX_CHARACTERS = 20_000
"""Longer texts are read at both ends only."""
MAX_WORD = 200
"""A longer run without a blank is no word: it is taken out, so that no pattern can be led along it for ever."""

SOFT_HYPHEN = "\xad"
"""It stands inside words and is not seen: who looks for words takes it out."""

_TYPEWRITER = str.maketrans(dict.fromkeys("\u2019\u2018\xb4\u02bc\u2032`", "'") | dict.fromkeys("\u2010\u2011", "-"))
_BLANKS = str.maketrans(
    dict.fromkeys("\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u2060\ufeff", " ")
    | {chr(code): " " for code in range(0x2000, 0x200C)}
)
_NO_WORD = re.compile(rf"\S{{{MAX_WORD + 1},}}")


def straight(text: str) -> str:
    """``text`` with the apostrophes and hyphens of a typewriter and, if it is very long, its middle blank."""
    if len(text) > MAX_CHARACTERS:
        half = MAX_CHARACTERS // 2
        text = text[:half] + " " * (len(text) - MAX_CHARACTERS) + text[-half:]
    return text.translate(_TYPEWRITER)


def plain(text: str) -> str:
    """`straight` text on one line, without runs of more than ``MAX_WORD`` characters."""
    return _NO_WORD.sub(blank, straight(text).translate(_BLANKS))


def lowered(text: str) -> str:
    """``text`` in small letters; a letter whose small form is longer stays."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(low if len(low := one.lower()) == 1 else one for one in text)


def blank(match: re.Match[str]) -> str:
    """What stands for ``match`` where it may not be read."""
    return "~" * len(match.group())


def on_one_line(text: str) -> str:
    """``text`` with straight apostrophes and every blank as a space; the same length, nothing taken out."""
    return text.translate(_TYPEWRITER).translate(_BLANKS)
