"""The device flow (RFC 8628): the person agrees in a browser anywhere, this machine needs no public address.

Also `DeviceProvider`, for authorization servers that follow the standards: RFC 8628 to log in, RFC 6749 to renew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from pipeline.accounts.endpoint import Http, host_of, json_object, refusal
from pipeline.accounts.grants import Granted, granted, seconds
from pipeline.config import OAuthConfig
from pipeline.errors import MailboxError, MailboxLoginError

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL, SLOWER_BY, LONGEST_INTERVAL = 5.0, 5.0, 60.0
CODE_SECONDS, LONGEST_CODE_SECONDS = 900.0, 3600.0
"""How long a code lives that says nothing of it, and at most."""


class DeviceProvider:
    """Provider ``other``. ``secret`` is the client secret, "" for a public client."""

    def __init__(
        self,
        oauth: OAuthConfig,
        secret: str = "",
        *,
        http: Http | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._oauth, self._secret = oauth, secret
        self._http = http or Http()
        self._clock, self._sleep = clock, sleep

    def renew(self, renewal: str) -> Granted:
        answer = self._ask({"grant_type": "refresh_token", "refresh_token": renewal})
        return self._granted(answer, renewal)

    def log_in(self, say: Callable[[str], None]) -> Granted:
        url = self._oauth.device_url
        flow = json_object(self._http.post(url, data=self._client() | self._scope()))
        code = flow.get("device_code")
        if not isinstance(code, str):
            raise refusal(host_of(url), flow)
        say(instructions(flow, host_of(url)))
        ask = {"grant_type": DEVICE_GRANT, "device_code": code}
        answer = poll(lambda: self._ask(ask), flow, host_of(url), self._clock, self._sleep)
        new = self._granted(answer)
        if not new.renewal:
            raise MailboxLoginError(
                f"{host_of(url)}: gave no refresh token, so the login would end with its first token",
                remedy="name the scope for it in oauth.scopes; many providers call it offline_access",
            )
        return new

    def _granted(self, answer: Mapping[str, object], renewal: str = "") -> Granted:
        if "access_token" not in answer:
            raise refusal(host_of(self._oauth.token_url), answer)
        return granted(answer, self._clock(), renewal)

    def _ask(self, question: dict[str, str]) -> dict[str, object]:
        return json_object(self._http.post(self._oauth.token_url, data=question | self._client()))

    def _client(self) -> dict[str, str]:
        secret = {"client_secret": self._secret} if self._secret else {}
        return {"client_id": self._oauth.client_id} | secret

    def _scope(self) -> dict[str, str]:
        return {"scope": " ".join(self._oauth.scopes)} if self._oauth.scopes else {}


def instructions(flow: Mapping[str, object], host: str) -> str:
    """What the person has to do; MailboxError where the answer does not say."""
    url, code = flow.get("verification_uri") or flow.get("verification_url"), flow.get("user_code")
    if not isinstance(url, str) or not isinstance(code, str) or not (url + code).isprintable():
        raise MailboxError(f"{host}: began a login without saying where to go and which code to enter")
    return f"Open {url} in any browser, log in to the mailbox and enter the code {code}"


def poll(
    ask: Callable[[], Mapping[str, object]],
    flow: Mapping[str, object],
    host: str,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Mapping[str, object]:
    """Ask, as often as the server permits, until the person has agreed (RFC 8628, 3.5).

    ``flow`` is the server's answer that began the login. MailboxLoginError where the person declines, or takes longer
    than the code lives.
    """
    interval = seconds(flow.get("interval"), USUAL_INTERVAL, LONGEST_INTERVAL)
    deadline = clock() + seconds(flow.get("expires_in"), CODE_SECONDS, LONGEST_CODE_SECONDS)
    while clock() < deadline:
        sleep(interval)
        try:
            answer = ask()
        except MailboxError:  # the person may still be typing: slower, as the RFC wants
            interval = min(interval * 2, LONGEST_INTERVAL)
            continue
        error = answer.get("error")
        if error is None:
            return answer
        if error == "slow_down":
            interval += SLOWER_BY
        elif error == "expired_token":
            break
        elif error != "authorization_pending":
            raise _declined(host, answer)
    raise MailboxLoginError(f"{host}: the code has expired before anybody agreed", remedy="run it again")


def _declined(host: str, answer: Mapping[str, object]) -> MailboxError:
    if answer.get("error") in ("access_denied", "authorization_declined"):
        return MailboxLoginError(f"{host}: the login was declined in the browser", remedy="run it again")
    return refusal(host, answer)
