"""Caps against loops between robots that carry no sign of one: so many mails in a window, and no more drafts.

Counted by the time the server received the mail, so a backlog after an outage is no flood. If counting fails the mail
is not drafted for: it stays where it is and is tried again.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from pipeline.config import LimitsConfig
from pipeline.flow import MessageState
from pipeline.store.models import Message, Ticket
from pipeline.store.models.mail import HELD_BACK as HELD_BACK

_DRAFTED_FOR = (MessageState.PARSED, MessageState.TRIAGED, MessageState.DRAFTED)


def limit_reached(message: Message, ticket: Ticket | None, limits: LimitsConfig) -> str:
    """Why ``message`` is one too many, in words for the page, or "".

    A sender and a thread are counted with what was held back before, so a loop stays held until it has been silent for
    a window; a domain and the whole mailbox only with what was drafted for, so one flood holds up nobody else. Mail of
    verified senders and other mail are counted apart, so nobody uses up the limits of somebody else whose name they
    forge, where that can be told.
    """
    window = timedelta(minutes=limits.window_minutes)
    rows = Message.objects.filter(
        mailbox=message.mailbox, received_at__gt=message.received_at - window, received_at__lte=message.received_at
    ).exclude(pk=message.pk)
    rows = rows.filter(verified=message.verified)
    drafted = rows.filter(state__in=_DRAFTED_FOR)
    seen = rows.filter(Q(state__in=_DRAFTED_FOR) | Q(state=MessageState.SUPPRESSED, reason__startswith=HELD_BACK))
    sender, domain = Q(sender_email=message.sender_email), Q(sender_domain=message.sender_domain)
    counts = (
        (f"from {message.sender_email}", limits.per_sender, seen.filter(sender)),
        *((("in this conversation", limits.per_thread, seen.filter(ticket=ticket)),) if ticket else ()),
        (f"from {message.sender_domain}", limits.per_domain, drafted.filter(domain)),
        ("in this mailbox", limits.total, drafted),
    )
    for whose, cap, found in counts:
        if found[cap - 1 : cap].exists():
            minutes = f"{limits.window_minutes:g} minutes"
            return (
                f"{HELD_BACK} more than {cap} mails {whose} within {minutes} look like a loop (limits in policy.yaml)"
            )
    return ""
