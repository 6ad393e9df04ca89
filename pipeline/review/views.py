"""The pages. Every change goes through `decisions`; a refused one comes back as a plain message, never lost text."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pipeline.errors import CalmdeskError
from pipeline.records import Fault
from pipeline.review import decisions, mail_html
from pipeline.review import queue as queues
from pipeline.review.highlight import segments
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission, permissions
from pipeline.review.security import MAIL_POLICY
from pipeline.store import codec
from pipeline.store.models import Draft, Message, Ticket
from pipeline.store.tickets import newest_answerable


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _reader(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signed in, and in a role that may read: an account without a role sees no mail."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if Permission.READ not in permissions(_user(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(checked)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    view = queues.view_of(request.GET.get("view"))
    now = timezone.now()
    rows = list(queues.tickets_in(view)[: queues.LONGEST_LIST])
    return {
        "view": view,
        "views": queues.views(),
        "rows": [(row, queues.time_left(row.reply_due_at, now)) for row in rows],
        "may": permissions(_user(request)),
    }


@_reader
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    return render(request, "review/queue.html", _list_context(request))


@_reader
@require_GET
def queue_list(request: HttpRequest) -> HttpResponse:
    """The left pane alone, asked for again and again by the page."""
    context = _list_context(request) | {"selected": _number(request.GET.get("selected"))}
    return render(request, "review/_list.html", context)


@_reader
@require_GET
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    row = get_object_or_404(Ticket, pk=ticket_id)
    history = list(row.messages.order_by("received_at", "id"))
    newest = newest_answerable(row) or (history[-1] if history else None)
    drafts = sorted(newest.drafts.all() if newest else [], key=lambda draft: (not draft.proposed_first, draft.pk))
    chosen = _chosen(drafts, request.GET.get("draft"))
    context = _list_context(request) | {
        "ticket": row,
        "selected": row.pk,
        "time_left": queues.time_left(row.reply_due_at, timezone.now()),
        "newest": _shown(newest) if newest else None,
        "earlier": [_shown(message) for message in history if message != newest],
        "drafts": drafts,
        "draft": chosen,
        "open": chosen is not None and chosen.state == "proposed",
        "body": request.session.pop(f"unsaved-{chosen.pk}", chosen.body) if chosen else "",
        "outgoing": row.outgoing.select_related("approval__approver", "approval__draft").order_by("-id"),
        "audit": row.audit.order_by("-at")[:20],
        "can_decide": Permission.DECIDE in permissions(_user(request)),
        "can_settle": Permission.SETTLE in permissions(_user(request)),
        "faults": list(Fault),
        "escalation_contact": _escalation_contact(row),
    }
    return render(request, "review/ticket.html", context)


def _escalation_contact(row: Ticket) -> str:
    mailbox = configuration().mailboxes.get(row.mailbox)
    return mailbox.firm.escalation_contact if mailbox else ""


def _chosen(drafts: list[Draft], wanted: str | None) -> Draft | None:
    """The draft asked for; else the one that was approved, else the proposed one, else the first still open."""
    for draft in drafts:
        if str(draft.pk) == wanted:
            return draft
    order = {"approved": 0, "sent": 0, "proposed": 1}
    return min(drafts, key=lambda draft: (order.get(draft.state, 2), not draft.proposed_first), default=None)


def _shown(message: Message) -> dict[str, Any]:
    """What the template needs of one mail; a mail that could not be read shows its reason."""
    if not message.parsed:
        return {"row": message, "parsed": None, "triage": None, "segments": []}
    parsed = codec.parsed_from_json(message.parsed)
    triage = codec.triage_from_json(message.triage) if message.triage else None
    return {
        "row": message,
        "parsed": parsed,
        "triage": triage,
        "segments": segments(parsed.text, triage.evidence if triage else (), triage.concerns if triage else ()),
        "recipient": parsed.reply_to or parsed.sender,
    }


@_reader
@require_POST
def decide(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Save, approve or reject a draft, as the pressed button says. An edited text is saved before it is approved."""
    draft = get_object_or_404(Draft.objects.select_related("ticket"), pk=draft_id)
    action, body = request.POST.get("action", ""), request.POST.get("body", "").replace("\r\n", "\n")
    version = _number(request.POST.get("version"))
    user, config = _user(request), configuration()

    def act() -> str:
        if action == "reject":
            decisions.reject(user, draft_id, version, request.POST.get("reason", ""))
            return "Rejected. The other drafts are still open."
        current = decisions.edit(config, user, draft_id, version, body) if body.strip() != draft.body.strip() else draft
        if action == "save":
            return "Saved, and checked again."
        decisions.approve(config, user, draft_id, current.version if current is not draft else version)
        return "Approved. The reply is on its way."

    if action not in ("save", "approve", "reject"):
        raise Http404("no such action")
    done = _carry_out(request, act)
    if not done and action != "reject" and Draft.objects.get(pk=draft_id).body.strip() != body.strip():
        request.session[f"unsaved-{draft_id}"] = body[: decisions.LONGEST_BODY]
    return _back(draft.ticket_id, draft_id)


@_reader
@require_POST
def set_fault(request: HttpRequest, ticket_id: int) -> HttpResponse:
    fault = request.POST.get("fault", "")
    if fault not in set(Fault):
        raise Http404("no such fault state")
    _carry_out(
        request, lambda: f"Fault is {decisions.set_fault(_user(request), ticket_id, Fault(fault)).get_fault_display()}."
    )
    return _back(ticket_id)


@_reader
@require_POST
def is_customer(request: HttpRequest, ticket_id: int) -> HttpResponse:
    _carry_out(request, lambda: f"Ticket {decisions.is_customer(_user(request), ticket_id).pk} is a customer's now.")
    return _back(ticket_id)


@_reader
@require_POST
def reprocess(request: HttpRequest, ticket_id: int) -> HttpResponse:
    _carry_out(request, lambda: f"Ticket {decisions.reprocess(_user(request), ticket_id).pk} is tried again.")
    return _back(ticket_id)


@_reader
@require_POST
def settle(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    was_sent = request.POST.get("outcome") == "sent"
    ticket_id: list[int] = []

    def act() -> str:
        ticket_id.append(decisions.settle(_user(request), outgoing_id, was_sent).ticket_id)
        return "Noted as sent." if was_sent else "Queued to be sent again."

    _carry_out(request, act)
    return _back(ticket_id[0]) if ticket_id else redirect("queue")


@_reader
@require_GET
def message_html(request: HttpRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    html = (message.parsed or {}).get("html", "")
    return HttpResponse(mail_html.document(html), headers={"Content-Security-Policy": MAIL_POLICY})


@_reader
@require_GET
def message_raw(request: HttpRequest, message_id: int) -> HttpResponse:
    """The mail as received, as a download that no browser will show."""
    message = get_object_or_404(Message.objects.select_related("raw"), pk=message_id)
    return HttpResponse(
        bytes(message.raw.data),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="message-{message_id}.eml"'},
    )


def _carry_out(request: HttpRequest, act: Callable[[], str]) -> bool:
    try:
        messages.success(request, act())
    except ObjectDoesNotExist:
        raise Http404("no such object") from None
    except CalmdeskError as error:
        messages.error(request, f"Nothing was done: {error}.")
        return False
    return True


def _number(text: str | None) -> int:
    """A version or id as a page sends it; 0, which nothing has, for everything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _back(ticket_id: int, draft_id: int | None = None) -> HttpResponse:
    response = redirect("ticket", ticket_id)
    if draft_id is not None:
        response["Location"] += f"?draft={draft_id}"
    return response
