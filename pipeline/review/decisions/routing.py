"""Who sees a ticket, and when: put off, given to somebody, passed up, marked with words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.drafting.escalation import escalation_summary
from pipeline.errors import FlowError
from pipeline.review.decisions.common import locked_ticket, mailbox_of
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission, permissions, require
from pipeline.store import codec, tickets
from pipeline.store.cases import case_of
from pipeline.store.models import Message, Ticket, TicketTag

LONGEST_TAG = 40
MOST_TAGS = 20
LONGEST_REASON = 2000
_ESCALATION = ("escalated_by", "escalated_at", "escalated_why")


def snooze(user: User, ticket_id: int, until: datetime | None) -> Ticket:
    """Hide the ticket from the open queue until then, or until a newer mail of the customer; None shows it again."""
    require(user, Permission.DECIDE)
    if until and until <= timezone.now():
        raise FlowError("a ticket is put off until a time to come")
    with transaction.atomic():
        ticket = locked_ticket(ticket_id)
        ticket.snoozed_until = until
        ticket.save(update_fields=["snoozed_until"])
        to = {"until": until.isoformat()} if until else {}
        tickets.record(user.get_username(), "put off" if until else "back in the queue", ticket, **to)
    return ticket


def assign(user: User, ticket_id: int, to: str) -> Ticket:
    """Give the ticket to the user named ``to``, who may decide on it; "" gives it to nobody.

    In other hands it is not escalated any more: what a lead gives back is the agent's to answer.
    """
    require(user, Permission.DECIDE)
    taker = _taker(to, Permission.DECIDE) if to else None
    with transaction.atomic():
        ticket = locked_ticket(ticket_id)
        if taker != ticket.assignee:
            ticket.escalated_by, ticket.escalated_at, ticket.escalated_why = None, None, ""
        ticket.assignee = taker
        ticket.save(update_fields=["assignee", *_ESCALATION])
        tickets.record(user.get_username(), "assigned", ticket, to=to)
    return ticket


def escalate(user: User, ticket_id: int, to: str, why: str) -> Ticket:
    """Pass the ticket to a lead, who finds the summary of the conversation with the newest mail (P16)."""
    require(user, Permission.DECIDE)
    why = " ".join(why.split())[:LONGEST_REASON]
    if not why:
        raise FlowError("say why the ticket is escalated")
    taker = _taker(to, Permission.COMPLETE)
    with transaction.atomic():
        ticket = locked_ticket(ticket_id)
        ticket.assignee, ticket.escalated_by = taker, user
        ticket.escalated_at, ticket.escalated_why = timezone.now(), why
        ticket.save(update_fields=["assignee", *_ESCALATION])
        _summarise(ticket, why)
        tickets.record(user.get_username(), "escalated", ticket, to=to)
    return ticket


def tag(user: User, ticket_id: int, tags: Sequence[str]) -> Ticket:
    """Replace the tags of the ticket; in lower case, each once, at most `MOST_TAGS` of `LONGEST_TAG` characters."""
    require(user, Permission.DECIDE)
    names = sorted({" ".join(name.lower().split()) for name in tags} - {""})
    if len(names) > MOST_TAGS or any(len(name) > LONGEST_TAG for name in names):
        raise FlowError(f"a ticket has at most {MOST_TAGS} tags of {LONGEST_TAG} characters")
    if not all(name.isprintable() for name in names):
        raise FlowError("a tag is made of letters, digits and signs that can be seen")
    with transaction.atomic():
        ticket = locked_ticket(ticket_id)
        before = set(ticket.tags.values_list("name", flat=True))
        ticket.tags.exclude(name__in=names).delete()
        TicketTag.objects.bulk_create(TicketTag(ticket=ticket, name=name) for name in names if name not in before)
        if before != set(names):
            tickets.record(user.get_username(), "tags set", ticket, tags=names)
    return ticket


def _taker(name: str, permission: Permission) -> User:
    """The user named so, if they may do what the ticket asks of them."""
    taker = User.objects.filter(username=name).first()
    if taker is None or permission not in permissions(taker):
        raise FlowError(f"there is no user {name[:150]!r} who may {permission} here")
    return taker


def _summarise(ticket: Ticket, why: str) -> None:
    """Store what the lead is told with the newest mail, if it was read."""
    newest = tickets.newest_answerable(ticket)
    if newest is None or newest.triage is None:
        return
    config = configuration()
    firm, calendar = mailbox_of(config, ticket).firm, config.policy_of(ticket.mailbox).calendar
    summary = codec.summary_to_json(escalation_summary(case_of(newest), firm, calendar, why))
    Message.objects.filter(pk=newest.pk).update(summary=summary)
