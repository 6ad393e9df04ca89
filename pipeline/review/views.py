"""The pages, which only show. What they can have done stands in `actions`."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pipeline.records import ACTION_KINDS, Fault
from pipeline.review import mail_html
from pipeline.review import queue as queues
from pipeline.review.access import number, reader, user_of
from pipeline.review.files import download
from pipeline.review.heat import curve, wave_of
from pipeline.review.installation import configuration
from pipeline.review.mailboxes import folder_states
from pipeline.review.roles import Permission, permissions
from pipeline.review.security import MAIL_POLICY
from pipeline.review.sessions import unattended
from pipeline.review.shown import shown_mail, shown_reply, surprise_of
from pipeline.store import codec
from pipeline.store.approvals import first_approval
from pipeline.store.cases import actions_of
from pipeline.store.models import AuditEvent, Draft, Message, Ticket
from pipeline.store.tickets import newest_answerable


def _list_context(request: HttpRequest) -> dict[str, Any]:
    view = queues.view_of(request.GET.get("view"))
    group = queues.group_of(view, request.GET.get("group"))
    may = permissions(user_of(request))
    return {
        "view": view,
        "views": queues.views(),
        "group": group,
        "groups": [(name, title) for name, (title, _) in queues.GROUPS.items()] if view == "suppressed" else [],
        "lines": queues.lines(view, group, timezone.now()),
        "can_decide": Permission.DECIDE in may,
        "can_settle": Permission.SETTLE in may,
    }


@reader
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    return render(request, "review/queue.html", _list_context(request))


@unattended
@reader
@require_GET
def queue_list(request: HttpRequest) -> HttpResponse:
    """The left pane alone, asked for again and again by the page, and with it what must not wait for a reload."""
    context = _list_context(request) | {"selected": number(request.GET.get("selected"))}
    return render(request, "review/refresh.html", context)


@reader
@require_GET
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    row = get_object_or_404(Ticket, pk=ticket_id)
    if row.merged_into_id:
        return redirect("ticket", row.merged_into_id)
    history = list(row.messages.select_related("suggested").order_by("received_at", "id"))
    newest = newest_answerable(row) or (history[-1] if history else None)
    drafts = sorted(newest.drafts.all() if newest else [], key=lambda draft: (not draft.proposed_first, draft.pk))
    chosen = _chosen(drafts, request.GET.get("draft"))
    shown = shown_mail(newest) if newest else None
    wave = wave_of(row)
    context = _list_context(request) | {
        "ticket": row,
        "selected": row.pk,
        "time_left": queues.time_left(row.reply_due_at, timezone.now()),
        "newest": shown,
        "wave": wave,
        "curve": curve(wave),
        "others": [shown_mail(message, newest) for message in history if message != newest],
        "drafts": drafts,
        "draft": chosen,
        "open": chosen is not None and chosen.state == "proposed" and chosen.ticket_version == row.version,
        "body": request.session.pop(f"unsaved-{chosen.pk}", chosen.body) if chosen else "",
        "surprise": surprise_of(row, shown) if shown else "",
        "replies": [shown_reply(sent) for sent in row.outgoing.select_related(*_REPLY).order_by("-id")],
        "audit": AuditEvent.objects.filter(Q(ticket=row) | Q(ticket__merged_into=row)).order_by("-at")[:20],
        "faults": list(Fault),
        "actions": actions_of(row),
        "action_kinds": ACTION_KINDS,
        "first_approval": first_approval(chosen) if chosen and chosen.state == "proposed" else None,
        "granting": codec.summary_from_json(chosen.summary) if chosen else None,
    }
    return render(request, "review/ticket.html", context)


_REPLY = ("ticket", "approval__approver", "approval__draft")


def _chosen(drafts: list[Draft], wanted: str | None) -> Draft | None:
    """The draft asked for; else the one that was approved, else the proposed one, else the first still open."""
    for draft in drafts:
        if str(draft.pk) == wanted:
            return draft
    order = {"approved": 0, "sent": 0, "proposed": 1}
    return min(drafts, key=lambda draft: (order.get(draft.state, 2), not draft.proposed_first), default=None)


@reader
@require_GET
def mailboxes(request: HttpRequest) -> HttpResponse:
    states = folder_states(configuration(), timezone.now())
    context = {
        "watched": [state for state in states if not state.imported],
        "imported": [state for state in states if state.imported],
    }
    return render(request, "review/mailboxes.html", context)


@reader
@require_GET
def message_html(request: HttpRequest, message_id: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=message_id)
    html = (message.parsed or {}).get("html", "")
    return HttpResponse(mail_html.document(html), headers={"Content-Security-Policy": MAIL_POLICY})


@reader
@require_GET
def message_raw(request: HttpRequest, message_id: int) -> HttpResponse:
    """The mail as received, as a download that no browser will show."""
    message = get_object_or_404(Message.objects.select_related("raw"), pk=message_id)
    return download(f"message-{message_id}.eml", bytes(message.raw.data))
