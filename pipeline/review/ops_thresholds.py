"""The page of the thresholds: how well labels are given, what errors cost, and what another threshold would change.

Nothing is set here: thresholds stand in ``thresholds.yaml``.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pipeline.config import Config
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.review.access import number, reader
from pipeline.review.installation import configuration
from pipeline.review.label_scores import FEW
from pipeline.review.ops_readings import MOST
from pipeline.review.ops_report import DAYS, MOST_TICKETS, Asked, report

SPANS = (7, 30, 90, 365)
MOST_DAYS = 3_650
_THRESHOLD = "A threshold is a number above 0 and at most 1, such as 0.35."
_LABEL = "Choose a label for the threshold to be tried on."


@reader
@require_GET
def ops_thresholds(request: HttpRequest) -> HttpResponse:
    config = configuration()
    asked, problem = _asked(config, request)
    found = report(config, asked, timezone.now())
    context = {
        "report": found,
        "tables": (("Urgency", found.judged_urgency, found.urgency), ("Tone", found.judged_tone, found.tone)),
        "mailboxes": list(config.mailboxes),
        "spans": sorted({*SPANS, asked.days}),
        "labels": (("urgency", URGENCY_LABELS), ("tone", TONE_LABELS)),
        "label": request.GET.get("label", ""),
        "threshold": request.GET.get("threshold", "")[:20],
        "problem": problem,
        "few": FEW,
        "most": MOST,
        "most_tickets": MOST_TICKETS,
    }
    return render(request, "review/ops_thresholds.html", context)


def _asked(config: Config, request: HttpRequest) -> tuple[Asked, str]:
    """What is asked for, and what is wrong with it; what makes no sense is left out."""
    mailbox = request.GET.get("mailbox", "")
    days = min(number(request.GET.get("days")), MOST_DAYS) or DAYS
    base = Asked(mailbox if mailbox in config.mailboxes else "", days)
    label, typed = request.GET.get("label", ""), request.GET.get("threshold", "").strip()
    threshold = _threshold(typed)
    if not label and not typed:
        return base, ""
    if label not in (*URGENCY_LABELS, *TONE_LABELS):
        return base, _LABEL
    if threshold is None:
        return base, _THRESHOLD
    return Asked(base.mailbox, base.days, label, threshold), ""


def _threshold(typed: str) -> float | None:
    try:
        found = float(typed[:20])
    except ValueError:
        return None
    return found if 0 < found <= 1 else None
