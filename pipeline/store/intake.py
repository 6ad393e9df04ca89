"""Storing what came in, and which ticket it belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import transaction

from pipeline.flow import MessageState
from pipeline.records import ParsedMail, RawMail
from pipeline.store.models import Folder, Message, Outgoing, RawMessage, Ticket


def store_raw(mail: RawMail) -> Message | None:
    """Commit the raw bytes and the folder's progress in one transaction; None when the mail was stored before."""
    with transaction.atomic():
        message, created = Message.objects.get_or_create(
            mailbox=mail.mailbox,
            folder=mail.folder,
            uid_validity=mail.uid_validity,
            uid=mail.uid,
            defaults={
                "sha256": hashlib.sha256(mail.raw).hexdigest(),
                "size": len(mail.raw),
                "received_at": mail.received_at,
            },
        )
        if created:
            RawMessage.objects.create(message=message, data=mail.raw)
        Folder.objects.filter(
            mailbox=mail.mailbox, name=mail.folder, uid_validity=mail.uid_validity, last_uid__lt=mail.uid
        ).update(last_uid=mail.uid)
    return message if created else None


def open_folder(mailbox: str, name: str, uid_validity: int, first_uid: int) -> Folder:
    """The folder's progress; a new folder, or one whose UIDs the server has renumbered, starts before ``first_uid``."""
    folder, created = Folder.objects.get_or_create(
        mailbox=mailbox, name=name, defaults={"uid_validity": uid_validity, "last_uid": first_uid - 1}
    )
    if not created and folder.uid_validity != uid_validity:
        # Mails stored under the old numbers are recognised by their hash when they are parsed again.
        folder.uid_validity, folder.last_uid = uid_validity, first_uid - 1
        folder.save(update_fields=["uid_validity", "last_uid"])
    return folder


def first_copy(message: Message) -> Message | None:
    """The earlier delivery of the same mail (same content, not only the same Message-ID) in this mailbox, if any."""
    return (
        Message.objects.filter(mailbox=message.mailbox, sha256=message.sha256, ticket__isnull=False)
        .exclude(pk=message.pk)
        .order_by("id")
        .first()
    )


def find_ticket(mailbox: str, parsed: ParsedMail, references: Sequence[str]) -> Ticket | None:
    """The ticket that ``parsed`` continues.

    Our own Message-IDs carry 128 random bits that only people who received the reply can know. The Message-ID of
    another mail proves nothing, so it counts only for mail from the same address.
    """
    for reference in references:
        ours = Outgoing.objects.filter(mailbox=mailbox, message_id=reference).select_related("ticket").first()
        if ours:
            return ours.ticket
        earlier = Message.objects.filter(mailbox=mailbox, message_id=reference, ticket__isnull=False).first()
        sender = parsed.sender.email if parsed.sender else ""
        if earlier and earlier.ticket and sender and earlier.ticket.customer_email == sender:
            return earlier.ticket
    return None


def attach(message: Message, parsed: ParsedMail, ticket: Ticket | None) -> Ticket:
    """Put ``message`` on ``ticket`` or on a new one. A mail that is answered grows the thread's version."""
    locked = Ticket.objects.select_for_update()
    ticket = locked.get(pk=ticket.pk) if ticket else Ticket(mailbox=message.mailbox)
    if not ticket.customer_email:  # new, or its mail could not be read at first
        ticket.customer_email = parsed.sender.email if parsed.sender else ""
        ticket.customer_name = parsed.sender.name if parsed.sender else ""
        ticket.subject = parsed.subject
    if message.state != MessageState.SUPPRESSED:
        ticket.version += 1
    ticket.save()
    message.ticket = ticket
    return ticket
