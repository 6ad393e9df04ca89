"""What is to leave, and what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from pipeline.flow import OutgoingState
from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, operation
from pipeline.review.api.paging import Cursor, Limit, Page, page_of
from pipeline.review.api.shapes import OutgoingEvidence, OutgoingView
from pipeline.review.files import download
from pipeline.review.roles import Permission
from pipeline.store.models import Outgoing

router = Router(tags=["outgoing"])


class Outcome(Schema):
    was_sent: bool
    """False: send it again."""


@operation(router, "GET", "/outgoing", Permission.READ, Page[OutgoingView], headers=("Link",))
def list_outgoing(
    request: HttpRequest,
    response: HttpResponse,
    state: OutgoingState | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Any:
    """Every mail that was approved, newest first."""
    rows = Outgoing.objects.select_related("approval__approver").defer("raw")
    if state:
        rows = rows.filter(state=state)
    page, following = page_of(request, response, rows, cursor, limit, newest_first=True)
    return {"items": [show.outgoing_view(row) for row in page], "next": following}


@operation(router, "GET", "/outgoing/{outgoing_id}", Permission.READ, OutgoingEvidence)
def get_outgoing(request: HttpRequest, outgoing_id: int) -> Any:
    """One mail, and whether it still is what was approved."""
    return _shown(outgoing_id)


@operation(router, "GET", "/outgoing/{outgoing_id}/raw", Permission.READ, bytes)
def get_raw_outgoing(request: HttpRequest, outgoing_id: int) -> Any:
    """The exact bytes that the approval was given to."""
    return download(f"reply-{outgoing_id}.eml", bytes(Outgoing.objects.get(pk=outgoing_id).raw))


def _shown(outgoing_id: int) -> OutgoingEvidence:
    rows = Outgoing.objects.select_related("ticket", "approval__approver", "approval__draft")
    return show.outgoing_evidence(rows.get(pk=outgoing_id))


@operation(router, "POST", "/outgoing/{outgoing_id}/undo", Permission.DECIDE, OutgoingEvidence)
def undo(request: HttpRequest, outgoing_id: int) -> Any:
    """Take an approval back before the mail is due to leave; the draft is proposed again."""
    decisions.undo(asker(request), outgoing_id)
    return _shown(outgoing_id)


@operation(router, "POST", "/outgoing/{outgoing_id}/settle", Permission.SETTLE, OutgoingEvidence)
def settle(request: HttpRequest, outgoing_id: int, given: Outcome) -> Any:
    """Say what became of an uncertain mail, or have a failed one sent again."""
    decisions.settle(asker(request), outgoing_id, given.was_sent)
    return _shown(outgoing_id)
