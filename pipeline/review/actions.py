"""What a page can have done. Every change goes through the decisions; a refused one comes back as a plain message."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipeline.errors import CalmdeskError
from pipeline.flow import DraftState
from pipeline.records import Fault
from pipeline.review import decisions
from pipeline.review.access import number, reader, user_of
from pipeline.review.busy import BUSY, note_busy
from pipeline.review.installation import configuration
from pipeline.review.place import next_at, place_of
from pipeline.review.roles import Permission, permissions
from pipeline.store.models import Draft, Message, Ticket

REJECTIONS = ("wrong kind", "wrong facts", "wrong tone", "answered elsewhere")
"""What is offered as the reason of a no."""


def unsaved_key(draft_id: int) -> str:
    """Where a session keeps a text that was typed for a draft and could not be saved."""
    return f"unsaved-{draft_id}"


@reader
@require_POST
def decide(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Save, approve or reject a draft, as the pressed button says. An edited text is saved before it is approved."""
    draft = get_object_or_404(Draft.objects.select_related("ticket"), pk=draft_id)
    action, body = request.POST.get("action", ""), request.POST.get("body", "").replace("\r\n", "\n")
    version = number(request.POST.get("version"))
    user, config = user_of(request), configuration()

    def act() -> str:
        if action == "reject":
            decisions.reject(user, draft_id, version, _reason(request))
            return "Rejected. The other drafts are still open."
        seen = version
        if action == "save" or body.strip() != draft.body.strip():
            seen = decisions.edit(config, user, draft_id, version, body).version
        if action == "save":
            return "Saved, and checked again." if seen != version else "Nothing was changed."
        approved = decisions.approve(config, user, draft_id, seen, request.POST.get("confirm_recipient", ""))
        if approved.state == DraftState.PROPOSED:
            other = "a second person" if Permission.COMPLETE in permissions(user) else "a second person, a lead,"
            return f"Your yes is noted. The policy wants {other} to approve it too."
        return "Approved. The reply is on its way."

    if action not in ("save", "approve", "approve-next", "reject"):
        raise Http404("no such action")
    place = place_of(request)
    going_on = next_at(place, user, timezone.now(), draft.ticket_id) if action == "approve-next" else None
    done = carry_out(request, act)
    if done:
        request.session.pop(unsaved_key(draft_id), None)
    elif action != "reject" and Draft.objects.get(pk=draft_id).body.strip() != body.strip():
        request.session[unsaved_key(draft_id)] = body[: decisions.LONGEST_BODY]
    if done and action == "approve-next":
        return redirect(place.beside(going_on) if going_on else place.address)
    response = back(request, draft.ticket_id, draft_id)
    if not done and Draft.objects.filter(pk=draft_id, version__gt=version).exists():
        response["Location"] += f"&since={version}"  # the page tells what changed
    return response


def _reason(request: HttpRequest) -> str:
    """The reasons that were picked, and the one that was written."""
    return "; ".join([*request.POST.getlist("chip"), *filter(None, [request.POST.get("reason", "").strip()])])


@reader
@require_POST
def forget(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Drop the text that was typed and not saved."""
    draft = get_object_or_404(Draft.objects.only("ticket_id"), pk=draft_id)
    request.session.pop(unsaved_key(draft_id), None)
    return back(request, draft.ticket_id, draft_id)


@reader
@require_POST
def set_fault(request: HttpRequest, ticket_id: int) -> HttpResponse:
    fault = request.POST.get("fault", "")
    if fault not in set(Fault):
        raise Http404("no such fault state")
    carry_out(
        request,
        lambda: f"Fault is {decisions.set_fault(user_of(request), ticket_id, Fault(fault)).get_fault_display()}.",
    )
    return back(request, ticket_id)


@reader
@require_POST
def record_action(request: HttpRequest, ticket_id: int) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("kind", "amount", "currency", "note")}

    def act() -> str:
        action = decisions.record_action(user_of(request), ticket_id, **given)
        return f"Recorded: {action.kind}. Open drafts are written again."

    carry_out(request, act)
    return back(request, ticket_id)


@reader
@require_POST
def is_customer(request: HttpRequest, message_id: int) -> HttpResponse:
    return _on_mail(request, message_id, decisions.is_customer, "The mail is taken for a customer's now.")


@reader
@require_POST
def reprocess(request: HttpRequest, message_id: int) -> HttpResponse:
    return _on_mail(request, message_id, decisions.reprocess, "The mail is tried again.")


@reader
@require_POST
def join(request: HttpRequest, message_id: int) -> HttpResponse:
    return _on_mail(request, message_id, decisions.join, "The mail is part of this ticket now.")


@reader
@require_POST
def keep_apart(request: HttpRequest, message_id: int) -> HttpResponse:
    return _on_mail(request, message_id, decisions.keep_apart, "The mail stays a matter of its own.")


def _on_mail(request: HttpRequest, message_id: int, decision: Callable[[User, int], Ticket], done: str) -> HttpResponse:
    """Decide on a mail, and show the ticket where it is then."""

    def act() -> str:
        decision(user_of(request), message_id)
        return done

    carry_out(request, act)
    ticket_id = Message.objects.only("ticket_id").get(pk=message_id).ticket_id
    return back(request, ticket_id)


@reader
@require_POST
def settle(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    was_sent = request.POST.get("outcome") == "sent"
    ticket_id: list[int] = []

    def act() -> str:
        ticket_id.append(decisions.settle(user_of(request), outgoing_id, was_sent).ticket_id)
        return "Noted as sent." if was_sent else "Queued to be sent again."

    carry_out(request, act)
    return back(request, ticket_id[0] if ticket_id else None)


def carry_out(request: HttpRequest, act: Callable[[], str]) -> bool:
    """Decide, and tell what came of it. False where it was refused, or the database is busy."""
    try:
        messages.success(request, act())
    except ObjectDoesNotExist:
        raise Http404("no such object") from None
    except CalmdeskError as error:
        messages.error(request, f"Nothing was done: {error}.")
        return False
    except OperationalError as error:  # here, so that a text that was typed is kept
        note_busy(request, error)
        messages.error(request, BUSY)
        return False
    return True


def back(request: HttpRequest, ticket_id: int | None, draft_id: int | None = None) -> HttpResponse:
    """To the ticket as it is now, beside the list that the request came from; without one to that list."""
    place = place_of(request)
    return redirect(place.beside(ticket_id, draft_id) if ticket_id else place.address)
