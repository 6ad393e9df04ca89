"""The pages that find: search with its saved views, and the customer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from pipeline.review import decisions
from pipeline.review.access import reader, user_of
from pipeline.review.actions import carry_out
from pipeline.review.customers import customer
from pipeline.review.installation import configuration
from pipeline.review.left import results_context
from pipeline.review.place import place_of
from pipeline.review.roles import Permission, permissions
from pipeline.review.swaps import unstored, with_no_ticket
from pipeline.store.models import CustomerNote


@reader
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The results beside no ticket; themselves alone where a page that is open asks for them."""
    return with_no_ticket(request, "review/_results.html", results_context(request, place_of(request)))


@reader
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("q", "")

    def act() -> str:
        shared = "shared" in request.POST
        view = decisions.save_view(user_of(request), request.POST.get("name", ""), query, shared)
        return f"Saved as {view.name}{', for everybody' if view.shared else ''}."

    carry_out(request, act)
    return _to("search", q=query)


@reader
@require_POST
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    def act() -> str:
        decisions.delete_view(user_of(request), view_id)
        return "The view is gone; what it showed is not."

    carry_out(request, act)
    return redirect("search")


@reader
@require_GET
def customer_page(request: HttpRequest) -> HttpResponse:
    mailbox, email = request.GET.get("mailbox", ""), request.GET.get("email", "")
    found = customer(configuration(), mailbox, email, timezone.now())
    if found is None:
        raise Http404("no such customer")
    may = permissions(user_of(request))
    context = {
        "customer": found,
        "can_decide": Permission.DECIDE in may,
        "can_delete": Permission.CURATE in may,
    }
    return unstored(render(request, "review/customers.html", context))


@reader
@require_POST
def add_note(request: HttpRequest) -> HttpResponse:
    mailbox, email = request.POST.get("mailbox", ""), request.POST.get("email", "")

    def act() -> str:
        decisions.add_note(configuration(), user_of(request), mailbox, email, request.POST.get("text", ""))
        return "Noted."

    carry_out(request, act)
    return _to("customer", mailbox=mailbox, email=email)


@reader
@require_POST
def change_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Put a note into other words, or take it away, as the pressed button says."""
    user = user_of(request)
    where = CustomerNote.objects.filter(pk=note_id).values("mailbox", "email").first()
    if where is None:
        raise Http404("no such note")

    def act() -> str:
        if request.POST.get("action") == "delete":
            decisions.delete_note(user, note_id)
            return "The note is gone."
        decisions.edit_note(user, note_id, request.POST.get("text", ""))
        return "The note is changed."

    carry_out(request, act)
    return _to("customer", **where)


def _to(page: str, **asked: str) -> HttpResponse:
    response = redirect(page)
    response["Location"] += f"?{urlencode(asked)}"
    return response
