"""A person corrects how a mail was read."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.drafting.calendar import due_at
from pipeline.errors import FlowError, StaleError
from pipeline.records import CORRECTED_FIELDS, Triage
from pipeline.review.decisions.presence import refuse_if_opened
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission, require
from pipeline.store import codec, tickets
from pipeline.store.corrections import relabelled
from pipeline.store.models import Message, Ticket


def correct_label(user: User, message_id: int, field: str, label: str) -> Ticket:
    """Say that the ``field`` of a mail, "urgency" or "tone", is ``label``; kept as an example to learn from.

    The ticket follows where it is its newest mail, and open drafts are written again.
    """
    require(user, Permission.DECIDE)
    if field not in CORRECTED_FIELDS:
        raise FlowError(f"unknown label {field[:40]!r}; one of {', '.join(CORRECTED_FIELDS)}")
    with transaction.atomic():
        ticket, message = locked_mail(message_id)
        refuse_if_opened(ticket, user)
        if not message.triage:
            raise FlowError(f"message {message_id} was not read yet")
        before = codec.triage_from_json(message.triage)
        was = getattr(before, field).label
        after = relabelled(before, field, label, user.get_username())
        if was != label:
            message.triage = codec.triage_to_json(after)
            message.save(update_fields=["triage"])
            message.corrections.create(field=field, was=was, now=label, by=user)
            newest = tickets.newest_answerable(ticket)
            if newest == message:
                show_reading(ticket, message, after)
            tickets.draft_again(newest)
            tickets.refresh(ticket)
            tickets.record(
                user.get_username(), "label corrected", ticket, message=message.pk, field=field, was=was, now=label
            )
    return ticket


def show_reading(ticket: Ticket, message: Message, triage: Triage) -> None:
    """Let ``ticket`` show how its newest mail was read."""
    ticket.urgency, ticket.tone = triage.urgency.label, triage.tone.label
    ticket.reasons = list(triage.reasons)
    ticket.reply_due_at = due_at(message.received_at, ticket.urgency, configuration().policy_of(message.mailbox))
    ticket.save(update_fields=["urgency", "tone", "reasons", "reply_due_at"])


def locked_mail(message_id: int) -> tuple[Ticket, Message]:
    """The mail and its ticket, both locked, the ticket first."""
    seen = Message.objects.only("ticket_id").get(pk=message_id)
    if seen.ticket_id is None:
        raise StaleError(f"message {message_id} is being read")
    ticket = tickets.lock(seen.ticket_id)
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.ticket_id != ticket.pk:
        raise StaleError(f"message {message_id} was put into ticket {message.ticket_id} meanwhile")
    return ticket, message
