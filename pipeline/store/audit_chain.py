"""The hash of one row of the audit trail. Pure; this form never changes, or old trails could not be verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
"""What stands before the first row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says, without its hash. ``number`` is its place from 1 on, ``previous`` the hash before it."""

    number: int
    at: datetime
    actor: str
    action: str
    ticket: int | None
    detail: Mapping[str, Any]
    previous: str


def digest(entry: Entry) -> str:
    """SHA-256 (hex) of ``entry`` as JSON: keys sorted, no space, ASCII; the time in UTC with six digits of a second."""
    fields = {
        "id": entry.number,
        "at": written_time(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "ticket": entry.ticket,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def written_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    """``detail`` as every database gives it back; TypeError for floats, which none keeps to the last digit."""
    text = json.dumps(detail, ensure_ascii=True)
    kept: dict[str, Any] = storable(json.loads(text, parse_float=_no_float, parse_constant=_no_float))
    return kept


def storable(value: Any) -> Any:
    """``value`` without the characters that some database refuses: NUL, and halves of a surrogate pair."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    return value


def _no_float(text: str) -> float:
    raise TypeError(f"the audit trail keeps no floating point number such as {text}: give it as text")
