"""The queue: which tickets a view shows, page by page. A merged ticket is in no view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q, QuerySet

from pipeline.review.lines import PEOPLE, Detail, details
from pipeline.review.shelves import GROUPS, RISK, SHELVES, Asker, Order, Shelf
from pipeline.store.models import Message, Ticket

VIEWS: Mapping[str, str] = {name: shelf.title for name, shelf in SHELVES.items()}
PAGE = 30
MOST_COUNTED = 100
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """``count`` is at most `MOST_COUNTED`: what lies behind would have to be walked through to be counted."""

    name: str
    title: str
    count: int

    @property
    def shown(self) -> str:
        return f"{self.count:,}+" if self.count == MOST_COUNTED else f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in a list; ``mail`` is the mail it stands there for, in the views that are about mails."""

    ticket: Ticket
    left: str
    detail: Detail
    mail: Message | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of a view; ``next`` is the cursor of the one behind it, empty on the last."""

    lines: list[Line]
    next: str


def view_of(name: str | None) -> str:
    return name if name is not None and name in SHELVES else "open"


def group_of(view: str, name: str | None) -> str:
    return name if name is not None and name in GROUPS and view == "suppressed" else ""


def _shelf(view: str, group: str) -> Shelf:
    return GROUPS[group] if group else SHELVES[view]


def tickets_in(view: str, asker: Asker, group: str = "") -> QuerySet[Ticket]:
    """Every ticket of a view, in its order."""
    shelf = _shelf(view, group)
    rows = Ticket.objects.filter(shelf.shows(asker), merged_into__isnull=True)
    return (rows.filter(mailbox=asker.mailbox) if asker.mailbox else rows).order_by(*shelf.order.columns)


def views(asker: Asker) -> list[View]:
    """Every view with its number of tickets, in one query that walks through `MOST_COUNTED` rows of each at most."""
    sql, values = _counting(connection.vendor, bool(asker.mailbox))
    own = dict(zip(_values(_ANYBODY), _values(asker), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(sql, [own.get(value, value) for value in values])
        found = cursor.fetchone()
    return [View(name, title, count) for (name, title), count in zip(VIEWS.items(), found, strict=True)]


@cache
def _counting(vendor: str, one_mailbox: bool) -> tuple[str, tuple[Any, ...]]:
    """The query that counts for `_ANYBODY`. To put it together takes Django longer than the database to answer it."""
    asker = _ANYBODY if one_mailbox else replace(_ANYBODY, mailbox="")
    queries = [_few(tickets_in(name, asker), shelf).query.sql_with_params() for name, shelf in SHELVES.items()]
    counts = ", ".join(f"(SELECT COUNT(*) FROM ({sql}) counted)" for sql, _ in queries)  # noqa: S608  # Django's own
    return f"SELECT {counts}", tuple(value for _, values in queries for value in values)


_ANYBODY = Asker(User(pk=-1), _LONG_AGO, "\0")
"""Nobody, at no time, of no mailbox: stands for those who ask, by values that no view has otherwise."""


def _values(asker: Asker) -> tuple[Any, ...]:
    """What of ``asker`` stands in a query, as the database takes it."""
    return asker.user.pk, connection.ops.adapt_datetimefield_value(asker.now), asker.mailbox


def _few(rows: QuerySet[Ticket], shelf: Shelf) -> QuerySet[Ticket, Any]:
    """As many as are counted; in their order where an index has them in it, since any others would be sought longer."""
    return (rows if shelf.order is RISK else rows.order_by()).values("pk")[:MOST_COUNTED]


def lines(view: str, group: str, asker: Asker, cursor: str = "") -> Lines:
    """The page of a view that begins behind ``cursor``; one that makes no sense is the first page."""
    shelf = _shelf(view, group)
    behind = tickets_in(view, asker, group).filter(_behind(cursor, shelf.order))
    found = list(behind.select_related(*PEOPLE)[: PAGE + 1])
    rows = found[:PAGE]
    mails = _newest_mails(rows, shelf.mails) if shelf.mails is not None else {}
    more = details(rows, asker.now)
    shown = [
        Line(
            ticket=row,
            left=time_left(row.reply_due_at, asker.now),
            detail=more[row.pk],
            mail=mails.get(row.pk),
            late=row.reply_due_at is not None and row.reply_due_at < asker.now,
        )
        for row in rows
    ]
    return Lines(shown, _cursor(rows[-1], shelf.order) if len(found) > PAGE else "")


def next_in(view: str, asker: Asker, ticket_id: int, group: str = "") -> int | None:
    """The ticket after this one in the list of a view, or the first one where it is the last."""
    order = _shelf(view, group).order
    rows = tickets_in(view, asker, group)
    here = rows.filter(pk=ticket_id).first()
    after = rows.filter(_behind(_cursor(here, order), order)).values_list("pk", flat=True).first() if here else None
    return after or rows.exclude(pk=ticket_id).values_list("pk", flat=True).first()


# --- cursors --------------------------------------------------------------------------------------------------------


def _cursor(row: Ticket, order: Order) -> str:
    at: datetime = getattr(row, order.column) if order.column else _LONG_AGO
    return f"{(at - _LONG_AGO) // timedelta(microseconds=1)}.{row.pk}"


def _behind(cursor: str, order: Order) -> Q:
    """What comes after the row that ``cursor`` names; everything where it names none."""
    left, _, right = cursor.partition(".")
    if len(cursor) > 40 or not (left.isascii() and left.isdecimal() and right.isascii() and right.isdecimal()):
        return Q()
    try:
        at, number = _LONG_AGO + timedelta(microseconds=int(left)), min(int(right), 2**63 - 1)
    except OverflowError:
        return Q()
    way = "lt" if order.downwards else "gt"
    if not order.column:
        return Q(**{f"id__{way}": number})
    same = Q(**{order.column: at, f"id__{way}": number})
    # The first condition says nothing new: with it an index is entered at the right place.
    return Q(**{f"{order.column}__{way}e": at}) & (Q(**{f"{order.column}__{way}": at}) | same)


_LISTED = ("ticket_id", "state", "reason", "size", "complete", "received_at", "mailbox", "folder", "tries")


def _newest_mails(rows: Iterable[Ticket], mails: Q) -> dict[int, Message]:
    """By ticket, the newest mail that fits; the large columns stay where they are."""
    found = Message.objects.filter(mails, ticket__in=list(rows)).only(*_LISTED).order_by("received_at", "id")
    return {mail.ticket_id: mail for mail in found if mail.ticket_id}


def time_left(due: datetime | None, now: datetime) -> str:
    """ "2 h 5 min left", "overdue by 3 d": what an agent sees beside a ticket."""
    if due is None:
        return ""
    span = in_words(abs(due - now))
    return f"{span} left" if due >= now else f"overdue by {span}"


def in_words(time: timedelta) -> str:
    """ "3 d 5 h", "2 h 5 min", "40 min"."""
    minutes = int(time.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
