"""The audit trail as people read it: newest first, by person, action or ticket; what belongs to no ticket too."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline.review.access import number, reader
from pipeline.review.swaps import unstored
from pipeline.store.models import AuditEvent, AuditTail, Ticket

PAGE_SIZE = 100


class About(enum.StrEnum):
    """What a line tells of: ``desk`` is logins, accounts, keys, folders, and all else that belongs to no ticket."""

    ALL = ""
    TICKETS = "tickets"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Line:
    event: AuditEvent
    detail: str


def events(
    actor: str = "", action: str = "", ticket: int | None = None, about: About = About.ALL
) -> QuerySet[AuditEvent]:
    """The lines that fit, each filter exactly; those of a ticket with those of the tickets put into it."""
    rows = AuditEvent.objects.all()
    if about:
        rows = rows.filter(ticket__isnull=about is About.DESK)
    if actor:
        rows = rows.filter(actor=actor)
    if action:
        rows = rows.filter(action=action)
    if ticket is not None:
        rows = rows.filter(ticket__in=list(Ticket.objects.filter(Q(pk=ticket) | Q(merged_into=ticket))))
    return rows


@reader
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """A page of the trail; ``before`` is the number of the line that it goes on below."""
    asked = {name: request.GET.get(name, "").strip() for name in ("actor", "action", "ticket", "about")}
    about = About(asked["about"]) if asked["about"] in set(About) else About.ALL
    found = events(asked["actor"], asked["action"], number(asked["ticket"]) if asked["ticket"] else None, about)
    before = number(request.GET.get("before"))
    rows = list((found.filter(pk__lt=before) if before else found).order_by("-pk")[: PAGE_SIZE + 1])
    context = {
        "lines": [Line(row, _told(row.detail)) for row in rows[:PAGE_SIZE]],
        "next": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else "",
        "asked": asked | {"about": about.value},
        "narrowed": any(asked.values()),
        "tail": AuditTail.objects.filter(pk=1).first(),
    }
    return unstored(render(request, "review/audit.html", context))


def _told(detail: Mapping[str, Any]) -> str:
    """ "draft 7, version 2"."""
    return ", ".join(f"{name} {_value(value)}".strip() for name, value in detail.items())


def _value(value: object) -> str:
    if isinstance(value, list):
        return " + ".join(str(one) for one in value)
    words = {None: "", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
