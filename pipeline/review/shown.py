"""What the templates need of one mail, and of one reply on its way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from pipeline.flow import OutgoingState
from pipeline.intake.identity import NO_RESULT
from pipeline.records import Address, EscalationSummary, Identity, ParsedMail, Triage
from pipeline.review.decisions import approval_void
from pipeline.review.files import ShownFile, pictures_inside, shown_files
from pipeline.review.highlight import Segment, segments
from pipeline.review.recipient import surprise
from pipeline.store import codec
from pipeline.store.models import Message, Outgoing, Ticket


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail; what could not be read of it is None or empty. ``warnings`` are those the identity does not tell."""

    row: Message
    parsed: ParsedMail | None = None
    triage: Triage | None = None
    segments: Sequence[Segment] = ()
    recipient: Address | None = None
    warnings: Sequence[str] = ()
    summary: EscalationSummary | None = None
    """For whoever has the authority that it called for, as it was told then."""
    later: bool = False
    """It came after the mail that the page is about."""

    @property
    def files(self) -> list[ShownFile]:
        return shown_files(self.parsed.attachments) if self.parsed else []

    @property
    def pictures_inside(self) -> int:
        return pictures_inside(self.parsed.attachments) if self.parsed else 0

    @property
    def trust(self) -> str:
        """ "confirmed", "unchecked" where no server of ours says anything, else "doubtful"."""
        return trust_of(self.parsed.identity) if self.parsed else ""


@dataclass(frozen=True, slots=True)
class ShownReply:
    """A reply of ours; ``void`` says why its approval no longer holds, where somebody might want it sent again."""

    row: Outgoing
    void: str = ""
    seconds: int = 0
    """For how long its approval can still be taken back."""


def trust_of(identity: Identity) -> str:
    if identity.trusted:
        return "confirmed"
    return "unchecked" if identity.why == NO_RESULT else "doubtful"


def shown_mail(message: Message, newest: Message | None = None) -> ShownMail:
    later = newest is not None and message.received_at > newest.received_at
    if not message.parsed:
        return ShownMail(message, later=later)
    parsed = codec.parsed_from_json(message.parsed)
    triage = codec.triage_from_json(message.triage) if message.triage else None
    return ShownMail(
        row=message,
        parsed=parsed,
        triage=triage,
        segments=segments(parsed.text, triage.evidence if triage else (), triage.concerns if triage else ()),
        recipient=parsed.reply_to or parsed.sender,
        warnings=[warning for warning in parsed.warnings if warning not in parsed.identity.why],
        summary=codec.summary_from_json(message.summary),
        later=later,
    )


def shown_reply(row: Outgoing) -> ShownReply:
    open_question = row.state in (OutgoingState.FAILED, OutgoingState.UNCERTAIN)
    return ShownReply(row, approval_void(row) if open_question else "", seconds_left(row, timezone.now()))


def seconds_left(row: Outgoing, now: datetime) -> int:
    """For how long its approval can still be taken back, by whoever may decide; 0 once it is due or in hand."""
    waits = row.state == OutgoingState.QUEUED and not row.owner and not row.tries
    return max(0, math.ceil((row.due_at - now).total_seconds())) if waits else 0


def surprise_of(ticket: Ticket, mail: ShownMail) -> str:
    """Why the recipient of a reply must be confirmed; "" where it need not be, or there is nobody to answer."""
    return surprise(ticket, mail.row) if mail.recipient else ""
