"""What a person says became of a reply, and an approval taken back."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.errors import StaleError
from pipeline.flow import OUTGOING_CHANGES, DraftState, OutgoingState, check_change
from pipeline.records import Envelope, WrittenBy
from pipeline.review.roles import Permission, require
from pipeline.sending.compose import approval_hash
from pipeline.store import approvals, tickets
from pipeline.store.claims import release
from pipeline.store.models import Approval, Outgoing, Ticket

NEWS = ("fault set", "action recorded", "label corrected")
"""What the audit trail calls the decisions that have open drafts written again."""


def approval_void(row: Outgoing) -> str:
    """Why the approval of ``row`` no longer holds, so that the sender would refuse it; "" while it does."""
    return approvals.why_void(row, approval_hash(bytes(row.raw), Envelope(row.sender, tuple(row.recipients))))


def settle(user: User, outgoing_id: int, was_sent: bool) -> Outgoing:
    """A person says what became of an uncertain mail, or that a failed one shall be tried again."""
    require(user, Permission.SETTLE)
    with transaction.atomic():
        row = _locked(outgoing_id)
        if row.state not in (OutgoingState.UNCERTAIN, OutgoingState.FAILED):
            raise StaleError(f"outgoing mail {outgoing_id} is {row.state}: there is nothing to settle")
        if row.state == OutgoingState.FAILED and not was_sent and (why := approval_void(row)):
            raise StaleError(f"outgoing mail {outgoing_id} cannot be sent: {why}")
        new = OutgoingState.SENT if was_sent else OutgoingState.QUEUED
        row.state = check_change(OUTGOING_CHANGES, OutgoingState(row.state), new)
        row.error, row.due_at = "", timezone.now()
        if was_sent:
            row.sent_at = timezone.now()
            tickets.set_draft_state(row.approval.draft, DraftState.SENT)
        row.save()
        tickets.refresh(row.ticket)
        tickets.record(user.get_username(), f"outgoing settled as {new}", row.ticket, outgoing=row.pk)
    return row


def undo(user: User, outgoing_id: int) -> Outgoing:
    """Take an approval back before the reply is due to leave, or after it could not be sent; the draft is open again.

    The whole approval is void: the mail is never sent, the money it would have granted is not counted, and the drafts
    that it put aside come back. The first of two yeses stays what it was, a yes to that very text. Where a newer mail
    came meanwhile the draft is history.
    """
    require(user, Permission.DECIDE)
    with transaction.atomic():
        row = _locked(outgoing_id)
        if not _may_be_undone(row):
            raise StaleError(f"outgoing mail {outgoing_id} is {row.state}: it left already", kind="left")
        withdraw(row)
        _reopen(row.approval, row.ticket)
        tickets.refresh(row.ticket)
        tickets.record(
            user.get_username(), "approval withdrawn", row.ticket, outgoing=row.pk, draft=row.approval.draft_id
        )
    return row


def withdraw(row: Outgoing) -> None:
    """It never leaves by our hand; call with its ticket locked.

    A worker that has claimed it loses it: it locks the ticket too, and asks for its claim, before the server takes a
    byte of the text.
    """
    state = OutgoingState(row.state)
    if state is OutgoingState.CLAIMED:
        state = check_change(OUTGOING_CHANGES, state, OutgoingState.QUEUED)
    row.state = check_change(OUTGOING_CHANGES, state, OutgoingState.WITHDRAWN)
    release(row)
    row.save(update_fields=["state", "owner", "lease_until"])


def _may_be_undone(row: Outgoing) -> bool:
    """A worker marks the row before it does anything with it, and takes none that is not due."""
    waits = row.state == OutgoingState.QUEUED and row.due_at > timezone.now() and not row.owner
    return waits or row.state == OutgoingState.FAILED


def _reopen(approval: Approval, ticket: Ticket) -> None:
    """Open the draft again, and those that it put aside; written again where more is known by now."""
    draft = approval.draft
    same = approval.ticket_version == ticket.version
    theirs = draft.writer != WrittenBy.PERSON and tickets.newest_answerable(ticket) == draft.message
    if not (same or theirs):
        tickets.set_draft_state(draft, DraftState.STALE)
        return
    for one in (draft, *approval.superseded.filter(state=DraftState.SUPERSEDED)):
        tickets.set_draft_state(one, DraftState.PROPOSED)
    approval.superseded.update(superseded_by=None)
    if not same or (draft.writer != WrittenBy.PERSON and _has_news(approval, ticket)):
        tickets.draft_again(draft.message)


def _has_news(approval: Approval, ticket: Ticket) -> bool:
    """Whether something became known since the approval that has open drafts written again."""
    return ticket.audit.filter(action__in=NEWS, at__gt=approval.approved_at).exists()


def _locked(outgoing_id: int) -> Outgoing:
    """The row, locked, its ticket before it."""
    tickets.lock(Outgoing.objects.only("ticket_id").get(pk=outgoing_id).ticket_id)
    rows = Outgoing.objects.select_for_update(of=("self",)).select_related("ticket", "approval__draft__message")
    return rows.get(pk=outgoing_id)
