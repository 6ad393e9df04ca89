"""Microsoft 365 through msal: a person's login by device flow, or the application's own with a client secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import msal  # type: ignore[import-untyped]

from pipeline.accounts.device import instructions, poll
from pipeline.accounts.endpoint import Http, refusal
from pipeline.accounts.grants import Granted, granted
from pipeline.config import OAuthConfig
from pipeline.errors import MailboxError, MailboxLoginError

HOST = "login.microsoftonline.com"
PERSON_SCOPES = ("https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send")
"""msal adds offline_access, the scope for refresh tokens, by itself."""
APPLICATION_SCOPES = ("https://outlook.office365.com/.default",)


class MicrosoftProvider:
    """A person's account. What is stored is msal's cache."""

    def __init__(
        self,
        oauth: OAuthConfig,
        *,
        http: Http | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._oauth, self._scopes = oauth, list(oauth.scopes or PERSON_SCOPES)
        self._http, self._clock, self._sleep = http or Http(), clock, sleep

    def renew(self, renewal: str) -> Granted:
        cache = msal.SerializableTokenCache()
        try:
            cache.deserialize(renewal)
        except ValueError:
            raise MailboxLoginError(f"{HOST}: the stored login is damaged") from None
        client = self._client(cache)
        accounts = client.get_accounts()
        if not accounts:
            raise MailboxLoginError(f"{HOST}: the stored login names no account")
        answer = client.acquire_token_silent_with_error(self._scopes, account=accounts[0], force_refresh=True)
        return _granted(answer or {"error": "login_required"}, self._clock(), cache)  # None: no refresh token is stored

    def log_in(self, say: Callable[[str], None]) -> Granted:
        cache = msal.SerializableTokenCache()
        client = self._client(cache)
        flow = client.initiate_device_flow(scopes=self._scopes)
        if "device_code" not in flow:
            raise refusal(HOST, flow)
        say(instructions(flow, HOST))
        answer = poll(lambda: _ask_once(client, flow), dict(flow), HOST, self._clock, self._sleep)
        return _granted(answer, self._clock(), cache)

    def _client(self, cache: msal.SerializableTokenCache) -> Any:
        return _application(msal.PublicClientApplication, self._oauth, self._http, token_cache=cache)


class ApplicationProvider:
    """The application's own account (client credentials, RFC 6749, 4.4); nobody logs in."""

    def __init__(
        self,
        oauth: OAuthConfig,
        secret: str,
        *,
        http: Http | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._oauth, self._secret, self._scopes = oauth, secret, list(oauth.scopes or APPLICATION_SCOPES)
        self._http, self._clock = http or Http(), clock

    def renew(self, renewal: str) -> Granted:
        client = _application(
            msal.ConfidentialClientApplication, self._oauth, self._http, client_credential=self._secret
        )
        return _granted(client.acquire_token_for_client(self._scopes), self._clock())


def _application(kind: Callable[..., Any], oauth: OAuthConfig, http: Http, **options: Any) -> Any:
    """A new client for every question: msal keeps answers of its own, and what is stored may be newer."""
    authority = f"https://{HOST}/{oauth.tenant}"
    try:
        # No instance discovery: the authority is known, and it is one request less.
        return kind(oauth.client_id, authority=authority, http_client=http, instance_discovery=False, **options)
    except ValueError:  # its text quotes the answer
        raise MailboxLoginError(f"{HOST}: knows no tenant {oauth.tenant!r}", remedy="check oauth.tenant") from None
    except KeyError:
        raise MailboxError(f"{HOST}: its description of the tenant lacks an endpoint") from None


def _ask_once(client: Any, flow: dict[str, Any]) -> Mapping[str, object]:
    answer: dict[str, object] = client.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
    return answer


def _granted(answer: Mapping[str, object], now: float, cache: msal.SerializableTokenCache | None = None) -> Granted:
    if "access_token" not in answer:
        raise refusal(HOST, answer)
    return Granted(granted(answer, now).access, cache.serialize() if cache else "")
