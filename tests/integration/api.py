"""A client of the API, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.test import Client

from pipeline.review.api.rates import rate
from pipeline.review.roles import Permission
from pipeline.store import accounts
from tests.rows import person


class Api:
    """A client with a token of someone in ``role``; ``seen`` is the version of a draft for ``If-Match``."""

    def __init__(self, role: str = "agent", scopes: Sequence[str] = tuple(Permission)) -> None:
        self.user = person(role)
        rate.begin()  # numbers of tokens come again in every test
        self.token = accounts.make_token(self.user, "test", scopes, 1, "test")[1]
        # The page's CSRF check must not stand in the way of a token.
        self.client = Client(
            enforce_csrf_checks=True,
            raise_request_exception=False,
            headers={"Authorization": f"Bearer {self.token}"},
        )

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=headers or {})

    def post(self, path: str, data: object, **more: Any) -> Any:
        return self._send("post", path, data, **more)

    def put(self, path: str, data: object, **more: Any) -> Any:
        return self._send("put", path, data, **more)

    def patch(self, path: str, data: object, **more: Any) -> Any:
        return self._send("patch", path, data, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self._send("delete", path, None, **more)

    def _send(
        self, method: str, path: str, data: object, *, seen: int = 0, headers: dict[str, str] | None = None
    ) -> Any:
        headers = (headers or {}) | ({"If-Match": f'"{seen}"'} if seen else {})
        send = getattr(self.client, method)
        body = {} if data is None else {"data": data}
        return send(f"/api/v1/{path}", content_type="application/json", headers=headers, **body)


def status(response: HttpResponse, expected: int) -> Any:
    assert response.status_code == expected, response.content
    return response.json()  # type: ignore[attr-defined]
