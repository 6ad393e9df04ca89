"""The queue: which tickets a view shows, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, QuerySet

from pipeline.flow import TicketState
from pipeline.store.models import Ticket

_T = TicketState

VIEWS: dict[str, tuple[str, tuple[TicketState, ...]]] = {
    "open": ("Waiting for you", (_T.ESCALATED, _T.DRAFTED, _T.FAILED, _T.UNCERTAIN)),
    "working": ("Being read", (_T.RECEIVED,)),
    "approved": ("Sending", (_T.APPROVED,)),
    "sent": ("Sent", (_T.SENT,)),
    "rejected": ("Rejected", (_T.REJECTED,)),
    "suppressed": ("No answer due", (_T.SUPPRESSED,)),
    "quarantined": ("Quarantine", (_T.QUARANTINED,)),
}
LONGEST_LIST = 200


@dataclass(frozen=True, slots=True)
class View:
    name: str
    title: str
    count: int


def view_of(name: str | None) -> str:
    return name if name in VIEWS else "open"


def tickets_in(view: str) -> QuerySet[Ticket]:
    """Sorted by the risk of missing the promised time, never by the volume of a message (P17); newest where done."""
    rows = Ticket.objects.filter(state__in=VIEWS[view][1])
    if view in ("open", "working", "approved"):
        return rows.order_by(F("reply_due_at").asc(nulls_first=True), "id")
    return rows.order_by("-updated_at")


def views() -> list[View]:
    counts = dict(Ticket.objects.values_list("state").annotate(Count("id")))
    return [View(name, title, sum(counts.get(state, 0) for state in states)) for name, (title, states) in VIEWS.items()]


def time_left(due: datetime | None, now: datetime) -> str:
    """ "2 h 5 min left", "overdue by 3 d": what an agent sees beside a ticket."""
    if due is None:
        return ""
    seconds = int((due - now).total_seconds())
    minutes = abs(seconds) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    span = f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return f"{span} left" if seconds >= 0 else f"overdue by {span}"
