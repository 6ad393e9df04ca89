"""The views of the queue as data: which tickets each shows, and in which order an index holds them ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import F, Q

from pipeline.flow import DraftState, MessageState, TicketState
from pipeline.store.models import Draft, Message
from pipeline.store.models.mail import UNDELIVERED, Silence


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose queue it is, when, and of which mailbox alone; "" is all of them."""

    user: User
    now: datetime
    mailbox: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """By a time and then by number, downwards or upwards; without a column by number alone."""

    column: str
    downwards: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        sign = "-" if self.downwards else ""
        return (f"{sign}{self.column}", f"{sign}id") if self.column else (f"{sign}id",)


RISK = Order("risk_at")
"""By the risk of missing the promised time, never by the volume of a message (P17)."""
LAST = Order("", downwards=True)
"""The last that was opened first: for tickets that are found by their mails, whose index is by ticket."""
OLDEST, NEWEST = Order("updated_at"), Order("updated_at", downwards=True)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One view. ``mails`` are those that its tickets stand there for, where it is about mails."""

    title: str
    shows: Callable[[Asker], Q]
    order: Order = NEWEST
    mails: Q | None = None


def _in(*states: TicketState) -> Callable[[Asker], Q]:
    return lambda asker: Q(state__in=states) if len(states) > 1 else Q(state=states[0])


def _waiting(more: Callable[[Asker], Q]) -> Callable[[Asker], Q]:
    """Tickets that wait for a person and are not put off."""
    return lambda asker: Q(risk_at__isnull=False) & awake(asker.now) & more(asker)


def awake(now: datetime) -> Q:
    return Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)


def with_mail(mails: Q) -> Q:
    """Tickets that hold such a mail, whatever became of the rest of them."""
    return Q(pk__in=Message.objects.filter(mails, ticket__isnull=False).values("ticket"))


def _second() -> Q:
    """Tickets with a draft that holds the first of two yeses, as it is now; by the index of drafts that want two."""
    drafts = Draft.objects.filter(
        state=DraftState.PROPOSED,
        summary__isnull=False,
        first_approvals__draft_version=F("version"),
        first_approvals__ticket_version=F("ticket__version"),
    )
    return Q(pk__in=drafts.values("ticket"))


_T = TicketState
_HELD, _QUARANTINED = Q(silence=Silence.HELD), Q(state=MessageState.QUARANTINED)
SHELVES: Mapping[str, Shelf] = {
    "open": Shelf("Waiting for you", _waiting(lambda asker: Q()), RISK),
    "mine": Shelf("Mine", _waiting(lambda asker: Q(assignee=asker.user)), RISK),
    "unassigned": Shelf("Nobody's", _waiting(lambda asker: Q(assignee__isnull=True)), RISK),
    "escalated": Shelf(
        "Escalated to me", _waiting(lambda asker: Q(assignee=asker.user, escalated_at__isnull=False)), RISK
    ),
    "second": Shelf("Awaiting second approval", _waiting(lambda asker: _second()), RISK),
    "snoozed": Shelf(
        "Snoozed", lambda asker: Q(risk_at__isnull=False, snoozed_until__gt=asker.now), Order("snoozed_until")
    ),
    "undelivered": Shelf("Failed or uncertain", _in(*UNDELIVERED)),
    "working": Shelf("Being read", _in(_T.RECEIVED), OLDEST),
    "approved": Shelf("Sending", _in(_T.APPROVED), OLDEST),
    "sent": Shelf("Sent", _in(_T.SENT)),
    "rejected": Shelf("Rejected", _in(_T.REJECTED)),
    "held": Shelf("Held back", lambda asker: with_mail(_HELD), LAST, _HELD),
    "suppressed": Shelf(
        "No answer due",
        lambda asker: Q(state=_T.SUPPRESSED) & ~with_mail(_HELD),
        mails=Q(state=MessageState.SUPPRESSED),
    ),
    "quarantined": Shelf("Quarantine", lambda asker: with_mail(_QUARANTINED), LAST, _QUARANTINED),
    "history": Shelf("History", _in(_T.HISTORY), mails=Q(state=MessageState.HISTORY)),
}


def _group(title: str, silence: Silence) -> Shelf:
    mails = Q(silence=silence)
    return Shelf(title, lambda asker: with_mail(mails), LAST, mails)


GROUPS: Mapping[str, Shelf] = {
    "robots": _group("Robots and lists", Silence.ROBOT),
    "copies": _group("Second deliveries", Silence.COPY),
    "own": _group("Our own mail", Silence.OWN),
}
"""Of the mail that gets no answer: by why, also where it lies in a customer's ticket."""
