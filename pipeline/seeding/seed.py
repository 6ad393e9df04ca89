"""Filling an installation with invented tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.models import Group, User
from django.core.management.color import no_style
from django.db import connection, transaction

from pipeline.errors import InputError
from pipeline.seeding.cases import Cases
from pipeline.seeding.tables import write_all
from pipeline.store.models import Ticket

AGENT = "seed-agent"
_BATCH = 5_000
_VECTORS = "store_searchdocument_vector"


def seed(mailbox: str, count: int, now: datetime, more: bool = False) -> Iterator[int]:
    """Add ``count`` tickets that came to ``mailbox`` in the years before ``now``; yields how many there are so far.

    Each batch is committed by itself. InputError where the database holds tickets and ``more`` was not said.
    """
    if not more and Ticket.objects.exists():
        raise InputError("the database holds tickets already", remedy="name an empty one, or say --more")
    postgresql = connection.vendor == "postgresql"
    agent, _ = User.objects.get_or_create(username=AGENT, defaults={"password": "!"})
    agent.groups.add(Group.objects.get_or_create(name="agent")[0])
    cases = Cases(mailbox, agent.pk, AGENT, count, now, vectors=postgresql)
    with connection.cursor() as cursor:
        if postgresql:  # an index over all of it at the end takes a fraction of the time
            cursor.execute(f"DROP INDEX IF EXISTS {_VECTORS}")
        for start in range(0, count, _BATCH):
            for number in range(start, min(start + _BATCH, count)):
                cases.add(number)
            with transaction.atomic():
                write_all(cases.tables)
                cases.tail.save(update_fields=["last", "hash"])
            yield min(start + _BATCH, count)
        if postgresql:
            models = [table.model for table in cases.tables if table.model._meta.auto_field]
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
            cursor.execute(f"CREATE INDEX {_VECTORS} ON store_searchdocument USING gin (vector)")
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
