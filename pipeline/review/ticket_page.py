"""The page of one ticket: what they want, how they feel, what we will say, what could go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pipeline.drafting.calendar import zone_of
from pipeline.errors import FlowError
from pipeline.flow import UNANSWERED, DraftState, MessageState, TicketState
from pipeline.records import (
    ACTION_KINDS,
    CORRECTED_FIELDS,
    TONE_LABELS,
    URGENCY_LABELS,
    Fault,
    Wish,
    WrittenBy,
)
from pipeline.review import queue as queues
from pipeline.review.access import number, reader, user_of
from pipeline.review.actions import REJECTIONS, unsaved_key
from pipeline.review.customers import MOST_TICKETS, conversations, open_promises
from pipeline.review.decisions.common import mailbox_of
from pipeline.review.diff import changes
from pipeline.review.folder_copy import folder_copy
from pipeline.review.heat import curve, wave_of_mails
from pipeline.review.installation import configuration
from pipeline.review.left import left_context
from pipeline.review.lines import open_draft
from pipeline.review.place import place_of
from pipeline.review.pulse import edits, seen
from pipeline.review.roles import LEAD, ROLES, Permission, permissions
from pipeline.review.shown import ShownMail, shown_mail, shown_reply, surprise_of
from pipeline.review.standing import Badge, of_draft, of_ticket
from pipeline.review.swaps import unstored
from pipeline.review.ticket_actions import SNOOZES
from pipeline.review.whatif import what_if_of
from pipeline.store import codec
from pipeline.store.approvals import first_approval
from pipeline.store.cases import actions_of
from pipeline.store.models import AuditEvent, Draft, Message, Ticket
from pipeline.store.tickets import with_merged

_REPLY = ("approval__approver", "approval__draft")
_WISHES = (
    (Wish.SHORTER, "Shorter"),
    (Wish.WARMER, "Warmer"),
    (Wish.PLAINER, "Plainer"),
    (Wish.AGAIN, "In other words"),
)
_LABELS = {"urgency": URGENCY_LABELS, "tone": TONE_LABELS}
LONGEST_TRAIL, OTHER_TICKETS = 20, 8


@reader
@require_GET
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """The whole page; its centre and right pane alone where a page that is open asks for them."""
    row = get_object_or_404(Ticket.objects.select_related("assignee", "opened_by"), pk=ticket_id)
    if row.merged_into_id:
        return redirect(place_of(request).beside(row.merged_into_id))
    swapped = bool(request.htmx)  # type: ignore[attr-defined]
    context = _context(request, row) if swapped else left_context(request) | _context(request, row)
    return unstored(render(request, "review/pane.html" if swapped else "review/ticket.html", context))


@dataclass(frozen=True, slots=True)
class _Drafts:
    """The drafts that the page offers; ``chosen`` is the one it shows."""

    all: Sequence[Draft]
    chosen: Draft | None


def _context(request: HttpRequest, row: Ticket) -> dict[str, Any]:
    now, permitted = timezone.now(), permissions(user_of(request))
    history = list(row.messages.select_related("suggested").order_by("received_at", "id"))
    newest = _newest(history)
    shown = shown_mail(newest) if newest else None
    drafts = _drafts(row, history, newest, request.GET.get("draft"))
    return {
        "ticket": row,
        "selected": row.pk,
        "place": place_of(request),
        "can_decide": Permission.DECIDE in permitted,
        "can_settle": Permission.SETTLE in permitted,
        "time_left": queues.time_left(row.reply_due_at, now),
        "waiting": row.state in (TicketState.DRAFTED, TicketState.ESCALATED),
        "snoozed": row.snoozed_until and row.snoozed_until > now,
        "tags": list(row.tags.order_by("name").values_list("name", flat=True)),
        "newest": shown,
        "others": [shown_mail(message, newest) for message in history if message != newest],
        "replies": [shown_reply(sent) for sent in row.outgoing.select_related(*_REPLY).order_by("-id")],
        "not_customer": newest is not None and newest.state in (MessageState.DRAFTED, MessageState.TRIAGED),
        "audit": _trail(row),
        "actions": actions_of(row),
        **_heat(history),
        **_choices(row, newest),
        **_customer(row, now),
        **_draft(request, row, history, drafts, shown),
    }


def _newest(history: Sequence[Message]) -> Message | None:
    """The mail that the page is about: the newest that is answered, or else the newest."""
    answered = [mail for mail in history if mail.state not in UNANSWERED]
    return next(reversed(answered or history), None)


def _heat(history: Sequence[Message]) -> dict[str, Any]:
    wave = wave_of_mails(history)
    return {"wave": wave, "curve": curve(wave)}


def _trail(row: Ticket) -> Sequence[AuditEvent]:
    """The newest lines, without what a page does not show of them."""
    found = AuditEvent.objects.filter(ticket__in=with_merged(row)).only("at", "actor", "action")
    return list(found.order_by("-at")[:LONGEST_TRAIL])


def _choices(row: Ticket, newest: Message | None) -> dict[str, Any]:
    """What the menus offer."""
    colleagues, leads = _people()
    triage = newest.triage if newest and newest.triage else {}
    return {
        "faults": list(Fault),
        "action_kinds": ACTION_KINDS,
        "wishes": _WISHES,
        "snoozes": SNOOZES,
        "rejections": REJECTIONS,
        "zone": _zone(row),
        "colleagues": colleagues,
        "leads": leads,
        "corrections": [(field, _LABELS[field], triage[field]["label"]) for field in CORRECTED_FIELDS if triage],
    }


def _people() -> tuple[list[str], list[str]]:
    """The names of those who may decide on tickets, and of the leads among them."""
    deciding = [name for name, may in ROLES.items() if Permission.DECIDE in may]
    rows = User.objects.filter(is_active=True, groups__name__in=deciding).order_by("username")
    found = list(rows.values_list("username", "groups__name"))
    return list(dict.fromkeys(name for name, _ in found)), [name for name, role in found if role == LEAD]


def _zone(row: Ticket) -> str:
    try:
        mailbox_of(configuration(), row)
    except FlowError:
        return "UTC"
    return str(zone_of(configuration().policy_of(row.mailbox).calendar))


def _customer(row: Ticket, now: datetime) -> dict[str, Any]:
    """The customer's other tickets with the firm, and what we promised them that is still to be done."""
    if not row.customer_email:
        return {}
    theirs = conversations(configuration(), row.mailbox, row.customer_email)
    return {
        "customer_tickets": list(theirs.exclude(pk=row.pk).only("state", "subject", "created_at")[:OTHER_TICKETS]),
        "open_promises": open_promises(theirs[:MOST_TICKETS], now),
    }


def _drafts(row: Ticket, history: Sequence[Message], newest: Message | None, wanted: str | None) -> _Drafts:
    """Those to the newest mail, and what people have written themselves and not sent yet; the proposed one first."""
    mine = Q(writer=WrittenBy.PERSON, state__in=(DraftState.PROPOSED, DraftState.APPROVED))
    found = row.drafts.filter(Q(message=newest) | mine) if newest else row.drafts.none()
    drafts = sorted(found, key=lambda draft: (not draft.proposed_first, draft.pk))
    mails = {mail.pk: mail for mail in history}
    for draft in drafts:
        draft.message = mails.get(draft.message_id) or draft.message
    return _Drafts(drafts, _chosen(drafts, wanted))


def _chosen(drafts: Sequence[Draft], wanted: str | None) -> Draft | None:
    """The draft asked for; else the one that was approved, else the proposed one, else the first still open."""
    for draft in drafts:
        if str(draft.pk) == wanted:
            return draft
    order = {"approved": 0, "sent": 0, "proposed": 1}
    return min(drafts, key=lambda draft: (order.get(draft.state, 2), not draft.proposed_first), default=None)


def _draft(
    request: HttpRequest, row: Ticket, history: Sequence[Message], drafts: _Drafts, mail: ShownMail | None
) -> dict[str, Any]:
    """The chosen draft with all that belongs to it, and where the ticket stands by it."""
    draft = drafts.chosen
    writing = row.state == TicketState.RECEIVED or (draft is not None and draft.generating)
    shown = seen(row, history, draft)
    shared: dict[str, Any] = {"drafts": drafts.all, "draft": draft, "writing": writing, "seen": shown}
    if draft is None:
        return shared | {"badge": of_ticket(row.state, None)}
    first = first_approval(draft) if draft.state == DraftState.PROPOSED else None
    body = request.session.get(unsaved_key(draft.pk), draft.body)
    return shared | {
        "badge": _badge(row, draft, first.approver.get_username() if first else "", writing),
        "open": draft.state == DraftState.PROPOSED and draft.ticket_version == row.version and not writing,
        "body": body,
        "kept": changes(draft.body, body),
        "since": _since(draft, number(request.GET.get("since")), user_of(request)),
        "what": what_if_of(draft),
        "folder_copy": folder_copy(draft),
        "recipient": _recipient(draft, mail),
        "surprise": surprise_of(row, mail) if mail and not draft.fresh else "",
        "first_approval": first,
        "granting": codec.summary_from_json(draft.summary),
    }


def _since(draft: Draft, version: int, user: User) -> dict[str, Any] | None:
    """What another person made of the text after ``version``, on which a decision was refused."""
    who, found = edits(draft, version) if 0 < version < draft.version else (user.get_username(), [])
    return None if who == user.get_username() else {"who": who or "Somebody", "changes": found}


def _badge(row: Ticket, draft: Draft, first_yes: str, writing: bool) -> Badge:
    standing = replace(open_draft(draft, row.version, first_yes), being_written=writing)
    if row.state in (TicketState.DRAFTED, TicketState.RECEIVED):
        return of_draft(draft.state, standing)
    return of_ticket(row.state, standing)


def _recipient(draft: Draft, mail: ShownMail | None) -> str:
    if draft.fresh:
        return draft.ticket.customer_email
    return mail.recipient.email if mail and mail.recipient else ""
