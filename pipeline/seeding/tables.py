"""Rows as the database takes them fastest: COPY on PostgreSQL, prepared statements on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models
from django.db.models import Max


class Table:
    """The rows of one model that wait to be written. What a row does not name has the default of its field."""

    def __init__(self, model: type[models.Model], extra: Sequence[str] = ()) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        self._columns = [*(str(field.column) for field in fields), *extra]
        self._places = {name: place for place, name in enumerate([*(field.attname for field in fields), *extra])}
        self._convert = [*(_converter(field) for field in fields), *(None for _ in extra)]
        defaults = [*(field.get_default() for field in fields), *("" for _ in extra)]
        self._defaults = [_converted(*pair) for pair in zip(self._convert, defaults, strict=True)]
        self.rows: list[Sequence[Any]] = []
        self.next_id = (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1

    def add(self, **values: Any) -> int:
        """Take one row under the next number; returns the number. A row that names its key has no use for it."""
        number = self.next_id
        self.next_id += 1
        row = [*self._defaults]
        row[0] = number
        for name, value in values.items():
            place = self._places[name]
            row[place] = _converted(self._convert[place], value)
        self.rows.append(row)
        return number

    def write(self) -> None:
        """Write what waits, in the transaction of the caller."""
        columns = ", ".join(f'"{column}"' for column in self._columns)
        table = f'"{self.model._meta.db_table}"'
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in self.rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(self._columns))
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", self.rows)  # noqa: S608
        self.rows.clear()


def write_all(tables: Iterable[Table]) -> None:
    for table in tables:
        table.write()


_Converter = Callable[[Any], Any] | None
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _converter(field: models.Field[Any, Any]) -> _Converter:
    if isinstance(field, models.JSONField):
        return _encode
    return _sqlite_time if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite" else None


def _converted(convert: _Converter, value: Any) -> Any:
    return value if convert is None or value is None else convert(value)


def _sqlite_time(value: datetime) -> str:
    """As Django writes it: UTC without an offset."""
    return str(value.astimezone(UTC).replace(tzinfo=None))
