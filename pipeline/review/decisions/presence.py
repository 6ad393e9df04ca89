"""Who has a ticket open: a lease in its row, so that two people do not answer one customer at once.

While somebody holds it nobody else edits, decides on or has rewritten one of its drafts, on the page or by the API,
before they have taken over. A script that holds no lease needs none where nobody holds one.

What touches no draft that is open stays possible: who has the ticket and when it is seen, its tags, its notes, another
reply beside the drafts; and to undo an approval: it has seconds to stop a mail, and opens only what nobody could edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.errors import StaleError
from pipeline.review.roles import Permission, require
from pipeline.store import tickets
from pipeline.store.models import Ticket

LEASE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Opened:
    """Who holds a ticket and until when; ``mine`` if it is who asked."""

    by: str
    until: datetime
    mine: bool


def open_ticket(user: User, ticket_id: int, take: bool = False) -> Opened:
    """Hold the ticket for `LEASE` from now on, or tell who does; call again to renew it. ``take``: take it over."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket = tickets.lock(ticket_id)
        other = held_by_other(ticket, user)
        if other and not take:
            return other
        ticket.opened_by, ticket.opened_until = user, timezone.now() + LEASE
        ticket.save(update_fields=["opened_by", "opened_until"])
        if other:
            tickets.record(user.get_username(), "taken over", ticket, of=other.by)
        return Opened(user.get_username(), ticket.opened_until, True)


def leave_ticket(user: User, ticket_id: int) -> None:
    """Let go of the ticket; nothing if somebody else holds it by now. Like opening it, this is not put on record."""
    require(user, Permission.DECIDE)
    Ticket.objects.filter(pk=ticket_id, opened_by=user).update(opened_by=None, opened_until=None)


def lease(ticket: Ticket, reader: int) -> Opened | None:
    """Who holds the ticket just now, as the user with the number ``reader`` sees it."""
    if ticket.opened_by is None or ticket.opened_until is None or ticket.opened_until <= timezone.now():
        return None
    return Opened(ticket.opened_by.get_username(), ticket.opened_until, ticket.opened_by_id == reader)


def held_by_other(ticket: Ticket, user: User) -> Opened | None:
    """The lease of somebody else that has not run out."""
    found = lease(ticket, user.pk)
    return None if found is None or found.mine else found


def refuse_if_opened(ticket: Ticket, user: User, version: int | None = None) -> None:
    """StaleError that names who has the ticket open, if that is somebody else."""
    other = held_by_other(ticket, user)
    if other:
        message = f"{other.by} has ticket {ticket.pk} open"
        raise StaleError(message, kind="opened", version=version, remedy="take it over first")
