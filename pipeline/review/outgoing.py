"""What left, what did not, and the evidence for each mail: who approved which bytes, and what the server said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from pipeline.flow import OutgoingState, TicketState
from pipeline.records import Envelope
from pipeline.review.access import number, reader, user_of
from pipeline.review.files import download
from pipeline.review.roles import Permission, permissions
from pipeline.review.shown import ShownReply, shown_reply
from pipeline.sending.compose import approval_hash
from pipeline.store.models import AuditEvent, Outgoing

_O = OutgoingState

GROUPS: dict[str, tuple[str, tuple[OutgoingState, ...]]] = {
    "failed": ("Not sent, or nobody knows", (_O.FAILED, _O.UNCERTAIN)),
    "waiting": ("Waiting to be sent", (_O.QUEUED, _O.CLAIMED, _O.TRANSMITTING)),
    "sent": ("Sent", (_O.SENT,)),
    "withdrawn": ("Taken back", (_O.WITHDRAWN,)),
}
PAGE_SIZE = 50
_APPROVED = ("ticket", "approval__approver", "approval__draft")
_LISTED = (
    *("state", "recipients", "mailbox", "queued_at", "sent_at", "due_at", "tries", "error", "server_reply"),
    *("ticket__state", "approval__approver__username", "approval__draft__subject", "approval__draft__kind"),
    *("ticket", "approval", "approval__approver", "approval__draft"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """``intact``: the stored bytes and envelope are those that the approval was given to."""

    reply: ShownReply
    intact: bool
    sha256: str
    size: int


@reader
@require_GET
def outgoing_list(request: HttpRequest) -> HttpResponse:
    """A group of mails, newest first; ``before`` is the id that the next page goes on below."""
    group = request.GET.get("group", "")
    group = group if group in GROUPS else "failed"
    rows = list(_rows(group, number(request.GET.get("before")))[: PAGE_SIZE + 1])
    context = {
        "group": group,
        "groups": [(name, title) for name, (title, _) in GROUPS.items()],
        "title": GROUPS[group][0],
        "rows": rows[:PAGE_SIZE],
        "next": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
        "escalated": TicketState.ESCALATED,
        "can_settle": Permission.SETTLE in permissions(user_of(request)),
    }
    return render(request, "review/outgoing_list.html", context)


def _rows(group: str, before: int) -> QuerySet[Outgoing]:
    rows = Outgoing.objects.filter(state__in=GROUPS[group][1]).select_related(*_APPROVED).only(*_LISTED)
    return (rows.filter(pk__lt=before) if before else rows).order_by("-pk")


@reader
@require_GET
def outgoing(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    row = get_object_or_404(Outgoing.objects.select_related(*_APPROVED, "approval__first__approver"), pk=outgoing_id)
    context = {
        "sent": row,
        "evidence": evidence(row),
        "trail": AuditEvent.objects.filter(ticket=row.ticket_id).order_by("at", "id")[:200],
        "can_settle": Permission.SETTLE in permissions(user_of(request)),
    }
    return render(request, "review/outgoing.html", context)


def evidence(row: Outgoing) -> Evidence:
    raw = bytes(row.raw)
    intact = approval_hash(raw, Envelope(row.sender, tuple(row.recipients))) == row.approval.hash
    return Evidence(shown_reply(row), intact, hashlib.sha256(raw).hexdigest(), len(raw))


@reader
@require_GET
def outgoing_raw(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    """The exact bytes that the approval was given to."""
    return download(f"reply-{outgoing_id}.eml", bytes(get_object_or_404(Outgoing, pk=outgoing_id).raw))
