"""What an open page asks for while somebody works in it: checks of what they type, and what happens beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from pipeline.errors import CalmdeskError
from pipeline.review import decisions
from pipeline.review.access import reader, user_of
from pipeline.review.installation import configuration
from pipeline.review.place import place_of_page
from pipeline.review.pulse import pulse as pulse_of
from pipeline.review.sessions import unattended
from pipeline.review.swaps import changed_only, unstored
from pipeline.review.whatif import concerns_of, what_if
from pipeline.store.models import Draft, Ticket


@reader
@require_POST
def preview(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The checks of a text that is not saved; 204 where it cannot be checked, so that what is shown stays."""
    draft = get_object_or_404(Draft.objects.select_related("message"), pk=draft_id)
    body = request.POST.get("body", "").replace("\r\n", "\n")[: decisions.LONGEST_BODY]
    try:
        seen = decisions.preview(configuration(), user_of(request), draft_id, body)
    except CalmdeskError:
        return unstored(HttpResponse(status=204))
    found = what_if(body, draft.composed_body, seen.checks, seen.promises, concerns_of(draft))
    return unstored(render(request, "review/preview.html", {"what": found}))


@unattended
@reader
@require_GET
def pulse(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """What happened to the ticket since the page was loaded."""
    ticket = get_object_or_404(Ticket.objects.select_related("opened_by"), pk=ticket_id)
    url = place_of_page(request).beside(ticket_id)
    found = pulse_of(ticket, user_of(request), request.GET.get("seen", ""), url)
    return changed_only(request, "pulse-shown", render_to_string("review/pulse.html", {"pulse": found}))


@reader
@require_POST
def hold(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """The page is being worked in: nobody else decides on its ticket meanwhile, unless they take over."""
    return _lease(lambda: decisions.open_ticket(user_of(request), ticket_id), ticket_id)


@reader
@require_POST
def leave(request: HttpRequest, ticket_id: int) -> HttpResponse:
    return _lease(lambda: decisions.leave_ticket(user_of(request), ticket_id), ticket_id)


def _lease(act: Callable[[], object], ticket_id: int) -> HttpResponse:
    """204 also where it is refused: the pulse tells who has the ticket."""
    get_object_or_404(Ticket.objects.only("pk"), pk=ticket_id)
    with suppress(CalmdeskError):
        act()
    return HttpResponse(status=204)
