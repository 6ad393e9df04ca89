"""The newest readings of a desk, with what people said of them, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest

from pipeline.flow import UNANSWERED, DraftState
from pipeline.records import Triage
from pipeline.store import codec
from pipeline.store.corrections import as_read, before_corrections
from pipeline.store.models import Draft, Message

MOST = 5_000
"""Mails that are looked at, the newest: a page has to answer while somebody waits."""
_DECIDED = (DraftState.APPROVED, DraftState.SENT, DraftState.REJECTED)


@dataclass(frozen=True, slots=True)
class StoredReading:
    """``read`` has the model's labels, ``stored`` those that hold; ``decided``: a person decided on a reply to it."""

    message: int
    ticket: int | None
    mailbox: str
    read: Triage
    stored: Triage
    decided: bool

    def judged(self, field: str) -> bool:
        """Whether people said what the label is: by correcting it, or by answering the mail and leaving it."""
        return self.decided or self.corrected(field)

    def corrected(self, field: str) -> bool:
        return bool(getattr(self.stored, field).corrected_by)


def newest(mailboxes: Sequence[str], since: datetime) -> list[int]:
    """The newest mails that were read, `MOST` at most; each mailbox is walked through by its own index."""
    rows = Message.objects.filter(received_at__gte=since, triage__isnull=False).exclude(state__in=UNANSWERED)
    found = [
        one
        for mailbox in mailboxes
        for one in rows.filter(mailbox=mailbox).order_by("-received_at").values_list("received_at", "pk")[:MOST]
    ]
    return [number for _, number in nlargest(MOST, found)]


def readings(messages: Collection[int]) -> Iterator[StoredReading]:
    """Those of ``messages``, one after the other, so that few are held at a time."""
    corrected = before_corrections(messages)
    drafts = Draft.objects.filter(message__in=messages, state__in=_DECIDED)
    decided = set(drafts.values_list("message_id", flat=True))
    rows = Message.objects.filter(pk__in=messages).order_by("-pk")
    for number, ticket, mailbox, triage in rows.values_list("pk", "ticket_id", "mailbox", "triage").iterator(500):
        stored = codec.triage_from_json(triage)
        read = as_read(stored, corrected.get(number, {}))
        yield StoredReading(number, ticket, mailbox, read, stored, number in decided)
