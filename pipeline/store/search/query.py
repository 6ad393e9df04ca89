"""What a person types into the search box, read as terms and filters.

    lost parcel          both words, anywhere in the conversation
    "lost parcel"        one behind the other
    refun*               words that begin so
    -refund              not this word; a minus stands before everything else as well
    from:anna@example.com, from:example.com, from:"Anna Berg"
    state:sent  mailbox:care  urgency:high  tone:angry  tag:refund
    is:mine  is:unassigned  is:snoozed  is:open  is:overdue
    before:2026-11-01    the newest mail came before that day (UTC); after:2026-11-01 on that day or later

Nothing that can be typed is an error: what makes no sense is left out, and `Query.problems` says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipeline.flow import TicketState
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.store.search.words import words_of

LONGEST_QUERY = 500
MOST_TERMS = 20
SHORTEST_PREFIX = 3
STANDINGS = ("mine", "unassigned", "snoozed", "open", "overdue")
_PART = re.compile(r'(-?)(?:([A-Za-z]+):)?(?:"([^"]*)("?)|([^\s"]*))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other, folded; of the ``people`` alone, or anywhere."""

    words: tuple[str, ...]
    excluded: bool = False
    people: bool = False
    prefix: bool = False
    """The last word may go on."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What has to be so of the ticket: ``value`` is one that ``key`` knows; of a date, the ISO day."""

    key: str
    value: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    text: str = ""
    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    problems: tuple[str, ...] = ()
    """In words, what of ``text`` was left out or understood otherwise."""

    @property
    def is_empty(self) -> bool:
        return not self.terms and not self.filters


def read(text: str) -> Query:
    """Never raises."""
    terms: list[Term] = []
    filters: list[Filter] = []
    problems: list[str] = []
    if len(text) > LONGEST_QUERY:
        problems.append(f"only the first {LONGEST_QUERY} characters are looked at")
    for found in _PART.finditer(text[:LONGEST_QUERY]):
        _read_part(found, terms, filters, problems)
    if len(terms) + len(filters) > MOST_TERMS:
        problems.append(f"only the first {MOST_TERMS} words are looked for")
        terms, filters = terms[:MOST_TERMS], filters[:MOST_TERMS]
    return Query(text, tuple(terms), tuple(filters), tuple(dict.fromkeys(problems)))


def _read_part(found: re.Match[str], terms: list[Term], filters: list[Filter], problems: list[str]) -> None:
    minus, key, quoted, closing, plain = found.groups()
    if not found.group():
        return
    excluded, key, value = bool(minus), (key or "").lower(), quoted if plain is None else plain
    if quoted is not None and not closing:
        problems.append('a quotation mark (") is not closed; what follows it is taken as one phrase')
    if key in _FILTERS:
        one = _FILTERS[key](value.strip())
        if one is None:
            problems.append(f"{key}:{value} is left out: {_EXPECTED[key]}")
        else:
            filters.append(Filter(key, one, excluded))
        return
    if key and key != "from":
        problems.append(f"there is no field {key!r}; it is taken as a word")
        value = f"{key} {value}"
    words = tuple(words_of(value))
    prefix = value.endswith("*") and bool(words)
    if prefix and len(words[-1]) < SHORTEST_PREFIX:
        problems.append(f"{value} is too short: {SHORTEST_PREFIX} letters must stand before *")
        prefix = False
    if not words:
        problems.append(f"{found.group().strip()} is left out: there is no letter or digit in it")
        return
    terms.append(Term(words, excluded, key == "from", prefix))


def _one_of(known: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda value: value.lower() if value.lower() in known else None


def _day(value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _text(value: str) -> str | None:
    return value[:120].replace("\0", "") or None


def midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)


_STATES = tuple(state.value for state in TicketState)
_FILTERS: Mapping[str, Callable[[str], str | None]] = {
    "state": _one_of(_STATES),
    "urgency": _one_of(URGENCY_LABELS),
    "tone": _one_of(TONE_LABELS),
    "is": _one_of(STANDINGS),
    "mailbox": _text,
    "tag": lambda value: (_text(value) or "").lower() or None,
    "before": _day,
    "after": _day,
}
_EXPECTED: Mapping[str, str] = {
    "state": f"a state is one of {', '.join(_STATES)}",
    "urgency": f"an urgency is one of {', '.join(URGENCY_LABELS)}",
    "tone": f"a tone is one of {', '.join(TONE_LABELS)}",
    "is": f"what a ticket is, is one of {', '.join(STANDINGS)}",
    "mailbox": "name a mailbox",
    "tag": "name a tag",
    "before": "a day is written like 2026-11-01",
    "after": "a day is written like 2026-11-01",
}
