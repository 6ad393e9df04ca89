"""The stages between intake and review: each claims a batch, works, and saves result and next state together.

Every stage is idempotent and returns how many rows it moved. One bad row never stops the rest: it is tried again later
and, after the configured number of tries, quarantined where people see it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from pipeline.config import LimitsConfig
from pipeline.drafting.calendar import due_at
from pipeline.drafting.writer.writer import SILENT
from pipeline.errors import CalmdeskError, ConfigError, ModelError
from pipeline.flow import MESSAGE_CHANGES, DraftState, MessageState, check_change, ticket_state
from pipeline.intake.parse import unreadable_mail
from pipeline.intake.thread import thread_candidates, ticket_of_token, token_addresses
from pipeline.records import (
    Case,
    DraftKind,
    DraftSet,
    MailKind,
    Manner,
    ParsedMail,
    Service,
    Source,
    Triage,
    Wish,
    WrittenBy,
)
from pipeline.store import codec, tickets
from pipeline.store.cases import case_of, message_record
from pipeline.store.claims import claim, release
from pipeline.store.corrections import with_corrections
from pipeline.store.limits import HELD_BACK, limit_reached
from pipeline.store.models import Draft, Message, Ticket
from pipeline.store.services import note_trouble, note_working, noted
from pipeline.store.threads import attach, find_thread, lock_mailbox, signing_key

if TYPE_CHECKING:
    from pipeline.engine.desk import Desk

log = structlog.get_logger(__name__)

POSTPONED = timedelta(minutes=1)
"""How long a mail waits when the machine, not the mail, was at fault."""

Change = Callable[[], Ticket | None]
"""Puts the result of a step into the rows; returns the ticket whose state has to be derived again."""
Step = Callable[["Desk", Message], Change]


def parse_stage(desk: Desk, owner: str) -> int:
    """received -> parsed, or suppressed when the mail must not be answered, or history."""
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
    if done:
        note_working(Service.TRIAGE)
    found = dict(zip((row.pk for row in rows), done, strict=False))

    def step(desk: Desk, row: Message) -> Change:
        triage = found.get(row.pk)
        if triage is None:
            with noted(Service.TRIAGE):
                triage = desk.triager.triage([message_record(row)], thresholds)[0]
        return lambda: _set_triage(desk, row, triage)

    for row in rows:
        _one(desk, row, owner, step)
    return len(rows)


def draft_stage(desk: Desk, owner: str) -> int:
    """triaged -> drafted: three drafts, or an escalation to a named person; one search of the knowledge for all."""
    # A language model takes its time: more than one mail would outlast the lease of the batch.
    rows = _claim(desk, owner, MessageState.TRIAGED, 1 if desk.composer.writer else None)
    cases: dict[int, Case] = {}
    found: dict[int, tuple[Source, ...]] = {}
    try:
        cases = {row.pk: case_of(row) for row in rows}
        found = dict(zip(cases, desk.sources(list(cases.values())), strict=True))
    except Exception as error:  # one of them is at fault: each looks by itself, so that it holds up none of the others
        log.warning("knowledge not searched for the batch, going one by one", error=type(error).__name__)
    for row in rows:
        _one(desk, row, owner, lambda desk, row: _draft(desk, row, cases.get(row.pk), found.get(row.pk)))
    return len(rows)


# --- claiming and saving --------------------------------------------------------------------------------------------


def _claim(desk: Desk, owner: str, state: MessageState, most: int | None = None) -> list[Message]:
    """Mail that waits for an answer first, imported history when there is none; at most a batch or ``most``."""
    worker = desk.config.calmdesk.worker
    lease, limit = timedelta(seconds=worker.lease_seconds), most or worker.batch
    waiting = claim(Message, [state], owner, lease, limit, history=False)
    return waiting or claim(Message, [state], owner, lease, limit, history=True)


def _each(desk: Desk, owner: str, state: MessageState, step: Step, most: int | None = None) -> int:
    rows = _claim(desk, owner, state, most)
    for row in rows:
        _one(desk, row, owner, step)
    return len(rows)


def _one(desk: Desk, row: Message, owner: str, step: Step) -> None:
    """Run ``step`` on one claimed row: it works outside a transaction and returns what to save inside one."""
    try:
        _save(row, step(desk, row))
    except (OSError, DatabaseError, ConfigError, ModelError) as error:
        # The machine or the installation is at fault, not the mail: it waits, and no try is counted.
        log.error("stage not run", message=row.pk, error=type(error).__name__, reason=_first_line(error))
        Message.objects.filter(pk=row.pk, owner=owner).update(
            owner="", lease_until=None, due_at=timezone.now() + POSTPONED, error=_first_line(error)
        )
    except CalmdeskError as error:
        _failed(desk, row, owner, error)
    except Exception as error:  # a fault of ours must not take the queue down; it is logged and counted
        log.exception("stage failed", message=row.pk)
        _failed(desk, row, owner, CalmdeskError(f"internal error: {type(error).__name__}"))


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


class _LeaseLost(Exception):
    """Another worker has the row by now: nothing of this one's work may be saved."""


_WRITTEN = (
    *("state", "reason", "parsed", "triage", "summary", "ticket"),
    *("owner", "lease_until", "due_at", "tries", "error"),
)
"""The columns that stages write. Where a mail lies on the server is the watch's, which may change it meanwhile."""
_WRITTEN_ONCE = ("message_id", "content_hash", "sender_email", "sender_domain", "verified", "suggested", "suggestion")
"""What reading a mail adds; from then on a suggestion is a person's to settle."""
_OF_TICKET = (
    *("customer_email", "customer_name", "subject", "version", "snoozed_until"),
    *("urgency", "tone", "reasons", "reply_due_at"),
)


def _save(row: Message, change: Change) -> None:
    held = Message.objects.filter(pk=row.pk, owner=row.owner, state=row.state, lease_until__isnull=False)
    columns = (*_WRITTEN, *_WRITTEN_ONCE) if row.state == MessageState.RECEIVED else _WRITTEN
    try:
        with transaction.atomic():
            if row.state == MessageState.RECEIVED:
                lock_mailbox(row.mailbox)
            if row.ticket_id:  # as it is now: a newer mail or a person may have changed it while the stage worked
                row.ticket = tickets.lock(row.ticket_id)
            ticket = change()
            release(row, due_at=timezone.now())
            row.tries, row.error = 0, ""
            if not held.update(**{name: getattr(row, name) for name in columns}):
                raise _LeaseLost
            if ticket:
                tickets.refresh(ticket, *_OF_TICKET)
    except _LeaseLost:
        log.warning("lease lost, result dropped", message=row.pk)
    else:
        log.info("message moved", message=row.pk, state=row.state, ticket=row.ticket_id)


def _move(row: Message, new: MessageState) -> None:
    row.state = check_change(MESSAGE_CHANGES, MessageState(row.state), new)


def _failed(desk: Desk, claimed: Message, owner: str, error: CalmdeskError) -> None:
    """Count the try; back off, or quarantine after the last one. Nothing if another worker has taken over."""
    with transaction.atomic():
        ticket = tickets.lock(claimed.ticket_id) if claimed.ticket_id else None
        held = Message.objects.select_for_update().filter(pk=claimed.pk, owner=owner, lease_until__isnull=False)
        row = held.first()
        if row is None or row.ticket_id != claimed.ticket_id:
            log.warning("lease lost, failure not counted", message=claimed.pk)
            return
        row.tries += 1
        row.error = str(error)
        release(row, due_at=timezone.now() + timedelta(seconds=2**row.tries))
        if row.tries >= desk.config.calmdesk.worker.tries:
            _move(row, MessageState.QUARANTINED)
            row.reason = row.error
            ticket = ticket or attach(row, unreadable_mail(bytes(row.raw.data), row.error), None)
            ticket.reasons = [row.reason]
            if ticket.pk is None:
                ticket.save()
            row.ticket = ticket
        row.save(update_fields=_WRITTEN)
        if ticket:
            tickets.refresh(ticket, "reasons")
    log.warning("message not processed", message=row.pk, tries=row.tries, state=row.state, error=type(error).__name__)


# --- the work of each stage -----------------------------------------------------------------------------------------


def _parse(desk: Desk, row: Message) -> Change:
    own, authserv_id = desk.config.own_addresses, desk.mailbox(row.mailbox).authserv_id
    parsed = desk.parser.parse(bytes(row.raw.data), own, authserv_id)
    candidates = thread_candidates(parsed)
    signed = ticket_of_token(signing_key(), row.mailbox, token_addresses(parsed), own)

    def save() -> Ticket | None:
        _note_author(row, parsed)
        thread = find_thread(row, parsed, candidates, signed, bool(authserv_id))
        if row.ticket is None and thread.ticket and (later := tickets.answered_later(thread.ticket, row)):
            why = f"it was written before message {later.pk} there, which was answered already"
            thread = replace(thread, ticket=None, suggested=thread.ticket, why=why)
        row.parsed = codec.parsed_to_json(_with_warning(parsed, thread.namesake))
        known = row.ticket or thread.ticket
        limits = desk.config.policy_of(row.mailbox).limits
        verdict = _verdict(row, parsed, thread.copy) or _held_back(row, known, limits)
        state, row.reason = verdict or (MessageState.PARSED, "")
        _move(row, state)
        if row.ticket is None:
            row.suggested, row.suggestion = thread.suggested, thread.why
        ticket = attach(row, parsed, known)
        if not ticket.reasons and row.reason:
            ticket.reasons = [row.reason]
        if known is None:
            ticket.state = ticket_state([(state, False)], [], None)
            ticket.save()
        elif state is MessageState.PARSED:
            tickets.joined_by(ticket, row)
        elif row.reason.startswith(HELD_BACK) and (newest := tickets.newest_answerable(ticket)):
            # Whoever answers has to see it first, although nothing is drafted for it.
            tickets.grow(ticket)
            tickets.write_again(newest)
        row.ticket = ticket
        return ticket if known else None

    return save


def _note_author(row: Message, parsed: ParsedMail) -> None:
    sender = parsed.sender.email.lower() if parsed.sender else ""
    row.message_id, row.content_hash = parsed.message_id[:1000], parsed.content_hash
    row.sender_email, row.sender_domain = sender[:320], sender.rpartition("@")[2][:255]
    row.verified = parsed.identity.trusted


def _with_warning(parsed: ParsedMail, namesake: Message | None) -> ParsedMail:
    if namesake is None:
        return parsed
    warning = f"message {namesake.pk} has the same Message-ID and other content"
    return replace(parsed, warnings=(*parsed.warnings, warning))


def _held_back(row: Message, ticket: Ticket | None, limits: LimitsConfig) -> tuple[MessageState, str] | None:
    reason = limit_reached(row, ticket, limits)
    return (MessageState.SUPPRESSED, reason) if reason else None


def _verdict(row: Message, parsed: ParsedMail, copy: Message | None) -> tuple[MessageState, str] | None:
    """Where a mail goes that is not to be drafted for, and why; None for one that is."""
    if parsed.kind is MailKind.UNPARSEABLE:
        return MessageState.QUARANTINED, parsed.reason
    if parsed.kind is not MailKind.CUSTOMER:
        return MessageState.SUPPRESSED, parsed.reason
    if parsed.sender is None:
        return MessageState.SUPPRESSED, "no usable address in From: there is nobody to answer"
    if copy:
        return MessageState.SUPPRESSED, f"second delivery of message {copy.pk}"
    if row.history:
        return MessageState.HISTORY, "history: older than the first start, or imported"
    if not row.complete:
        size = f"{row.size / 1e6:.1f} MB"
        return MessageState.QUARANTINED, f"too large ({size}): it is still in folder {row.folder!r} of the mailbox"
    return None


def _set_triage(desk: Desk, row: Message, triage: Triage) -> Ticket | None:
    _move(row, MessageState.TRIAGED)
    triage = with_corrections(row, triage)
    row.triage = codec.triage_to_json(triage)
    ticket = row.ticket
    if ticket:
        ticket.urgency, ticket.tone = triage.urgency.label, triage.tone.label
        ticket.reasons = list(triage.reasons)
        ticket.reply_due_at = due_at(row.received_at, triage.urgency.label, desk.config.policy_of(row.mailbox))
    return ticket


def compose(desk: Desk, row: Message, case: Case, sources: tuple[Source, ...] | None = None) -> DraftSet:
    """The drafts for ``row``, of which ``case`` was read; ``sources`` as found in a batch, by default looked up now."""
    if row.ticket and row.ticket.reply_due_at and row.ticket.reply_due_at <= timezone.now():
        # Late already: a time counted from the arrival would be a promise broken when it is made.
        case = replace(case, received_at=timezone.now())
    return desk.composer.draft(
        case,
        firm=desk.firm(row.mailbox),
        policy=desk.config.policy_of(row.mailbox),
        thresholds=desk.config.thresholds.of(row.mailbox),
        knowledge=desk.knowledge(row.mailbox),
        sources=sources,
        manners=_manners(row),
    )


def _manners(row: Message) -> dict[DraftKind, Manner]:
    """How people wanted the drafts of ``row`` written, by kind; it holds whenever they are written again."""
    asked = tickets.of_the_product(row).exclude(wish="").values_list("kind", "wish", "variation")
    return {DraftKind(kind): Manner(Wish(wish), variation) for kind, wish, variation in asked}


def _draft(desk: Desk, row: Message, case: Case | None, sources: tuple[Source, ...] | None) -> Change:
    draft_set = compose(desk, row, case or case_of(row), sources)
    _note_writer(desk, draft_set)
    read = row.ticket.version if row.ticket else 0

    def save() -> Ticket | None:
        _move(row, MessageState.DRAFTED)
        row.summary = codec.summary_to_json(draft_set.summary) or _told(row)
        if row.ticket is None:
            return None
        _store_drafts(row, row.ticket, read, draft_set)
        newest = tickets.newest_answerable(row.ticket)
        if newest:  # drafts of a mail that was overtaken while they were written are history at once
            tickets.withdraw_open_drafts(row.ticket, newest)
        if draft_set.why and draft_set.why not in row.ticket.reasons:
            row.ticket.reasons = [*row.ticket.reasons, draft_set.why]
        return row.ticket

    return save


def _note_writer(desk: Desk, draft_set: DraftSet) -> None:
    """Whether the language model gives answers; templates alone are no fault of a draft, but people should know."""
    if desk.composer.writer is None:
        return
    if any(SILENT in draft.dropped for draft in draft_set.drafts):
        note_trouble(Service.WRITER, "the language model gives no answer")
    elif any(draft.dropped or draft.writer is WrittenBy.WRITTEN for draft in draft_set.drafts):
        note_working(Service.WRITER)


def _told(row: Message) -> Any:
    """The summary of a ticket that a person has escalated stays what it was."""
    escalated = row.ticket and row.ticket.escalated_at
    return Message.objects.values_list("summary", flat=True).get(pk=row.pk) if escalated else None


def _store_drafts(row: Message, ticket: Ticket, ticket_version: int, draft_set: DraftSet) -> None:
    """Save the drafts of the thread's ``ticket_version``: those of ``row`` that are new, or were to be written again.

    Nobody's decision is replaced. Where a person had one draft of several written again, their order stays.
    """
    before = {draft.kind: draft for draft in tickets.of_the_product(row).select_for_update()}
    some = any(draft.state == DraftState.PROPOSED and not draft.generating for draft in before.values())
    for draft in draft_set.drafts:
        data = codec.draft_to_json(draft) | {
            "ticket": ticket,
            "ticket_version": ticket_version,
            "composed_body": draft.body,
            "generating": False,
            "updated_at": timezone.now(),
        }
        if not some:
            data["proposed_first"] = draft.kind is draft_set.proposed
        old = before.get(draft.kind)
        if old is None:
            Draft.objects.create(message=row, **data)
        elif old.state == DraftState.PROPOSED and old.generating:
            Draft.objects.filter(pk=old.pk).update(version=old.version + 1, **data)
