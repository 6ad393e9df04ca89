"""The full-text index beside the documents: the database's own, so each has its own.

SQLite: an FTS5 table over the documents' text, kept by triggers (https://sqlite.org/fts5.html, 4.4.3). A later migration
that makes Django build ``store_searchdocument`` anew drops the triggers with the old table and has to make them again.
PostgreSQL: a ``tsvector`` that the application writes, under a GIN index.
"""

from __future__ import annotations

from django.db import migrations

_NEW = "INSERT INTO store_searchindex(rowid, subject, people, text) VALUES (new.position, new.subject, new.people, new.text);"
_OLD = (
    "INSERT INTO store_searchindex(store_searchindex, rowid, subject, people, text) "
    "VALUES ('delete', old.position, old.subject, old.people, old.text);"
)
SQLITE = (
    "CREATE VIRTUAL TABLE store_searchindex USING fts5(subject, people, text, content='store_searchdocument', "
    "content_rowid='position', tokenize='unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER store_searchdocument_new AFTER INSERT ON store_searchdocument BEGIN {_NEW} END",
    f"CREATE TRIGGER store_searchdocument_old AFTER DELETE ON store_searchdocument BEGIN {_OLD} END",
    f"CREATE TRIGGER store_searchdocument_changed AFTER UPDATE ON store_searchdocument BEGIN {_OLD} {_NEW} END",
)
POSTGRESQL = (
    "ALTER TABLE store_searchdocument ADD COLUMN vector tsvector NOT NULL DEFAULT ''",
    "CREATE INDEX store_searchdocument_vector ON store_searchdocument USING gin (vector)",
)
SQLITE_BACK = ("DROP TABLE store_searchindex",)
POSTGRESQL_BACK = ("ALTER TABLE store_searchdocument DROP COLUMN vector",)


def _make(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def _take_back(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in ("new", "old", "changed"):
            schema_editor.execute(f"DROP TRIGGER store_searchdocument_{name}")
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("store", "0012_search")]

    operations = [migrations.RunPython(_make, _take_back)]
