"""What a line of the queue says of a ticket beside the ticket's own columns, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.drafting.register import plain
from pipeline.flow import DraftState, TicketState
from pipeline.review.heat import readings_of, stirred
from pipeline.review.standing import Badge, OpenDraft, of_ticket
from pipeline.store.models import Draft, FirstApproval, Ticket

LONGEST_CONCERN = 90


@dataclass(frozen=True, slots=True)
class Detail:
    """``concern`` is the first one in an even register; ``confidence`` the model's in the urgency, in percent.

    ``phase`` is that of the heat where it is not calm, else "".
    """

    badge: Badge
    masked: bool = False
    """Held for a named person: what it is about is not told in a list (P15)."""
    draft: Draft | None = None
    concern: str = ""
    confidence: int | None = None
    assignee: str = ""
    holder: str = ""
    """Who has it open."""
    phase: str = ""


def details(tickets: Sequence[Ticket], now: datetime) -> dict[int, Detail]:
    """``tickets`` with `PEOPLE` at hand."""
    drafts, readings = _proposed(tickets), readings_of(tickets, *_READ)
    firsts = _first_yeses(tickets, drafts)
    return {row.pk: _detail(row, drafts.get(row.pk), readings.get(row.pk), firsts, now) for row in tickets}


def open_draft(draft: Draft, ticket_version: int, first_yes: str = "") -> OpenDraft:
    """What decides how an open draft stands, from its row."""
    found = [check for check in draft.checks if check["status"] != "pass"]
    return OpenDraft(
        blocks=tuple(check["message"] for check in found if check["status"] == "block"),
        warnings=len(found),
        asks=tuple(draft.asks),
        first_yes=first_yes,
        outdated=draft.ticket_version != ticket_version,
        being_written=draft.generating,
    )


def _detail(
    row: Ticket,
    draft: Draft | None,
    reading: tuple[Any, ...] | None,
    firsts: Mapping[int, str],
    now: datetime,
) -> Detail:
    wave, concern, confidence = reading or (None, "", None)
    masked = row.state == TicketState.ESCALATED
    return Detail(
        badge=of_ticket(row.state, open_draft(draft, row.version, firsts.get(draft.pk, "")) if draft else None),
        masked=masked,
        draft=draft if row.state == TicketState.DRAFTED else None,
        concern="" if masked else plain(concern or "")[:LONGEST_CONCERN],
        confidence=None if masked or confidence is None else round(100 * confidence),
        assignee=row.assignee.username if row.assignee else "",
        holder=row.opened_by.username if row.opened_by and row.opened_until and row.opened_until > now else "",
        phase=stirred(wave),
    )


PEOPLE = ("assignee", "opened_by")
_READ = ("triage__concerns__0__text", "triage__urgency__confidence")
_DRAFT = ("ticket_id", "state", "kind", "version", "ticket_version", "checks", "asks", "generating")


def _proposed(tickets: Sequence[Ticket]) -> dict[int, Draft]:
    """By ticket, its newest proposed draft."""
    rows = Draft.objects.filter(ticket__in=tickets, state=DraftState.PROPOSED, proposed_first=True)
    return {row.ticket_id: row for row in rows.only(*_DRAFT).order_by("id")}


def _first_yeses(tickets: Sequence[Ticket], drafts: Mapping[int, Draft]) -> dict[int, str]:
    """By draft, who gave the first of two yeses to it as it is."""
    versions = {draft.pk: [draft.version, draft.ticket_version] for draft in drafts.values()}
    rows = FirstApproval.objects.filter(draft__ticket__in=tickets, draft__state=DraftState.PROPOSED)
    found = rows.values_list("draft_id", "draft_version", "ticket_version", "approver__username")
    return {draft: name for draft, *version, name in found if versions.get(draft) == version}
