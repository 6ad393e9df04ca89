"""Triggers that make the database itself refuse to change or remove a row of the audit trail.

They are set after every migration: SQLite forgets a table's triggers when a migration builds the table anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "store_auditevent"
_REFUSAL = "the audit trail is only ever added to"

# INSERT OR REPLACE fires no trigger for the row that it removes: the new one is refused.
_SQLITE = {
    "audit_no_update": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    "audit_no_delete": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    "audit_at_the_end": f"BEFORE INSERT ON {TABLE} WHEN NEW.id <= (SELECT coalesce(max(id), 0) FROM {TABLE}) "  # noqa: S608
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
}
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    f"DROP TRIGGER IF EXISTS audit_only_grows ON {TABLE}",
    f"CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audit_only_grows",
)


def guard(connection: BaseDatabaseWrapper) -> None:
    """Set the triggers where they are not; nothing else is touched."""
    if is_guarded(connection):
        return
    if connection.vendor == "sqlite":
        _run(connection, [f"CREATE TRIGGER IF NOT EXISTS {name} {body}" for name, body in _SQLITE.items()])
    else:
        _run(connection, _POSTGRESQL)


def unguard(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, for a migration that has to write rows anew."""
    if connection.vendor == "sqlite":
        _run(connection, [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE])
    else:
        _run(connection, [f"DROP TRIGGER IF EXISTS audit_only_grows ON {TABLE}"])


def is_guarded(connection: BaseDatabaseWrapper) -> bool:
    """Whether the triggers are there and in force."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
            found = dict(cursor.fetchall())
            return all(body in (found.get(name) or "") for name, body in _SQLITE.items())
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgname = 'audit_only_grows' "
            "AND tgenabled = 'A'",
            [TABLE],
        )
        return bool(cursor.fetchone()[0])


def guard_after_migration(using: str, **_: Any) -> None:
    """Receiver of Django's ``post_migrate``."""
    from django.db import connections

    if TABLE in connections[using].introspection.table_names():
        guard(connections[using])


def _run(connection: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
