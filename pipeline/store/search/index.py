"""Keeping the documents: what of a conversation is found, and where it stands among the results."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction

from pipeline.flow import DraftState
from pipeline.store.models import SearchDocument, Ticket
from pipeline.store.search.words import vector

LONGEST_TEXT = 100_000
"""Characters of one conversation that are indexed, the newest mails first."""
SAID = (DraftState.APPROVED, DraftState.SENT)
"""Drafts whose words are part of the conversation."""
_NUMBER_BITS = 30
_BATCH = 500


def position(at: datetime, ticket_id: int) -> int:
    """Where a ticket stands among results: by the second of its newest mail; no two tickets stand in one place."""
    return lowest_position(at) | ticket_id & ((1 << _NUMBER_BITS) - 1)


def lowest_position(at: datetime) -> int:
    """Below every ticket whose newest mail came at ``at`` or later."""
    return max(int(at.timestamp()), 0) << _NUMBER_BITS


def index(ticket: Ticket) -> None:
    """Bring the document of ``ticket`` up to date; call inside the transaction that changed what is written there."""
    before = SearchDocument.objects.filter(ticket=ticket).first()
    now = None if ticket.merged_into_id else _document(ticket)
    if before and now and _same(before, now):
        return
    if before:
        before.delete()
    if now:
        _write([now])


def rebuild() -> Iterator[int]:
    """Write every document anew, in transactions of some hundred; yields how many there are so far."""
    done, last = 0, 0
    while rows := list(Ticket.objects.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        with transaction.atomic():
            SearchDocument.objects.filter(ticket__in=rows).delete()
            _write([_document(row) for row in rows if not row.merged_into_id])
        done, last = done + len(rows), rows[-1].pk
        yield done


def _same(one: SearchDocument, other: SearchDocument) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("position", "subject", "people", "text"))


def _write(rows: list[SearchDocument]) -> None:
    SearchDocument.objects.bulk_create(rows)
    if connection.vendor == "postgresql":  # on SQLite triggers fill the index
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE store_searchdocument SET vector = %s::tsvector WHERE position = %s",
                [(vector_of(row), row.position) for row in rows],
            )


def vector_of(row: SearchDocument) -> str:
    """What PostgreSQL keeps of ``row``: A is the subject, B the people, D the text."""
    return vector((("A", row.subject), ("B", row.people), ("D", row.text)))


def _document(ticket: Ticket) -> SearchDocument:
    columns = ("received_at", "sender_email", "parsed__sender__name", "parsed__subject", "parsed__text")
    mails = list(ticket.messages.order_by("-received_at", "-id").values_list(*columns))
    newest = max((mail[0] for mail in mails), default=ticket.created_at)
    subjects = [mail[3] for mail in mails if mail[3] != ticket.subject]
    replies = ticket.drafts.filter(state__in=SAID).order_by("-id")
    written = (
        *(mail[4] for mail in mails),
        *replies.values_list("body", flat=True),
        *ticket.notes.order_by("-id").values_list("text", flat=True),
        *ticket.actions.order_by("-id").values_list("note", flat=True),
        *subjects,
    )
    senders = [part for mail in mails for part in (mail[2], mail[1])]
    return SearchDocument(
        position=position(newest, ticket.pk),
        ticket=ticket,
        subject=_joined([ticket.subject]),
        people=_joined([ticket.customer_name, ticket.customer_email, *senders]),
        text=_joined(written),
    )


def _joined(parts: Iterable[object]) -> str:
    """The distinct texts among ``parts`` one below the other, in the form that both databases split alike."""
    texts = dict.fromkeys(part for part in parts if isinstance(part, str) and part)
    return unicodedata.normalize("NFC", "\n".join(texts)[:LONGEST_TEXT]).replace("\0", " ")
