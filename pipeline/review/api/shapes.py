"""What the API shows, as typed shapes; every time is UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from pipeline.flow import DraftState, MessageState, OutgoingState, TicketState
from pipeline.records import (
    Attachment,
    CheckResult,
    DraftKind,
    EscalationSummary,
    Fault,
    Identity,
    MailKind,
    Promise,
    Source,
    Triage,
    Wish,
    WrittenBy,
)
from pipeline.review.roles import Permission
from pipeline.store.models import CopyState
from pipeline.triage.wave import Phase, Point

Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Any text without NUL, which no database keeps."""


class Mistake(Schema):
    """One thing that is not right in a request: a place in its body, or a parameter."""

    detail: str
    pointer: str = Field("", description="A JSON Pointer into the body, as a fragment: #/version")
    parameter: str = ""


class ChangedText(Schema):
    """A run of text that both versions have, that was added, or that was removed."""

    kind: Literal["same", "added", "removed"]
    text: str


class NewerMail(Schema):
    """What the customer wrote meanwhile; without text while it is being read."""

    received_at: datetime
    text: str


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str = Field("about:blank")
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["draft 7 is sent, not proposed"])
    kind: str = Field(
        "",
        description="409 and 412: newer_mail, edited, decided, generating, opened, blocked, left, changed, refused. "
        "409: in_hand, 422: key_used, of an Idempotency-Key.",
    )
    version: int | None = Field(None, description="409 and 412: the version of the draft by now.")
    changed_by: str = Field("", description="Kind edited: who changed the text last; empty where it was no person.")
    changes: list[ChangedText] = Field([], description="Kind edited: the text by now, against the version named.")
    mails: list[NewerMail] = Field([], description="Kind newer_mail: what came since the mail that the draft answers.")
    permission: Permission | None = Field(None, description="403: what is missing.")
    lacking: str = Field("", description="403: whether the scope of the token or the role of its person lacks it.")
    errors: list[Mistake] = Field([], description="422: what is not right, and where.")


class DraftLine(Schema):
    id: int
    kind: DraftKind
    state: DraftState
    version: int
    proposed: bool = Field(description="It is the one put first.")
    generating: bool = Field(description="It is being written again: it can be neither edited nor approved.")
    subject: str
    writer: WrittenBy
    dropped: list[str]


class FolderCopyView(Schema):
    """What became of a draft in the Drafts folder of its mailbox; `edited` is the text that a person made of it."""

    state: CopyState
    mailbox: str
    folder: str
    version: int
    edited: str
    placed_at: datetime


class DraftView(DraftLine):
    ticket: int
    message: int
    body: str
    fresh: bool = Field(description="A new mail, which answers none of the customer's by its headers.")
    wish: Wish | None
    stale: bool = Field(description="A newer mail came to the ticket after it was written.")
    first_approval_by: str | None = Field(description="Whose yes waits for a second one.")
    checks: list[CheckResult]
    promises: list[Promise]
    sources: list[Source]
    summary: EscalationSummary | None
    rejection: str
    folder_copy: FolderCopyView | None
    created_at: datetime
    updated_at: datetime


class ActionView(Schema):
    kind: str
    amount: str | None = Field(examples=["20.00"])
    currency: str
    note: str
    by: str
    at: datetime


class OutgoingView(Schema):
    id: int
    mailbox: str
    ticket: int
    draft: int
    state: OutgoingState
    message_id: str
    recipients: list[str]
    approved_by: str
    queued_at: datetime
    due_at: datetime = Field(description="It leaves no sooner; until then its approval can be undone.")
    sent_at: datetime | None
    error: str
    server_reply: str


class OutgoingEvidence(OutgoingView):
    intact: bool = Field(description="The stored bytes and envelope are those that were approved.")
    void: str = Field(description="Why its approval no longer holds, where somebody might want it sent again.")
    sha256: str
    size: int


class MessageView(Schema):
    id: int
    ticket: int | None
    state: MessageState
    reason: str
    received_at: datetime
    message_id: str
    kind: MailKind | None
    subject: str | None
    text: str | None
    quoted: str | None
    attachments: list[Attachment]
    warnings: list[str]
    identity: Identity | None
    size: int
    complete: bool
    suggested_ticket: int | None
    suggestion: str
    triage: Triage | None
    summary: EscalationSummary | None


class LeaseView(Schema):
    """Who has a ticket open, and until when."""

    by: str
    until: datetime
    mine: bool


class EscalationView(Schema):
    by: str
    at: datetime | None
    why: str


class Heat(Schema):
    """``points`` oldest first; ``phase`` is null below two: one mail shows no course."""

    phase: Phase | None
    points: list[Point]


class TicketLine(Schema):
    id: int
    subject: str
    sender: str = Field(serialization_alias="from")
    sender_name: str = Field(serialization_alias="from_name")
    mailbox: str
    state: TicketState
    fault: Fault
    urgency: str | None
    tone: str | None
    reasons: list[str]
    tags: list[str]
    assignee: str | None
    snoozed_until: datetime | None
    escalated: EscalationView | None
    opened: LeaseView | None
    reply_due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int = Field(description="Counts the mails of the conversation.")
    merged_into: int | None
    drafts: list[DraftLine] = Field(description="The newest mail's first, and of those the proposed one.")


class TicketView(TicketLine):
    heat: Heat
    text: str = Field(description="That of the newest mail.")
    messages: list[MessageView]
    drafts: list[DraftView]  # type: ignore[assignment]  # in full
    actions: list[ActionView]
    outgoing: list[OutgoingView]


class PreviewView(Schema):
    checks: list[CheckResult]
    promises: list[Promise]


class BulkResult(Schema):
    draft: int
    approved: bool
    why_not: str


class BulkResults(Schema):
    items: list[BulkResult]


class FolderView(Schema):
    mailbox: str
    folder: str
    configured: bool
    imported: bool
    polled_at: datetime | None
    error: str
    warning: str
    notice: str
    trouble: str = Field(description="Why it is not being read, or empty.")
    last_stored: datetime | None
    stored_24h: int
    waiting: int
    oldest_waiting: datetime | None
    held_back_1h: int
    quarantined: int


class Folders(Schema):
    items: list[FolderView]


class EventView(Schema):
    id: int
    at: datetime
    actor: str
    action: str
    ticket: int | None
    detail: dict[str, Any]


class Me(Schema):
    user: str
    roles: list[str]
    permissions: list[Permission] = Field(description="What this token or login may do: its scopes and roles together.")
    token: int | None = Field(description="The token that was used; null with a login.")


class TokenView(Schema):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    current: bool = Field(description="It is the one that was used.")


class Tokens(Schema):
    items: list[TokenView]
