"""Handing a mail to the user's SMTP server, with an error that says what is known about its fate.

Up to and including login, everything that fails concerns the account and not the mail, also a 5xx answer or an access
token that cannot be had: the mail is deferred, and the remedy says what to mend. From MAIL on an explicit 4xx defers
and an explicit 5xx refuses. Once data has gone out, only an explicit answer decides; without one the outcome is
uncertain. TLS fails closed.
"""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from pipeline.accounts.credentials import Credentials, Password, TokenSource
from pipeline.accounts.sasl import bearer_message
from pipeline.config import SmtpConfig
from pipeline.errors import (
    ConfigError,
    MailboxError,
    SubmissionDeferred,
    SubmissionError,
    SubmissionRefused,
    SubmissionUncertain,
)
from pipeline.records import Envelope
from pipeline.sending.compose import smtp_address

CONNECT_ATTEMPTS = 2
EHLO_NAME = "[127.0.0.1]"
"""An address literal, so that neither the name of this machine nor a slow look-up of it goes into a session."""

_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_LEADING_DOT = re.compile(rb"(?m)^\.")
_FINAL_ERRORS: dict[int, type[SubmissionError]] = {4: SubmissionDeferred, 5: SubmissionRefused}


class SmtpSubmitter:
    """Sends through one account, one connection a mail; ``config.ca_file`` replaces the system's authorities."""

    def __init__(self, config: SmtpConfig, credentials: Credentials) -> None:
        self._config = config
        self._credentials = credentials
        self._server = f"{config.host}:{config.port}"

    def check(self) -> str:
        """Connect, log in, NOOP; one line on what the server offers. Raises SubmissionDeferred, ConfigError."""
        with self._session() as smtp:
            with self._opening():
                _expect(smtp.noop(), 250)
            tls = smtp.sock.version() if isinstance(smtp.sock, ssl.SSLSocket) else "no TLS"
            offers = ", ".join(f"{name} {value}".strip().upper() for name, value in smtp.esmtp_features.items())
            return f"{self._server}: {tls}, logged in as {self._config.user}; offers {offers}"

    def send(self, raw: bytes, envelope: Envelope, *, before_data: Callable[[], None]) -> str:
        """Hand over ``raw`` (CRLF line ends) and return the server's final answer.

        ``before_data`` is called once, when the server has agreed to sender and recipients and nothing of the mail has
        gone out; if it raises, nothing is sent and its exception passes through. The mail goes to all recipients of the
        envelope or to none. Raises SubmissionDeferred, SubmissionRefused, SubmissionUncertain, ConfigError.
        """
        if _BARE_LINE_END.search(raw):
            raise SubmissionRefused("the mail has a line end that is not CRLF")
        with self._session() as smtp:
            with self._offering():
                self._offer(smtp, raw, envelope)
            before_data()
            with self._offering():
                _expect(smtp.docmd("DATA"), 354)
            return self._transmit(smtp, raw)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that is encrypted as configured and logged in."""
        with self._opening():
            smtp = self._connect()
        try:
            with self._opening():
                self._encrypt(smtp)
                self._log_in(smtp)
            yield smtp
            with suppress(OSError):  # a courtesy: the work is done, so neither its answer nor its failure is awaited
                smtp.putcmd("QUIT")
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        config = self._config
        retrying = Retrying(
            stop=stop_after_attempt(CONNECT_ATTEMPTS),
            wait=wait_random(0.1, 0.5),
            retry=retry_if_exception(lambda error: isinstance(error, OSError) and not isinstance(error, ssl.SSLError)),
            reraise=True,
        )
        if config.tls == "implicit":
            return retrying(
                smtplib.SMTP_SSL,
                config.host,
                config.port,
                EHLO_NAME,
                timeout=config.timeout_seconds,
                context=self._tls_context(),
            )
        return retrying(smtplib.SMTP, config.host, config.port, EHLO_NAME, timeout=config.timeout_seconds)

    def _tls_context(self) -> ssl.SSLContext:
        file = self._config.ca_file
        try:
            return ssl.create_default_context(cafile=file or None)
        except OSError as error:  # ssl.SSLError too: a file that holds no certificate
            raise ConfigError(f"smtp.ca_file: {file}: {error.strerror or error}") from None

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        _expect(smtp.ehlo(), 250)
        if self._config.tls != "starttls":
            return
        if not smtp.has_extn("starttls"):
            raise SubmissionDeferred(
                f"{self._server} does not offer STARTTLS; nothing was sent",
                remedy="set smtp.tls: implicit if the server has a port for it, or ask who runs it",
            )
        _expect(smtp.starttls(context=self._tls_context()), 220)
        _expect(smtp.ehlo(), 250)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if isinstance(self._credentials, Password):
            answer = self._with_password(smtp, self._credentials.value)
            remedy = "check smtp.user and the password"
        else:
            answer = self._with_token(smtp, self._credentials)
            remedy = "check smtp.user, and that this account may send by SMTP with the scopes of its login"
        if _refused(answer):
            raise SubmissionDeferred(
                f"{self._server} refused the login of {self._config.user}: {_text(answer[1])}", remedy=remedy
            )
        _expect(answer, 235)

    def _with_password(self, smtp: smtplib.SMTP, secret: str) -> tuple[int, bytes]:
        """AUTH PLAIN or LOGIN, in UTF-8 (smtplib's own login takes ASCII passwords only)."""
        user, password = self._config.user.encode("utf-8"), secret.encode("utf-8")
        offered = _mechanisms(smtp)
        if "PLAIN" in offered:
            return smtp.docmd("AUTH", f"PLAIN {_base64(bytes(1) + user + bytes(1) + password)}")
        if "LOGIN" not in offered:
            raise self._not_offered("login by password (AUTH PLAIN or LOGIN)")
        _expect(smtp.docmd("AUTH", f"LOGIN {_base64(user)}"), 334)
        return smtp.docmd(_base64(password))

    def _with_token(self, smtp: smtplib.SMTP, source: TokenSource) -> tuple[int, bytes]:
        """AUTH with an access token; one that is refused is tried once more with a fresh one."""
        if source.mechanism not in _mechanisms(smtp):
            raise self._not_offered(f"login by AUTH {source.mechanism}")
        answer = self._bearer(smtp, source.mechanism, source.token())
        return self._bearer(smtp, source.mechanism, source.token(fresh=True)) if _refused(answer) else answer

    def _bearer(self, smtp: smtplib.SMTP, mechanism: str, token: str) -> tuple[int, bytes]:
        message = bearer_message(mechanism, self._config.user, token, self._config.host, self._config.port)
        answer = smtp.docmd("AUTH", f"{mechanism} {_base64(message)}")
        # A refusal gives its details first and waits for a message without content (RFC 7628, 3.2.3).
        return smtp.docmd("" if mechanism == "XOAUTH2" else _base64(b"\x01")) if answer[0] == 334 else answer

    def _not_offered(self, what: str) -> SubmissionDeferred:
        return SubmissionDeferred(
            f"{self._server} offers no {what}",
            remedy="check smtp.port and smtp.tls: many servers offer login on an encrypted connection only",
        )

    def _offer(self, smtp: smtplib.SMTP, raw: bytes, envelope: Envelope) -> None:
        """MAIL and RCPT; SMTPUTF8 and 8BITMIME are asked for only where the mail needs them."""
        sender, recipients = smtp_address(envelope.sender), [smtp_address(each) for each in envelope.recipients]
        if not recipients:
            raise SubmissionRefused("the envelope names no recipient")
        header = raw.partition(b"\r\n\r\n")[0]
        needed = {
            "smtputf8": not header.isascii() or not all(each.isascii() for each in (sender, *recipients)),
            "8bitmime": not raw.isascii(),
        }
        for name in (name for name, is_needed in needed.items() if is_needed and not smtp.has_extn(name)):
            raise SubmissionRefused(f"{self._server} does not offer {name.upper()}, which this mail needs")
        options = f" SIZE={len(raw)}" if smtp.has_extn("size") else ""
        options += " BODY=8BITMIME" if needed["8bitmime"] else ""
        options += " SMTPUTF8" if needed["smtputf8"] else ""
        smtp.command_encoding = "utf-8"
        _expect(smtp.docmd("MAIL", f"FROM:<{sender}>{options}"), 250)
        for recipient in recipients:
            _expect(smtp.docmd("RCPT", f"TO:<{recipient}>"), 250, 251, of=recipient)

    def _transmit(self, smtp: smtplib.SMTP, raw: bytes) -> str:
        """The mail itself and the final answer."""
        ended = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
        try:
            smtp.send(_LEADING_DOT.sub(b"..", ended) + b".\r\n")
            answer = smtp.getreply()
        except OSError as error:
            raise SubmissionUncertain(
                f"{self._server}: no answer after the mail was transmitted: {_reason(error)}",
                remedy="look whether it arrived before sending it again",
            ) from error
        text = f"{answer[0]} {_text(answer[1])}"
        if answer[0] // 100 == 2:
            return text
        raise _FINAL_ERRORS.get(answer[0] // 100, SubmissionUncertain)(f"{self._server} answered the mail with {text}")

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Errors before MAIL: the mail itself is not at fault."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise SubmissionDeferred(
                f"{self._server}: its certificate was not accepted: {error.verify_message}; nothing was sent",
                remedy="check smtp.host, or name the server's authority in smtp.ca_file",
            ) from error
        except MailboxError as error:  # of the source of tokens
            raise SubmissionDeferred(
                f"{self._server}: no token to log in with: {error.message}; nothing was sent", remedy=error.remedy
            ) from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that cannot be one
            raise SubmissionDeferred(f"{self._server}: no session: {_reason(error)}; nothing was sent") from error

    @contextmanager
    def _offering(self) -> Iterator[None]:
        """Errors from MAIL on that came as an answer, or before any data."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            kind = _FINAL_ERRORS.get(error.smtp_code // 100, SubmissionDeferred)
            raise kind(f"{self._server} answered {_reason(error)}") from error
        except OSError as error:
            raise SubmissionDeferred(f"{self._server}: connection lost before the mail: {_reason(error)}") from error


def _expect(answer: tuple[int, bytes], *codes: int, of: str = "") -> None:
    """SMTPResponseException unless ``answer`` has one of ``codes``; ``of`` names the recipient it speaks of."""
    if answer[0] not in codes:
        raise smtplib.SMTPResponseException(answer[0], f"{_text(answer[1])}{f' for {of}' if of else ''}")


def _mechanisms(smtp: smtplib.SMTP) -> list[str]:
    return smtp.esmtp_features.get("auth", "").upper().split()


def _refused(answer: tuple[int, bytes]) -> bool:
    return answer[0] in (534, 535)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _text(answer: bytes | str) -> str:
    """What a server said, fit for a log line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:300]


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return _text(str(error)) or type(error).__name__
