"""The stored mails whose drafts rest on no article."""

from __future__ import annotations

from datetime import datetime

from pipeline.engine.unanswered import Asked
from pipeline.flow import MessageState
from pipeline.store.cases import case_of
from pipeline.store.models import Message


def asked_in_store(mailbox: str | None = None, since: datetime | None = None) -> list[Asked]:
    """The mails whose drafts rest on no article, oldest first; of one mailbox, received at ``since`` or later."""
    rows = Message.objects.filter(state=MessageState.DRAFTED, drafts__isnull=False, ticket__isnull=False)
    if mailbox:
        rows = rows.filter(mailbox=mailbox)
    if since:
        rows = rows.filter(received_at__gte=since)
    return [
        Asked(row.ticket.pk, case_of(row))
        for row in rows.distinct().order_by("received_at", "pk").select_related("ticket").prefetch_related("drafts")
        if row.ticket and not any(draft.sources for draft in row.drafts.all())
    ]
