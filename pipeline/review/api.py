"""The REST API: everything here goes through `decisions`, so scripts follow the same rules as the page."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.security import HttpBearer

from pipeline.errors import CalmdeskError, NotAllowed
from pipeline.flow import DraftState, TicketState
from pipeline.review import decisions
from pipeline.review.heat import wave_of
from pipeline.review.installation import configuration
from pipeline.review.mailboxes import FolderState, folder_states
from pipeline.review.roles import Permission, require
from pipeline.review.tokens import open_token
from pipeline.store import tickets
from pipeline.store.approvals import first_approval
from pipeline.store.cases import actions_of
from pipeline.store.models import Action, Draft, Message, Ticket
from pipeline.triage.wave import Wave

PAGE_SIZE = 100
LONGEST_PAGE = 500


class Bearer(HttpBearer):
    """``Authorization: Bearer TOKEN``; `tokens` says what it opens."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = open_token(token)
        if found is None:
            return None
        request.user = found.user
        return found.user


api = NinjaAPI(title="Calmdesk", version="1", auth=Bearer(), urls_namespace="api-1", docs_url=None, openapi_url="")


class Approval(Schema):
    version: int
    confirm_recipient: str = ""
    """The address the reply goes to, where that is not plainly the customer's."""


class Rejection(Schema):
    version: int
    reason: str = ""


class Done(Schema):
    """What was done on a ticket; ``amount`` and ``currency`` only where money is in it."""

    kind: str
    amount: str = ""
    currency: str = ""
    note: str = ""


def _problem(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    return api.create_response(request, {"status": status, "detail": detail}, status=status)


api.exception_handler(NotAllowed)(lambda request, error: _problem(request, 403, str(error)))
api.exception_handler(CalmdeskError)(lambda request, error: _problem(request, 409, str(error)))
api.exception_handler(ObjectDoesNotExist)(lambda request, error: _problem(request, 404, "no such object"))


@api.get("/tickets")
def list_tickets(request: HttpRequest, state: str | None = None, after: int = 0, limit: int = PAGE_SIZE) -> Any:
    """Tickets, oldest first; ``next`` is the ``after`` of the next page, null on the last."""
    _reader(request)
    if state and state not in set(TicketState):
        return _problem(request, 400, f"unknown state {state!r}; one of {', '.join(TicketState)}")
    limit = max(1, min(limit, LONGEST_PAGE))
    rows = Ticket.objects.filter(pk__gt=after, merged_into__isnull=True).order_by("pk").prefetch_related("drafts")
    if state:
        rows = rows.filter(state=state)
    page = list(rows[: limit + 1])
    return {
        "items": [_summary(ticket) for ticket in page[:limit]],
        "next": page[limit - 1].pk if len(page) > limit else None,
    }


@api.get("/tickets/{ticket_id}")
def get_ticket(request: HttpRequest, ticket_id: int) -> Any:
    """One ticket with its messages, and its drafts in full. One that was merged says where its mail is now."""
    _reader(request)
    ticket = Ticket.objects.get(pk=ticket_id)
    messages = list(ticket.messages.order_by("received_at", "id"))
    newest = tickets.newest_answerable(ticket) or (messages[-1] if messages else None)
    return _summary(ticket) | {
        "merged_into": ticket.merged_into_id,
        "heat": _heat(wave_of(ticket)),
        "text": (newest.parsed or {}).get("text", "") if newest else "",
        "messages": [_message(message) for message in messages],
        "drafts": [
            _draft(draft) | _first(draft) | {"body": draft.body, "checks": draft.checks, "summary": draft.summary}
            for draft in _drafts(ticket)
        ],
        "actions": [_action(action) for action in actions_of(ticket)],
        "outgoing": [
            {"id": row.pk, "state": row.state, "message_id": row.message_id, "sent_at": row.sent_at, "error": row.error}
            for row in ticket.outgoing.order_by("id")
        ],
    }


@api.post("/drafts/{draft_id}/approve")
def approve(request: HttpRequest, draft_id: int, decision: Approval) -> Any:
    """Approve exactly the version named; 409 when it is no longer the newest, a check blocks it, or the recipient
    must be confirmed. Where the policy wants two people the draft stays proposed and names who gave the first yes."""
    user, confirmed = _user(request), decision.confirm_recipient
    draft = decisions.approve(configuration(), user, draft_id, decision.version, confirmed)
    return _draft(draft) | _first(draft)


@api.post("/drafts/{draft_id}/reject")
def reject(request: HttpRequest, draft_id: int, decision: Rejection) -> Any:
    return _draft(decisions.reject(_user(request), draft_id, decision.version, decision.reason))


@api.post("/tickets/{ticket_id}/actions")
def record_action(request: HttpRequest, ticket_id: int, done: Done) -> Any:
    """Record what was done; open drafts are written again with it."""
    return _action(decisions.record_action(_user(request), ticket_id, **done.model_dump()))


@api.get("/mailboxes")
def list_mailboxes(request: HttpRequest) -> Any:
    """Every folder with what keeps it from being read, and what came from it; imported ones last."""
    _reader(request)
    states = folder_states(configuration(), timezone.now())
    return {"items": [_folder(state) for state in states]}


def _folder(state: FolderState) -> dict[str, Any]:
    facts = dataclasses.asdict(state)
    traffic: dict[str, Any] = facts.pop("traffic")
    return facts | traffic


def _user(request: HttpRequest) -> User:
    user: User = request.auth  # type: ignore[attr-defined]
    return user


def _reader(request: HttpRequest) -> None:
    require(_user(request), Permission.READ)


def _drafts(ticket: Ticket) -> list[Draft]:
    """The proposed one first."""
    return sorted(ticket.drafts.all(), key=lambda draft: (-draft.message_id, not draft.proposed_first, draft.pk))


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.pk,
        "kind": draft.kind,
        "state": draft.state,
        "version": draft.version,
        "proposed": draft.proposed_first,
        "subject": draft.subject,
        "writer": draft.writer,
        "dropped": draft.dropped,
    }


def _first(draft: Draft) -> dict[str, Any]:
    """Who gave the first of two yeses, while the second is waited for."""
    first = first_approval(draft) if draft.state == DraftState.PROPOSED else None
    return {"first_approval_by": first.approver.get_username() if first else None}


def _action(action: Action) -> dict[str, Any]:
    return {
        "kind": action.kind,
        "amount": str(action.amount) if action.amount is not None else None,
        "currency": action.currency,
        "note": action.note,
        "by": action.by.get_username(),
        "at": action.at,
    }


def _summary(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.pk,
        "subject": ticket.subject,
        "from": ticket.customer_email,
        "from_name": ticket.customer_name,
        "mailbox": ticket.mailbox,
        "state": ticket.state,
        "urgency": ticket.urgency or None,
        "tone": ticket.tone or None,
        "reasons": ticket.reasons,
        "reply_due_at": ticket.reply_due_at,
        "updated_at": ticket.updated_at,
        "drafts": [_draft(draft) for draft in _drafts(ticket)],
    }


def _heat(wave: Wave) -> dict[str, Any]:
    """``points`` oldest first: what each message weighs, and the level and phase that it left behind.

    ``phase`` is null below two: one mail shows no course.
    """
    phase = wave.phase if wave.has_course else None
    return {"phase": phase, "points": [dataclasses.asdict(point) for point in wave.points]}


def _message(message: Message) -> dict[str, Any]:
    parsed = message.parsed or {}
    return {
        "id": message.pk,
        "state": message.state,
        "reason": message.reason,
        "received_at": message.received_at,
        "message_id": message.message_id,
        "kind": parsed.get("kind"),
        "subject": parsed.get("subject"),
        "text": parsed.get("text"),
        "quoted": parsed.get("quoted"),
        "attachments": parsed.get("attachments", []),
        "warnings": parsed.get("warnings", []),
        "identity": parsed.get("identity"),
        "size": message.size,
        "complete": message.complete,
        "suggested_ticket": message.suggested_id,
        "suggestion": message.suggestion,
        "triage": message.triage,
        "summary": message.summary,
    }
