"""The Drafts and the Sent folder of a mailbox: putting a draft there, and seeing what became of it.

Only mails that the caller names by UID are ever removed. Every error of the libraries becomes a MailboxError that names
host, port and folder; after one the connection is of no use, close it and connect again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Self

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.imapclient import DRAFTS, SENT  # type: ignore[import-untyped]

from pipeline.accounts.credentials import Credentials
from pipeline.config import ImapConfig
from pipeline.errors import MailboxError
from pipeline.intake.addresses import parse_addresses
from pipeline.intake.headers import message_id
from pipeline.intake.imap_errors import translated
from pipeline.intake.imap_fetch import in_lots
from pipeline.intake.imap_login import Account, log_in, log_out
from pipeline.intake.imap_marks import folder_names
from pipeline.intake.mime import parse_headers

AUTO = "auto"
"""In place of a folder's name: the one that the server marks for this use (RFC 6154), else a usual name."""
MARK = "X-Calmdesk-Draft"
"""The header that marks a draft of ours; some servers and mail programs drop it."""
_FIELDS = f"HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO TO CC {MARK.upper()})"


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a mail without reading it; ``at`` is its INTERNALDATE in UTC, addresses are in lower case."""

    uid: int
    at: datetime
    message_id: str
    answers: str
    mark: str
    recipients: frozenset[str]


@dataclass
class Contents:
    """A folder as it is now. UIDs of one ``uid_validity`` never change (RFC 3501, 2.3.1.1)."""

    name: str = ""
    uid_validity: int = 0
    mails: dict[int, Listed] = field(default_factory=dict)


class DraftsFolder:
    """The folders ``drafts`` and ``sent`` on ``config.host``, each a name or `AUTO`. Use as a context manager."""

    def __init__(self, name: str, config: ImapConfig, credentials: Credentials, drafts: str, sent: str) -> None:
        self.name = name
        self._account = Account(name, f"{config.host}:{config.port} drafts of {name!r}", config)
        self._credentials = credentials
        self._named = {DRAFTS: drafts, SENT: sent}
        self._known: dict[bytes, Contents] = {}
        self._client: IMAPClient | None = None

    def __enter__(self) -> Self:
        self.close()
        self._client = log_in(self._account, self._credentials)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            log_out(self._account, client)

    def check(self) -> None:
        """MailboxError where one of the two folders is not there."""
        for use in self._named:
            self._open(use)

    def drafts(self) -> Contents:
        """What is in the Drafts folder and not marked as deleted."""
        return self._list(DRAFTS, ["UNDELETED"])

    def sent(self, since: date) -> Contents:
        """What came into the Sent folder from the day ``since`` on."""
        return self._list(SENT, ["SINCE", since])

    def put(self, raw: bytes) -> None:
        """Add ``raw`` to the Drafts folder. Where the answer is lost it may be there or not: look with `drafts`."""
        contents = self._open(DRAFTS)
        with self._doing("add a draft") as client:
            client.append(contents.name, raw, flags=[b"\\Draft"])

    def read(self, contents: Contents, uid: int) -> bytes | None:
        """The mail ``uid`` of ``contents``, one of the two folders; None where it is gone. No flag changes."""
        use = next(use for use, known in self._known.items() if known.name == contents.name)
        if self._open(use).uid_validity != contents.uid_validity:
            return None
        with self._doing("read a draft") as client:
            raw = client.fetch([uid], [b"BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        return raw if isinstance(raw, bytes) else None

    def remove(self, contents: Contents, uid: int) -> None:
        """Remove one mail from the Drafts folder, no other, also where others are marked as deleted."""
        if self._open(DRAFTS).uid_validity != contents.uid_validity:
            return
        with self._doing("remove a draft") as client:
            client.add_flags([uid], [b"\\Deleted"], silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge([uid])
        contents.mails.pop(uid, None)

    # --- inside -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _doing(self, action: str) -> Iterator[IMAPClient]:
        if self._client is None:
            raise MailboxError(f"{self._account.where}: not connected")
        with translated(self._account.where, action, self._account.config.timeout_seconds):
            yield self._client

    def _open(self, use: bytes) -> Contents:
        """The folder for ``use``, selected; the Sent folder is never written to."""
        name = self._name(use)
        with self._doing(f"open the folder {name!r}") as client:
            answer = client.select_folder(name, readonly=use == SENT)
            validity = int(answer.get(b"UIDVALIDITY", 0))
        known = self._known.get(use)
        if known is None or (known.name, known.uid_validity) != (name, validity):
            known = self._known[use] = Contents(name, validity)
        return known

    def _name(self, use: bytes) -> str:
        if use in self._known:
            return self._known[use].name
        named = self._named[use]
        with self._doing("list the folders") as client:
            found = client.find_special_folder(use) if named == AUTO else named
            present = folder_names(client)
        found = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
        if found not in present:
            what = f"no folder {named!r}" if named != AUTO else f"no folder is marked {use.decode()}"
            raise MailboxError(f"{self._account.where}: {what}", remedy=f"folders here: {', '.join(present[:50])}")
        return str(found)

    def _list(self, use: bytes, criteria: Sequence[Any]) -> Contents:
        contents = self._open(use)
        with self._doing("list mails") as client:
            there = set(client.search(criteria))
            new = sorted(there - contents.mails.keys())
            for lot in in_lots(new):
                answer = client.fetch(lot, [b"INTERNALDATE", f"BODY.PEEK[{_FIELDS}]"])
                contents.mails |= {uid: _listed(uid, item) for uid, item in answer.items() if uid in there}
        contents.mails = {uid: mail for uid, mail in contents.mails.items() if uid in there}
        return contents


def _listed(uid: int, item: Mapping[bytes, Any]) -> Listed:
    raw = next((value for key, value in item.items() if key.startswith(b"BODY[HEADER.FIELDS")), b"")
    headers, _ = parse_headers(raw if isinstance(raw, bytes) else b"")
    at = item.get(b"INTERNALDATE")
    addresses = [
        one.email.lower() for value in (*headers.all("to"), *headers.all("cc")) for one in parse_addresses(value)
    ]
    return Listed(
        uid=uid,
        at=at.astimezone(UTC) if isinstance(at, datetime) else datetime.now(UTC),
        message_id=message_id(headers.get("message-id")),
        answers=message_id(headers.get("in-reply-to")),
        mark=headers.get(MARK.lower()).strip()[:64],
        recipients=frozenset(addresses),
    )
