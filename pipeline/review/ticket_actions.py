"""What a page can have done with a ticket as a whole, and with its drafts beside approving them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipeline.drafting.calendar import zone_of
from pipeline.errors import CalmdeskError, FlowError
from pipeline.records import CORRECTED_FIELDS, TONE_LABELS, URGENCY_LABELS, Wish
from pipeline.review import decisions
from pipeline.review.access import number, reader, user_of
from pipeline.review.actions import back, carry_out
from pipeline.review.installation import configuration
from pipeline.review.left import left_context
from pipeline.review.swaps import unstored
from pipeline.store.models import Draft, Message, Outgoing, Ticket

SNOOZES = (("hour", "1 hour"), ("tomorrow", "Tomorrow, 9:00"), ("monday", "Next Monday, 9:00"))
"""What is offered, as the form names it and as people read it; times are the firm's."""
MORNING = time(9)
MOST_SELECTED = 200


def _on_ticket(request: HttpRequest, ticket_id: int, act: Callable[[], str]) -> HttpResponse:
    get_object_or_404(Ticket.objects.only("pk"), pk=ticket_id)
    carry_out(request, act)
    return back(request, ticket_id)


@reader
@require_POST
def snooze(request: HttpRequest, ticket_id: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket, pk=ticket_id)

    def act() -> str:
        zone = zone_of(configuration().policy_of(ticket.mailbox).calendar)
        until = snoozed_until(request.POST.get("until", ""), request.POST.get("at", ""), timezone.now(), zone)
        decisions.snooze(user_of(request), ticket_id, until)
        return f"Snoozed until {until.astimezone(zone):%a %d %b, %H:%M}." if until else "The ticket is awake again."

    return _on_ticket(request, ticket_id, act)


def snoozed_until(choice: str, at: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The time that a choice of `SNOOZES` means, or a local time of the browser's input; None: not snoozed any more."""
    if choice == "now":
        return None
    if choice == "hour":
        return now + timedelta(hours=1)
    today = now.astimezone(zone).date()
    if choice in ("tomorrow", "monday"):
        days = 1 if choice == "tomorrow" else 7 - today.weekday()
        return datetime.combine(today + timedelta(days=days), MORNING, zone)
    try:
        given = datetime.fromisoformat(at)
    except ValueError:
        raise FlowError(f"{at[:40]!r} is not a time") from None
    return given if given.tzinfo else given.replace(tzinfo=zone)


@reader
@require_POST
def assign(request: HttpRequest, ticket_id: int) -> HttpResponse:
    to = request.POST.get("to", "")

    def act() -> str:
        decisions.assign(user_of(request), ticket_id, to)
        return f"It is {to}'s now." if to else "It is nobody's now."

    return _on_ticket(request, ticket_id, act)


@reader
@require_POST
def escalate(request: HttpRequest, ticket_id: int) -> HttpResponse:
    to = request.POST.get("to", "")

    def act() -> str:
        decisions.escalate(user_of(request), ticket_id, to, request.POST.get("why", ""))
        return f"{to} has it now, with a summary."

    return _on_ticket(request, ticket_id, act)


@reader
@require_POST
def tag(request: HttpRequest, ticket_id: int) -> HttpResponse:
    names = [name.strip() for name in request.POST.get("tags", "").split(",") if name.strip()]

    def act() -> str:
        decisions.tag(user_of(request), ticket_id, names)
        return "Tags saved."

    return _on_ticket(request, ticket_id, act)


@reader
@require_POST
def take_over(request: HttpRequest, ticket_id: int) -> HttpResponse:
    def act() -> str:
        decisions.open_ticket(user_of(request), ticket_id, take=True)
        return "You have it now."

    return _on_ticket(request, ticket_id, act)


@reader
@require_POST
def new_reply(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Another reply on the ticket, written by a person; its draft is shown."""
    body = request.POST.get("body", "")
    return _written(request, ticket_id, lambda: decisions.new_reply(configuration(), user_of(request), ticket_id, body))


@reader
@require_POST
def new_mail(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """A fresh mail to the customer of the ticket; its draft is shown."""
    subject, body = request.POST.get("subject", ""), request.POST.get("body", "")
    return _written(
        request, ticket_id, lambda: decisions.new_mail(configuration(), user_of(request), ticket_id, subject, body)
    )


def _written(request: HttpRequest, ticket_id: int, write: Callable[[], Draft]) -> HttpResponse:
    get_object_or_404(Ticket.objects.only("pk"), pk=ticket_id)
    made: list[int] = []

    def act() -> str:
        made.append(write().pk)
        return "Your draft is made and checked. It is sent when it is approved."

    carry_out(request, act)
    return back(request, ticket_id, made[0] if made else None)


@reader
@require_POST
def change_kind(request: HttpRequest, draft_id: int) -> HttpResponse:
    draft = get_object_or_404(Draft, pk=draft_id)

    def act() -> str:
        decisions.change_kind(user_of(request), draft_id, number(request.POST.get("version")))
        return f"The {draft.kind} is proposed now."

    carry_out(request, act)
    return back(request, draft.ticket_id, draft_id)


@reader
@require_POST
def regenerate(request: HttpRequest, draft_id: int) -> HttpResponse:
    draft, wish = get_object_or_404(Draft, pk=draft_id), request.POST.get("wish", "")
    if wish not in set(Wish):
        raise Http404("no such wish")

    def act() -> str:
        version = number(request.POST.get("version"))
        decisions.regenerate(configuration(), user_of(request), draft_id, version, Wish(wish))
        return "It is being written again."

    carry_out(request, act)
    return back(request, draft.ticket_id, draft_id)


@reader
@require_POST
def undo(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    """Withdraw an approval while its mail still waits."""
    row = get_object_or_404(Outgoing.objects.select_related("approval"), pk=outgoing_id)

    def act() -> str:
        decisions.undo(user_of(request), outgoing_id)
        return "Undone: nothing was sent. The draft waits for you again."

    carry_out(request, act)
    return back(request, row.ticket_id, row.approval.draft_id)


@reader
@require_POST
def correct_label(request: HttpRequest, message_id: int) -> HttpResponse:
    field, label = request.POST.get("field", ""), request.POST.get("label", "")
    if field not in CORRECTED_FIELDS or label not in (*URGENCY_LABELS, *TONE_LABELS):
        raise Http404("no such label")
    message = get_object_or_404(Message.objects.only("ticket_id"), pk=message_id)

    def act() -> str:
        decisions.correct_label(user_of(request), message_id, field, label)
        return f"Corrected: {field} is {label}. The model learns from it."

    carry_out(request, act)
    return back(request, message.ticket_id)


@reader
@require_POST
def not_customer(request: HttpRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message.objects.only("ticket_id"), pk=message_id)

    def act() -> str:
        decisions.not_customer(user_of(request), message_id, request.POST.get("why", ""))
        return "It is taken for no customer's mail now, and gets no answer."

    carry_out(request, act)
    return back(request, message.ticket_id)


@reader
@require_POST
def approve_many(request: HttpRequest) -> HttpResponse:
    """Approve the selected drafts, each by the rules of a single one, and tell what came of each."""
    picked = [_picked(item) for item in request.POST.getlist("draft")[:MOST_SELECTED]]
    results: list[tuple[int, str]] = []
    try:
        results = decisions.approve_many(configuration(), user_of(request), picked)
    except CalmdeskError as error:
        messages.error(request, f"Nothing was done: {error}.")
    drafts = Draft.objects.select_related("ticket").in_bulk([pk for pk, _ in results])
    swapped = bool(request.htmx)  # type: ignore[attr-defined]
    context = {} if swapped else left_context(request)
    told = [(drafts[pk], why) for pk, why in results if pk in drafts]
    context |= {"results": told, "approved": sum(not why for _, why in told)}
    return unstored(render(request, "review/approved_part.html" if swapped else "review/approved.html", context))


def _picked(item: str) -> tuple[int, int]:
    """A draft and its version, as the box beside it says."""
    draft, _, version = item.partition(":")
    return number(draft), number(version)
