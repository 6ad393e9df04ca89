"""A reply in a person's own words, and a fresh mail to a customer. Both pass the checks and the one way of approval."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.config import Config
from pipeline.drafting.addressing import reply_subject
from pipeline.errors import FlowError
from pipeline.flow import UNANSWERED
from pipeline.records import DraftKind, WrittenBy
from pipeline.review.decisions.common import as_text, heard, locked_ticket, standing, write_text
from pipeline.review.recipient import customer_of
from pipeline.review.roles import Permission, approver_role, require
from pipeline.sending.compose import SUBJECT_LIMIT, one_line
from pipeline.store import codec, tickets
from pipeline.store.models import Draft, Message, Ticket


def new_reply(config: Config, user: User, ticket_id: int, body: str = "") -> Draft:
    """Begin another reply to the newest mail of the ticket; it may be empty until it is edited."""
    return _begin(config, user, ticket_id, body, None)


def new_mail(config: Config, user: User, ticket_id: int, subject: str, body: str) -> Draft:
    """Begin a fresh mail to the customer of the ticket, which answers no mail of theirs by its headers."""
    require(user, Permission.DECIDE)
    subject = one_line(subject)[:SUBJECT_LIMIT].rstrip()
    if not subject:
        raise FlowError("a fresh mail needs a subject")
    return _begin(config, user, ticket_id, body, subject)


def _begin(config: Config, user: User, ticket_id: int, body: str, subject: str | None) -> Draft:
    require(user, Permission.DECIDE)
    text = as_text(body)
    before = heard(config, _draft(standing(Ticket.objects.get(pk=ticket_id)), subject), text)
    with transaction.atomic():
        ticket = locked_ticket(ticket_id)
        if subject is not None:
            customer_of(config, ticket)
        draft = _draft(ticket, subject)
        write_text(config, draft, text, approver_role(user), before)
        draft.save()
        draft.revisions.create(version=draft.version, body=text, by=user)
        tickets.refresh(ticket)
        what = "new mail begun" if draft.fresh else "reply begun"
        tickets.record(user.get_username(), what, ticket, draft=draft.pk)
    return draft


def _draft(ticket: Ticket, subject: str | None) -> Draft:
    """Not saved, and without its text."""
    message = _newest_read(ticket)
    like = message.drafts.filter(kind=DraftKind.SOLUTION).exclude(writer=WrittenBy.PERSON).first()
    return Draft(
        ticket=ticket,
        message=message,
        ticket_version=ticket.version,
        kind=DraftKind.SOLUTION,
        writer=WrittenBy.PERSON,
        fresh=subject is not None,
        subject=reply_subject(codec.parsed_from_json(message.parsed).subject) if subject is None else subject,
        restated=like.restated if like else [],
        sources=like.sources if like else [],
    )


def _newest_read(ticket: Ticket) -> Message:
    """What the checks know of the customer comes from the newest mail, so it must have been read."""
    newest = tickets.newest_answerable(ticket)
    if newest is None or newest.state in UNANSWERED or not newest.parsed or not newest.triage:
        raise FlowError(f"ticket {ticket.pk} has no mail of a customer that was read")
    return newest
