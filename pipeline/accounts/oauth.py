"""The access token of one mailbox, for all its connections: renewed in time, asked for no more often than needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from pipeline.accounts.grants import AccessToken, Granted, PersonProvider, Provider
from pipeline.accounts.token_file import StoredLogin, TokenFile
from pipeline.errors import MailboxError, MailboxLoginError

LOGIN_BACKOFF = 300.0
"""Seconds without a question after a refusal, unless the token file has changed: somebody logged in."""

log = structlog.get_logger(__name__)


class RenewedToken:
    """A `TokenSource`, safe to share between threads and, through ``file``, between processes.

    ``owner`` is (provider, client id): a file of another owner is not used. ``remedy`` goes with refusals without one.
    """

    def __init__(
        self,
        mailbox: str,
        provider: Provider,
        file: TokenFile | None,
        *,
        mechanism: str,
        owner: tuple[str, str] = ("", ""),
        remedy: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.mechanism = mechanism
        self._mailbox, self._provider, self._file = mailbox, provider, file
        self._owner, self._remedy, self._clock = owner, remedy, clock
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._unsaved: StoredLogin | None = None
        self._refusal: MailboxLoginError | None = None
        self._refused_at, self._refused_version = 0.0, object()

    def token(self, fresh: bool = False) -> str:
        seen = self._token
        with self._lock:
            if self._token is not seen:  # another connection has renewed it while this one waited
                fresh = False
            if self._token is None or fresh or self._clock() >= self._token.renew_at:
                self._token = self._renewed(fresh)
            return self._token.value

    def _renewed(self, fresh: bool) -> AccessToken:
        """What another process has stored meanwhile, if it is good, else a new token."""
        self._repeat_refusal()
        with self._locked():
            login = self._unsaved or self._stored()
            if login.access is None or not self._usable(login.access, fresh):
                login = self._asked(login, fresh)
            if self._file and self._unsaved:
                self._file.write(self._unsaved)
            self._unsaved = None
        assert login.access is not None
        return login.access

    def _asked(self, login: StoredLogin, fresh: bool) -> StoredLogin:
        """``login`` with a new token; with its old one where the provider fails while that one still lives."""
        try:
            new = self._provider.renew(login.renewal)
        except MailboxLoginError as error:
            raise self._remember(error) from None
        except MailboxError:
            if fresh or login.access is None or self._clock() >= login.access.expires_at:
                raise
            return login
        log.info("access token renewed", mailbox=self._mailbox, seconds=round(new.access.expires_at - self._clock()))
        # Kept until it is written: the old refresh token may be void already, and the disk may be full.
        self._unsaved = stored(self._owner, new)
        return self._unsaved

    def _usable(self, access: AccessToken, fresh: bool) -> bool:
        refused = fresh and (self._token is None or self._token.value == access.value)
        return not refused and self._clock() < access.renew_at

    def _stored(self) -> StoredLogin:
        try:
            login = self._file.read() if self._file else None
        except MailboxLoginError as error:
            raise self._with_remedy(error) from None
        if login and (login.provider, login.client_id) == self._owner:
            return login
        if isinstance(self._provider, PersonProvider):
            where = self._file.path if self._file else ""
            fault = "holds a login of another provider or client" if login else "no such file, nobody has logged in yet"
            raise MailboxLoginError(f"{where}: {fault}", remedy=self._remedy)
        return StoredLogin(*self._owner, "")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        with self._file.locked():
            yield

    def _repeat_refusal(self) -> None:
        waited = self._clock() - self._refused_at
        if self._refusal and 0 <= waited < LOGIN_BACKOFF and self._refused_version == self._version():
            raise MailboxLoginError(self._refusal.message, remedy=self._refusal.remedy)
        self._refusal = None

    def _remember(self, error: MailboxLoginError) -> MailboxLoginError:
        self._refusal = self._with_remedy(error)
        self._refused_at, self._refused_version = self._clock(), self._version()
        return self._refusal

    def _with_remedy(self, error: MailboxLoginError) -> MailboxLoginError:
        return MailboxLoginError(error.message, remedy=error.remedy or self._remedy)

    def _version(self) -> object:
        return self._file.version() if self._file else None


def stored(owner: tuple[str, str], granted: Granted) -> StoredLogin:
    """``granted`` as it stands in a token file."""
    return StoredLogin(*owner, granted.renewal, granted.access)
