"""The pages, which only show. What they can have done stands in `actions`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET

from pipeline.review import mail_html
from pipeline.review.access import number, reader
from pipeline.review.files import download
from pipeline.review.installation import configuration
from pipeline.review.left import list_context
from pipeline.review.mailboxes import folder_states
from pipeline.review.place import place_of
from pipeline.review.security import MAIL_POLICY
from pipeline.review.sessions import unattended
from pipeline.review.swaps import changed_only, with_no_ticket
from pipeline.store.models import Message


@reader
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The page with no ticket open; its list alone where a page that is open asks for another view."""
    return with_no_ticket(request, "review/_list.html", list_context(request, place_of(request)))


@unattended
@reader
@require_GET
def queue_list(request: HttpRequest) -> HttpResponse:
    """The left pane alone, asked for again and again by the page, and with it what must not wait for a reload."""
    context = list_context(request, place_of(request)) | {"selected": number(request.GET.get("selected"))}
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
