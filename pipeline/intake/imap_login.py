"""Connecting and logging in to an IMAP server: TLS that fails closed, passwords, OAuth 2.0 access tokens.

Only the server's own no is a MailboxLoginError. A connection that breaks, an answer that never comes or a server that
is out of order for now is a MailboxError: it will pass, and nobody has to look at the password.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import IMAPClientAbortError, LoginError  # type: ignore[import-untyped]

from pipeline.accounts.credentials import Credentials, Password
from pipeline.config import ImapConfig
from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.imap_errors import translated, words

imaplib._MAXLINE = 16_000_000  # type: ignore[attr-defined]
"""A search answers in one line; imaplib's own limit of 1 MB would not do for folders of 150,000 mails."""

_WILL_PASS = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\b", re.IGNORECASE)
"""Response codes of RFC 5530 that say nothing about user or secret."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom to log in where; ``where`` is how messages name the place."""

    mailbox: str
    where: str
    config: ImapConfig


def log_in(account: Account, credentials: Credentials) -> IMAPClient:
    """A connection secured as configured and logged in.

    A token that is refused (revoked, or a clock that is wrong) is replaced once by a fresh one. What ``credentials``
    raise passes through.
    """
    if isinstance(credentials, Password):
        return _attempt(account, _Secret(account.config.user, credentials.value))
    token = credentials.token()
    with suppress(MailboxLoginError):
        return _attempt(account, _Bearer(credentials.mechanism, account.config.user, token))
    token = credentials.token(fresh=True)
    return _attempt(account, _Bearer(credentials.mechanism, account.config.user, token))


def log_out(account: Account, client: IMAPClient) -> None:
    """Say goodbye and close; the server may be gone: that is no error here."""
    for step in (client.logout, client.shutdown):
        with suppress(MailboxError), translated(account.where, "log out", account.config.timeout_seconds):
            step()


class _Secret:
    """Login with a password."""

    remedy = "check user and password of mailbox {mailbox!r}"
    said = ""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password

    def __call__(self, client: IMAPClient) -> None:
        if self._user.isascii() and self._password.isascii():
            client.login(self._user, self._password)
        else:  # LOGIN carries ASCII only; PLAIN carries UTF-8 (RFC 4616)
            client.plain_login(self._user, self._password)


class _Bearer:
    """Login with an access token: XOAUTH2 or OAUTHBEARER (RFC 7628).

    A server that refuses says why in a challenge, and only its answer, empty or 0x01, brings the final no.
    """

    remedy = "run `calmdesk login {mailbox}`"

    def __init__(self, mechanism: str, user: str, token: str) -> None:
        self._mechanism = mechanism
        if mechanism == "OAUTHBEARER":
            name = user.replace("=", "=3D").replace(",", "=2C")
            self._answers = iter((f"n,a={name},\1auth=Bearer {token}\1\1".encode(), b"\1"))
        else:
            self._answers = iter((f"user={user}\1auth=Bearer {token}\1\1".encode(), b""))
        self.said = ""

    def __call__(self, client: IMAPClient) -> None:
        client.sasl_login(self._mechanism, self._answer)

    def _answer(self, challenge: bytes) -> bytes:
        self.said = challenge.decode("ascii", "replace")[:200]
        answer = next(self._answers, None)
        if answer is None:
            raise IMAPClientAbortError("the server keeps asking")
        return answer


def _attempt(account: Account, login: _Secret | _Bearer) -> IMAPClient:
    timeout = account.config.timeout_seconds
    with translated(account.where, "connect", timeout):
        client = _open(account)
    try:
        if account.config.tls == "starttls":
            with translated(account.where, "start TLS", timeout):
                client.starttls(_context(account))
        with translated(account.where, "log in", timeout):
            _say(account, login, client)
    except MailboxError:
        log_out(account, client)
        raise
    return client


def _open(account: Account) -> IMAPClient:
    config, implicit = account.config, account.config.tls == "implicit"
    context = _context(account) if implicit else None
    client = IMAPClient(config.host, config.port, ssl=implicit, ssl_context=context, timeout=config.timeout_seconds)
    client.normalise_times = False
    client._imap.debug = 0  # imapclient's 5 writes whole mails to the debug log, at four times their memory
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)  # imapclient says a command in two pieces
    return client


def _context(account: Account) -> ssl.SSLContext:
    """Certificates are verified: by ``ca_file`` alone if given, else by the system's authorities."""
    try:
        return ssl.create_default_context(cafile=account.config.ca_file or None)
    except OSError as error:
        raise MailboxError(
            f"{account.config.ca_file}: cannot be read as certificates: {error.strerror or error}",
            remedy=f"set ca_file of mailbox {account.mailbox!r} to a PEM file",
        ) from None


def _say(account: Account, login: _Secret | _Bearer, client: IMAPClient) -> None:
    try:
        login(client)
    except LoginError as error:
        who = f"{account.where}: login of {account.config.user}"
        if isinstance(error.__context__, IMAPClientAbortError) or _WILL_PASS.search(str(error)):
            raise MailboxError(f"{who} broke off: {words(error)}") from None
        raise MailboxLoginError(
            f"{who} refused: {' '.join(filter(None, (words(error), login.said)))}",
            remedy=login.remedy.format(mailbox=account.mailbox),
        ) from None
