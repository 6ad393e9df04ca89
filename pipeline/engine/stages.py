"""The stages between intake and review: each claims a batch, works, and saves result and next state together.

Every stage is idempotent and returns how many rows it moved. One bad row never stops the rest: it is tried again later
and, after the configured number of tries, quarantined where people see it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from pipeline.drafting.calendar import due_at
from pipeline.engine.desk import Desk
from pipeline.errors import CalmdeskError
from pipeline.flow import MESSAGE_CHANGES, DraftState, MessageState, check_change
from pipeline.intake.parse import unreadable_mail
from pipeline.intake.thread import thread_candidates
from pipeline.records import Draft as DraftRecord
from pipeline.records import DraftSet, MailKind, Triage
from pipeline.store import codec, tickets
from pipeline.store.cases import case_of, message_record
from pipeline.store.claims import claim, holds, release
from pipeline.store.intake import attach, find_ticket, first_copy
from pipeline.store.models import Draft, Message, Ticket

log = structlog.get_logger(__name__)

Step = Callable[[Desk, Message], Callable[[], None]]


def parse_stage(desk: Desk, owner: str) -> int:
    """received -> parsed, or suppressed when the mail must not be answered."""
    return _each(desk, owner, MessageState.RECEIVED, _parse)


def triage_stage(desk: Desk, owner: str) -> int:
    """parsed -> triaged, the whole batch in one pass through the model."""
    rows = _claim(desk, owner, MessageState.PARSED)
    thresholds = desk.config.thresholds.of
    try:
        done = desk.triager.triage([message_record(row) for row in rows], thresholds) if rows else []
    except Exception as error:  # one of them is at fault: each goes alone, so that it holds up none of the others
        log.warning("batch not triaged, going one by one", error=type(error).__name__)
        done = []
    found = dict(zip((row.pk for row in rows), done, strict=False))

    def step(desk: Desk, row: Message) -> Callable[[], None]:
        triage = found.get(row.pk) or desk.triager.triage([message_record(row)], thresholds)[0]
        return lambda: _set_triage(desk, row, triage)

    for row in rows:
        _one(desk, row, owner, step)
    return len(rows)


def draft_stage(desk: Desk, owner: str) -> int:
    """triaged -> drafted: three drafts, or an escalation to a named person."""
    return _each(desk, owner, MessageState.TRIAGED, _draft)


# --- claiming and saving --------------------------------------------------------------------------------------------


def _claim(desk: Desk, owner: str, state: MessageState) -> list[Message]:
    worker = desk.config.calmdesk.worker
    return claim(Message, [state], owner, timedelta(seconds=worker.lease_seconds), worker.batch)


def _each(desk: Desk, owner: str, state: MessageState, step: Step) -> int:
    rows = _claim(desk, owner, state)
    for row in rows:
        _one(desk, row, owner, step)
    return len(rows)


def _one(desk: Desk, row: Message, owner: str, step: Step) -> None:
    """Run ``step`` on one claimed row: it works outside a transaction and returns what to save inside one."""
    try:
        _save(row, step(desk, row))
    except CalmdeskError as error:
        _failed(desk, row, owner, error)
    except Exception as error:  # a fault of ours must not take the queue down; it is logged and counted
        log.exception("stage failed", message=row.pk)
        _failed(desk, row, owner, CalmdeskError(f"internal error: {type(error).__name__}"))


def _save(row: Message, change: Callable[[], None]) -> None:
    with transaction.atomic():
        if row.ticket_id:  # as it is now: a newer mail or a person may have changed it while the stage worked
            row.ticket = Ticket.objects.select_for_update().get(pk=row.ticket_id)
        if not holds(row):
            log.warning("lease lost, result dropped", message=row.pk)
            return
        change()
        release(row, due_at=timezone.now())
        row.tries, row.error = 0, ""
        row.save()
        if row.ticket:
            tickets.refresh(row.ticket)
    log.info("message moved", message=row.pk, state=row.state, ticket=row.ticket_id)


def _move(row: Message, new: MessageState) -> None:
    row.state = check_change(MESSAGE_CHANGES, MessageState(row.state), new)


def _failed(desk: Desk, claimed: Message, owner: str, error: CalmdeskError) -> None:
    """Count the try; back off, or quarantine after the last one. Nothing if another worker has taken over."""
    with transaction.atomic():
        held = Message.objects.select_for_update().filter(pk=claimed.pk, owner=owner, lease_until__isnull=False)
        row = held.first()
        if row is None:
            log.warning("lease lost, failure not counted", message=claimed.pk)
            return
        row.tries += 1
        row.error = str(error)
        release(row, due_at=timezone.now() + timedelta(seconds=2**row.tries))
        if row.tries >= desk.config.calmdesk.worker.tries:
            _move(row, MessageState.QUARANTINED)
            row.reason = row.error
            if row.ticket is None:
                attach(row, unreadable_mail(bytes(row.raw.data), row.error), None)
            if row.ticket:
                row.ticket.reasons = [row.reason]
        row.save()
        if row.ticket:
            tickets.refresh(row.ticket)
    log.warning("message not processed", message=row.pk, tries=row.tries, state=row.state, error=type(error).__name__)


# --- the work of each stage -----------------------------------------------------------------------------------------


def _parse(desk: Desk, row: Message) -> Callable[[], None]:
    own = desk.mailbox(row.mailbox).own_addresses
    parsed = desk.parser.parse(bytes(row.raw.data), own)

    def save() -> None:
        row.parsed = codec.parsed_to_json(parsed)
        row.message_id = parsed.message_id[:1000]
        copy = first_copy(row)
        if parsed.kind is MailKind.UNPARSEABLE:
            _move(row, MessageState.QUARANTINED)
            row.reason = parsed.reason
        elif parsed.kind is not MailKind.CUSTOMER:
            _move(row, MessageState.SUPPRESSED)
            row.reason = parsed.reason
        elif parsed.sender is None:
            _move(row, MessageState.SUPPRESSED)
            row.reason = "no usable address in From: there is nobody to answer"
        elif copy:
            _move(row, MessageState.SUPPRESSED)
            row.reason = f"second delivery of message {copy.pk}"
        else:
            _move(row, MessageState.PARSED)
        ticket = row.ticket or (copy.ticket if copy else find_ticket(row.mailbox, parsed, thread_candidates(parsed)))
        ticket = attach(row, parsed, ticket)
        if row.state != MessageState.PARSED and not ticket.reasons:
            ticket.reasons = [row.reason]
        if row.state == MessageState.PARSED:
            tickets.joined_by(ticket, row)
        ticket.save()

    return save


def _set_triage(desk: Desk, row: Message, triage: Triage) -> None:
    _move(row, MessageState.TRIAGED)
    row.triage = codec.triage_to_json(triage)
    ticket = row.ticket
    if ticket:
        ticket.urgency, ticket.tone = triage.urgency.label, triage.tone.label
        ticket.reasons = list(triage.reasons)
        ticket.reply_due_at = due_at(row.received_at, triage.urgency.label, desk.config.policy)


def compose(desk: Desk, row: Message) -> DraftSet:
    return desk.composer.draft(
        case_of(row),
        firm=desk.firm(row.mailbox),
        policy=desk.config.policy,
        thresholds=desk.config.thresholds.of(row.mailbox),
        knowledge=desk.knowledge(row.mailbox),
    )


def _draft(desk: Desk, row: Message) -> Callable[[], None]:
    draft_set = compose(desk, row)
    read = row.ticket.version if row.ticket else 0

    def save() -> None:
        _move(row, MessageState.DRAFTED)
        if row.ticket is None:
            return
        for draft in draft_set.drafts:
            _store_draft(row, row.ticket, read, draft, draft.kind is draft_set.proposed)
        newest = tickets.newest_answerable(row.ticket)
        if newest:  # drafts of a mail that was overtaken while they were written are history at once
            tickets.withdraw_open_drafts(row.ticket, newest)
        if draft_set.why and draft_set.why not in row.ticket.reasons:
            row.ticket.reasons = [*row.ticket.reasons, draft_set.why]

    return save


def _store_draft(row: Message, ticket: Ticket, ticket_version: int, draft: DraftRecord, first: bool) -> None:
    """Save a draft of the thread's ``ticket_version``; an older one is replaced only while nobody has decided on it."""
    data = codec.draft_to_json(draft) | {
        "ticket": ticket,
        "ticket_version": ticket_version,
        "proposed_first": first,
        "composed_body": draft.body,
        "updated_at": timezone.now(),
    }
    before = Draft.objects.select_for_update().filter(message=row, kind=draft.kind).first()
    if before is None:
        Draft.objects.create(message=row, **data)
    elif before.state == DraftState.PROPOSED:
        Draft.objects.filter(pk=before.pk).update(version=before.version + 1, **data)
