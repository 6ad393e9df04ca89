"""IMAP4rev1 (RFC 3501) behind `MailSource`: one folder of one account, read by UID and never changed.

The folder is opened with EXAMINE and bodies are fetched with BODY.PEEK, so no flag of anybody's mail client changes.
Every error of the libraries becomes a MailboxError that names host, port and folder, here and nowhere else; after one
the connection is of no use, close it and connect again.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any, Self

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError  # type: ignore[import-untyped]

from pipeline.config import ImapConfig
from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.source import FolderStatus
from pipeline.records import RawMail

MAX_IDLE_SECONDS = 300.0
"""Longest IDLE; a connection that died silently is noticed by the NOOP after it."""
_STOP_CHECK_SECONDS = 1.0
_FETCH = (b"BODY.PEEK[]", b"RFC822.SIZE", b"INTERNALDATE")


class ImapSource:
    """The folder ``config.folder`` on ``config.host``, as the mailbox ``name``. Use as a context manager."""

    def __init__(self, name: str, config: ImapConfig, password: str) -> None:
        self._name = name
        self._config = config
        self._password = password
        self._client: IMAPClient | None = None
        self._uid_validity = 0

    @property
    def name(self) -> str:
        return self._name

    @property
    def folder(self) -> str:
        return self._config.folder

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- connection -------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Connect, secure the connection as configured, log in. STARTTLS that is not offered is an error."""
        self.close()
        with self._translated("connect"):
            self._client = self._open()
            self._client.normalise_times = False
            if self._config.tls == "starttls":
                self._client.starttls(self._context())
        with self._translated("log in"):
            self._login(self._connected())

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(IMAPClientError, OSError, ValueError):  # the server may be gone: that is what closing is for
                client.logout()
            with suppress(IMAPClientError, OSError, ValueError):
                client.shutdown()

    def capabilities(self) -> tuple[str, ...]:
        """What the server says it can do, after login."""
        with self._translated("read the capabilities"):
            return tuple(sorted(item.decode("ascii", "replace") for item in self._connected().capabilities()))

    def folders(self) -> tuple[str, ...]:
        """The names of all folders, decoded from modified UTF-7."""
        with self._translated("list the folders"):
            return tuple(sorted(_folder_name(name) for _, _, name in self._connected().list_folders()))

    # --- reading ----------------------------------------------------------------------------------------------------

    def select(self) -> FolderStatus:
        with self._translated("open the folder"):
            client = self._connected()
            try:
                answer = client.select_folder(self.folder, readonly=True)
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                raise self._no_folder() from None
            exists, validity = int(answer[b"EXISTS"]), int(answer.get(b"UIDVALIDITY", 0))
            following = answer.get(b"UIDNEXT")
            uid_next = int(following) if following is not None else max(client.search("ALL"), default=0) + 1
        if not validity:
            raise MailboxError(f"{self._where}: the server gives no UIDVALIDITY, so mail cannot be told apart")
        self._uid_validity = validity
        return FolderStatus(validity, uid_next, exists)

    def fetch_new(self, after_uid: int, limit: int) -> Iterator[RawMail]:
        with self._translated("search for new mail"):
            found = self._connected().search(["UID", f"{after_uid + 1}:*"])
        # "n:*" names the last mail even where its UID is below n (RFC 3501, 6.4.8).
        for uid in sorted(uid for uid in found if uid > after_uid)[:limit]:
            mail = self._fetch(uid)
            if mail is not None:
                yield mail

    def first_uid_since(self, day: date) -> int:
        with self._translated("search by date"):
            found = self._connected().search(["SINCE", day])
        return min(found) if found else self.select().uid_next

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """IDLE where the server can, at most `MAX_IDLE_SECONDS`; a NOOP at the end fails loudly if it hung up.

        It may return early. Without IDLE it only waits, and the answer is True: look and see.
        """
        with self._translated("wait for mail"):
            client = self._connected()
            if not client.has_capability("IDLE"):
                stop.wait(seconds)
                client.noop()
                return not stop.is_set()
            news = _idle(client, min(seconds, MAX_IDLE_SECONDS), stop)
            _, updates = client.noop()
            return news or _tells_of_mail(updates)

    # --- inside -----------------------------------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        return f"{self._config.host}:{self._config.port} folder {self.folder!r}"

    def _connected(self) -> IMAPClient:
        if self._client is None:
            raise MailboxError(f"{self._where}: not connected")
        return self._client

    def _context(self) -> ssl.SSLContext:
        """Certificates are verified: by ``ca_file`` alone if given, else by the system's authorities."""
        try:
            return ssl.create_default_context(cafile=self._config.ca_file or None)
        except OSError as error:
            raise MailboxError(
                f"{self._config.ca_file}: cannot be read as certificates: {error.strerror or error}",
                remedy=f"set ca_file of mailbox {self._name!r} to a PEM file",
            ) from None

    def _open(self) -> IMAPClient:
        implicit = self._config.tls == "implicit"
        return IMAPClient(
            self._config.host,
            self._config.port,
            ssl=implicit,
            ssl_context=self._context() if implicit else None,
            timeout=self._config.timeout_seconds,
        )

    def _login(self, client: IMAPClient) -> None:
        user, password = self._config.user, self._password
        try:
            if user.isascii() and password.isascii():
                client.login(user, password)
            else:  # LOGIN carries ASCII only; PLAIN carries UTF-8 (RFC 4616)
                client.plain_login(user, password)
        except LoginError as error:
            lost = isinstance(error.__context__, IMAPClientAbortError) or "[UNAVAILABLE]" in str(error).upper()
            if lost:
                raise MailboxError(f"{self._where}: login of {user} broke off: {_plain(error)}") from None
            raise MailboxLoginError(
                f"{self._where}: login of {user} refused: {_plain(error)}",
                remedy=f"check user and password of mailbox {self._name!r}",
            ) from None

    def _no_folder(self) -> MailboxError:
        present = [_folder_name(name) for _, _, name in self._connected().list_folders()]
        return MailboxError(
            f"{self._where}: no such folder", remedy=f"folders here: {', '.join(sorted(present)[:50]) or 'none'}"
        )

    def _fetch(self, uid: int) -> RawMail | None:
        """One mail; None where it was deleted meanwhile.

        A body shorter than RFC822.SIZE is fetched a second time. If both are alike the server merely counts
        differently (some estimate the size); if not, nothing is taken.
        """
        with self._translated(f"fetch mail {uid}"):
            data = self._fetch_once(uid)
            if data is None:
                return None
            raw, size, received = data
            if len(raw) < size:
                again = self._fetch_once(uid)
                if again is None or again[0] != raw:
                    raise MailboxError(f"{self._where}: mail {uid} arrives in part: {len(raw)} of {size} bytes")
            return RawMail(self._name, self.folder, self._uid_validity, uid, received, raw)

    def _fetch_once(self, uid: int) -> tuple[bytes, int, datetime] | None:
        item: dict[bytes, Any] | None = self._connected().fetch([uid], _FETCH).get(uid)
        if not item or item.get(b"BODY[]") is None:
            return None
        received = item.get(b"INTERNALDATE")
        if not isinstance(received, datetime) or received.tzinfo is None:
            raise MailboxError(f"{self._where}: mail {uid} has no INTERNALDATE")
        return bytes(item[b"BODY[]"]), int(item.get(b"RFC822.SIZE", 0)), received.astimezone(UTC)

    @contextmanager
    def _translated(self, action: str) -> Iterator[None]:
        """Errors of socket, TLS and protocol as one MailboxError that says what was tried where."""
        where = self._where
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise MailboxError(
                f"{where}: cannot {action}: the certificate is not valid: {error.verify_message}",
                remedy="set ca_file to the authority that signed it",
            ) from None
        except TimeoutError:
            raise MailboxError(f"{where}: cannot {action}: no answer in {self._config.timeout_seconds:g} s") from None
        except (IMAPClientError, OSError) as error:
            raise MailboxError(f"{where}: cannot {action}: {_plain(error)}") from None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError) as error:
            # What imaplib and imapclient raise on answers that are no IMAP.
            raise MailboxError(
                f"{where}: cannot {action}: the server's answer makes no sense ({error!r:.200})"
            ) from None


def _plain(error: Exception) -> str:
    """The message of a library error on one line, without the bytes notation of imaplib."""
    text = str(error.strerror if isinstance(error, OSError) and error.strerror else error)
    return " ".join(text.removeprefix("b'").removeprefix('b"').rstrip("'\"").split())[:300]


def _folder_name(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _tells_of_mail(responses: list[tuple[Any, ...]]) -> bool:
    return any(len(response) > 1 and response[1] in (b"EXISTS", b"RECENT") for response in responses)


def _idle(client: IMAPClient, seconds: float, stop: threading.Event) -> bool:
    """One IDLE (RFC 2177) until the server says anything, ``stop`` or ``seconds``; whether it told of new mail.

    `IMAPClient.idle_check` is not used: it breaks on a line that arrives in two pieces and is silent for ever once
    the server has hung up. Here the socket is only watched; DONE then reads what came, or fails loudly.
    """
    end = time.monotonic() + seconds
    client.idle()
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        if _readable(client.socket(), min(_STOP_CHECK_SECONDS, left)):
            break
    _, responses = client.idle_done()
    return _tells_of_mail(responses)


def _readable(connection: socket.socket, seconds: float) -> bool:
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    poller = select.poll()
    poller.register(connection, select.POLLIN)
    return bool(poller.poll(seconds * 1000))
