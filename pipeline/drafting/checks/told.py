"""Whether a conversation tells something: the ways in which customers give a fact, by the kind of fact."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from pipeline.drafting.checks.facts import known
from pipeline.drafting.words import stem, terms

Told = Callable[[str, str], bool]
"""Of the noun that a question names (may be empty) and what was said: whether it is told."""

_COUNT = r"(?:\d+|one|two|both|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PLAIN_DAY = re.compile(
    r"\b(?:yesterday|today|tomorrow|this morning|last night|tonight|new year|easter|christmas)\b", re.IGNORECASE
)
_AGO = re.compile(
    rf"\b(?:{_COUNT}|an?|few|couple of) (?:minutes?|hours?|days?|weeks?|months?|years?) (?:ago|before|after|later)\b|"
    r"\bafter \w+ (?:update|upgrade)\b",
    re.IGNORECASE,
)
_LASTS = re.compile(rf"\b{_COUNT}(?:[ -]\w+)?[ -](?:second|minute|hour|day|night|week|month|year)s?\b", re.IGNORECASE)
_AGE = re.compile(rf"\b{_COUNT}(?:[ -]\w+)?[ -](?:day|week|month|year)s?\b", re.IGNORECASE)
_HOUR = re.compile(
    r"\b(?:noon|midnight|half past \w+|at (?:one|two|three|four|five|six|seven|eight|nine|ten|\d))\b", re.I
)
_SPENT = re.compile(
    r"\b(?:charged?|paid|pay|cost|worth|took|taken|sum of|amount of|price (?:is|was)|"
    r"wants? me to pay|bill (?:is|says|was)|quoted?)\b[^.!?\n]{0,25}?(?<![\w-])\d+(?:[.,]\d+)*(?![\w-])",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*[.,]\d\d(?![\w.,-])")
_PLACE = re.compile(
    r"\b(?:[Aa]t|[Ii]n|[Ff]rom|[Nn]ear|[Yy]our|[Tt]o|[Bb]ehind|[Bb]y)\s+(?:the\s+)?(?:[A-Z][\w'’-]+|(?:bin|door|garage|"
    r"porch|gate|garden|shed|kitchen|bath|cellar|hall|street|counter|pool)\w*)|\broom \d+",
)
_PARTY = re.compile(rf"\b(?:party|group|table|reservation|booking) (?:of|for) {_COUNT}\b|\bwe were {_COUNT}\b", re.I)
_PEOPLE = frozenset({"people", "guests", "persons", "diners", "group", "party"})
_LINK = (
    r"(?:is|are|was|were|its|it|the|on|no|nr|number|ref|reference|code|ending|at|minus|reads|says|shows|now|dated|plus)"
)
_LABEL = r"(?:\W{1,3}(?:no|nr|number|num|id|ref|reference|code|card|is|ending|my|it['’]s|its)\b\.?)"
_IDENTIFIER = (
    r"(?:(?-i:[A-Z]{1,6}) (?=\d))?(?=[\w-]{0,30}\d[\w-]{0,30}\d|[\w-]{0,30}\d[\w-]{0,30}[A-Z])"
    r"(?=[\w-]{3}|\d\d(?!\w))(?!\d+(?:st|nd|rd|th|cm|mm|kg|x)\b)[\w-]+(?![.,:/]\d|\w| ?(?:euros?|pounds|€|£))"
)
_GIVEN = re.compile(
    r"\b(?:attach(?:ed|ing|ment)?|enclos(?:ed|ing|e)|below|appended|here(?:['’]s| is| are)|"
    r"(?:i|we)(?:['’]ve| have)? (?:already )?sent|sent you|adding)\b",
    re.IGNORECASE,
)
_NOT_GIVEN = re.compile(
    r"\b(?:can(?:no|['’])t|cannot|couldn['’]t|not|lost|will) (?:\w+ ){0,2}(?:attach|enclose|send)", re.I
)
_SENTENCE = re.compile(r"[.!?]+(?:\s|$)|\n")


@lru_cache(maxsize=8)
def parts(said: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The sentences of what was said, each with its stemmed words; a point inside a number ends none."""
    return tuple((part, frozenset(terms(part))) for part in _SENTENCE.split(said) if part.strip())


def words_of(said: str) -> frozenset[str]:
    """The stemmed words of what was said."""
    return frozenset().union(*(words for _, words in parts(said)))


def tells_day(noun: str, said: str) -> bool:
    """A day that can be found in a calendar: "last week" is none."""
    held = known(said)
    return bool(_PLAIN_DAY.search(said)) or any(map(held.of, ("date", "numeric date", "weekday", "day")))


def tells_when(noun: str, said: str) -> bool:
    return tells_day(noun, said) or bool(_AGO.search(said)) or bool(known(said).of("month"))


def tells_hour(noun: str, said: str) -> bool:
    return bool(known(said).of("time") or _HOUR.search(said))


def tells_duration(noun: str, said: str) -> bool:
    return bool(_LASTS.search(said))


def tells_age(noun: str, said: str) -> bool:
    return bool(_AGE.search(said))


def tells_amount(noun: str, said: str) -> bool:
    return bool(known(said).of("amount") or _DECIMAL.search(said) or _SPENT.search(said))


def tells_place(noun: str, said: str) -> bool:
    return bool(_PLACE.search(said))


def tells_count(noun: str, said: str) -> bool:
    """A number right before the noun that is counted: "seven loose tiles" of tiles."""
    if noun in _PEOPLE and _PARTY.search(said):
        return True
    counted = re.compile(rf"\b{_COUNT}\s+(?:\w+\s+)?{re.escape(stem(noun))}\w*", re.IGNORECASE)
    return bool(counted.search(said))


def tells_labelled(noun: str, said: str) -> bool:
    """A token with a digit behind the noun that names it: "policy 8810-F", "frame number LD009812"."""
    if not noun:
        return False
    label = rf"\b{re.escape(noun)}s?\b(?:['’]s)?(?:\W{{0,3}}\b{_LINK}\b){{0,3}}?\W{{1,3}}(?-i:[A-Z]{{1,6}} ?)?[\w-]*\d"
    return bool(re.search(label, said, re.IGNORECASE))


def tells_identifier(noun: str, said: str) -> bool:
    """Two digits or more right behind the noun or its "number", and no sum or time: "order was 14.20" names none."""
    label = rf"\b{re.escape(noun)}(?:['’]s)?{_LABEL}{{0,2}}\W{{1,3}}{_IDENTIFIER}"
    return bool(noun) and bool(re.search(label, said, re.IGNORECASE))


def tells_which(noun: str, said: str) -> bool:
    """One of several, told apart by where or what it is: "the top drawer", "back left wheel"."""
    if not noun:
        return False
    which = (
        r"(?:top|bottom|upper|lower|left|right|front|back|rear|first|second|third|last|middle|inner|outer|kitchen|"
        r"red|blue|green|black|white|gr[ea]y|brown)"
    )
    named = rf"\b(?:(?i:{which})|(?<=\w )(?!I\b)[A-Z]\w+) {re.escape(stem(noun))}\w*"
    return bool(re.search(named, said)) or tells_labelled(noun, said)


def tells_document(noun: str, said: str) -> bool:
    """A document named beside the word that hands it over."""
    return any(
        stem(noun) in words and _GIVEN.search(part) and not _NOT_GIVEN.search(part) for part, words in parts(said)
    )
