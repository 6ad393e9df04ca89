"""IMAP4rev1 (RFC 3501) behind `MailSource`: one folder of one account, read by UID.

The folder is opened with EXAMINE and bodies are fetched with BODY.PEEK, so no flag of anybody's mail client changes;
only where a keyword or a move is configured it is opened read-write, and only these two are ever done.
Every error of the libraries becomes a MailboxError that names host, port and folder; after one the connection is of no
use, close it and connect again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from typing import Any, Self, TypeVar

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import (  # type: ignore[import-untyped]
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
)

from pipeline.accounts.credentials import Credentials
from pipeline.config import ImapConfig
from pipeline.errors import MailboxError
from pipeline.intake import imap_fetch
from pipeline.intake.imap_errors import translated, words
from pipeline.intake.imap_fetch import Listed
from pipeline.intake.imap_idle import heard_of_mail, idle
from pipeline.intake.imap_left_out import LeftOut
from pipeline.intake.imap_login import Account, log_in, log_out
from pipeline.intake.imap_marks import Permissions, folder_names, mark, why_not
from pipeline.intake.source import FolderStatus
from pipeline.records import RawMail

MEGABYTE = 1_000_000

T = TypeVar("T")


class ImapSource:
    """The folder ``folder`` on ``config.host``, as the mailbox ``name``. Use as a context manager."""

    def __init__(self, name: str, config: ImapConfig, credentials: Credentials, folder: str = "INBOX") -> None:
        self._account = Account(name, f"{config.host}:{config.port} folder {folder!r}", config)
        self._config = config
        self._credentials = credentials
        self._folder = folder
        self._client: IMAPClient | None = None
        self._uid_validity = self._uid_next = 0
        self._left_out = LeftOut()
        self._permissions = Permissions()

    @property
    def name(self) -> str:
        return self._account.mailbox

    @property
    def folder(self) -> str:
        return self._folder

    @property
    def marks(self) -> bool:
        return bool(self._config.keyword or self._config.move_to)

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- connection -------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Connect, secure the connection as configured, log in. STARTTLS that is not offered is an error."""
        self.close()
        self._client = log_in(self._account, self._credentials)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            log_out(self._account, client)

    def capabilities(self) -> tuple[str, ...]:
        """What the server says it can do, after login."""
        with self._doing("read the capabilities") as client:
            return tuple(sorted(item.decode("ascii", "replace") for item in client.capabilities()))

    def folders(self) -> tuple[str, ...]:
        """The names of all folders, decoded from modified UTF-7."""
        with self._doing("list the folders") as client:
            return tuple(folder_names(client))

    # --- reading ----------------------------------------------------------------------------------------------------

    def select(self) -> FolderStatus:
        with self._doing("open the folder") as client:
            answer = self._open(client)
            heard_of_mail(client)  # the answer to SELECT itself is no news
            exists, validity = int(answer[b"EXISTS"]), int(answer.get(b"UIDVALIDITY", 0))
            following = answer.get(b"UIDNEXT")
            uid_next = int(following) if following is not None else max(client.search("ALL"), default=0) + 1
            if not validity:
                raise self._error("the server gives no UIDVALIDITY, so mail cannot be told apart")
        if validity != self._uid_validity:
            self._left_out = LeftOut()
        self._uid_validity, self._uid_next = validity, uid_next
        return FolderStatus(validity, uid_next, exists)

    def uids(self, first: int = 1) -> list[int]:
        with self._doing("search for mail") as client:
            heard_of_mail(client)  # what was told of before is found now
            found = client.search("ALL" if first <= 1 else ["UID", f"{first}:*"])
        # "n:*" names the last mail even where its UID is below n (RFC 3501, 6.4.8).
        return sorted(uid for uid in found if uid >= first)

    def fetch(self, uids: Sequence[int]) -> Iterator[RawMail]:
        """A mail over ``max_megabytes`` comes incomplete: the server is asked for its header section alone.

        Where a lot fails although the connection is well, its mails are asked for one by one. A fault of the connection
        is an error; where it was a BYE, the mails that were asked for are asked for one by one the next time.
        """
        limit = self._config.max_megabytes * MEGABYTE
        self._left_out.begin()
        wanted = [uid for uid in uids if not self._left_out.is_shunned(uid)]
        for some in imap_fetch.in_lots(wanted):
            listed = self._list(some)
            for lot in imap_fetch.by_size(listed, limit, self._left_out.suspects):
                yield from self._read(lot, complete=lot[0].size <= limit)

    @property
    def warning(self) -> str:
        return self._left_out.warning

    def first_uid_since(self, day: date) -> int:
        # SINCE compares the server's local day, which may be the day before ours; the exact line is drawn by the time
        # at which each mail was received. Where nothing is found it is the UIDNEXT from before the search: a mail that
        # has come in since then counts.
        with self._doing("search by date") as client:
            found = client.search(["SINCE", day - timedelta(days=1)])
        return min(found, default=self._uid_next)

    def mark_done(self, uids: Sequence[int]) -> str:
        """Keyword first, then move.

        Where one of the two is known not to be permitted, the other is not done either: a mail that was moved could not
        get its keyword any more, and one that has its keyword would look dealt with while it stays where it is.
        """
        if not self.marks or not uids:
            return ""
        with self._doing("mark mails") as client:
            return why_not(self._config, self._permissions, client.capabilities()) or mark(client, self._config, uids)

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """IDLE where the server can, at most `MAX_IDLE_SECONDS`; a NOOP after a quiet one fails loudly if it hung up.

        It may return early. Without IDLE it only waits, and the answer is True: look and see.
        """
        with self._doing("wait for mail") as client:
            if not client.has_capability("IDLE"):
                stop.wait(seconds)
                client.noop()
                return not stop.is_set()
            if not (news := idle(client, seconds, stop)):
                client.noop()
            return news or heard_of_mail(client)

    # --- inside -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _doing(self, action: str) -> Iterator[IMAPClient]:
        """The connection, with every error of the block as a MailboxError that names the place."""
        if self._client is None:
            raise self._error("not connected")
        with translated(self._account.where, action, self._config.timeout_seconds):
            yield self._client

    def _error(self, problem: str, remedy: str = "") -> MailboxError:
        return MailboxError(f"{self._account.where}: {problem}", remedy=remedy)

    def _open(self, client: IMAPClient) -> dict[bytes, Any]:
        """The answer to EXAMINE, or to SELECT where marks are to be set and the server permits it."""
        self._permissions = Permissions()
        try:
            answer: dict[bytes, Any] = client.select_folder(self._folder, readonly=not self.marks)
        except IMAPClientReadOnlyError:
            answer = client.select_folder(self._folder, readonly=True)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise self._not_opened(client, error) from None
        else:
            flags = (flag.decode("ascii", "replace").lower() for flag in answer.get(b"PERMANENTFLAGS", ()))
            self._permissions = Permissions(self.marks and b"READ-ONLY" not in answer, frozenset(flags))
        return answer

    def _not_opened(self, client: IMAPClient, error: Exception) -> MailboxError:
        present = folder_names(client)
        if self._folder in present:
            return self._error(f"cannot open the folder: {words(error)}")
        return self._error("no such folder", remedy=f"folders here: {', '.join(present[:50]) or 'none'}")

    def _list(self, uids: Sequence[int]) -> list[Listed]:
        alone = any(uid in self._left_out.suspects for uid in uids)
        lots = [[uid] for uid in uids] if alone else [uids]
        asked = (self._ask("ask for the sizes of mails", imap_fetch.list_mails, lot) for lot in lots)
        return [mail for listed in asked for mail in listed.values()]

    def _read(self, lot: Sequence[Listed], complete: bool) -> Iterator[RawMail]:
        sizes = {mail.uid: mail.size for mail in lot}
        ask = partial(imap_fetch.bodies, sizes=sizes) if complete else imap_fetch.headers
        contents = dict(self._ask(f"fetch mails from {lot[0].uid} to {lot[-1].uid}", ask, list(sizes)))
        self._left_out.answered(sizes)
        for mail in lot:
            raw = contents.pop(mail.uid, None)
            if raw is not None:
                size = len(raw) if complete else mail.size
                place = (self.name, self._folder, self._uid_validity, mail.uid)
                yield RawMail(*place, mail.received_at, raw, size, complete)

    def _ask(
        self, action: str, ask: Callable[[IMAPClient, Sequence[int]], Mapping[int, T]], uids: Sequence[int]
    ) -> Mapping[int, T]:
        with self._doing(action) as client:
            return imap_fetch.patiently(client, partial(ask, client), uids, self._left_out)
