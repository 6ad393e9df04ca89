"""The audit trail: appending to the chain, and proving that nothing in it was changed, removed or moved.

Appending locks one row, the tail, until the transaction ends. So it is the last thing a transaction does: whoever
appends waits for commits, never for work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from pipeline.store.audit_chain import START, Entry, digest, plain, storable, written_time
from pipeline.store.audit_guard import is_guarded
from pipeline.store.models import AuditEvent, AuditTail

ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Noted:
    """Something to be put on record: who did what, on which ticket. ``detail`` has ids and states, no float."""

    actor: str
    action: str
    ticket: int | None
    detail: Mapping[str, Any]


def append(*noted: Noted) -> None:
    """Put ``noted`` on record, in this order; call it last in the transaction that did what it tells of."""
    with transaction.atomic(savepoint=False):
        tail, _ = AuditTail.objects.select_for_update().get_or_create(pk=1)
        rows = list(_chained(noted, tail))
        AuditEvent.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
        tail.save(update_fields=["last", "hash"])


def _chained(noted: Iterable[Noted], tail: AuditTail) -> Iterator[AuditEvent]:
    """The rows, each with its place and hash; ``tail`` moves on with them."""
    now = timezone.now()
    for one in noted:
        actor, detail = storable(one.actor)[:150], plain(one.detail)
        entry = Entry(tail.last + 1, now, actor, one.action[:60], one.ticket, detail, tail.hash)
        tail.last, tail.hash = entry.number, digest(entry)
        yield AuditEvent(
            id=entry.number,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            ticket_id=entry.ticket,
            detail=detail,
            previous=entry.previous,
            hash=tail.hash,
        )


# --- proving ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that is not as it was written. ``wrong``: changed, missing, reordered, unguarded or unknown head.

    ``row`` is 0 where no single row is meant.
    """

    row: int
    wrong: str
    why: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The trail is what was written. ``head`` is the hash of its last row: kept elsewhere it proves later that nothing
    up to it was cut off or written anew."""

    rows: int
    head: str


def verify(head: str = "") -> Whole | Broken:
    """Read the whole trail once, in constant memory, and compare every row with its hash and its neighbours.

    ``head``, a hash that an earlier call gave, must be met on the way.
    """
    if not is_guarded(connection):
        return Broken(
            0, "unguarded", "the triggers that keep rows from being changed are gone: `calmdesk run` sets them"
        )
    tail = AuditTail.objects.filter(pk=1).first() or AuditTail()
    before, count, met = START, 0, not head or head == START
    for row in rows():
        if wrong := _wrong(row, count + 1, before):
            return wrong
        before, count, met = row.hash, row.pk, met or row.hash == head
        if count == tail.last and before != tail.hash:
            return Broken(count, "changed", "its hash is not the one that the tail of the chain has kept")
    if count < tail.last:
        return Broken(count + 1, "missing", f"{tail.last} rows were written, {count} are there")
    if count and not tail.last:
        return Broken(0, "missing", "the tail of the chain is gone")
    if not met:
        return Broken(0, "unknown head", f"no row has the hash {head}: rows up to it were cut off or written anew")
    return Whole(count, before)


def rows() -> Iterator[AuditEvent]:
    """Every row, in order; read in lots, each a short query of its own."""
    last = 0
    while lot := list(AuditEvent.objects.filter(pk__gt=last).order_by("pk")[:ROWS_AT_ONCE]):
        yield from lot
        last = lot[-1].pk


def _wrong(row: AuditEvent, number: int, before: str) -> Broken | None:
    if row.pk != number:
        missing = f"rows {number} to {row.pk - 1} are missing" if row.pk > number + 1 else f"row {number} is missing"
        return Broken(number, "missing", missing)
    genuine = digest(entry_of(row)) == row.hash
    if genuine and row.previous == before:
        return None
    if genuine:
        return Broken(max(number - 1, 1), "changed", f"row {number} was written after another row than stands there")
    follows = AuditEvent.objects.filter(hash=row.previous).exclude(pk=number - 1).first()
    if row.previous != before and (follows or row.previous == START):
        return Broken(number, "reordered", f"it was written after row {follows.pk if follows else 0}")
    return Broken(number, "changed", "what it says does not fit its hash")


def entry_of(row: AuditEvent) -> Entry:
    return Entry(row.pk, row.at, row.actor, row.action, row.ticket_id, row.detail, row.previous)


def to_json(row: AuditEvent) -> dict[str, Any]:
    """A row as it is hashed, and its hash."""
    return {
        "id": row.pk,
        "at": written_time(row.at),
        "actor": row.actor,
        "action": row.action,
        "ticket": row.ticket_id,
        "detail": row.detail,
        "previous": row.previous,
        "hash": row.hash,
    }
