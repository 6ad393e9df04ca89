"""What a draft may be written from, gathered from the rows of one conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from pipeline.errors import FlowError
from pipeline.flow import UNANSWERED, MessageState, OutgoingState, unanswered_before
from pipeline.records import Action, Case, Fault, ThreadTurn
from pipeline.records import Message as MessageRecord
from pipeline.store import codec
from pipeline.store.models import Action as ActionRow
from pipeline.store.models import Draft, Message, Ticket
from pipeline.triage.wave import heat_of, wave


def message_record(row: Message) -> MessageRecord:
    parsed = codec.parsed_from_json(row.parsed)
    return MessageRecord(str(row.pk), parsed.subject, parsed.text, row.mailbox, _unanswered_before(row))


def _unanswered_before(row: Message) -> int:
    """Mails that the author of ``row`` sent to its ticket before, since our last reply there."""
    if row.ticket is None or not row.sender_email:
        return 0
    theirs = row.ticket.messages.exclude(state__in=UNANSWERED).filter(
        sender_email=row.sender_email, received_at__lt=row.received_at
    )
    ours = row.ticket.outgoing.filter(sent_at__lt=row.received_at)
    turns = [(at, False) for at in theirs.values_list("received_at", flat=True)]
    turns += [(at, True) for at in ours.values_list("sent_at", flat=True) if at]
    return unanswered_before(row.received_at, [(is_ours, at) for at, is_ours in sorted(turns)])


def case_of(row: Message) -> Case:
    """Everything a draft for ``row`` may be written from."""
    if row.ticket is None:
        raise FlowError(f"message {row.pk} has no ticket")
    parsed = codec.parsed_from_json(row.parsed)
    return Case(
        message=message_record(row),
        triage=codec.triage_from_json(row.triage),
        sender=parsed.sender,
        received_at=row.received_at,
        fault=Fault(row.ticket.fault),
        thread=tuple(_turns(row)),
        actions=tuple(_action(action) for action in actions_of(row.ticket)),
        granted=tuple(_action(action) for action in _granted(row.ticket)),
        heat=_phase(row),
    )


def actions_of(ticket: Ticket) -> QuerySet[ActionRow]:
    """What people recorded as done on ``ticket`` and on those that were put into it, oldest first."""
    mine = Q(ticket=ticket) | Q(ticket__merged_into=ticket)
    return ActionRow.objects.filter(mine, approval=None).select_related("by").order_by("at", "id")


def _granted(ticket: Ticket) -> list[ActionRow]:
    """The money that the customer was granted on any ticket of the mailbox, oldest first.

    What a reply granted and what was recorded as done are the same money: of each ticket the larger sum counts. A reply
    that was not sent granted nothing.
    """
    theirs = Q(ticket__customer_email__iexact=ticket.customer_email) if ticket.customer_email else Q(ticket=ticket)
    rows = ActionRow.objects.filter(theirs, ticket__mailbox=ticket.mailbox, amount__isnull=False)
    found: dict[tuple[int, str], dict[bool, list[ActionRow]]] = defaultdict(lambda: {False: [], True: []})
    never_left = (OutgoingState.FAILED, OutgoingState.WITHDRAWN)
    for row in rows.exclude(approval__outgoing__state__in=never_left).select_related("by").order_by("at", "id"):
        found[row.ticket_id, row.currency][row.approval_id is not None].append(row)
    return [row for either in found.values() for row in max(either.values(), key=_sum)]


def _sum(rows: list[ActionRow]) -> Decimal:
    return sum((row.amount or Decimal(0) for row in rows), Decimal(0))


def _action(row: ActionRow) -> Action:
    return Action(row.kind, row.at, row.by.get_username(), row.amount, row.currency, row.note)


def _phase(row: Message) -> str:
    """The phase of the conversation's heat as of ``row``; empty where there are not two mails that were read."""
    if row.ticket is None:
        return ""
    read = row.ticket.messages.exclude(state__in=UNANSWERED).filter(triage__isnull=False)
    readings = read.filter(received_at__lte=row.received_at).values_list(
        "received_at", "triage__tone__label", "triage__intensity"
    )
    found = wave((at, heat_of(tone, intensity)) for at, tone, intensity in readings)
    return found.phase if found.has_course else ""


def _reply(draft: Draft, sent_at: datetime | None) -> ThreadTurn:
    return ThreadTurn(True, draft.body, sent_at, codec.promises_from_json(draft.promises))


def _turns(row: Message) -> Iterable[ThreadTurn]:
    """The conversation before ``row``: what the product saw and sent, and the history quoted in the mail itself."""
    ticket = row.ticket
    if ticket is None:
        return
    before = ticket.messages.filter(parsed__isnull=False, received_at__lt=row.received_at)
    theirs = [
        ThreadTurn(ours=False, text=str(earlier.parsed["text"]), at=earlier.received_at)
        for earlier in before.exclude(state=MessageState.SUPPRESSED)  # robots and second copies say nothing new
        if earlier.parsed
    ]
    ours = [
        _reply(sent.approval.draft, sent.sent_at)
        for sent in ticket.outgoing.filter(sent_at__lt=row.received_at).select_related("approval__draft")
    ]
    turns = sorted(theirs + ours, key=lambda turn: turn.at or row.received_at)
    quoted = str(row.parsed["quoted"]) if row.parsed else ""
    yield from ([ThreadTurn(ours=False, text=quoted)] if quoted else [])
    yield from turns
