"""Writers that append to the audit trail of one database at once: `python -m tests.integration.audit_race URL FOLDER`.

Prints JSON: how the trail is afterwards, how often each writer is in it, what the database refused, and how long a
transaction waited for another that works on other rows and has put nothing on record yet.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pipeline.config import DatabaseConfig, load_config
from pipeline.resources import default_folder

WRITERS = 6
EACH = 40


def race(url: str, home: Path) -> dict[str, Any]:
    from pipeline.settings import activate

    config = load_config(default_folder("config"), environ={})
    calmdesk = config.calmdesk.model_copy(update={"database": DatabaseConfig(url=url)})
    activate(replace(config, folder=home, calmdesk=calmdesk))

    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", "store", "0006", verbosity=0)
    with connection.cursor() as cursor:  # rows of a version before the chain, with numbers left out
        for number in (2, 3, 7):
            cursor.execute(
                "INSERT INTO store_auditevent (id, at, actor, action, detail) VALUES (%s, %s, 'old', 'did', '{\"n\": 1}')",
                [number, f"2026-11-0{number} 10:00:00.000500+00:00"],
            )
    call_command("migrate", verbosity=0)

    from pipeline.store import audit, tickets
    from pipeline.store.models import AuditEvent, Ticket

    rows = [Ticket.objects.create(mailbox="care") for _ in range(WRITERS)]
    start = threading.Barrier(WRITERS)

    def write(number: int) -> None:
        start.wait()
        for turn in range(EACH):
            try:
                with transaction.atomic():
                    ticket = tickets.lock(rows[number].pk)
                    tickets.record(f"writer-{number}", "did", ticket, turn=turn, text="ünï\0")
                    if turn % 5 == 4:
                        raise _Undone
            except _Undone:
                continue
        connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    refused = [_refused(statement) for statement in STATEMENTS[connection.vendor]]
    return {
        "vendor": connection.vendor,
        "found": asdict(audit.verify()),
        "by": {f"writer-{n}": AuditEvent.objects.filter(actor=f"writer-{n}").count() for n in range(WRITERS)},
        "refused": refused,
        "met": _works_beside(rows) if connection.vendor == "postgresql" else True,
    }


class _Undone(Exception):
    """A transaction that is taken back."""


_COMMON = ("UPDATE store_auditevent SET actor = 'x' WHERE id = 3", "DELETE FROM store_auditevent WHERE id = 3")
STATEMENTS = {
    "sqlite": (
        *_COMMON,
        "INSERT OR REPLACE INTO store_auditevent (id, at, actor, action, detail, previous, hash) "
        "VALUES (3, '2026-11-01', 'x', 'x', '{}', '', '')",
        "UPDATE OR REPLACE store_auditevent SET id = 4 WHERE id = 3",
    ),
    "postgresql": (*_COMMON, "TRUNCATE store_auditevent", "TRUNCATE store_auditevent CASCADE"),
}


def _refused(statement: str) -> bool:
    from django.db import DatabaseError, connection, transaction

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return "only ever added to" in str(error)
    return False


def _works_beside(rows: list[Any]) -> bool:
    """Whether one transaction puts something on record while another is at work on another ticket."""
    from django.db import connection, transaction

    from pipeline.store import tickets

    def other() -> None:
        tickets.record("other", "did", rows[1])
        connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        ticket = tickets.lock(rows[0].pk)
        pool.submit(other).result(30)  # done before this transaction ends
        tickets.record("one", "did", ticket)
    return True


if __name__ == "__main__":
    sys.stdout.write(json.dumps(race(sys.argv[1], Path(sys.argv[2]))))
