"""What a person says became of a reply."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.errors import StaleError
from pipeline.flow import OUTGOING_CHANGES, DraftState, OutgoingState, check_change
from pipeline.records import (
    Envelope,
)
from pipeline.review.roles import Permission, require
from pipeline.sending.compose import approval_hash
from pipeline.store import approvals, tickets
from pipeline.store.models import Outgoing


def approval_void(row: Outgoing) -> str:
    """Why the approval of ``row`` no longer holds, so that the sender would refuse it; "" while it does."""
    return approvals.why_void(row, approval_hash(bytes(row.raw), Envelope(row.sender, tuple(row.recipients))))


def settle(user: User, outgoing_id: int, was_sent: bool) -> Outgoing:
    """A person says what became of an uncertain mail, or that a failed one shall be tried again."""
    require(user, Permission.SETTLE)
    with transaction.atomic():
        tickets.lock(Outgoing.objects.only("ticket_id").get(pk=outgoing_id).ticket_id)
        rows = Outgoing.objects.select_for_update(of=("self",)).select_related("ticket", "approval__draft")
        row = rows.get(pk=outgoing_id)
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
