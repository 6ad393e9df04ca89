"""What became of a ticket since a page that shows it was loaded: a newer mail, another edit, another person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from pipeline.flow import UNANSWERED, DraftState
from pipeline.review.access import number
from pipeline.review.decisions.presence import held_by_other
from pipeline.review.diff import Change, changes
from pipeline.store.models import Draft, Message, Ticket

SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class Newer:
    """A mail that the page does not show yet; ``text`` is empty while it is being read."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """``holder`` is another person who has it open; ``edited`` and ``moved`` are sentences, or empty."""

    url: str
    holder: str = ""
    mails: Sequence[Newer] = ()
    edited: str = ""
    changes: Sequence[Change] = ()
    moved: str = ""


def seen(ticket: Ticket, mails: Iterable[Message], draft: Draft | None) -> str:
    """What a page shows, in a word that it hands back when it asks for its pulse; ``mails`` are all of the ticket."""
    newest = max((mail.pk for mail in mails), default=0)
    parts = (ticket.state, newest, draft.pk, draft.version, draft.state) if draft else (ticket.state, newest)
    return SEPARATOR.join(str(part) for part in parts)


def pulse(ticket: Ticket, user: User, then: str, url: str) -> Pulse:
    """``then`` is what `seen` said of the page; anything else tells of no difference."""
    state, newest, draft, version, draft_state = (then.split(SEPARATOR) + [""] * 5)[:5]
    mails = _newer(ticket, number(newest)) if newest else []
    row = ticket.drafts.filter(pk=number(draft)).first()
    edited, found = _edited(row, number(version), draft_state) if row else ("", [])
    if mails and row and row.state == DraftState.STALE:
        edited = ""  # that is what the newer mail did
    holder = held_by_other(ticket, user)
    moved = state not in ("", ticket.state) and not mails and not edited
    return Pulse(
        url=url,
        holder=holder.by if holder else "",
        mails=mails,
        edited=edited,
        changes=found,
        moved=f"This ticket is {ticket.state} by now." if moved else "",
    )


def _newer(ticket: Ticket, newest: int) -> list[Newer]:
    rows = ticket.messages.filter(pk__gt=newest).exclude(state__in=UNANSWERED).order_by("received_at", "id")
    return [Newer(row.received_at, _text(row)) for row in rows]


def newer_mails(draft: Draft) -> list[Newer]:
    """What the customer wrote since the mail that ``draft`` answers."""
    return _newer(draft.ticket, draft.message_id)


def _text(row: Message) -> str:
    return str(row.parsed["text"]) if row.parsed else ""


def _edited(draft: Draft, version: int, state: str) -> tuple[str, list[Change]]:
    """What another person did to the draft, and how its text differs from what it was then."""
    if draft.state != state:
        if draft.state in (DraftState.STALE, DraftState.SUPERSEDED):
            return f"This draft is {draft.state} by now.", []
        return f"This draft is {draft.state} by now: somebody decided on it.", []
    if draft.version == version:
        return "", []
    who, found = edits(draft, version)
    return f"{who or 'Somebody'} changed this draft.", found


def edits(draft: Draft, version: int) -> tuple[str, list[Change]]:
    """Who changed the text of ``draft`` last, "" where it was no person, and how it differs from ``version``."""
    last = draft.revisions.select_related("by").order_by("-version").first()
    who = last.by.get_username() if last and last.version == draft.version else ""
    return who, changes(_body(draft, version), draft.body)


def _body(draft: Draft, version: int) -> str:
    """The text of an earlier version; what was proposed where nobody had edited it."""
    revision = draft.revisions.filter(version__lte=version).order_by("-version").first()
    return revision.body if revision else draft.composed_body
