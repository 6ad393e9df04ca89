"""Rows as the shapes of the API."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from pipeline.flow import DraftState, MessageState
from pipeline.records import Wish
from pipeline.review.api.shapes import (
    ActionView,
    DraftLine,
    DraftView,
    EscalationView,
    EventView,
    FolderCopyView,
    FolderView,
    Heat,
    LeaseView,
    MessageView,
    OutgoingEvidence,
    OutgoingView,
    TicketLine,
    TicketView,
)
from pipeline.review.decisions import Opened
from pipeline.review.decisions.presence import lease
from pipeline.review.folder_copy import copy_row
from pipeline.review.heat import wave_of
from pipeline.review.mailboxes import FolderState
from pipeline.review.outgoing import evidence
from pipeline.store import tickets
from pipeline.store.approvals import first_approval
from pipeline.store.cases import actions_of
from pipeline.store.models import Action, AuditEvent, CopyState, Draft, Message, Outgoing, Ticket

PEOPLE = ("assignee", "escalated_by", "opened_by")
"""Of a ticket, those whom a line of it names."""


def ticket_lines(rows: Sequence[Ticket], reader: int) -> list[TicketLine]:
    """In a constant number of queries."""
    prefetch_related_objects(rows, "drafts", "tags", *PEOPLE)
    return [ticket_line(row, reader) for row in rows]


def ticket_line(row: Ticket, reader: int) -> TicketLine:
    """``reader`` is the number of who asks: a lease may be theirs."""
    return TicketLine(**_ticket(row, reader), drafts=[draft_line(draft) for draft in _drafts(row)])


def ticket_view(row: Ticket, reader: int) -> TicketView:
    prefetch_related_objects([row], "drafts__first_approvals__approver", "drafts__copies", "tags")
    messages = list(row.messages.order_by("received_at", "id"))
    newest = tickets.newest_answerable(row) or (messages[-1] if messages else None)
    wave = wave_of(row)
    return TicketView(
        **_ticket(row, reader),
        heat=Heat(phase=wave.phase if wave.has_course else None, points=list(wave.points)),
        text=(newest.parsed or {}).get("text", "") if newest else "",
        messages=[message_view(message) for message in messages],
        drafts=[draft_view(draft) for draft in _drafts(row)],
        actions=[action_view(action) for action in actions_of(row)],
        outgoing=[outgoing_view(one) for one in row.outgoing.select_related("approval__approver").order_by("id")],
    )


def _ticket(row: Ticket, reader: int) -> dict[str, Any]:
    return {
        "id": row.pk,
        "subject": row.subject,
        "sender": row.customer_email,
        "sender_name": row.customer_name,
        "mailbox": row.mailbox,
        "state": row.state,
        "fault": row.fault,
        "urgency": row.urgency or None,
        "tone": row.tone or None,
        "reasons": row.reasons,
        "tags": sorted(tag.name for tag in row.tags.all()),
        "assignee": row.assignee.get_username() if row.assignee else None,
        "snoozed_until": row.snoozed_until,
        "escalated": _escalated(row),
        "opened": lease_of(row, reader),
        "reply_due_at": row.reply_due_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "version": row.version,
        "merged_into": row.merged_into_id,
    }


def _escalated(row: Ticket) -> EscalationView | None:
    if row.escalated_by is None:
        return None
    return EscalationView(by=row.escalated_by.get_username(), at=row.escalated_at, why=row.escalated_why)


def lease_of(row: Ticket, reader: int) -> LeaseView | None:
    """Who has the ticket open just now."""
    found = lease(row, reader)
    return lease_view(found) if found else None


def lease_view(opened: Opened) -> LeaseView:
    return LeaseView(by=opened.by, until=opened.until, mine=opened.mine)


def _drafts(row: Ticket) -> list[Draft]:
    """Of the newest mail first, and of those the proposed one."""
    return sorted(row.drafts.all(), key=lambda draft: (-draft.message_id, not draft.proposed_first, draft.pk))


def draft_line(row: Draft) -> DraftLine:
    return DraftLine(**_draft(row))


def _draft(row: Draft) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "version": row.version,
        "proposed": row.proposed_first,
        "generating": row.generating,
        "subject": row.subject,
        "writer": row.writer,
        "dropped": row.dropped,
    }


def draft_view(row: Draft) -> DraftView:
    first = first_approval(row) if row.state == DraftState.PROPOSED else None
    return DraftView(
        **_draft(row),
        ticket=row.ticket_id,
        message=row.message_id,
        body=row.body,
        fresh=row.fresh,
        wish=Wish(row.wish) if row.wish else None,
        stale=row.ticket_version != row.ticket.version,
        first_approval_by=first.approver.get_username() if first else None,
        checks=row.checks,
        promises=row.promises,
        sources=row.sources,
        summary=row.summary,
        rejection=row.rejection,
        folder_copy=_folder_copy(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _folder_copy(draft: Draft) -> FolderCopyView | None:
    row = copy_row(draft)
    if row is None:
        return None
    return FolderCopyView(
        state=CopyState(row.state),
        mailbox=row.mailbox,
        folder=row.folder,
        version=row.draft_version,
        edited=row.edited,
        placed_at=row.created_at,
    )


def message_view(row: Message) -> MessageView:
    parsed = row.parsed or {}
    return MessageView(
        id=row.pk,
        ticket=row.ticket_id,
        state=MessageState(row.state),
        reason=row.reason,
        received_at=row.received_at,
        message_id=row.message_id,
        kind=parsed.get("kind"),
        subject=parsed.get("subject"),
        text=parsed.get("text"),
        quoted=parsed.get("quoted"),
        attachments=parsed.get("attachments", []),
        warnings=parsed.get("warnings", []),
        identity=parsed.get("identity"),
        size=row.size,
        complete=row.complete,
        suggested_ticket=row.suggested_id,
        suggestion=row.suggestion,
        triage=row.triage,
        summary=row.summary,
    )


def action_view(row: Action) -> ActionView:
    return ActionView(
        kind=row.kind,
        amount=str(row.amount) if row.amount is not None else None,
        currency=row.currency,
        note=row.note,
        by=row.by.get_username(),
        at=row.at,
    )


def outgoing_view(row: Outgoing) -> OutgoingView:
    return OutgoingView(**_outgoing(row))


def outgoing_evidence(row: Outgoing) -> OutgoingEvidence:
    found = evidence(row)
    facts: dict[str, Any] = {
        "intact": found.intact,
        "void": found.reply.void,
        "sha256": found.sha256,
        "size": found.size,
    }
    return OutgoingEvidence(**_outgoing(row), **facts)


def _outgoing(row: Outgoing) -> dict[str, Any]:
    return {
        "id": row.pk,
        "mailbox": row.mailbox,
        "ticket": row.ticket_id,
        "draft": row.approval.draft_id,
        "state": row.state,
        "message_id": row.message_id,
        "recipients": row.recipients,
        "approved_by": row.approval.approver.get_username(),
        "queued_at": row.queued_at,
        "due_at": row.due_at,
        "sent_at": row.sent_at,
        "error": row.error,
        "server_reply": row.server_reply,
    }


def folder_view(state: FolderState) -> FolderView:
    facts = dataclasses.asdict(state)
    traffic: dict[str, Any] = facts.pop("traffic")
    return FolderView(**facts, **traffic)


def event_view(row: AuditEvent) -> EventView:
    return EventView(id=row.pk, at=row.at, actor=row.actor, action=row.action, ticket=row.ticket_id, detail=row.detail)
