"""HTTP to authorization servers, and what their answers mean.

What passes by itself (no network, 5xx, 429, an answer that is no JSON) is a MailboxError, what takes a person is a
MailboxLoginError. Neither quotes an answer, which may hold secrets: they name the host and a known code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from pipeline.errors import MailboxError, MailboxLoginError

TIMEOUT_SECONDS = (10.0, 30.0)
"""To connect, and between two pieces of the answer."""

_CHECK_CLIENT = "check oauth.client_id, and that the provider allows this client such a login"
_CHECK_SCOPES = "check oauth.scopes, and that the client may ask for them"
_REFUSALS = {
    # RFC 6749, 4.1.2.1 and 5.2; "" leaves the remedy to who knows the mailbox
    "invalid_grant": "",
    "invalid_client": "check oauth.client_id and the client secret",
    "unauthorized_client": _CHECK_CLIENT,
    "unsupported_grant_type": _CHECK_CLIENT,
    "invalid_request": "check the keys of oauth",
    "invalid_scope": _CHECK_SCOPES,
    "access_denied": "",
    # RFC 8628, 3.5
    "expired_token": "",
    # OpenID Connect Core, 3.1.2.6, as Microsoft uses it, and its own
    "interaction_required": "",
    "login_required": "",
    "consent_required": "",
    "bad_verification_code": "",
    "invalid_resource": _CHECK_SCOPES,
}
_TROUBLE = frozenset({"temporarily_unavailable", "server_error", "internal_failure", "service_not_available"})
_MICROSOFT_CODE = re.compile(r"\AAADSTS\d{1,9}\b")


class Http:
    """`requests` with its errors translated. Has the methods that msal wants of an HTTP client."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """An answer below 500 that holds a JSON object; MailboxError otherwise. Follows no redirect with a secret."""
        options["timeout"] = TIMEOUT_SECONDS
        host = host_of(url)
        try:
            response = self._session.request(method, url, allow_redirects=method == "GET", **options)
        except (requests.RequestException, UnicodeError) as error:
            raise MailboxError(f"{host}: not reached for a token: {type(error).__name__}") from None
        if response.status_code >= 500 or response.status_code == 429:
            raise MailboxError(f"{host}: answered the request for a token with {response.status_code}")
        json_object(response)
        return response

    def close(self) -> None:
        self._session.close()


def json_object(response: requests.Response) -> dict[str, Any]:
    """The JSON object in ``response``; MailboxError where there is none, or an empty one."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not answer:
        raise MailboxError(
            f"{host_of(response.url)}: answered the request for a token with {response.status_code} and no usable JSON"
        )
    return answer


def refusal(host: str, answer: Mapping[str, object]) -> MailboxError:
    """The error that an answer without a token stands for."""
    code = answer.get("error")
    if not isinstance(code, str) or code not in _REFUSALS:
        known = f": {code}" if isinstance(code, str) and code in _TROUBLE else ""
        return MailboxError(f"{host}: gave no token{known}")
    detail = _MICROSOFT_CODE.match(str(answer.get("error_description", "")))
    shown = f"{code} ({detail[0]})" if detail else code
    return MailboxLoginError(f"{host}: refused a token: {shown}", remedy=_REFUSALS[code])


def host_of(url: str) -> str:
    """The host, for messages: the rest of a URL may hold a secret."""
    return urlsplit(url).hostname or "authorization server"
