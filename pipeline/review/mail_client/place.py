"""Which drafts belong into a mailbox's Drafts folder, and how they look there."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from pipeline.config import Config
from pipeline.errors import CalmdeskError
from pipeline.flow import DraftState, MessageState
from pipeline.intake.imap_drafts import MARK
from pipeline.records import CheckStatus, Reply
from pipeline.review.decisions.approval import reply_of
from pipeline.review.decisions.common import mailbox_of
from pipeline.review.recipient import confirmed_recipient
from pipeline.sending.compose import compose_reply
from pipeline.store import tickets
from pipeline.store.models import CopyState, Draft, MailboxDraft
from pipeline.store.models.mailbox_drafts import LIVE

AT_ONCE = 20
"""So many are put there before the next look."""


def to_place(mailbox: str) -> list[Draft]:
    """Proposed drafts that have no copy of their present text yet, oldest first."""
    copies = MailboxDraft.objects.filter(draft=OuterRef("pk"))
    present = copies.filter(draft_version=OuterRef("version"), state__in=LIVE)
    theirs = copies.filter(state__in=(CopyState.EDITED, CopyState.MISSING))
    waiting = Draft.objects.filter(
        state=DraftState.PROPOSED,
        proposed_first=True,
        ticket__mailbox=mailbox,
        ticket_version=F("ticket__version"),
        message__state=MessageState.DRAFTED,
        summary__isnull=True,
    )
    found = waiting.exclude(Exists(present)).exclude(Exists(theirs)).select_related("ticket", "message")
    return [draft for draft in found.order_by("created_at", "id") if not is_blocked(draft)]


def is_blocked(draft: Draft) -> bool:
    return any(check["status"] == CheckStatus.BLOCK for check in draft.checks)


def is_wanted(copy: MailboxDraft) -> bool:
    """Whether ``copy`` is what lies open before a person: its draft waits, in this text, and may be sent by one."""
    draft = copy.draft
    return (
        draft.state == DraftState.PROPOSED
        and draft.proposed_first
        and draft.version == copy.draft_version
        and draft.ticket_version == draft.ticket.version
        and draft.message.state == MessageState.DRAFTED
        and draft.summary is None
        and not is_blocked(draft)
    )


def reply_for(config: Config, draft: Draft) -> Reply | None:
    """The mail that ``draft`` would be; None where a person has to confirm its recipient, or nobody can be answered."""
    try:
        recipient = confirmed_recipient(config, draft.ticket, draft.message, "")
        return reply_of(draft, mailbox_of(config, draft.ticket), recipient)
    except CalmdeskError:
        return None


def as_draft(reply: Reply, mark: str) -> bytes:
    """The bytes that go into the folder: those that would be sent, and our mark."""
    return f"{MARK}: {mark}\r\n".encode("ascii") + compose_reply(reply)


def mark_of(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]


def note_placing(draft: Draft, reply: Reply, text: str) -> MailboxDraft | None:
    """Commit that ``draft`` is about to be put there; None where it has changed since it was read."""
    with transaction.atomic():
        ticket = tickets.lock(draft.ticket_id)
        now = Draft.objects.filter(pk=draft.pk, state=DraftState.PROPOSED, version=draft.version)
        if ticket.version != draft.ticket_version or not now.exists():
            return None
        return MailboxDraft.objects.create(
            draft=draft,
            draft_version=draft.version,
            mailbox=ticket.mailbox,
            message_id=reply.message_id,
            mark=mark_of(reply.message_id),
            answers=reply.references[-1] if reply.references else "",
            recipient=reply.recipient.email.lower(),
            text=text,
        )
