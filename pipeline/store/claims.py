"""Claims: how many workers share one table without doing anything twice.

A worker marks up to N rows with its name and a lease in one transaction (`SKIP LOCKED` on PostgreSQL, `BEGIN IMMEDIATE`
on SQLite), works outside of it, and saves result and next state in another. A lease that runs out is claimed again.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from pipeline.store.models import Claimable, Message, Outgoing

C = TypeVar("C", Message, Outgoing)


def worker_name() -> str:
    """A name no other worker has, on any host."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def claim(model: type[C], states: Iterable[str], owner: str, lease: timedelta, limit: int, **only: object) -> list[C]:
    """Mark up to ``limit`` due rows in ``states``, with columns as in ``only``, as held by ``owner``; oldest first."""
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    with transaction.atomic():
        rows = list(
            model.objects.select_for_update(skip_locked=True)
            .filter(free, state__in=list(states), due_at__lte=now, **only)
            .order_by("due_at", "id")[:limit]
        )
        model.objects.filter(pk__in=[row.pk for row in rows]).update(owner=owner, lease_until=now + lease)
    for row in rows:
        row.owner, row.lease_until = owner, now + lease
    return rows


def holds(row: C) -> bool:
    """Whether ``row.owner`` still holds the lease in the database; call inside the transaction that saves."""
    return (
        type(row)
        .objects.select_for_update()
        .filter(pk=row.pk, owner=row.owner, lease_until__isnull=False, state=row.state)
        .exists()
    )


def release(row: Claimable, *, due_at: datetime | None = None) -> None:
    """Let go of the row (not saved here): any worker may claim it from ``due_at`` on."""
    row.owner, row.lease_until = "", None
    if due_at is not None:
        row.due_at = due_at


def free_all(model: type[C]) -> None:
    """Let go of every row: for a worker that knows no other lives, so whatever is held belongs to a dead one."""
    model.objects.exclude(owner="").update(owner="", lease_until=None)
