"""Where a ticket or a draft stands, as one word with a sign: what the queue and the ticket page show first."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from pipeline.flow import DraftState, TicketState


class Standing(enum.StrEnum):
    """Every state of the screen."""

    GENERATING = "generating"
    READY = "ready"
    LOOK = "look"
    NEEDS_INFORMATION = "needs information"
    BLOCKED = "blocked"
    STALE = "stale"
    SECOND = "awaiting second approver"
    ESCALATED = "a person's case"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "delivery failed"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    SUPPRESSED = "no answer due"
    QUARANTINED = "quarantined"
    HISTORY = "history"


SIGNS: dict[Standing, tuple[str, str]] = {
    Standing.GENERATING: ("…", "calm"),
    Standing.READY: ("✓", "good"),
    Standing.LOOK: ("!", "look"),
    Standing.NEEDS_INFORMATION: ("?", "look"),
    Standing.BLOCKED: ("✗", "blocked"),
    Standing.STALE: ("↻", "look"),
    Standing.SECOND: ("½", "look"),
    Standing.ESCALATED: ("⚠", "blocked"),
    Standing.SENDING: ("→", "calm"),
    Standing.SENT: ("✓", "good"),
    Standing.FAILED: ("✗", "blocked"),
    Standing.UNCERTAIN: ("?", "blocked"),
    Standing.REJECTED: ("–", "calm"),
    Standing.SUPERSEDED: ("–", "calm"),
    Standing.SUPPRESSED: ("–", "calm"),
    Standing.QUARANTINED: ("⚠", "blocked"),
    Standing.HISTORY: ("–", "calm"),
}
"""The sign before the word, and the colour of both."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A standing as it is shown; ``more`` says what the word leaves open: which check, what is asked."""

    standing: Standing
    more: str = ""

    @property
    def word(self) -> str:
        return "look at it" if self.standing is Standing.LOOK else self.standing.value

    @property
    def sign(self) -> str:
        return SIGNS[self.standing][0]

    @property
    def level(self) -> str:
        return SIGNS[self.standing][1]


_OF_TICKETS = {
    TicketState.RECEIVED: Standing.GENERATING,
    TicketState.ESCALATED: Standing.ESCALATED,
    TicketState.APPROVED: Standing.SENDING,
    TicketState.SENT: Standing.SENT,
    TicketState.REJECTED: Standing.REJECTED,
    TicketState.SUPPRESSED: Standing.SUPPRESSED,
    TicketState.QUARANTINED: Standing.QUARANTINED,
    TicketState.HISTORY: Standing.HISTORY,
    TicketState.FAILED: Standing.FAILED,
    TicketState.UNCERTAIN: Standing.UNCERTAIN,
}
_OF_DRAFTS = {
    DraftState.APPROVED: Standing.SENDING,
    DraftState.SENT: Standing.SENT,
    DraftState.REJECTED: Standing.REJECTED,
    DraftState.SUPERSEDED: Standing.SUPERSEDED,
    DraftState.STALE: Standing.STALE,
}


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """What decides how an open draft stands: the messages of its checks, what it asks, who has given a first yes."""

    blocks: tuple[str, ...] = ()
    warnings: int = 0
    asks: tuple[str, ...] = ()
    first_yes: str = ""
    outdated: bool = False
    """The thread has grown since it was written."""
    being_written: bool = False


def of_draft(state: str, draft: OpenDraft) -> Badge:
    """How a draft stands; what keeps it from being approved comes first."""
    if state != DraftState.PROPOSED:
        return Badge(_OF_DRAFTS[DraftState(state)])
    if draft.being_written:
        return Badge(Standing.GENERATING)
    if draft.outdated:
        return Badge(Standing.STALE)
    if draft.blocks:
        return Badge(Standing.BLOCKED, draft.blocks[0])
    if draft.first_yes:
        return Badge(Standing.SECOND, f"first yes by {draft.first_yes}")
    if draft.asks:
        return Badge(Standing.NEEDS_INFORMATION, f"it asks for {', '.join(draft.asks)}")
    if draft.warnings:
        return Badge(Standing.LOOK, f"{draft.warnings} thing{'s' if draft.warnings > 1 else ''} to look at")
    return Badge(Standing.READY)


def of_ticket(state: str, draft: OpenDraft | None) -> Badge:
    """How a ticket stands; ``draft`` is its proposed one, where it has one."""
    if state == TicketState.DRAFTED:
        return of_draft(DraftState.PROPOSED, draft or OpenDraft(being_written=True))
    return Badge(_OF_TICKETS[TicketState(state)])
