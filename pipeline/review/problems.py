"""Errors of the API as problem details (RFC 9457), whoever raises them: an operation, Django, or the server below."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

API = "/api/"
PROBLEM = "application/problem+json"


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **members: Any) -> HttpResponse:
    """``members`` stand beside the fixed ones; ``type`` is "about:blank", so ``title`` is that of the status."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail} | members
    return HttpResponse(json.dumps(content), status=status, content_type=PROBLEM, headers=headers)


_DETAILS = {
    404: "there is nothing under this address",
    405: "this address does not know the method",
    500: "something went wrong here; it is in the log",
}


class ApiProblems:
    """Middleware: under `API` every error is a problem, also what no operation has answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if not request.path.startswith(API) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type") == PROBLEM:
            return response
        status = response.status_code
        kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
        return problem(status, _DETAILS.get(status, HTTPStatus(status).description), headers=kept)
