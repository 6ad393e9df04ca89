"""Google through google-auth: a person's login that ends on loopback, or a service account with delegation.

Google's device flow does not permit the scope for IMAP and SMTP, so the person's browser is sent to loopback instead
(`loopback.py`), with PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from google.oauth2.credentials import Credentials as PersonCredentials
from google.oauth2.service_account import Credentials as ServiceCredentials

from pipeline.accounts.endpoint import Http, host_of, json_object, refusal
from pipeline.accounts.google_transport import refreshed
from pipeline.accounts.grants import Granted, granted
from pipeline.accounts.loopback import Redirect
from pipeline.config import OAuthConfig
from pipeline.errors import ConfigError, MailboxLoginError

LOGIN_URL = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URL = "https://oauth2.googleapis.com/token"
SCOPES = ("https://mail.google.com/",)


class GoogleProvider:
    """A person's account; ``user`` is proposed to them in the browser."""

    def __init__(
        self,
        oauth: OAuthConfig,
        secret: str,
        user: str = "",
        *,
        http: Http | None = None,
        clock: Callable[[], float] = time.time,
        pasted: IO[str] | None = sys.stdin,
        login_url: str = LOGIN_URL,
        token_url: str = TOKEN_URL,
    ) -> None:
        self._oauth, self._secret, self._user = oauth, secret, user
        self._scopes = list(oauth.scopes or SCOPES)
        self._http, self._clock, self._pasted = http or Http(), clock, pasted
        self._login_url, self._token_url = login_url, token_url

    def renew(self, renewal: str) -> Granted:
        credentials = PersonCredentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=renewal,
            token_uri=self._token_url,
            client_id=self._oauth.client_id,
            client_secret=self._secret,
        )
        return refreshed(credentials, self._http, self._clock(), renewal)

    def log_in(self, say: Callable[[str], None]) -> Granted:
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        with Redirect(state, self._pasted) as redirect:
            address = self._address(redirect.url, state, verifier)
            say(f"Open this address in any browser and log in to the mailbox:\n\n{address}\n")
            say(f"If the browser ends at an error page of {redirect.url}, paste its whole address here:")
            answer = redirect.wait(say)
        if "code" not in answer:
            raise MailboxLoginError(
                f"{host_of(self._login_url)}: the login was declined in the browser", remedy="run it again"
            )
        return self._exchanged(answer["code"], verifier, redirect.url)

    def _address(self, redirect_url: str, state: str, verifier: str) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._oauth.client_id,
            "redirect_uri": redirect_url,
            "scope": " ".join(self._scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",  # without it a second login gives no refresh token
        }
        return f"{self._login_url}?{urlencode(query | ({'login_hint': self._user} if self._user else {}))}"

    def _exchanged(self, code: str, verifier: str, redirect_url: str) -> Granted:
        """The code for tokens (RFC 6749, 4.1.3)."""
        question = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_url,
            "client_id": self._oauth.client_id,
            "client_secret": self._secret,
        }
        answer = json_object(self._http.post(self._token_url, data=question))
        if "access_token" not in answer:
            raise refusal(host_of(self._token_url), answer)
        new = granted(answer, self._clock())
        if not new.renewal:
            raise MailboxLoginError(f"{host_of(self._token_url)}: gave no refresh token", remedy="run it again")
        return new


class ServiceAccountProvider:
    """A service account that may act for ``user`` (domain-wide delegation). ConfigError where ``file`` is no key."""

    def __init__(
        self,
        oauth: OAuthConfig,
        file: Path,
        user: str,
        *,
        http: Http | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._http, self._clock = http or Http(), clock
        try:
            self._key: ServiceCredentials = ServiceCredentials.from_service_account_file(  # type: ignore[no-untyped-call]
                str(file), scopes=list(oauth.scopes or SCOPES), subject=user
            )
        except OSError as error:
            raise ConfigError(f"oauth.service_account_file: {file}: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError, AttributeError):  # their text may quote the key
            raise ConfigError(
                f"oauth.service_account_file: {file}: no key of a service account",
                remedy="make a key of type JSON for the service account and save it there",
            ) from None

    def renew(self, renewal: str) -> Granted:
        return refreshed(self._key, self._http, self._clock(), renewal)
