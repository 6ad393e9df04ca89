"""Split mail text into sentences, with their places. Mail has bullets, short lines, hard wraps and abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ABBREVIATIONS = (
    "mr mrs ms dr prof st no nr ref tel mob ext inc ltd co corp dept approx vs etc e.g i.e a.m p.m jan feb mar "
    "apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun fig vol rev gen col sgt capt lt cust acc "
    "acct min max sq art"
)
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())
_STOP = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)")
_LINE_END = re.compile(r"(?<![ \t\r])[ \t\r]*\n[ \t\r]*")
_BULLET = re.compile(r"(?:[-*•–]|\(?[a-z0-9]{1,2}[.)])\s", re.IGNORECASE)
WRAPPED_LINE = 55
"""A line shorter than this was ended on purpose; a longer one may be a hard wrap."""


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    start: int
    end: int
    paragraph: int


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of ``text`` in order, without the white space around them."""
    found: list[Sentence] = []
    paragraph = 0
    for start, end, opens_paragraph in _lines(text):
        paragraph += opens_paragraph
        for left, right in _within(text, start, end):
            words = text[left:right]
            left += len(words) - len(words.lstrip())
            words = words.strip()
            if any(character.isalnum() for character in words):
                found.append(Sentence(words, left, left + len(words), paragraph))
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Stretches that no sentence crosses; the flag says that a blank line stands before."""
    start = line_start = 0
    opens = False
    for match in _LINE_END.finditer(text):
        line = text[line_start : match.start()]
        following = text[match.end() : match.end() + 4]
        blank = not line.strip() or following[:1] in ("\n", "")
        wrapped = len(line) >= WRAPPED_LINE and line[-1:] not in ".!?:;" and not _BULLET.match(following)
        lower = following[:1].islower() and not line.rstrip().endswith((".", "!", "?", ":"))
        line_start = match.end()
        if not blank and (wrapped or lower):
            continue
        if text[start : match.start()].strip():
            yield start, match.start(), opens
            opens = False
        opens = opens or blank
        start = match.end()
    if text[start:].strip():
        yield start, len(text), opens


def _within(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for match in _STOP.finditer(text, start, end):
        if _goes_on(text, left, match, end):
            continue
        yield left, match.end()
        left = match.end()
    if left < end:
        yield left, end


def _goes_on(text: str, left: int, match: re.Match[str], end: int) -> bool:
    """Whether the stop is an abbreviation, an initial, an ordinal or is followed by a small letter."""
    following = text[match.end() : min(match.end() + 3, end)].lstrip()
    if match.group() == ".":
        word = text[max(left, match.start() - 12) : match.start()].split()[-1:]
        token = word[0].lower().lstrip("(\"'") if word else ""
        initial = len(token) == 1 and token.isalpha() and token != "i"
        bullet = bool(_BULLET.fullmatch(text[left : match.end()].lstrip() + " "))
        if token in ABBREVIATIONS or initial or bullet:
            return True
    return following[:1].islower() and not match.group().startswith(("!", "?"))
