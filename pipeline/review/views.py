"""The pages, which only show. What they can have done stands in `actions`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from pipeline.review import mail_html
from pipeline.review import queue as queues
from pipeline.review.access import number, reader, user_of
from pipeline.review.files import download
from pipeline.review.installation import configuration
from pipeline.review.mailboxes import folder_states
from pipeline.review.roles import Permission, permissions
from pipeline.review.saved import saved_views
from pipeline.review.security import MAIL_POLICY
from pipeline.review.sessions import unattended
from pipeline.review.shelves import GROUPS, SHELVES, Asker
from pipeline.review.swaps import changed_only, unstored
from pipeline.store.models import Message


def asker_of(request: HttpRequest) -> Asker:
    """Whose queue is asked for; a mailbox that is not configured is none."""
    mailbox = request.GET.get("mailbox", "")
    return Asker(user_of(request), timezone.now(), mailbox if mailbox in configuration().mailboxes else "")


def list_context(request: HttpRequest) -> dict[str, Any]:
    """What the left pane shows."""
    view = queues.view_of(request.GET.get("view"))
    group = queues.group_of(view, request.GET.get("group"))
    may = permissions(user_of(request))
    asker = asker_of(request)
    found = queues.lines(view, group, asker, request.GET.get("after", ""))
    return {
        "view": view,
        "selected": 0,
        "tells_why": SHELVES[view].mails is not None,
        "can_pick": view == "open" and Permission.DECIDE in may,
        "views": queues.views(asker),
        "group": group,
        "groups": [(name, shelf.title) for name, shelf in GROUPS.items()] if view == "suppressed" else [],
        "mailbox": asker.mailbox,
        "mailboxes": list(configuration().mailboxes),
        "after": request.GET.get("after", ""),
        "next": found.next,
        "lines": found.lines,
        "saved_views": saved_views(asker.user),
        "can_decide": Permission.DECIDE in may,
        "can_settle": Permission.SETTLE in may,
    }


@reader
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The page with no ticket open; its list alone where a page that is open asks for another view."""
    template = "review/queue.html"
    if request.htmx:  # type: ignore[attr-defined]
        template = "review/nothing.html" if request.htmx.target == "pane" else "review/_list.html"  # type: ignore[attr-defined]
    return unstored(render(request, template, list_context(request)))


@unattended
@reader
@require_GET
def queue_list(request: HttpRequest) -> HttpResponse:
    """The left pane alone, asked for again and again by the page, and with it what must not wait for a reload."""
    context = list_context(request) | {"selected": number(request.GET.get("selected"))}
    return changed_only(request, "lines-shown", render_to_string("review/refresh.html", context, request))


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
