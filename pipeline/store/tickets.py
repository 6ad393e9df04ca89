"""Tickets as the sum of their messages, drafts and outgoing mail; the audit trail."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone

from pipeline.flow import (
    DRAFT_CHANGES,
    MESSAGE_CHANGES,
    UNANSWERED,
    DraftState,
    MessageState,
    OutgoingState,
    check_change,
    ticket_state,
    weightiest,
)
from pipeline.records import WrittenBy
from pipeline.store import audit, search
from pipeline.store.claims import release
from pipeline.store.models import Draft, Message, Outgoing, Ticket
from pipeline.store.search.index import SAID


def record(actor: str, action: str, ticket: Ticket | None, **detail: Any) -> None:
    """Add one line to the audit trail: ids and states, never the text of a mail. Last in its transaction."""
    audit.append(audit.Noted(actor, action, ticket.pk if ticket else None, detail))


def set_draft_state(draft: Draft, new: DraftState) -> None:
    """A legal change of its state; a search finds the words of what was approved, of nothing else that was drafted."""
    old, draft.state = draft.state, check_change(DRAFT_CHANGES, DraftState(draft.state), new)
    draft.updated_at = timezone.now()
    draft.save(update_fields=["state", "updated_at"])
    if (old in SAID) != (new in SAID):
        search.index(draft.ticket)


def is_escalated(message: Message) -> bool:
    return bool(message.triage and message.triage.get("escalate"))


def newest_answerable(ticket: Ticket) -> Message | None:
    return ticket.messages.exclude(state__in=UNANSWERED).order_by("-received_at", "-id").first()


def lock(ticket_id: int) -> Ticket:
    """The ticket as it is now, locked. Everybody locks in this order: folder, ticket, message or outgoing mail."""
    return Ticket.objects.select_for_update().get(pk=ticket_id)


def of_the_product(message: Message) -> QuerySet[Draft]:
    """The drafts that the product writes for ``message``, one a kind; what a person began stands beside them."""
    return message.drafts.exclude(writer=WrittenBy.PERSON)


def refresh(ticket: Ticket, *columns: str) -> None:
    """Derive the ticket's state again and save it; call inside the transaction that changed a part of it.

    Only the state is written, and ``columns``: whatever else stands in ``ticket`` may be older than the row.
    """
    messages = list(ticket.messages.order_by("received_at", "id").only("state", "triage", "ticket_id"))
    newest = next((row for row in reversed(messages) if row.state not in UNANSWERED), None)
    drafted = newest is not None and newest.state == MessageState.DRAFTED
    drafts = list(newest.drafts.only("state", "writer")) if newest and drafted else []
    sent = Outgoing.objects.filter(approval__draft__in=drafts).values_list("state", flat=True) if drafts else []
    ticket.state = ticket_state(
        [(MessageState(message.state), is_escalated(message)) for message in messages],
        [DraftState(draft.state) for draft in drafts],
        weightiest(OutgoingState(state) for state in sent),
        any(draft.writer == WrittenBy.PERSON and draft.state == DraftState.PROPOSED for draft in drafts),
    )
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=["state", "updated_at", *columns])


def with_merged(ticket: Ticket) -> QuerySet[Ticket, Any]:
    """``ticket`` and those that were put into it, by number; each by its index, which SQLite leaves aside for an OR."""
    return Ticket.objects.filter(pk=ticket.pk).values("pk").union(ticket.merged.values("pk"), all=True)


def of_customer(email: str) -> Q:
    """Tickets of the customer with this address, whatever its case; by an index, as ``iexact`` has none on SQLite."""
    return Q(Exact(Lower("customer_email"), Lower(Value(email))))


def grow(ticket: Ticket) -> None:
    """The thread has another mail of the customer (not saved): approvals are void, and nobody puts the ticket off."""
    ticket.version += 1
    ticket.snoozed_until = None


def withdraw_open_drafts(ticket: Ticket, except_message: Message) -> int:
    """A newer mail of the customer came: no draft written before it may still be approved. Returns how many."""
    drafts = ticket.drafts.filter(state=DraftState.PROPOSED).exclude(message=except_message)
    for draft in drafts:
        set_draft_state(draft, DraftState.STALE)
    return len(drafts)


def write_again(message: Message) -> bool:
    """The thread of ``message`` has grown: its drafts are written again, or by whoever writes them now, from the whole.

    False where a person has decided on them already. What a person wrote in their own words cannot be written again.
    """
    for draft in message.drafts.filter(state=DraftState.PROPOSED, writer=WrittenBy.PERSON):
        set_draft_state(draft, DraftState.STALE)
    if draft_again(message):
        return True
    if message.state not in (MessageState.PARSED, MessageState.TRIAGED):
        return False
    release(message, due_at=timezone.now())  # a worker that is writing from the thread as it was loses its lease
    message.save(update_fields=["owner", "lease_until", "due_at"])
    return True


def draft_again(message: Message | None) -> bool:
    """Have the product's drafts of ``message`` written again if nobody has decided on them; False if somebody has."""
    if message is None or not of_the_product(message).filter(state=DraftState.PROPOSED).update(generating=True):
        return False
    to_composer(message)
    return True


def to_composer(message: Message) -> None:
    """Send ``message`` back to the composer, who writes those of its drafts again that are marked as ``generating``.

    One that is on its way there, or in quarantine, stays where it is.
    """
    if message.state == MessageState.DRAFTED:
        message.state = check_change(MESSAGE_CHANGES, MessageState(message.state), MessageState.TRIAGED)
    release(message, due_at=timezone.now())  # a worker that is writing from what was known before loses its lease
    message.save(update_fields=["state", "due_at", "owner", "lease_until"])


def answered_later(ticket: Ticket, message: Message) -> Message | None:
    """A newer mail of the ticket that a person has decided on: below it no answer to ``message`` would be written."""
    newest = newest_answerable(ticket)
    if newest is None or newest.received_at <= message.received_at or newest.state != MessageState.DRAFTED:
        return None
    undecided = is_escalated(newest) or of_the_product(newest).filter(state=DraftState.PROPOSED).exists()
    return None if undecided else newest


def joined_by(ticket: Ticket, message: Message) -> None:
    """A customer's mail joined the thread: drafts written before it are withdrawn, or written again if it came late."""
    newest = newest_answerable(ticket)
    if newest and newest.received_at > message.received_at and write_again(newest):
        return
    withdraw_open_drafts(ticket, message)
