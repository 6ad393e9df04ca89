"""What a person establishes about a ticket."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.records import Fault
from pipeline.review.decisions.common import locked_ticket
from pipeline.review.decisions.presence import refuse_if_opened
from pipeline.review.done import done_action
from pipeline.review.roles import Permission, require
from pipeline.store import search, tickets
from pipeline.store.models import Action, Ticket


def set_fault(user: User, ticket_id: int, fault: Fault) -> Ticket:
    """What a person established about who is at fault. Open drafts are written again with it."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket = locked_ticket(ticket_id)
        refuse_if_opened(ticket, user)
        ticket.fault = fault
        ticket.save(update_fields=["fault"])
        tickets.draft_again(tickets.newest_answerable(ticket))
        tickets.refresh(ticket)
        tickets.record(user.get_username(), "fault set", ticket, fault=str(fault))
    return ticket


def record_action(
    user: User, ticket_id: int, kind: str, amount: str = "", currency: str = "", note: str = ""
) -> Action:
    """What a person says was done on the ticket. Open drafts are written again with it, and checked against it.

    FlowError where `done_action` does not understand what was given.
    """
    require(user, Permission.DECIDE)
    done = done_action(kind, amount, currency, note)
    with transaction.atomic():
        ticket = locked_ticket(ticket_id)
        refuse_if_opened(ticket, user)
        action = ticket.actions.create(
            kind=done.kind, amount=done.amount, currency=done.currency, note=done.note, by=user
        )
        search.index(ticket)
        tickets.draft_again(tickets.newest_answerable(ticket))
        tickets.refresh(ticket)
        money = {"amount": str(done.amount), "currency": done.currency} if done.amount else {}
        tickets.record(user.get_username(), "action recorded", ticket, kind=done.kind, **money)
    return action
