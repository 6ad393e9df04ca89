"""The OpenAPI document: what Ninja knows of the operations, and what the gate before them asks for and answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ninja import NinjaAPI

from pipeline.review.api.once import HEADER
from pipeline.review.problems import PROBLEM

_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token of a person, with scopes and an end."},
    "login": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "The login of a page; a change needs the header X-CSRFToken too.",
    },
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same request is acted on once, and answered alike for 24 hours.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the draft as it was seen, or its version alone in quotation marks.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}(\\.[0-9a-f]{16})?"$'},
    "example": '"1"',
}
_IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}
_HEADERS = {
    "ETag": "The version and state of what is shown.",
    "Link": 'The address of the next page: <...>; rel="next".',
    "Retry-After": "Seconds to wait.",
    "WWW-Authenticate": "How to say who asks.",
    "Idempotency-Replayed": "true: it was answered before, nothing was done again.",
}
_ON_STATUS = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}


def document(api: NinjaAPI) -> dict[str, Any]:
    """The document of ``api``, version 3.1, as plain data."""
    found: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema()))
    found["components"]["securitySchemes"] = _SECURITY
    found["security"] = [{"token": []}, {"login": []}]
    for operation in _operations(found):
        _complete(operation)
    return found


def _operations(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in found["paths"].values():
        yield from path.values()


def _complete(operation: dict[str, Any]) -> None:
    writes, versioned = operation.pop("x-writes"), operation.pop("x-versioned")
    tagged, named = operation.pop("x-tagged"), operation.pop("x-headers")
    more = (
        [_KEY] * writes
        + ([_IF_MATCH | {"required": versioned == "header"}] if versioned else [])
        + [_IF_NONE_MATCH] * tagged
    )
    operation["parameters"] = [*operation.get("parameters", []), *more]
    answers: dict[str, Any] = {str(code): value for code, value in operation["responses"].items()}
    operation["responses"] = answers
    for code, answer in answers.items():
        names = _ON_STATUS.get(code, "").split() if code >= "400" else list(named)
        if code < "400":
            names += ["ETag"] * bool(tagged or versioned) + ["Idempotency-Replayed"] * writes
        if names:
            answer["headers"] = {name: _header(name) for name in names}
        content = answer.get("content", {})
        if content.get("application/json", {}).get("schema", {}).get("format") == "binary":
            answer["content"] = {"application/octet-stream": content["application/json"]}
        if code >= "400":
            answer["content"] = {PROBLEM: answer["content"].pop("application/json")}
    if tagged:
        answers["304"] = {"description": "Not Modified", "headers": {"ETag": _header("ETag")}}


def _header(name: str) -> dict[str, Any]:
    return {"description": _HEADERS[name], "schema": {"type": "string"}}
