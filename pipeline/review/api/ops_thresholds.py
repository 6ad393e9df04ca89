"""The thresholds as ops see them: read-only, as the page is."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from pipeline.review.api.operations import operation
from pipeline.review.api.shapes import Text
from pipeline.review.installation import configuration
from pipeline.review.ops_readings import MOST
from pipeline.review.ops_report import MOST_TICKETS, Asked, report
from pipeline.review.ops_thresholds import MOST_DAYS
from pipeline.review.roles import Permission

router = Router(tags=["ops"])
Label = Literal[
    "critical", "high", "normal", "low",
    "abusive", "angry", "worried", "frustrated", "disappointed", "confused", "positive", "neutral",
]  # fmt: skip


class ShareView(Schema):
    part: int
    whole: int
    value: float | None = Field(description="part / whole; null of none.")
    few: bool = Field(description="Of so few mails that it says little.")


class LabelView(Schema):
    label: str
    threshold: float
    given: int = Field(description="Mails to which the model gave it.")
    precision: ShareView
    recall: ShareView


class CostsView(Schema):
    """Of 100 mails, in the units of `costs` in thresholds.yaml; null of none."""

    under: float
    over: float
    expected: float | None = Field(description="By the model's own probabilities.")
    observed: float | None = Field(description="On the mails that people judged.")


class MoveView(Schema):
    was: str
    would_be: str
    count: int


class MovedTicketView(Schema):
    ticket: int
    held: bool = Field(description="For a named person: its subject is not told in a list.")
    subject: str
    was: str
    would_be: str


class WhatIfView(Schema):
    label: str
    threshold: float
    now: float
    changed: int
    moves: list[MoveView]
    kept: int = Field(description="Would change too, had not a person said what the label is.")
    open: int = Field(description="Cannot be told: a rule may hold the label.")
    escalated: int
    let_go: int
    may_escalate: int = Field(description="Whether somebody is insulted was not stored.")
    doubtful: int = Field(description="Of which the model would say that it is not sure, and does not now.")
    sure: int = Field(description="The other way round.")
    costs: CostsView | None = Field(description="For a label of urgency.")
    tickets: list[MovedTicketView] = Field(description=f"Some of them, {MOST_TICKETS} at most.")
    yaml: str = Field(description="Lines for thresholds.yaml.")


class ThresholdsView(Schema):
    """A label counts as judged where a person corrected it, or approved or rejected a reply to that very mail and left
    the label as it was."""

    mailbox: str
    days: int
    mails: int
    most: bool = Field(description=f"Only the newest {MOST} were looked at.")
    judged_urgency: int
    judged_tone: int
    without_scores: int
    urgency: list[LabelView]
    tone: list[LabelView]
    costs: CostsView
    what_if: WhatIfView | None


@operation(router, "GET", "/ops/thresholds", Permission.READ, ThresholdsView)
def show_thresholds(
    request: HttpRequest,
    mailbox: Annotated[Text, Query("", max_length=120, description="Empty: all of them.")] = "",
    days: Annotated[int, Query(30, ge=1, le=MOST_DAYS, description="Mail received in so many days.")] = 30,
    label: Annotated[Label | None, Query(None, description="Try another threshold for it.")] = None,
    threshold: Annotated[float | None, Query(None, gt=0, le=1, description="The one to try.")] = None,
) -> Any:
    """How well urgency and tone are given, what errors cost, what another threshold would change. Nothing is set."""
    asked = Asked(mailbox, days, label, threshold) if label and threshold else Asked(mailbox, days)
    return report(configuration(), asked, timezone.now())
