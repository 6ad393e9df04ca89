"""What a person did with a draft in their mail program: sent it, changed it, deleted it.

Nobody is logged in there, so it is the mailbox's own account that stands in the rows. Sending is the person's yes: what
left is put on record as it left, whatever the state of the draft, and nothing is sent by us beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.config import Config
from pipeline.drafting.checks.promises import commitments
from pipeline.flow import DraftState, OutgoingState
from pipeline.records import Envelope
from pipeline.review.decisions.approval import note_grants
from pipeline.review.decisions.common import LONGEST_BODY, context_of, knowledge_of, mailbox_of
from pipeline.review.decisions.outgoing import withdraw
from pipeline.review.roles import AGENT
from pipeline.sending.compose import approval_hash
from pipeline.store import codec, tickets
from pipeline.store.models import Approval, CopyState, Draft, MailboxDraft, Outgoing, Ticket

_NOT_LEFT = (OutgoingState.QUEUED, OutgoingState.CLAIMED, OutgoingState.FAILED)


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail as it lies in the Sent folder. ``text`` is None where it is the very text that was put into Drafts."""

    raw: bytes
    message_id: str
    recipients: tuple[str, ...]
    at: datetime
    text: str | None


def client_of(mailbox: str) -> User:
    """The account that stands for whoever works in ``mailbox`` with a mail program; nobody can log in with it."""
    user, made = User.objects.get_or_create(username=f"mail-client.{mailbox}"[:150], defaults={"is_active": False})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        tickets.record(user.get_username(), "person added", None, user=user.pk, roles=[])
    return user


def sent_in_client(config: Config, copy_id: int, mail: SentMail) -> Outgoing | None:
    """The copy was sent from a mail program; None where that is on record already."""
    knowledge = knowledge_of(config, MailboxDraft.objects.values_list("mailbox", flat=True).get(pk=copy_id))
    with transaction.atomic():
        copy, draft, ticket = _locked(copy_id)
        if copy.state == CopyState.SENT or Outgoing.objects.filter(message_id=mail.message_id).exists():
            return None
        changed = _take_text(draft, mail.text)
        context = context_of(config, draft, draft.body, AGENT, knowledge)
        draft.promises = codec.promises_to_json(tuple(commitments(context)))
        draft.updated_at = timezone.now()
        draft.save()
        withdrawn = _withdraw(draft)
        row = _as_sent(config, copy, ticket, mail)
        note_grants(context, ticket, row.approval)
        _is_answered(draft)
        _moved(copy, CopyState.SENT)
        tickets.refresh(ticket)
        name = row.approval.approver.get_username()
        done = {"draft": draft.pk, "outgoing": row.pk, "copy": copy.pk, "changed": changed, "withdrawn": withdrawn}
        tickets.record(name, "sent from the mail client", ticket, **done)
    return row


def edited_in_client(copy_id: int, text: str) -> None:
    """The copy was changed there; it is kept on record, and left alone from then on."""
    with transaction.atomic():
        copy, draft, ticket = _locked(copy_id)
        if copy.state not in (CopyState.PLACING, CopyState.PLACED, CopyState.EDITED, CopyState.MISSING):
            return
        copy.edited = text[:LONGEST_BODY]
        copy.missing_since = None
        _moved(copy, CopyState.EDITED)
        name = client_of(copy.mailbox).get_username()
        tickets.record(name, "draft edited in the mail client", ticket, draft=draft.pk, copy=copy.pk)


def deleted_in_client(copy_id: int) -> None:
    """The copy was deleted there: the person's no, where the draft still waits for an answer."""
    with transaction.atomic():
        copy, draft, ticket = _locked(copy_id)
        if copy.state != CopyState.MISSING:
            return
        _moved(copy, CopyState.DELETED)
        waits = draft.state == DraftState.PROPOSED and draft.version == copy.draft_version
        if waits:
            draft.rejection = "deleted in the mail client"
            draft.save(update_fields=["rejection"])
            tickets.set_draft_state(draft, DraftState.REJECTED)
            tickets.refresh(ticket)
        name = client_of(copy.mailbox).get_username()
        tickets.record(name, "draft deleted in the mail client", ticket, draft=draft.pk, copy=copy.pk, rejected=waits)


# --- inside ---------------------------------------------------------------------------------------------------------


def _locked(copy_id: int) -> tuple[MailboxDraft, Draft, Ticket]:
    """The copy, its draft and their ticket as they are now; the ticket is locked first, by every writer."""
    ticket = tickets.lock(MailboxDraft.objects.values_list("draft__ticket_id", flat=True).get(pk=copy_id))
    copy = MailboxDraft.objects.select_for_update().get(pk=copy_id)
    draft = Draft.objects.select_for_update(of=("self",)).select_related("message", "ticket").get(pk=copy.draft_id)
    draft.ticket = ticket
    return copy, draft, ticket


def _moved(copy: MailboxDraft, state: CopyState) -> None:
    copy.state = state
    copy.save()


def _take_text(draft: Draft, text: str | None) -> bool:
    """The draft says what was sent; what was proposed stays beside it, for learning."""
    if text is None or text.split() == draft.body.split():
        return False
    draft.body = text[:LONGEST_BODY].rstrip() + "\n"
    draft.version += 1
    return True


def _as_sent(config: Config, copy: MailboxDraft, ticket: Ticket, mail: SentMail) -> Outgoing:
    """The yes and the mail, as rows like those of any reply."""
    draft = Draft.objects.get(pk=copy.draft_id)
    envelope = Envelope(mailbox_of(config, ticket).address, mail.recipients)
    approval = Approval.objects.create(
        draft=draft,
        draft_version=draft.version,
        ticket_version=ticket.version,
        approver=client_of(copy.mailbox),
        hash=approval_hash(mail.raw, envelope),
    )
    return Outgoing.objects.create(
        approval=approval,
        ticket=ticket,
        mailbox=ticket.mailbox,
        message_id=mail.message_id,
        sender=envelope.sender,
        recipients=list(envelope.recipients),
        raw=mail.raw,
        state=OutgoingState.SENT,
        sent_at=mail.at,
        server_reply="sent from the mail client",
    )


def _withdraw(draft: Draft) -> list[int]:
    """What a person had approved of the product's drafts, and has not left, would be a second answer to the same mail.

    Which mails it were. What a person wrote in their own words is another reply, and stays as it is.
    """
    approved = Outgoing.objects.select_for_update(of=("self",)).select_related("approval__draft")
    waiting = approved.filter(approval__draft__in=tickets.of_the_product(draft.message), state__in=_NOT_LEFT)
    rows = list(waiting.order_by("pk"))
    for row in rows:
        withdraw(row)
        if row.approval.draft_id != draft.pk:
            tickets.set_draft_state(row.approval.draft, DraftState.PROPOSED)
    return [row.pk for row in rows]


def _is_answered(draft: Draft) -> None:
    """Of the product's drafts this one is sent, and no other."""
    if draft.state == DraftState.PROPOSED:
        tickets.set_draft_state(draft, DraftState.APPROVED)
    if draft.state == DraftState.APPROVED:
        tickets.set_draft_state(draft, DraftState.SENT)
    for other in tickets.of_the_product(draft.message).filter(state=DraftState.PROPOSED):
        tickets.set_draft_state(other, DraftState.SUPERSEDED)
