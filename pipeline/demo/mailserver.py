"""A real IMAP server and a real SMTP server inside the calling process, for the demo and for tests.

IMAP is pymap, SMTP is aiosmtpd; both run in one thread of their own with an asyncio loop and listen on loopback only.
What SMTP takes for a recipient of the envelope stands in that address's INBOX at once, and a client in IDLE is told.
Every address has a mailbox from its first mail or its first login on, all with one password; nothing is relayed.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import threading
from argparse import Namespace
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from aiosmtpd.smtp import Envelope as SmtpEnvelope
from aiosmtpd.smtp import Session as SmtpSession
from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict.mailbox import Message
from pymap.backend.session import BaseSession
from pymap.concurrent import Subsystem
from pymap.config import BackendCapability, IMAPConfig
from pymap.exceptions import AuthorizationFailure, InvalidAuth, NotSupportedError
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface, LoginInterface
from pymap.parsing.message import AppendMessage
from pymap.token import AllTokens
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from pipeline.demo.mailstore import KeptMailboxes, MailStore

HOST = "127.0.0.1"
HOSTNAME = "mail.localhost"
SIZE_LIMIT = 32 * 1024 * 1024
START_SECONDS = 30.0


class _Config(IMAPConfig):
    """pymap's settings: no TLS (loopback), no threads, no look-up of this machine's name."""

    def __init__(self) -> None:
        asyncio_subsystem = Subsystem.for_asyncio()
        super().__init__(
            Namespace(),
            host=HOST,
            port=0,
            tls_enabled=False,
            hash_context=Cleartext(),
            subsystem=asyncio_subsystem,
            cpu_subsystem=asyncio_subsystem,
            proxy_protocol=ProxyProtocolVersion.get(None),
            admin_key=secrets.token_bytes(),
            max_append_len=SIZE_LIMIT,
        )

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=True, multi_append=True)

    @property
    def greeting(self) -> bytes:
        return HOSTNAME.encode("ascii") + b" ready"


class _Session(BaseSession[Message]):
    def __init__(self, address: str, config: IMAPConfig, mailboxes: KeptMailboxes) -> None:
        super().__init__(address)
        self._config = config
        self._mailboxes = mailboxes

    @property
    def config(self) -> IMAPConfig:
        return self._config

    @property
    def mailbox_set(self) -> KeptMailboxes:
        return self._mailboxes


class _Identity(IdentityInterface):
    """Someone who logged in. Accounts are neither listed nor changed over IMAP."""

    def __init__(self, name: str, config: IMAPConfig, mailboxes: KeptMailboxes) -> None:
        self._name = name
        self._config = config
        self._mailboxes = mailboxes

    @property
    def name(self) -> str:
        return self._name

    @property
    def roles(self) -> frozenset[str]:
        return frozenset()

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[_Session]:
        yield _Session(self._name, self._config, self._mailboxes)

    async def new_token(self, *, expiration: datetime | None = None) -> str | None:
        return None

    async def get(self) -> UserMetadata:
        return UserMetadata(self._config, self._name)

    async def set(self, metadata: UserMetadata) -> int | None:
        raise NotSupportedError("accounts cannot be changed")

    async def delete(self) -> None:
        raise NotSupportedError("accounts cannot be deleted")


class _Login(LoginInterface):
    """Lets in every address that knows the one password."""

    def __init__(self, config: IMAPConfig, store: MailStore, password: str) -> None:
        self._config = config
        self._store = store
        self._password = password
        self._tokens = AllTokens(config)

    @property
    def tokens(self) -> AllTokens:
        return self._tokens

    async def authenticate(self, credentials: ServerCredentials) -> _Identity:
        user = UserMetadata(self._config, credentials.authcid, password=self._password)
        try:
            if credentials.verify(user):
                return _Identity(user.name, self._config, self._store.mailboxes(user.name))
        except ValueError:  # a name or a password with characters that none can have
            raise InvalidAuth() from None
        raise InvalidAuth()

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> IdentityInterface:
        if authzid != authenticated.name:
            raise AuthorizationFailure()
        return authenticated


class _Delivery:
    """aiosmtpd's handler: mail goes, byte for byte below its trace headers, to the recipients of the envelope."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_RCPT(
        self, server: SMTP, session: SmtpSession, envelope: SmtpEnvelope, address: str, options: list[str]
    ) -> str:
        try:
            self._store.mailboxes(address)
        except ValueError:
            return "553 5.1.3 Not an address that can have a mailbox here"
        if address not in envelope.rcpt_tos:
            envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: SmtpEnvelope) -> str:
        now = datetime.now(UTC)
        content = envelope.original_content or b""
        for address in envelope.rcpt_tos:
            inbox = await self._store.mailboxes(address).get_mailbox("INBOX")
            trace = trace_headers(envelope.mail_from or "", address, now)
            await inbox.append(AppendMessage(trace + content, now), recent=True)
        return "250 2.0.0 Delivered"


def trace_headers(sender: str, recipient: str, now: datetime) -> bytes:
    """What the last server of a mail's way puts above it (RFC 5321 section 4.4)."""
    lines = (
        f"Return-Path: <{_printable(sender)}>",
        f"Delivered-To: {_printable(recipient)}",
        f"Received: by {HOSTNAME} for <{_printable(recipient)}>; {format_datetime(now)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _printable(address: str) -> str:
    """``address`` without anything that could end a header line or that UTF-8 cannot carry."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", "?", address)


def _smtp_protocol(store: MailStore, password: str) -> SMTP:
    def authenticate(
        server: SMTP, session: SmtpSession, envelope: SmtpEnvelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=secrets.compare_digest(login.password, password.encode("utf-8")), handled=False)

    return SMTP(
        _Delivery(store),
        data_size_limit=SIZE_LIMIT,
        enable_SMTPUTF8=True,
        hostname=HOSTNAME,
        ident="ESMTP",
        authenticator=authenticate,
        auth_require_tls=False,
        loop=asyncio.get_running_loop(),
    )


class MailServer:
    """Both servers over the mail kept in ``folder``; port 0 takes a free one.

    Use it as a context manager, or call `start` and `stop`. `start` raises OSError if a port is taken. Ports are known
    after `start`. A second start on the same folder finds the mail of the first, with its UIDs and UIDVALIDITY.
    """

    def __init__(self, folder: Path, password: str, imap_port: int = 0, smtp_port: int = 0) -> None:
        self.host = HOST
        self.imap_port = imap_port
        self.smtp_port = smtp_port
        self._folder = folder
        self._password = password
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        if self._thread is not None:
            raise RuntimeError("the mail server is running already")
        self._folder.mkdir(parents=True, exist_ok=True)
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own deprecations at each login
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="demo-mail", daemon=True)
        self._thread.start()
        try:
            ready.result(START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End both servers and their connections; harmless when not running."""
        if self._thread is None:
            return
        if self._loop is not None and self._stopping is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = self._loop = self._stopping = None

    def _run(self, ready: Future[None]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, ready: Future[None]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        store, config = MailStore(self._folder), _Config()
        config.apply_context()
        imap_server = IMAPServer(_Login(config, store, self._password), config)
        connected = ProxyProtocolReader(config.proxy_protocol).get_callback(imap_server)
        imap = await asyncio.start_server(connected, HOST, self.imap_port)
        try:
            protocol = partial(_smtp_protocol, store, self._password)
            smtp = await self._loop.create_server(protocol, HOST, self.smtp_port)
            try:
                self.imap_port = imap.sockets[0].getsockname()[1]
                self.smtp_port = smtp.sockets[0].getsockname()[1]
                ready.set_result(None)
                await self._stopping.wait()
            finally:
                smtp.close()
        finally:
            imap.close()
