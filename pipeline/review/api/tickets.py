"""Tickets: reading them, who works on them and when, and what was established about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime

from pipeline.flow import TicketState
from pipeline.records import ACTION_KINDS, Fault
from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, operation
from pipeline.review.api.paging import Cursor, Limit, Page, page_of
from pipeline.review.api.shapes import ActionView, DraftView, LeaseView, Text, TicketLine, TicketView
from pipeline.review.api.versions import with_tag
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission
from pipeline.review.shelves import SHELVES, Asker
from pipeline.store.models import Ticket

router = Router(tags=["tickets"])
PEOPLE = ("assignee", "escalated_by", "opened_by")


@operation(router, "GET", "/tickets", Permission.READ, Page[TicketLine], headers=("Link",))
def list_tickets(
    request: HttpRequest,
    response: HttpResponse,
    state: TicketState | None = None,
    mailbox: Annotated[Text, Query("")] = "",
    assignee: Annotated[Text, Query("", description="A user name; `nobody` for those that are nobody's.")] = "",
    tag: Annotated[Text, Query("")] = "",
    view: Annotated[str, Query("", pattern=f"^({'|'.join(SHELVES)})?$", description="As in the page's queue.")] = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Any:
    """Tickets, oldest first. One that was put into another is in no list."""
    rows = Ticket.objects.filter(merged_into__isnull=True).select_related(*PEOPLE).prefetch_related("drafts", "tags")
    if state:
        rows = rows.filter(state=state)
    if mailbox:
        rows = rows.filter(mailbox=mailbox)
    if assignee:
        rows = rows.filter(**({"assignee": None} if assignee == "nobody" else {"assignee__username": assignee}))
    if tag:
        rows = rows.filter(tags__name=tag.lower())
    if view:
        rows = rows.filter(SHELVES[view].shows(Asker(asker(request), timezone.now())))
    page, following = page_of(request, response, rows, cursor, limit)
    return {"items": [show.ticket_line(row, asker(request).pk) for row in page], "next": following}


@operation(router, "GET", "/tickets/{ticket_id}", Permission.READ, TicketView, tagged=True)
def get_ticket(request: HttpRequest, response: HttpResponse, ticket_id: int) -> Any:
    """One ticket with its messages, its drafts in full, what was done and what was sent.

    One that was put into another says in `merged_into` where its mail is now.
    """
    row = Ticket.objects.select_related(*PEOPLE).get(pk=ticket_id)
    return with_tag(request, response, row.version, show.ticket_view(row, asker(request).pk))


class Snooze(Schema):
    until: AwareDatetime | None


class Assignee(Schema):
    to: Text
    """A user name; empty for nobody."""


class Escalation(Schema):
    to: Text
    why: Text


class Tags(Schema):
    tags: list[Text]


class FaultGiven(Schema):
    fault: Fault


class Done(Schema):
    """What was done on a ticket; ``amount`` and ``currency`` only where money is in it."""

    kind: Text = Field(examples=["refund"], description=f"One of {', '.join(ACTION_KINDS)}.")
    amount: Text = Field("", examples=["20.00"])
    currency: Text = Field("", examples=["EUR"])
    note: Text = ""


class ReplyText(Schema):
    body: Text = ""


class MailText(Schema):
    subject: Text
    body: Text = ""


class Lease(Schema):
    take: bool = False
    """Take it over from who holds it."""


def _line(request: HttpRequest, ticket_id: int) -> TicketLine:
    return show.ticket_line(Ticket.objects.select_related(*PEOPLE).get(pk=ticket_id), asker(request).pk)


@operation(router, "PUT", "/tickets/{ticket_id}/snooze", Permission.DECIDE, TicketLine)
def snooze(request: HttpRequest, ticket_id: int, given: Snooze) -> Any:
    """Put the ticket off until a time to come, or until a newer mail of the customer; null brings it back."""
    until: datetime | None = given.until
    decisions.snooze(asker(request), ticket_id, until)
    return _line(request, ticket_id)


@operation(router, "PUT", "/tickets/{ticket_id}/assignee", Permission.DECIDE, TicketLine)
def assign(request: HttpRequest, ticket_id: int, given: Assignee) -> Any:
    """Give the ticket to somebody who may decide on it, or to nobody."""
    decisions.assign(asker(request), ticket_id, given.to)
    return _line(request, ticket_id)


@operation(router, "POST", "/tickets/{ticket_id}/escalate", Permission.DECIDE, TicketLine)
def escalate(request: HttpRequest, ticket_id: int, given: Escalation) -> Any:
    """Pass the ticket to a lead, with the summary of the conversation."""
    decisions.escalate(asker(request), ticket_id, given.to, given.why)
    return _line(request, ticket_id)


@operation(router, "PUT", "/tickets/{ticket_id}/tags", Permission.DECIDE, TicketLine)
def tag(request: HttpRequest, ticket_id: int, given: Tags) -> Any:
    """Replace the tags of the ticket."""
    decisions.tag(asker(request), ticket_id, given.tags)
    return _line(request, ticket_id)


@operation(router, "PUT", "/tickets/{ticket_id}/fault", Permission.DECIDE, TicketLine)
def set_fault(request: HttpRequest, ticket_id: int, given: FaultGiven) -> Any:
    """Say who is at fault; open drafts are written again with it."""
    decisions.set_fault(asker(request), ticket_id, given.fault)
    return _line(request, ticket_id)


@operation(router, "POST", "/tickets/{ticket_id}/actions", Permission.DECIDE, ActionView)
def record_action(request: HttpRequest, ticket_id: int, given: Done) -> Any:
    """Record what was done; open drafts are written again with it."""
    return show.action_view(decisions.record_action(asker(request), ticket_id, **given.model_dump()))


@operation(router, "POST", "/tickets/{ticket_id}/replies", Permission.DECIDE, DraftView, status=201)
def new_reply(request: HttpRequest, ticket_id: int, given: ReplyText) -> Any:
    """Begin another reply, in a person's own words. It is approved like every draft."""
    return Status(201, show.draft_view(decisions.new_reply(configuration(), asker(request), ticket_id, given.body)))


@operation(router, "POST", "/tickets/{ticket_id}/mails", Permission.DECIDE, DraftView, status=201)
def new_mail(request: HttpRequest, ticket_id: int, given: MailText) -> Any:
    """Begin a fresh mail to the customer of the ticket. It is approved like every draft."""
    draft = decisions.new_mail(configuration(), asker(request), ticket_id, given.subject, given.body)
    return Status(201, show.draft_view(draft))


@operation(router, "GET", "/tickets/{ticket_id}/lease", Permission.READ, LeaseView | None)
def get_lease(request: HttpRequest, ticket_id: int) -> Any:
    """Who has the ticket open; null if nobody."""
    row = Ticket.objects.select_related("opened_by").get(pk=ticket_id)
    return show.lease_of(row, asker(request).pk)


@operation(router, "PUT", "/tickets/{ticket_id}/lease", Permission.DECIDE, LeaseView)
def open_ticket(request: HttpRequest, ticket_id: int, given: Lease) -> Any:
    """Hold the ticket for 90 seconds more, or learn who does (`mine` is false then); `take` takes it over."""
    return show.lease_view(decisions.open_ticket(asker(request), ticket_id, given.take))


@operation(router, "DELETE", "/tickets/{ticket_id}/lease", Permission.DECIDE, None, status=204)
def leave_ticket(request: HttpRequest, ticket_id: int) -> Any:
    """Let go of the ticket; nothing happens if somebody else holds it."""
    Ticket.objects.only("pk").get(pk=ticket_id)
    decisions.leave_ticket(asker(request), ticket_id)
    return Status(204, None)
