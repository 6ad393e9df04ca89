"""The queue: which tickets a view shows, and in which order. A merged ticket is in no view."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from pipeline.flow import MessageState, TicketState
from pipeline.records import MailKind
from pipeline.review.heat import stirred, waves_of
from pipeline.store.limits import HELD_BACK
from pipeline.store.models import Message, Ticket

_T = TicketState

VIEWS: dict[str, tuple[str, tuple[TicketState, ...]]] = {
    "open": ("Waiting for you", (_T.ESCALATED, _T.DRAFTED, _T.FAILED, _T.UNCERTAIN)),
    "snoozed": ("Put off", ()),
    "working": ("Being read", (_T.RECEIVED,)),
    "approved": ("Sending", (_T.APPROVED,)),
    "sent": ("Sent", (_T.SENT,)),
    "rejected": ("Rejected", (_T.REJECTED,)),
    "held": ("Held back", ()),
    "suppressed": ("No answer due", (_T.SUPPRESSED,)),
    "quarantined": ("Quarantine", (_T.QUARANTINED,)),
    "history": ("History", (_T.HISTORY,)),
}
LONGEST_LIST = 200

_HELD = Q(state=MessageState.SUPPRESSED, reason__startswith=HELD_BACK)
_QUARANTINED = Q(state=MessageState.QUARANTINED)
_ROBOTS = (MailKind.AUTO_REPLY, MailKind.BOUNCE, MailKind.LIST, MailKind.NEWSLETTER, MailKind.SPAM)

GROUPS: dict[str, tuple[str, Q]] = {
    "robots": ("Robots and lists", Q(state=MessageState.SUPPRESSED, parsed__kind__in=_ROBOTS)),
    "copies": ("Second deliveries", Q(state=MessageState.SUPPRESSED, reason__startswith="second delivery of")),
    "own": ("Our own mail", Q(state=MessageState.SUPPRESSED, parsed__kind=MailKind.OWN)),
}
"""Of the mail that gets no answer: by why, also where it lies in a customer's ticket."""

_MAILS = {
    "held": _HELD,
    "suppressed": Q(state=MessageState.SUPPRESSED),
    "quarantined": _QUARANTINED,
    "history": Q(state=MessageState.HISTORY),
}
"""The mails that a view is about, where it is about mails."""


@dataclass(frozen=True, slots=True)
class View:
    name: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in a list; ``mail`` is the mail it stands there for, in the views that are about mails.

    ``phase`` is that of the heat where it is rising or at its peak, else "".
    """

    ticket: Ticket
    left: str
    mail: Message | None = None
    phase: str = ""


def view_of(name: str | None) -> str:
    return name if name in VIEWS else "open"


def group_of(view: str, name: str | None) -> str:
    return name if name in GROUPS and view == "suppressed" else ""


def tickets_in(view: str, group: str = "") -> QuerySet[Ticket]:
    """Sorted by the risk of missing the promised time, never by the volume of a message (P17); newest where done."""
    rows = Ticket.objects.filter(_shown_in(view, group), merged_into__isnull=True)
    if view == "snoozed":
        return rows.order_by("snoozed_until", "id")
    if view in ("open", "working", "approved"):
        return rows.order_by(F("reply_due_at").asc(nulls_first=True), "id")
    return rows.order_by("-updated_at")


def _shown_in(view: str, group: str) -> Q:
    """Held back and quarantined mail is found whatever became of the rest of its ticket."""
    states = Q(state__in=VIEWS[view][1])
    if group:
        return _with(GROUPS[group][1])
    if view == "open":
        return states & ~_put_off()
    if view == "snoozed":
        return Q(state__in=VIEWS["open"][1]) & _put_off()
    if view == "held":
        return _with(_HELD)
    if view == "suppressed":
        return states & ~_with(_HELD)
    return states | _with(_QUARANTINED) if view == "quarantined" else states


def _put_off() -> Q:
    return Q(snoozed_until__isnull=False, snoozed_until__gt=timezone.now())


def _with(mails: Q) -> Q:
    return Q(pk__in=Message.objects.filter(mails, ticket__isnull=False).values("ticket"))


def views() -> list[View]:
    counts = dict(Ticket.objects.filter(merged_into__isnull=True).values_list("state").annotate(Count("id")))

    def count(name: str) -> int:
        by_state = name not in ("open", "snoozed", "held", "suppressed", "quarantined")
        return sum(counts.get(state, 0) for state in VIEWS[name][1]) if by_state else tickets_in(name).count()

    return [View(name, title, count(name)) for name, (title, _) in VIEWS.items()]


def lines(view: str, group: str, now: datetime) -> list[Line]:
    """The list of a view, at most `LONGEST_LIST` long."""
    rows = list(tickets_in(view, group)[:LONGEST_LIST])
    mails = _newest_mails(rows, GROUPS[group][1] if group else _MAILS[view]) if view in _MAILS else {}
    waves = waves_of(rows)
    return [Line(row, time_left(row.reply_due_at, now), mails.get(row.pk), stirred(waves.get(row.pk))) for row in rows]


_LISTED = ("ticket_id", "state", "reason", "size", "complete", "received_at", "mailbox", "folder", "tries")


def _newest_mails(rows: Iterable[Ticket], mails: Q) -> dict[int, Message]:
    """By ticket, the newest mail that fits; the large columns stay where they are."""
    found = Message.objects.filter(mails, ticket__in=list(rows)).only(*_LISTED).order_by("received_at", "id")
    return {mail.ticket_id: mail for mail in found if mail.ticket_id}


def time_left(due: datetime | None, now: datetime) -> str:
    """ "2 h 5 min left", "overdue by 3 d": what an agent sees beside a ticket."""
    if due is None:
        return ""
    seconds = int((due - now).total_seconds())
    minutes = abs(seconds) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    span = f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return f"{span} left" if seconds >= 0 else f"overdue by {span}"
