"""Which conversation a mail belongs to, and what proves it.

Proof is a token that we signed into the address the mail was sent to, or a Message-ID of ours: 128 random bits that
only people who received the reply can know. A mail that merely names another mail of the conversation joins it only
if it comes from the same author; from anybody else it is suggested to a person, never attached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import Q

from pipeline.flow import UNANSWERED, MessageState
from pipeline.records import ParsedMail
from pipeline.store.models import Folder, Message, Outgoing, Ticket
from pipeline.store.tickets import grow

MOST_RELATED = 200
"""Stored mails that are looked at for one mail, whatever it names."""
_ALIVE = (MessageState.PARSED, MessageState.TRIAGED, MessageState.DRAFTED)


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket a mail joins, or one that is merely suggested, and why."""

    ticket: Ticket | None = None
    copy: Message | None = None
    """Another delivery of the same mail (same content, not only the same Message-ID) that is being answered."""
    suggested: Ticket | None = None
    why: str = ""
    namesake: Message | None = None
    """An earlier mail with the same Message-ID and other content."""


def signing_key() -> bytes:
    """The key of the reply tokens: the installation's secret."""
    return str(settings.SECRET_KEY).encode()


def lock_mailbox(mailbox: str) -> None:
    """Make whoever opens tickets in ``mailbox`` wait for each other, so that two deliveries of one mail open one.

    On SQLite every transaction that writes does so anyway.
    """
    if connection.features.has_select_for_update:
        list(Folder.objects.select_for_update().filter(mailbox=mailbox).order_by("pk").values_list("pk", flat=True))


def find_thread(
    message: Message, parsed: ParsedMail, candidates: Sequence[str], signed: int | None, authenticated: bool
) -> Thread:
    """Where ``parsed`` belongs.

    ``candidates`` are the Message-IDs it refers to, the likeliest first; ``signed`` is the ticket that a token of ours
    in its addresses names. ``authenticated``: our own server verifies authors, so only verified ones are believed.
    """
    related = _related(message, [*candidates, parsed.message_id])
    same = [row for row in related if _same_mail(row, message)]
    if same and same[0].ticket:
        return Thread(_where_it_went(same[0].ticket), copy=next((row for row in same if row.state in _ALIVE), None))
    namesake = next((row for row in related if row.message_id == parsed.message_id), None)
    proven = _by_number(message.mailbox, signed) or _by_own_id(message.mailbox, candidates)
    if proven:
        return Thread(_where_it_went(proven), namesake=namesake)
    return _by_reference(related, namesake, parsed, authenticated)


def _by_reference(
    related: Sequence[Message], namesake: Message | None, parsed: ParsedMail, authenticated: bool
) -> Thread:
    for earlier in related:
        assert earlier.ticket is not None  # as `_related` asks for
        ticket = _where_it_went(earlier.ticket)
        doubt = _doubt(ticket, parsed, authenticated)
        if not doubt and earlier != namesake:
            return Thread(ticket, namesake=namesake)
        why = doubt or "it carries the Message-ID of another mail there"
        return Thread(suggested=ticket, why=why, namesake=namesake)
    return Thread()


def _by_number(mailbox: str, number: int | None) -> Ticket | None:
    return Ticket.objects.filter(pk=number, mailbox=mailbox).first() if number is not None else None


def _by_own_id(mailbox: str, candidates: Sequence[str]) -> Ticket | None:
    if not candidates:
        return None
    ours = Outgoing.objects.filter(mailbox=mailbox, message_id__in=candidates).order_by("-id")
    found = ours.select_related("ticket").first()
    return found.ticket if found else None


def _related(message: Message, references: list[str]) -> list[Message]:
    """Stored mails with the same bytes or content, and those that are named, in the order of ``references``.

    Only what has an index of its own is asked of the database, so that it takes these and not all of the mailbox.
    """
    same = Q(sha256=message.sha256) | Q(message_id__in=references)
    if message.content_hash:
        same |= Q(content_hash=message.content_hash)
    rows = Message.objects.filter(same).select_related("ticket").defer("parsed", "triage")[:MOST_RELATED]
    found = [row for row in rows if row.mailbox == message.mailbox and row.ticket_id and row.pk != message.pk]
    rank = {reference: number for number, reference in reversed(list(enumerate(references)))}
    return sorted(found, key=lambda row: (rank.get(row.message_id, len(rank)), row.pk))


def _same_mail(one: Message, other: Message) -> bool:
    same_content = bool(one.content_hash) and one.content_hash == other.content_hash
    return same_content or one.sha256 == other.sha256


def _doubt(ticket: Ticket, parsed: ParsedMail, authenticated: bool) -> str:
    sender = parsed.sender.email if parsed.sender else ""
    if not sender or sender.lower() != ticket.customer_email.lower():
        return f"it refers to a mail there, but comes from {sender or 'nobody'} instead of {ticket.customer_email}"
    if authenticated and not parsed.identity.trusted:
        return f"it refers to a mail there, but {parsed.identity.why}"
    return ""


def _where_it_went(ticket: Ticket) -> Ticket:
    while ticket.merged_into is not None:
        ticket = ticket.merged_into
    return ticket


def attach(message: Message, parsed: ParsedMail, ticket: Ticket | None) -> Ticket:
    """The ticket ``message`` goes on, locked, or a new one; not saved yet. A mail to answer grows its version."""
    locked = Ticket.objects.select_for_update()
    ticket = locked.get(pk=ticket.pk) if ticket else Ticket(mailbox=message.mailbox)
    if not ticket.customer_email:  # new, or its mail could not be read at first
        ticket.customer_email = parsed.sender.email[:320] if parsed.sender else ""
        ticket.customer_name = parsed.sender.name[:500] if parsed.sender else ""
        ticket.subject = parsed.subject
    if message.state not in UNANSWERED:
        grow(ticket)
    return ticket
