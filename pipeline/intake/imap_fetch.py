"""Fetching mails in lots: sizes first, so that a command never brings more than a few megabytes.

No function here changes a flag: BODY.PEEK only (RFC 3501, 6.4.5). What a server does not give in good order is
`NotGiven`, and `patiently` then asks for one mail after the other; answers that are no IMAP are a ProtocolError.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import (  # type: ignore[import-untyped]
    IMAPClientAbortError,
    IMAPClientError,
    ProtocolError,
)

from pipeline.intake.imap_errors import words
from pipeline.intake.imap_left_out import LeftOut

UIDS_AT_ONCE = 200
"""UIDs named in one command: at most 2,200 octets (RFC 7162, 4, asks for lines below 8,192)."""
MAILS_AT_ONCE = 50
OCTETS_AT_ONCE = 4_000_000
HEADER_OCTETS = 262_144
_HEADER = b"BODY.PEEK[HEADER]<0.%d>" % HEADER_OCTETS

T = TypeVar("T")


class NotGiven(ProtocolError):  # type: ignore[misc]
    """The connection is well, but the server refuses mails or leaves out something of them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the server says of a mail before it is fetched; ``size`` in octets, ``received_at`` its INTERNALDATE."""

    uid: int
    size: int
    received_at: datetime


def in_lots(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), UIDS_AT_ONCE):
        yield uids[start : start + UIDS_AT_ONCE]


def patiently(
    client: IMAPClient, ask: Callable[[Sequence[int]], Mapping[int, T]], uids: Sequence[int], left_out: LeftOut
) -> Mapping[int, T]:
    """What ``ask`` finds of these mails: at once or, where one of them is not given, one by one.

    Mails that are gone are missing; those that are there and not given even alone are put down in ``left_out``.
    """
    try:
        return ask(uids)
    except NotGiven as error:
        if len(uids) > 1:
            return {uid: one for each in uids for uid, one in patiently(client, ask, [each], left_out).items()}
        if _still_there(client, uids):
            left_out.add(uids[0], str(error))
        return {}
    except IMAPClientAbortError as error:
        if client._imap.untagged_responses.get("BYE"):
            left_out.hung_up(uids, words(error))
        raise


def list_mails(client: IMAPClient, uids: Sequence[int]) -> dict[int, Listed]:
    """Sizes and times of these mails by UID, in this order, without those that are gone."""
    found = _fetch(client, uids, [b"RFC822.SIZE", b"INTERNALDATE"])
    _must_be_gone(client, [uid for uid in uids if uid not in found])
    return {uid: _listed(uid, found[uid]) for uid in uids if uid in found}


def _listed(uid: int, item: dict[bytes, Any]) -> Listed:
    size, received = item.get(b"RFC822.SIZE"), item.get(b"INTERNALDATE")
    if not isinstance(size, int):
        raise NotGiven("it has no RFC822.SIZE")
    if not isinstance(received, datetime) or received.tzinfo is None:
        raise NotGiven("it has no INTERNALDATE")
    return Listed(uid, size, received.astimezone(UTC))


def by_size(mails: Iterable[Listed], limit: float, suspects: Collection[int] = ()) -> Iterator[list[Listed]]:
    """``mails`` in lots for one command each, in order.

    A mail over ``limit`` octets, or one whose UID is among ``suspects``, stands alone in its lot.
    """

    def is_alone(mail: Listed) -> bool:
        return mail.size > limit or mail.uid in suspects

    lot: list[Listed] = []
    octets = 0
    for mail in mails:
        full = octets + mail.size > OCTETS_AT_ONCE or len(lot) == MAILS_AT_ONCE
        if lot and (full or is_alone(mail) or is_alone(lot[0])):
            yield lot
            lot, octets = [], 0
        lot.append(mail)
        octets += mail.size
    if lot:
        yield lot


def bodies(client: IMAPClient, uids: Sequence[int], sizes: Mapping[int, int]) -> dict[int, bytes]:
    """The whole mails of a lot by UID, without those that are gone.

    One that is shorter than its size is fetched a second time. If both are alike the server merely counts differently
    (some estimate the size); if not, nothing is taken.
    """
    got = _contents(client, uids, b"BODY.PEEK[]", b"BODY[]")
    short = [uid for uid in uids if uid in got and len(got[uid]) < sizes[uid]]
    again = _contents(client, short, b"BODY.PEEK[]", b"BODY[]") if short else {}
    for uid in short:
        if again.get(uid) != got[uid]:
            raise NotGiven(f"it arrives in part: {len(got[uid])} of {sizes[uid]} bytes")
    return got


def headers(client: IMAPClient, uids: Sequence[int]) -> dict[int, bytes]:
    """The header sections, at most `HEADER_OCTETS` of each, by UID, without those of mails that are gone."""
    return _contents(client, uids, _HEADER, b"BODY[HEADER]<0>")


def _contents(client: IMAPClient, uids: Sequence[int], item: bytes, key: bytes) -> dict[int, bytes]:
    """What ``item`` names of each mail, without those that are gone."""
    found = _fetch(client, uids, [item])
    contents = {uid: part[key] for uid, part in found.items() if part.get(key) is not None}
    if not all(isinstance(content, bytes) for content in contents.values()):
        raise NotGiven(f"no text for {item.decode()}")
    _must_be_gone(client, [uid for uid in uids if uid not in contents])
    return contents


def _must_be_gone(client: IMAPClient, uids: Sequence[int]) -> None:
    """A mail that the server leaves out although it is still there must not be passed over."""
    if _still_there(client, uids):
        raise NotGiven("it is there, but the server does not give it")


def _still_there(client: IMAPClient, uids: Sequence[int]) -> bool:
    if not uids:
        return False
    client.noop()  # the server tells now what is gone
    return bool(client.search(["UID", ",".join(map(str, uids))]))


def _fetch(client: IMAPClient, uids: Sequence[int], items: Sequence[bytes]) -> dict[int, dict[bytes, Any]]:
    """One command; a tagged NO, which some servers say when mails are gone (RFC 5530), is `NotGiven`."""
    client._imap.response("FETCH")  # drops what a command that was refused has brought
    try:
        found: dict[int, dict[bytes, Any]] = client.fetch(uids, items)
    except (IMAPClientAbortError, ProtocolError):
        raise
    except IMAPClientError as error:
        raise NotGiven(words(error)) from None
    return found
