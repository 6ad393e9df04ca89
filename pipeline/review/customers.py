"""A customer as the desk knows them: their conversations, what we promised, what they were granted, what was noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from pipeline.config import Config
from pipeline.flow import DraftState, OutgoingState
from pipeline.records import Promise
from pipeline.review.firms import mailboxes_of_firm
from pipeline.review.heat import waves_of
from pipeline.store import codec
from pipeline.store.cases import granted
from pipeline.store.models import Action, CustomerNote, Draft, Outgoing, Ticket
from pipeline.store.tickets import of_customer

MOST_TICKETS = 100
MOST_NOTES = 100


@dataclass(frozen=True, slots=True)
class Conversation:
    """``phase`` is that of its heat, "" where it has no course."""

    ticket: Ticket
    phase: str


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """What a reply that was sent promised, and nothing came after it in its conversation."""

    promise: Promise
    ticket: int
    sent_at: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """``tickets`` are the newest; ``more`` where there are older ones. ``total`` is what was granted, by currency."""

    mailbox: str
    email: str
    name: str
    conversations: Sequence[Conversation]
    more: bool
    promises: Sequence[OpenPromise]
    money: Sequence[Action]
    total: Mapping[str, Decimal]
    notes: Sequence[CustomerNote]

    @property
    def search(self) -> str:
        """What finds all of their conversations."""
        return f"from:{self.email}"


def customer(config: Config, mailbox: str, email: str, now: datetime) -> Customer | None:
    """The customer of the firm that ``mailbox`` belongs to; None where it has none of this address."""
    rows = list(conversations(config, mailbox, email)[: MOST_TICKETS + 1])
    if not rows or not email:
        return None
    shown, waves = rows[:MOST_TICKETS], waves_of(rows[:MOST_TICKETS])
    phases = {number: found.phase if found.has_course else "" for number, found in waves.items()}
    mailboxes = mailboxes_of_firm(config, mailbox)
    money = granted(Ticket.objects.filter(of_customer(email), mailbox__in=mailboxes))
    notes = CustomerNote.objects.filter(email=email.lower(), mailbox__in=mailboxes).select_related("author")
    return Customer(
        mailbox=mailbox,
        email=rows[0].customer_email,
        name=next((row.customer_name for row in rows if row.customer_name), ""),
        conversations=[Conversation(row, phases.get(row.pk, "")) for row in shown],
        more=len(rows) > MOST_TICKETS,
        promises=open_promises(shown, now),
        money=money,
        total=_total(money),
        notes=list(notes.order_by("-id")[:MOST_NOTES]),
    )


def conversations(config: Config, mailbox: str, email: str) -> QuerySet[Ticket]:
    """Those of the customer with the firm that ``mailbox`` belongs to, newest first; what was put into another is not
    one."""
    theirs = Ticket.objects.filter(of_customer(email), mailbox__in=mailboxes_of_firm(config, mailbox))
    return theirs.filter(merged_into__isnull=True).order_by("-id")


def _total(money: Sequence[Action]) -> Mapping[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for row in money:
        total[row.currency] += row.amount or 0
    return dict(total)


def open_promises(rows: Iterable[Ticket], now: datetime) -> list[OpenPromise]:
    """What was promised and is still to be done, overdue or not: by wherever it is shown this one rule decides.

    Those of the newest reply of each conversation, if nothing was recorded as done since; the soonest first."""
    done = dict(Action.objects.filter(ticket__in=rows).values_list("ticket").annotate(Max("at")))
    found = [
        OpenPromise(promise, ticket, sent_at, promise.due_at is not None and promise.due_at < now)
        for ticket, promises, sent_at in _newest_replies(rows)
        if sent_at and (ticket not in done or done[ticket] <= sent_at)
        for promise in codec.promises_from_json(promises)
    ]
    return sorted(found, key=lambda one: (one.promise.due_at is None, one.promise.due_at or one.sent_at))


def _newest_replies(rows: Iterable[Ticket]) -> QuerySet[Draft, tuple[int, Any, datetime | None]]:
    """Ticket, promises and time of the newest reply that was sent in each of ``rows``."""
    sent = Outgoing.objects.filter(state=OutgoingState.SENT, sent_at__isnull=False)
    newest = sent.filter(ticket=OuterRef("ticket")).order_by("-sent_at", "-id").values("pk")[:1]
    replies = sent.filter(Q(ticket__in=rows), pk=Subquery(newest))
    drafts = Draft.objects.filter(state=DraftState.SENT, approvals__outgoing__in=replies)
    return drafts.values_list("ticket_id", "promises", "approvals__outgoing__sent_at")
