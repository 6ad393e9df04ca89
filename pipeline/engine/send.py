"""The outbox: queued -> claimed -> transmitting -> sent, failed or uncertain.

"transmitting" is committed before DATA, so after a crash it is known which mails may have left. Those become
uncertain, which only a person resolves: at most one copy, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from pipeline.errors import ConfigError, StaleError, SubmissionDeferred, SubmissionRefused, SubmissionUncertain
from pipeline.flow import OUTGOING_CHANGES, DraftState, OutgoingState, check_change
from pipeline.records import Envelope
from pipeline.sending.compose import approval_hash
from pipeline.sending.smtp import SmtpSubmitter
from pipeline.store import tickets
from pipeline.store.approvals import why_void
from pipeline.store.claims import claim, holds, release
from pipeline.store.models import Approval, Outgoing

log = structlog.get_logger(__name__)

LONGEST_BACKOFF = timedelta(hours=1)


def send_stage(submitters: Mapping[str, SmtpSubmitter], owner: str, lease: timedelta) -> int:
    """Settle what dead workers left, then send one mail that is due; returns how many rows were moved."""
    settled = recover()
    rows = claim(Outgoing, [OutgoingState.QUEUED], owner, lease, 1)
    for row in rows:
        _send(row, submitters)
    return settled + len(rows)


def recover(owner_is_gone: bool = False) -> int:
    """Settle what a dead worker left: claimed goes back to the queue, transmitting becomes uncertain.

    ``owner_is_gone``: the caller holds the installation's lock, so every lease is a dead worker's.
    """
    now, moved = timezone.now(), 0
    held = Outgoing.objects.filter(state__in=[OutgoingState.CLAIMED, OutgoingState.TRANSMITTING])
    for row in held if owner_is_gone else held.filter(lease_until__lt=now):
        with transaction.atomic():
            moved += _recover(row)
    if owner_is_gone:
        Outgoing.objects.filter(state=OutgoingState.QUEUED).update(owner="", lease_until=None)
    return moved


def _recover(seen: Outgoing) -> bool:
    ticket = tickets.lock(seen.ticket_id)
    same = Outgoing.objects.select_for_update().filter(pk=seen.pk, state=seen.state, owner=seen.owner)
    row = same.first()
    if row is None:  # its owner lives after all, or another worker was here first
        return False
    row.ticket = ticket
    if row.state == OutgoingState.CLAIMED:
        _move(row, OutgoingState.QUEUED)
    else:
        _move(row, OutgoingState.UNCERTAIN)
        row.error = "the sender stopped while the server was taking the mail: it may or may not have been sent"
    _save(row)
    return True


def _send(row: Outgoing, submitters: Mapping[str, SmtpSubmitter]) -> None:
    with transaction.atomic():
        if not holds(row):
            return
        _move(row, OutgoingState.CLAIMED)
        row.tries += 1
        row.save()
    envelope = Envelope(row.sender, tuple(row.recipients))
    try:
        _verify(row, envelope)
        submitter = submitters.get(row.mailbox)
        if submitter is None:
            raise SubmissionDeferred(f"mailbox {row.mailbox} is not configured")
        reply = submitter.send(bytes(row.raw), envelope, before_data=lambda: _transmitting(row))
    except StaleError as error:
        _finish(row, OutgoingState.FAILED, str(error))
    except (SubmissionDeferred, ConfigError) as error:
        _finish(row, OutgoingState.QUEUED, str(error))
    except SubmissionRefused as error:
        _finish(row, OutgoingState.FAILED, str(error))
    except SubmissionUncertain as error:
        _finish(row, OutgoingState.UNCERTAIN, str(error))
    else:
        row.server_reply = reply[:1000]
        _finish(row, OutgoingState.SENT, "")


def _verify(row: Outgoing, envelope: Envelope) -> None:
    """The approval must fit the very bytes, envelope and versions that are about to leave."""
    reason = why_void(row, approval_hash(bytes(row.raw), envelope))
    if reason:
        raise StaleError(reason)


def _transmitting(row: Outgoing) -> None:
    with transaction.atomic():
        # Once more, at the last moment: connecting takes seconds, in which a newer mail may have come.
        row.ticket = tickets.lock(row.ticket_id)
        if not holds(row):
            raise StaleError("another worker took over")
        row.approval = Approval.objects.select_related("draft").get(pk=row.approval_id)
        _verify(row, Envelope(row.sender, tuple(row.recipients)))
        _move(row, OutgoingState.TRANSMITTING)
        row.save()


def _finish(row: Outgoing, new: OutgoingState, error: str) -> None:
    with transaction.atomic():
        row.ticket = tickets.lock(row.ticket_id)
        if not holds(row):
            log.warning("lease lost while sending", outgoing=row.pk)
            return
        _move(row, new)
        row.error = error
        _save(row)
    log.info("outgoing moved", outgoing=row.pk, ticket=row.ticket_id, state=row.state)


def _move(row: Outgoing, new: OutgoingState) -> None:
    row.state = check_change(OUTGOING_CHANGES, OutgoingState(row.state), new)


def _save(row: Outgoing) -> None:
    """Save the outcome with everything that follows from it; call inside a transaction."""
    backoff = min(timedelta(seconds=5 * 2 ** min(row.tries, 12)), LONGEST_BACKOFF)
    release(row, due_at=timezone.now() + backoff if row.state == OutgoingState.QUEUED and row.error else None)
    draft = row.approval.draft
    if row.state == OutgoingState.SENT:
        row.sent_at = timezone.now()
        tickets.set_draft_state(draft, DraftState.SENT)
    row.save()
    tickets.refresh(row.ticket)
    if row.state != OutgoingState.QUEUED:
        tickets.record("sender", f"outgoing {row.state}", row.ticket, outgoing=row.pk, draft=draft.pk)
