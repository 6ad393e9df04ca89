"""The stages in order and the legal state changes, as data.

A state change that is not in these tables cannot be made: every change of a row goes through `check_change`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from pipeline.errors import FlowError


class MessageState(enum.StrEnum):
    RECEIVED = "received"
    """Raw bytes are committed; nothing else is known."""
    PARSED = "parsed"
    TRIAGED = "triaged"
    DRAFTED = "drafted"
    """Drafts (or an escalation) wait for a person."""
    SUPPRESSED = "suppressed"
    """Must not be answered; kept and visible with its reason."""
    HISTORY = "history"
    """Older than the first start, or imported: context for later mail, nothing is drafted for it."""
    QUARANTINED = "quarantined"
    """Could not be processed after several tries; raw bytes kept, can be reprocessed."""


class DraftState(enum.StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT = "sent"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """Another draft of the same message was approved instead, or the mail is no customer's."""
    STALE = "stale"
    """A newer message of the customer came before approval."""


class OutgoingState(enum.StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    """Committed before the SMTP conversation: from here on a crash leaves the outcome unknown."""
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    """Nobody knows whether the server took it; only a person may decide, it is never resent by itself."""
    WITHDRAWN = "withdrawn"
    """Its approval was undone before anything left: it is never sent."""


class TicketState(enum.StrEnum):
    """Where a ticket stands as a whole; derived from its newest message, its drafts and its outgoing mail."""

    RECEIVED = "received"
    DRAFTED = "drafted"
    ESCALATED = "escalated"
    """No ordinary draft (P15): a named person takes it."""
    APPROVED = "approved"
    SENT = "sent"
    REJECTED = "rejected"
    SUPPRESSED = "suppressed"
    HISTORY = "history"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


UNANSWERED = frozenset({MessageState.SUPPRESSED, MessageState.HISTORY})
"""Messages for which nothing is drafted: they neither move a ticket nor void an approval."""
ADDENDUM = timedelta(hours=1)
"""Mails no further apart than this are one contact: "sorry, here is the picture"."""

S = TypeVar("S", bound=enum.StrEnum)

_M, _D, _O = MessageState, DraftState, OutgoingState

MESSAGE_CHANGES: Mapping[MessageState, frozenset[MessageState]] = {
    _M.RECEIVED: frozenset({_M.PARSED, _M.SUPPRESSED, _M.HISTORY, _M.QUARANTINED}),
    _M.PARSED: frozenset({_M.TRIAGED, _M.QUARANTINED}),
    _M.TRIAGED: frozenset({_M.DRAFTED, _M.QUARANTINED, _M.SUPPRESSED}),
    # Triaged: what is known changed, the drafts are written again. Suppressed: a person says that it is no customer's.
    _M.DRAFTED: frozenset({_M.TRIAGED, _M.SUPPRESSED}),
    _M.SUPPRESSED: frozenset({_M.PARSED}),  # a person says: this is a customer
    _M.HISTORY: frozenset({_M.PARSED}),  # a person says: answer this one
    _M.QUARANTINED: frozenset({_M.RECEIVED}),  # a person says: try again
}

DRAFT_CHANGES: Mapping[DraftState, frozenset[DraftState]] = {
    _D.PROPOSED: frozenset({_D.APPROVED, _D.REJECTED, _D.SUPERSEDED, _D.STALE}),
    _D.APPROVED: frozenset({_D.SENT, _D.PROPOSED, _D.STALE}),  # proposed again: the approval was voided before sending
    _D.SENT: frozenset(),
    _D.REJECTED: frozenset(),
    _D.SUPERSEDED: frozenset({_D.PROPOSED}),
    _D.STALE: frozenset({_D.PROPOSED}),  # the newer mail turned out to be no customer's
}

OUTGOING_CHANGES: Mapping[OutgoingState, frozenset[OutgoingState]] = {
    _O.QUEUED: frozenset({_O.CLAIMED, _O.WITHDRAWN}),
    _O.CLAIMED: frozenset({_O.TRANSMITTING, _O.QUEUED, _O.FAILED}),
    _O.TRANSMITTING: frozenset({_O.SENT, _O.FAILED, _O.UNCERTAIN, _O.QUEUED}),  # queued: an explicit 4xx answer
    _O.SENT: frozenset(),
    _O.FAILED: frozenset({_O.QUEUED, _O.WITHDRAWN}),  # a person says: try again, or not like that
    _O.UNCERTAIN: frozenset({_O.SENT, _O.QUEUED}),  # a person says which
    _O.WITHDRAWN: frozenset(),
}


def check_change(changes: Mapping[S, frozenset[S]], old: S, new: S) -> S:
    """Return ``new`` if the table allows ``old`` -> ``new``; raise FlowError otherwise."""
    if new not in changes[old]:
        raise FlowError(f"state change {old} -> {new} is not allowed")
    return new


_OUTGOING_SHOWS = {
    _O.UNCERTAIN: TicketState.UNCERTAIN,
    _O.FAILED: TicketState.FAILED,
    _O.QUEUED: TicketState.APPROVED,
    _O.CLAIMED: TicketState.APPROVED,
    _O.TRANSMITTING: TicketState.APPROVED,
    _O.SENT: TicketState.SENT,
}
"""The weightiest first; a withdrawn mail shows nothing."""


def weightiest(outgoing: Iterable[OutgoingState]) -> OutgoingState | None:
    """Of several replies to one message the one that says where the ticket stands: what a person must see is first."""
    there = set(outgoing)
    return next((state for state in _OUTGOING_SHOWS if state in there), None)


def ticket_state(
    messages: Sequence[tuple[MessageState, bool]],
    drafts: Sequence[DraftState],
    outgoing: OutgoingState | None,
    by_person: bool = False,
) -> TicketState:
    """Where a ticket stands, from ``messages`` (state, escalated; oldest first), the drafts of the newest answerable
    message and the `weightiest` of the outgoing mails that answer it.

    A robot's mail on a customer's ticket (a bounce of our reply, say) does not hide where the customer stands.
    ``by_person``: a further reply that a person began is open. It waits for a person, so the ticket does, unless mail
    is on its way or asks for one itself. Open drafts of the product do not: who answered in words of their own has
    answered.
    """
    answerable = [entry for entry in messages if entry[0] not in UNANSWERED]
    if not answerable:
        states = {state for state, _ in messages}
        if _M.HISTORY in states:
            return TicketState.HISTORY
        return TicketState.SUPPRESSED if states else TicketState.RECEIVED
    state, escalated = answerable[-1]
    if state is _M.QUARANTINED:
        return TicketState.QUARANTINED
    if state is not _M.DRAFTED:
        return TicketState.RECEIVED
    shown = _OUTGOING_SHOWS.get(outgoing) if outgoing else None
    if shown and not (by_person and shown is TicketState.SENT):
        return shown
    if escalated and not shown:
        return TicketState.ESCALATED
    return TicketState.DRAFTED if by_person or _D.PROPOSED in drafts else TicketState.REJECTED


def unanswered_before(received_at: datetime, turns: Iterable[tuple[bool, datetime | None]]) -> int:
    """How many earlier mails of the customer have no answer when one comes at ``received_at``.

    ``turns`` are the conversation before it, oldest first: whether we wrote it, and when if known. Our last one answers
    what stands before it. A mail within `ADDENDUM` is the same contact and repeats nothing; one of unknown time counts.
    """
    count = 0
    for ours, at in turns:
        if ours:
            count = 0
        elif at is None or at < received_at - ADDENDUM:
            count += 1
    return count
