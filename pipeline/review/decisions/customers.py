"""What people put down about a customer (P22). A note belongs to one firm's customer: two firms never mix."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.config import Config
from pipeline.errors import FlowError, NotAllowed
from pipeline.review.firms import mailboxes_of_firm
from pipeline.review.roles import Permission, require
from pipeline.store import search, tickets
from pipeline.store.models import CustomerNote, Ticket

LONGEST_NOTE = 4000


def add_note(config: Config, user: User, mailbox: str, email: str, text: str) -> CustomerNote:
    """Note ``text`` about the customer; a search finds it under the newest of their tickets."""
    require(user, Permission.DECIDE)
    text = _text(text)
    with transaction.atomic():
        theirs = Ticket.objects.filter(
            tickets.of_customer(email), mailbox__in=mailboxes_of_firm(config, mailbox), merged_into__isnull=True
        )
        newest = theirs.order_by("-id").first()
        if newest is None or not email:
            raise FlowError(f"mailbox {mailbox} has no customer {email or '(nobody)'}")
        ticket = tickets.lock(newest.pk)
        note = ticket.notes.create(mailbox=ticket.mailbox, email=email.lower(), text=text, author=user)
        search.index(ticket)
        tickets.record(user.get_username(), "note added", ticket, note=note.pk)
    return note


def edit_note(user: User, note_id: int, text: str) -> CustomerNote:
    """Say one's own note in other words."""
    require(user, Permission.DECIDE)
    text = _text(text)
    with transaction.atomic():
        ticket, note = _locked(note_id)
        if note.author_id != user.pk:
            raise NotAllowed(f"note {note_id} is another person's")
        note.text, note.edited_at = text, timezone.now()
        note.save(update_fields=["text", "edited_at"])
        search.index(ticket)
        tickets.record(user.get_username(), "note edited", ticket, note=note_id)
    return note


def delete_note(user: User, note_id: int) -> None:
    """A lead takes a note away."""
    require(user, Permission.CURATE)
    with transaction.atomic():
        ticket, note = _locked(note_id)
        note.delete()
        search.index(ticket)
        tickets.record(user.get_username(), "note deleted", ticket, note=note_id)


def _locked(note_id: int) -> tuple[Ticket, CustomerNote]:
    ticket = tickets.lock(CustomerNote.objects.only("ticket_id").get(pk=note_id).ticket_id)
    return ticket, CustomerNote.objects.select_for_update().get(pk=note_id)


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text or len(text) > LONGEST_NOTE:
        raise FlowError(f"a note has 1 to {LONGEST_NOTE} characters")
    return text
