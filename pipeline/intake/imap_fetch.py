"""Fetching mails in lots: sizes first, so that a command never brings more than a few megabytes.

No function here changes a flag: BODY.PEEK only (RFC 3501, 6.4.5). Answers that cannot be right are a ProtocolError.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import (  # type: ignore[import-untyped]
    IMAPClientAbortError,
    IMAPClientError,
    ProtocolError,
)

UIDS_AT_ONCE = 200
"""UIDs named in one command: at most 2,200 octets (RFC 7162, 4, asks for lines below 8,192)."""
MAILS_AT_ONCE = 50
OCTETS_AT_ONCE = 4_000_000
HEADER_OCTETS = 262_144
_HEADER = b"BODY.PEEK[HEADER]<0.%d>" % HEADER_OCTETS


@dataclass(frozen=True, slots=True)
class Listed:
    """What the server says of a mail before it is fetched; ``size`` in octets, ``received_at`` its INTERNALDATE."""

    uid: int
    size: int
    received_at: datetime


def in_lots(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), UIDS_AT_ONCE):
        yield uids[start : start + UIDS_AT_ONCE]


def list_mails(client: IMAPClient, uids: Sequence[int]) -> list[Listed]:
    """Sizes and times of these mails, in this order, without those that are gone."""
    found = _fetch(client, uids, [b"RFC822.SIZE", b"INTERNALDATE"])
    _must_be_gone(client, [uid for uid in uids if uid not in found])
    return [_listed(uid, found[uid]) for uid in uids if uid in found]


def _listed(uid: int, item: dict[bytes, Any]) -> Listed:
    size, received = item.get(b"RFC822.SIZE"), item.get(b"INTERNALDATE")
    if not isinstance(size, int):
        raise ProtocolError(f"mail {uid} has no RFC822.SIZE")
    if not isinstance(received, datetime) or received.tzinfo is None:
        raise ProtocolError(f"mail {uid} has no INTERNALDATE")
    return Listed(uid, size, received.astimezone(UTC))


def by_size(mails: Sequence[Listed], limit: float) -> Iterator[list[Listed]]:
    """``mails`` in lots for one command each, in order: a mail over ``limit`` octets stands alone in its lot."""
    lot: list[Listed] = []
    octets = 0
    for mail in mails:
        full = octets + mail.size > OCTETS_AT_ONCE or len(lot) == MAILS_AT_ONCE
        if lot and (full or mail.size > limit or lot[0].size > limit):
            yield lot
            lot, octets = [], 0
        lot.append(mail)
        octets += mail.size
    if lot:
        yield lot


def bodies(client: IMAPClient, lot: Sequence[Listed]) -> dict[int, bytes]:
    """The whole mails of a lot by UID, without those that are gone.

    One that is shorter than its size is fetched a second time. If both are alike the server merely counts differently
    (some estimate the size); if not, nothing is taken.
    """
    got = _contents(client, [mail.uid for mail in lot], b"BODY.PEEK[]", b"BODY[]")
    short = {mail.uid: mail.size for mail in lot if mail.uid in got and len(got[mail.uid]) < mail.size}
    again = _contents(client, list(short), b"BODY.PEEK[]", b"BODY[]") if short else {}
    for uid, size in short.items():
        if again.get(uid) != got[uid]:
            raise ProtocolError(f"mail {uid} arrives in part: {len(got[uid])} of {size} bytes")
    return got


def header(client: IMAPClient, mail: Listed) -> dict[int, bytes]:
    """The header section, at most `HEADER_OCTETS` of it, by UID; empty where the mail is gone."""
    return _contents(client, [mail.uid], _HEADER, b"BODY[HEADER]<0>")


def _contents(client: IMAPClient, uids: Sequence[int], item: bytes, key: bytes) -> dict[int, bytes]:
    """What ``item`` names of each mail, without those that are gone."""
    found = _fetch(client, uids, [item])
    contents = {uid: part[key] for uid, part in found.items() if part.get(key) is not None}
    if not all(isinstance(content, bytes) for content in contents.values()):
        raise ProtocolError(f"no text for {item.decode()}")
    _must_be_gone(client, [uid for uid in uids if uid not in contents])
    return contents


def _must_be_gone(client: IMAPClient, uids: Sequence[int]) -> None:
    """A mail that the server leaves out although it is still there is an error: it must not be passed over."""
    if not uids:
        return
    client.noop()  # the server tells now what is gone
    kept = client.search(["UID", ",".join(map(str, uids))])
    if kept:
        raise ProtocolError(f"mail {min(kept)} is there, but the server does not give it")


def _fetch(client: IMAPClient, uids: Sequence[int], items: Sequence[bytes]) -> dict[int, dict[bytes, Any]]:
    """One command, and a second one where the first met mails that another client has removed (RFC 5530)."""
    try:
        found: dict[int, dict[bytes, Any]] = client.fetch(uids, items)
    except (IMAPClientAbortError, ProtocolError):
        raise
    except IMAPClientError:
        client.noop()  # the server tells now what is gone
        found = client.fetch(uids, items)
    return found
