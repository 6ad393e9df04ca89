"""google-auth over the project's own HTTP, so that every provider fails alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport import Request, Response

from pipeline.accounts.endpoint import Http, host_of, json_object, refusal
from pipeline.accounts.grants import Granted, granted


def refreshed(credentials: Credentials, http: Http, now: float, renewal: str) -> Granted:
    """A new token for ``credentials``; ``renewal`` stays where the answer brings no other refresh token."""
    transport = _Transport(http)
    try:
        credentials.refresh(transport)  # type: ignore[no-untyped-call]
    except (GoogleAuthError, ValueError, OverflowError):
        if "access_token" not in transport.answer:
            raise refusal(transport.host, transport.answer) from None
    return granted(transport.answer, now, renewal)


class _Answer(Response):
    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self._status, self._headers, self._data = status, headers, data

    @property
    def status(self) -> int:
        return self._status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._headers

    @property
    def data(self) -> bytes:
        return self._data


class _Transport(Request):
    """google-auth over `Http`; keeps the last answer, as google-auth hands on a part of it only."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.host = "google"
        self.answer: dict[str, Any] = {}

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **options: Any,
    ) -> Response:
        response = self._http.request(method, url, data=body, headers=headers)
        self.host, self.answer = host_of(url), json_object(response)
        return _Answer(response.status_code, response.headers, response.content)
