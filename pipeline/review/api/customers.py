"""Finding tickets, the searches that people keep, and what the desk knows and noted of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, operation
from pipeline.review.api.refusals import Refused
from pipeline.review.api.shapes import Text, TicketLine
from pipeline.review.customers import customer
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission
from pipeline.review.saved import saved_views
from pipeline.store import search
from pipeline.store.models import CustomerNote, SavedView

router = Router(tags=["customers"])


class HitView(Schema):
    ticket: TicketLine
    snippet: str
    masked: bool


class Hits(Schema):
    """``count`` is how many match in all, or at least so many where there are ``more``."""

    items: list[HitView]
    next: str | None
    count: int
    more: bool


class SavedSearch(Schema):
    id: int
    name: str
    query: str
    shared: bool
    owner: str


class SavedSearches(Schema):
    items: list[SavedSearch]


class ToSave(Schema):
    name: Text
    query: Text
    shared: bool = False


class NoteView(Schema):
    id: int
    text: str
    author: str
    created_at: datetime
    edited_at: datetime | None


class NoteText(Schema):
    text: Text


class OpenPromiseView(Schema):
    text: str
    due_at: datetime | None
    ticket: int
    sent_at: datetime
    overdue: bool


class CustomerView(Schema):
    mailbox: str
    email: str
    name: str
    tickets: list[int]
    more: bool
    promises: list[OpenPromiseView]
    granted: dict[str, str]
    notes: list[NoteView]


@operation(router, "GET", "/search", Permission.READ, Hits)
def find_tickets(
    request: HttpRequest,
    q: Annotated[Text, Query("", max_length=500, description="As in the search of the page.")] = "",
    cursor: Annotated[str, Query("", max_length=40)] = "",
) -> Any:
    """Tickets by words and filters, the best of the newest first."""
    found = search.find(search.read(q), asker(request), timezone.now(), cursor)
    lines = show.ticket_lines([hit.ticket for hit in found.hits], asker(request).pk)
    return Hits(
        items=[
            HitView(
                ticket=line,
                snippet="".join(run.text for run in hit.snippet),
                masked=hit.masked,
            )
            for line, hit in zip(lines, found.hits, strict=True)
        ],
        next=found.next or None,
        count=found.count,
        more=found.more,
    )


@operation(router, "GET", "/views", Permission.READ, SavedSearches)
def list_views(request: HttpRequest) -> Any:
    """One's own searches and those that are shared."""
    return SavedSearches(items=[_view(row) for row in saved_views(asker(request))])


@operation(router, "POST", "/views", Permission.READ, SavedSearch, status=201)
def save_view(request: HttpRequest, given: ToSave) -> Any:
    """Keep a search under a name, in place of one's own that had it; only leads share theirs."""
    return Status(201, _view(decisions.save_view(asker(request), given.name, given.query, given.shared)))


@operation(router, "DELETE", "/views/{view_id}", Permission.READ, None, status=204)
def delete_view(request: HttpRequest, view_id: int) -> Any:
    """Forget a search: one's own, or as a lead one that is shared."""
    decisions.delete_view(asker(request), view_id)
    return Status(204, None)


def _view(row: SavedView) -> SavedSearch:
    return SavedSearch(id=row.pk, name=row.name, query=row.query, shared=row.shared, owner=row.owner.get_username())


@operation(router, "GET", "/customers/{mailbox}/{email}", Permission.READ, CustomerView)
def get_customer(request: HttpRequest, mailbox: Text, email: Text) -> Any:
    """What the desk knows of a customer of the firm that the mailbox belongs to."""
    found = customer(configuration(), mailbox, email, timezone.now()) if mailbox in configuration().mailboxes else None
    if found is None:
        raise Refused(404, "no such customer")
    return CustomerView(
        mailbox=found.mailbox,
        email=found.email,
        name=found.name,
        tickets=[one.ticket.pk for one in found.conversations],
        more=found.more,
        promises=[
            OpenPromiseView(
                text=one.promise.text,
                due_at=one.promise.due_at,
                ticket=one.ticket,
                sent_at=one.sent_at,
                overdue=one.overdue,
            )
            for one in found.promises
        ],
        granted={currency: str(amount) for currency, amount in found.total.items()},
        notes=[_note(row) for row in found.notes],
    )


@operation(router, "POST", "/customers/{mailbox}/{email}/notes", Permission.DECIDE, NoteView, status=201)
def add_note(request: HttpRequest, mailbox: Text, email: Text, given: NoteText) -> Any:
    """Note something about the customer."""
    if mailbox not in configuration().mailboxes:
        raise Refused(404, "no such customer")
    return Status(201, _note(decisions.add_note(configuration(), asker(request), mailbox, email, given.text)))


@operation(router, "PUT", "/notes/{note_id}", Permission.DECIDE, NoteView)
def edit_note(request: HttpRequest, note_id: int, given: NoteText) -> Any:
    """Say one's own note in other words."""
    return _note(decisions.edit_note(asker(request), note_id, given.text))


@operation(router, "DELETE", "/notes/{note_id}", Permission.CURATE, None, status=204)
def delete_note(request: HttpRequest, note_id: int) -> Any:
    """Take a note away."""
    decisions.delete_note(asker(request), note_id)
    return Status(204, None)


def _note(row: CustomerNote) -> NoteView:
    return NoteView(
        id=row.pk,
        text=row.text,
        author=row.author.get_username(),
        created_at=row.created_at,
        edited_at=row.edited_at,
    )
