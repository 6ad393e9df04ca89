"""Finding tickets by a `Query`, the best of the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F, Q, QuerySet

from pipeline.store.models import Message, SearchDocument, Ticket
from pipeline.store.search.index import lowest_position
from pipeline.store.search.query import Filter, Query, Term, midnight
from pipeline.store.search.snippet import Run, snippet

WINDOW = 200
"""So many of the newest matches are ordered by relevance; the next so many come after them."""
LOOKED_THROUGH = 10_000
"""So many of the newest documents are looked at before the whole index is asked."""
PAGE = 25
_SUBJECT, _PEOPLE, _TEXT = 8.0, 4.0, 1.0
"""How much a word counts by where it stands."""


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
    rows = _matches(query, user, now, ceiling)
    columns = ("position", "ticket_id", "score")
    if connection.vendor == "postgresql" and query.terms:
        # The planner cannot tell a rare word from a common one that its statistics do not hold. A common one is found
        # among the newest documents; where it is not, the matches are few, and sorting them all takes no time.
        floor = _behind_the_newest(ceiling)
        near = list(rows.filter(position__gte=floor).order_by("-position").values_list(*columns)[:WINDOW])
        if floor == 0 or len(near) == WINDOW:
            return near
        rows = rows.order_by((F("position") + 0).desc())  # not an order that the walk through an index would give
    return list(rows.values_list(*columns)[:WINDOW])


def _ceilings(query: Query) -> list[int]:
    """Where the results of ``query`` end at the latest."""
    days = (one.value for one in query.filters if one.key == "before" and not one.excluded)
    return [lowest_position(midnight(day)) for day in days]


def _behind_the_newest(ceiling: int | None) -> int:
    """The position below the `LOOKED_THROUGH` newest documents; 0 where there are no more."""
    rows = SearchDocument.objects.all() if ceiling is None else SearchDocument.objects.filter(position__lt=ceiling)
    return (
        rows.order_by("-position").values_list("position", flat=True)[LOOKED_THROUGH : LOOKED_THROUGH + 1].first() or 0
    )


def _matches(query: Query, user: User, now: datetime, ceiling: int | None) -> QuerySet[SearchDocument]:
    """Every document that fits, newest first, with its ``score``."""
    rows = SearchDocument.objects.filter(_standing(query, user, now))
    if ceiling is not None:
        rows = rows.filter(position__lt=ceiling)
    return _in_postgresql(rows, query.terms) if connection.vendor == "postgresql" else _in_sqlite(rows, query.terms)


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


def _in_postgresql(rows: QuerySet[SearchDocument], terms: Sequence[Term]) -> QuerySet[SearchDocument]:
    if not terms:
        return rows.extra(select={"score": "0.0"}).order_by("-position")
    match = " & ".join(_tsquery(term) for term in terms)
    weights = f"{{{_TEXT / _SUBJECT}, 0, {_PEOPLE / _SUBJECT}, 1}}"
    return rows.extra(
        select={"score": "ts_rank(%s::float4[], vector, %s::tsquery)"},
        select_params=[weights, match],
        where=["vector @@ %s::tsquery"],
        params=[match],
    ).order_by("-position")


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
