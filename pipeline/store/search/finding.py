"""Finding tickets by a `Query`, the best of the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F, Q, QuerySet

from pipeline.store.models import Message, SearchDocument, Ticket
from pipeline.store.search.index import lowest_position
from pipeline.store.search.query import Filter, Query, Term, midnight
from pipeline.store.search.snippet import Run, snippet

WINDOW = 200
"""So many of the newest matches are ordered by relevance; the next so many come after them."""
NEAR, BACK = 5_000, 6
"""So many of the newest documents are looked at one by one; then about so many times as many; then the whole index."""
PAGE = 25
_SUBJECT, _PEOPLE, _TEXT = 8.0, 4.0, 1.0
"""How much a word counts by where it stands."""
_FOUND = ("position", "ticket_id", "score")


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket and why it was found. ``snippet`` is empty where its text must not be shown in a list (P15)."""

    ticket: Ticket
    snippet: Sequence[Run] = ()
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results; ``next`` is the cursor of the next one, empty on the last.

    ``count`` is how many match in all, or `WINDOW` where there are ``more``.
    """

    hits: Sequence[Hit] = ()
    next: str = ""
    count: int = 0
    more: bool = False


def find(query: Query, user: User, now: datetime, cursor: str = "") -> Found:
    """The page of results at ``cursor``, which is "" for the first; a cursor that makes no sense is the first too."""
    if query.is_empty:
        return Found()
    ceiling, offset = _read_cursor(cursor)
    rows = _window(query, user, now, ceiling)
    if not rows:
        return Found()
    ranked = sorted(rows, key=lambda row: (-row[2], -row[0]))
    page = [row[1] for row in ranked[offset : offset + PAGE]]
    more = len(rows) == WINDOW
    behind = f"{rows[-1][0]}.0" if more else ""
    following = f"{rows[0][0] + 1}.{offset + PAGE}" if offset + PAGE < len(rows) else behind
    return Found(_hits(page, query), following, len(rows), more)


def _read_cursor(cursor: str) -> tuple[int | None, int]:
    left, _, right = cursor.partition(".")
    if len(cursor) < 30 and left.isascii() and left.isdigit() and right.isascii() and right.isdigit():
        return min(int(left), 2**63 - 1), min(int(right), WINDOW)
    return None, 0


def _hits(page: Sequence[int], query: Query) -> list[Hit]:
    rows = SearchDocument.objects.filter(ticket__in=page).select_related("ticket")
    documents = {row.ticket_id: row for row in rows}
    readings = Message.objects.filter(ticket__in=page).values_list("ticket", "triage__escalate")
    masked = {ticket for ticket, escalate in readings if escalate}
    return [
        Hit(row.ticket, masked=True)
        if row.ticket_id in masked
        else Hit(row.ticket, snippet(row.text or row.subject, query.terms))
        for row in (documents[number] for number in page if number in documents)
    ]


# --- the words ------------------------------------------------------------------------------------------------------


def _window(query: Query, user: User, now: datetime, ceiling: int | None) -> list[tuple[int, int, float]]:
    """The newest `WINDOW` matches below ``ceiling``: position, ticket, score."""
    ceiling = min([*_ceilings(query), *([] if ceiling is None else [ceiling])], default=None)
    rows = SearchDocument.objects.filter(_standing(query, user, now))
    if ceiling is not None:
        rows = rows.filter(position__lt=ceiling)
    if connection.vendor == "sqlite":
        found: QuerySet[SearchDocument, Any] = _in_sqlite(rows, query.terms).values_list(*_FOUND)
    elif query.terms:
        found = _by_steps(rows, query.terms, *_steps(ceiling))
    else:
        found = rows.extra(select={"score": "0.0"}).order_by("-position").values_list(*_FOUND)
    return list(found[:WINDOW])


def _ceilings(query: Query) -> list[int]:
    """Where the results of ``query`` end at the latest."""
    days = (one.value for one in query.filters if one.key == "before" and not one.excluded)
    return [lowest_position(midnight(day)) for day in days]


def _steps(ceiling: int | None) -> tuple[int, int]:
    """The position below the `NEAR` newest documents, and one `BACK` times as far back; 0 where there are no more."""
    rows = SearchDocument.objects.all() if ceiling is None else SearchDocument.objects.filter(position__lt=ceiling)
    positions = rows.order_by("-position").values_list("position", flat=True)
    ends = sorted(positions[:1].union(positions[NEAR : NEAR + 1], all=True))
    if len(ends) < 2:
        return 0, 0
    near, newest = ends
    return near, max(newest - BACK * (newest - near), 0)


def _by_steps(
    rows: QuerySet[SearchDocument], terms: Sequence[Term], near: int, far: int
) -> QuerySet[SearchDocument, Any]:
    """The matches down to the position ``near``, down to ``far``, and below: newest first, at most `WINDOW` of each.

    The planner cannot tell a rare word, or a phrase, from a common one. PostgreSQL works on a later part only where
    those before it have not given enough. A common word is found among the newest documents, which are walked through
    without the index, for that would give every place of the word. What is not found there nor some way back is rare,
    and sorting all its matches takes no time.
    """
    parts = (
        _in_postgresql(rows.filter(position__gte=near), terms, by_index=False).order_by("-position"),
        _in_postgresql(rows.filter(position__lt=near, position__gte=far), terms).order_by("-position"),
        # Not an order that the walk through an index would give.
        _in_postgresql(rows.filter(position__lt=far), terms).order_by((F("position") + 0).desc()),
    )
    first, *others = (part.values_list(*_FOUND)[:WINDOW] for part in parts)
    return first.union(*others, all=True)


def _in_sqlite(rows: QuerySet[SearchDocument], terms: Sequence[Term]) -> QuerySet[SearchDocument]:
    wanted = " AND ".join(_fts5(term) for term in terms if not term.excluded)
    unwanted = " OR ".join(_fts5(term) for term in terms if term.excluded)
    if not wanted:
        where = ["position NOT IN (SELECT rowid FROM store_searchindex WHERE store_searchindex MATCH %s)"]
        rows = rows.extra(where=where, params=[unwanted]) if unwanted else rows  # noqa: S610  # constants
        return rows.extra(select={"score": "0.0"}).order_by("-position")
    match = f"({wanted}) NOT ({unwanted})" if unwanted else wanted
    return rows.extra(  # noqa: S610  # constants and parameters
        select={"score": f"-bm25(store_searchindex, {_SUBJECT}, {_PEOPLE}, {_TEXT})"},
        tables=["store_searchindex"],
        where=["store_searchindex MATCH %s", "store_searchindex.rowid = store_searchdocument.position"],
        params=[match],
        order_by=["-store_searchindex.rowid"],
    )


def _fts5(term: Term) -> str:
    """Every word stands between quotation marks and is letters and digits alone: nothing of it is an operator."""
    words = f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'
    return f"people : {words}" if term.people else words


def _in_postgresql(
    rows: QuerySet[SearchDocument], terms: Sequence[Term], by_index: bool = True
) -> QuerySet[SearchDocument]:
    match = " & ".join(_tsquery(term) for term in terms)
    weights = f"{{{_TEXT / _SUBJECT}, 0, {_PEOPLE / _SUBJECT}, 1}}"
    fits = "vector @@ %s::tsquery"
    return rows.extra(  # noqa: S610  # constants and parameters
        select={"score": "ts_rank(%s::float4[], vector, %s::tsquery)"},
        select_params=[weights, match],
        where=[fits if by_index else f"({fits}) IS TRUE"],
        params=[match],
    )


def _tsquery(term: Term) -> str:
    weight = "B" if term.people else ""
    marks = [weight] * len(term.words)
    marks[-1] += "*" if term.prefix else ""
    parts = [f"'{word}'" + (f":{mark}" if mark else "") for word, mark in zip(term.words, marks, strict=True)]
    return f"{'!' if term.excluded else ''}({' <-> '.join(parts)})"


# --- the ticket -----------------------------------------------------------------------------------------------------


def _standing(query: Query, user: User, now: datetime) -> Q:
    found = Q()
    for one in query.filters:
        fits = _filter(one, user, now)
        found &= ~fits if one.excluded else fits
    return found


def _filter(one: Filter, user: User, now: datetime) -> Q:
    if one.key == "is":
        return _is(one.value, user, now)
    if one.key == "before":
        return Q(position__lt=lowest_position(midnight(one.value)))
    if one.key == "after":
        return Q(position__gte=lowest_position(midnight(one.value)))
    if one.key == "tag":
        return Q(ticket__in=Ticket.objects.filter(tags__name=one.value))
    return Q(**{f"ticket__{one.key}": one.value})


def _is(standing: str, user: User, now: datetime) -> Q:
    waiting = Q(ticket__risk_at__isnull=False)
    awake = Q(ticket__snoozed_until__isnull=True) | Q(ticket__snoozed_until__lte=now)
    return {
        "mine": Q(ticket__assignee=user),
        "unassigned": waiting & Q(ticket__assignee__isnull=True),
        "snoozed": Q(ticket__snoozed_until__gt=now),
        "open": waiting & awake,
        "overdue": waiting & Q(ticket__reply_due_at__lt=now),
    }[standing]
