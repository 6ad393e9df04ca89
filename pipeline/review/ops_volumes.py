"""The page of volumes: what came day by day, how it was read, and what became of the drafts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pipeline.review.access import number, reader
from pipeline.review.installation import configuration
from pipeline.review.queue import in_words
from pipeline.review.volume_rows import Volumes, volumes
from pipeline.review.volumes import BARS_HEIGHT, BARS_WIDTH, Series, Span, bars, share


@dataclass(frozen=True, slots=True)
class Part:
    """One label of a chart; ``path`` is its stretch of every bar, ``texture`` tells it apart in any colour."""

    label: str
    total: int
    percent: int | None
    path: str
    texture: str


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    title: str
    series: Series
    parts: tuple[Part, ...]
    width: int = BARS_WIDTH
    height: int = BARS_HEIGHT


TEXTURES = (
    "",
    "M-1 1L1-1M0 8L8 0M7 9L9 7",
    "M3 4h2",
    "M0 4h8",
    "M-1 7L1 9M0 0L8 8M7-1L9 1",
    "M4 0v8",
    "M0 4h8M4 0v8",
    "M0 8L8 0M0 0L8 8",
    "M2 2h4v4h-4z",
)
"""Of a square of 8 by 8 that is repeated, the lines in it; as many as a chart has labels at most."""


@reader
@require_GET
def ops(request: HttpRequest) -> HttpResponse:
    """``mailbox`` and ``days`` as asked for; what makes no sense is all of them and a month."""
    config = configuration()
    mailbox = request.GET.get("mailbox", "")
    found = volumes(config, mailbox if mailbox in config.mailboxes else "", span_of(request), timezone.now())
    context = {
        "found": found,
        "mailboxes": list(config.mailboxes),
        "spans": list(Span),
        "charts": charts(found),
        "median": in_words(found.replies.median) if found.replies.median is not None else "",
        "in_time": share(found.replies.in_time, found.replies.promised),
    }
    return render(request, "review/ops_volumes.html", context)


def span_of(request: HttpRequest) -> Span:
    asked = number(request.GET.get("days"))
    return Span(asked) if asked in set(Span) else Span.MONTH


def charts(found: Volumes) -> tuple[Chart, ...]:
    return (
        chart("arrived", "What came", found.arrived),
        chart("urgency", "Urgency of customers' mails", found.urgency),
        chart("tone", "Tone of customers' mails", found.tone),
    )


def chart(name: str, title: str, found: Series) -> Chart:
    parts = zip(found.labels, found.totals, bars(found), TEXTURES[: len(found.labels)], strict=True)
    return Chart(
        name,
        title,
        found,
        tuple(Part(label, total, share(total, found.total), path, texture) for label, total, path, texture in parts),
    )
