"""Tickets as the sum of their messages, drafts and outgoing mail; the audit trail."""

from __future__ import annotations

from typing import Any

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
)
from pipeline.store import audit
from pipeline.store.claims import release
from pipeline.store.models import Draft, Message, Outgoing, Ticket


def record(actor: str, action: str, ticket: Ticket | None, **detail: Any) -> None:
    """Add one line to the audit trail: ids and states, never the text of a mail. Last in its transaction."""
    audit.append(audit.Noted(actor, action, ticket.pk if ticket else None, detail))


def set_draft_state(draft: Draft, new: DraftState) -> None:
    draft.state = check_change(DRAFT_CHANGES, DraftState(draft.state), new)
    draft.updated_at = timezone.now()
    draft.save(update_fields=["state", "updated_at"])


def is_escalated(message: Message) -> bool:
    return bool(message.triage and message.triage.get("escalate"))


def newest_answerable(ticket: Ticket) -> Message | None:
    return ticket.messages.exclude(state__in=UNANSWERED).order_by("-received_at", "-id").first()


def lock(ticket_id: int) -> Ticket:
    """The ticket as it is now, locked. Everybody locks in this order: folder, ticket, message or outgoing mail."""
    return Ticket.objects.select_for_update().get(pk=ticket_id)


def refresh(ticket: Ticket, *columns: str) -> None:
    """Derive the ticket's state again and save it; call inside the transaction that changed a part of it.

    Only the state is written, and ``columns``: whatever else stands in ``ticket`` may be older than the row.
    """
    messages = list(ticket.messages.order_by("received_at", "id").only("state", "triage", "ticket_id"))
    newest = next((row for row in reversed(messages) if row.state not in UNANSWERED), None)
    drafted = newest is not None and newest.state == MessageState.DRAFTED
    drafts = list(newest.drafts.all()) if newest and drafted else []
    outgoing = Outgoing.objects.filter(approval__draft__in=drafts).order_by("-id").first() if drafts else None
    ticket.state = ticket_state(
        [(MessageState(message.state), is_escalated(message)) for message in messages],
        [DraftState(draft.state) for draft in drafts],
        OutgoingState(outgoing.state) if outgoing else None,
    )
    ticket.updated_at = timezone.now()
    ticket.save(update_fields=["state", "updated_at", *columns])


def withdraw_open_drafts(ticket: Ticket, except_message: Message) -> int:
    """A newer mail of the customer came: no draft written before it may still be approved. Returns how many."""
    drafts = ticket.drafts.filter(state=DraftState.PROPOSED).exclude(message=except_message)
    for draft in drafts:
        set_draft_state(draft, DraftState.STALE)
    return len(drafts)


def write_again(message: Message) -> bool:
    """The thread of ``message`` has grown: its drafts are written again, or by whoever writes them now, from the whole.

    False where a person has decided on them already.
    """
    if draft_again(message):
        return True
    if message.state not in (MessageState.PARSED, MessageState.TRIAGED):
        return False
    release(message, due_at=timezone.now())  # a worker that is writing from the thread as it was loses its lease
    message.save(update_fields=["owner", "lease_until", "due_at"])
    return True


def draft_again(message: Message | None) -> bool:
    """Send ``message`` back to the composer if nobody has decided on its drafts; False where there is nothing to do."""
    if message is None or not message.drafts.filter(state=DraftState.PROPOSED).exists():
        return False
    if message.state != MessageState.TRIAGED:
        message.state = check_change(MESSAGE_CHANGES, MessageState(message.state), MessageState.TRIAGED)
    release(message, due_at=timezone.now())  # a worker that is writing from what was known before loses its lease
    message.save(update_fields=["state", "due_at", "owner", "lease_until"])
    return True


def answered_later(ticket: Ticket, message: Message) -> Message | None:
    """A newer mail of the ticket that a person has decided on: below it no answer to ``message`` would be written."""
    newest = newest_answerable(ticket)
    if newest is None or newest.received_at <= message.received_at or newest.state != MessageState.DRAFTED:
        return None
    undecided = is_escalated(newest) or newest.drafts.filter(state=DraftState.PROPOSED).exists()
    return None if undecided else newest


def joined_by(ticket: Ticket, message: Message) -> None:
    """A customer's mail joined the thread: drafts written before it are withdrawn, or written again if it came late."""
    newest = newest_answerable(ticket)
    if newest and newest.received_at > message.received_at and write_again(newest):
        return
    withdraw_open_drafts(ticket, message)
