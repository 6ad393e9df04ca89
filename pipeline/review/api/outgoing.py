"""What is to leave, and what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, operation
from pipeline.review.api.shapes import OutgoingView
from pipeline.review.roles import Permission
from pipeline.store.models import Outgoing

router = Router(tags=["outgoing"])


class Outcome(Schema):
    was_sent: bool
    """False: send it again."""


def _shown(outgoing_id: int) -> OutgoingView:
    return show.outgoing_view(Outgoing.objects.select_related("approval__approver").get(pk=outgoing_id))


@operation(router, "GET", "/outgoing/{outgoing_id}", Permission.READ, OutgoingView)
def get_outgoing(request: HttpRequest, outgoing_id: int) -> Any:
    return _shown(outgoing_id)


@operation(router, "POST", "/outgoing/{outgoing_id}/undo", Permission.DECIDE, OutgoingView)
def undo(request: HttpRequest, outgoing_id: int) -> Any:
    """Take an approval back before the mail is due to leave; the draft is proposed again."""
    decisions.undo(asker(request), outgoing_id)
    return _shown(outgoing_id)


@operation(router, "POST", "/outgoing/{outgoing_id}/settle", Permission.SETTLE, OutgoingView)
def settle(request: HttpRequest, outgoing_id: int, given: Outcome) -> Any:
    """Say what became of an uncertain mail, or have a failed one sent again."""
    decisions.settle(asker(request), outgoing_id, given.was_sent)
    return _shown(outgoing_id)
