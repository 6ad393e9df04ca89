"""How the desk does: volumes by day, and the card of the model."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from pipeline.review.api.operations import operation
from pipeline.review.api.shapes import Text
from pipeline.review.installation import configuration
from pipeline.review.ops_model import Models, models
from pipeline.review.roles import Permission
from pipeline.review.volume_rows import Volumes, volumes
from pipeline.review.volumes import Span

router = Router(tags=["ops"])


@operation(router, "GET", "/ops/volumes", Permission.READ, Volumes)
def show_volumes(
    request: HttpRequest,
    mailbox: Annotated[Text, Query("", max_length=120, description="Its name; empty for all, by days of UTC.")] = "",
    days: Annotated[Span, Query(Span.MONTH, description="How many are looked back on, today among them.")] = Span.MONTH,
) -> Any:
    """What came by day, its urgency and tone, what was sent and rejected, and what waits now."""
    return volumes(configuration(), mailbox, days, timezone.now())


@operation(router, "GET", "/ops/model", Permission.READ, Models)
def show_model(request: HttpRequest) -> Any:
    """The cards of the weights in use as they say it, with the thresholds that apply."""
    return models(configuration())
