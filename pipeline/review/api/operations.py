"""How every operation is declared: who may, what it answers, and what every request passes before it acts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeVar

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.decorators import decorate_view

from pipeline.review.api.credentials import SAFE, Credential, credential_of, must_have
from pipeline.review.api.once import Act, once, once_in_steps
from pipeline.review.api.rates import rate
from pipeline.review.api.refusals import Refused
from pipeline.review.api.shapes import Problem
from pipeline.review.roles import Permission

LARGEST_BODY = 1_000_000
"""Octets: the longest reply, however it is escaped."""
V = TypeVar("V", bound=Callable[..., Any])
Run = Callable[..., HttpResponse]
Answer = Callable[[HttpRequest, Credential, Act], HttpResponse]


def operation(
    router: Router,
    method: str,
    path: str,
    permission: Permission | None,
    answer: Any,
    *,
    status: int = 200,
    versioned: Literal["", "header", "or_body"] = "",
    tagged: bool = False,
    headers: tuple[str, ...] = (),
    in_steps: bool = False,
) -> Callable[[V], V]:
    """Declare ``method path``. ``permission`` None: for everybody who is known.

    ``versioned``: it needs ``If-Match``, or a version in its body instead.
    ``in_steps``: it asks the model before it decides, or makes several decisions, each for itself.
    ``tagged``: it answers with an ETag, and 304 where the client has it.
    """
    writes = method not in SAFE
    errors = {401, 422, 429, 500, 503} | ({403} if permission or writes else set()) | ({404} if "{" in path else set())
    errors |= {400, 409, 413} if writes else set()
    errors |= {409} if answer is bytes else set()
    errors |= {412, 428} if versioned else set()

    def declare(view: V) -> V:
        extra = {"x-permission": permission.value if permission else None}
        marks = {"x-writes": writes, "x-versioned": versioned, "x-tagged": tagged, "x-headers": list(headers)}
        return router.api_operation(
            [method],
            path,
            operation_id=view.__name__,
            response={status: answer} | {code: Problem for code in sorted(errors)},
            by_alias=True,
            openapi_extra=extra | marks,
        )(decorate_view(_gate(permission, once_in_steps if in_steps else once))(view))

    return declare


def _gate(
    permission: Permission | None, answer: Callable[[HttpRequest, Credential, Act], HttpResponse]
) -> Callable[[Run], Run]:
    def gate(run: Run) -> Run:
        @wraps(run)
        def gated(request: HttpRequest, **values: Any) -> HttpResponse:
            try:
                credential = _admitted(request, permission)
                if request.method in SAFE:
                    return run(request, **values)
                return answer(request, credential, lambda: run(request, **values))
            except Refused as refusal:
                return refusal.response()

        return gated

    return gate


def _admitted(request: HttpRequest, permission: Permission | None) -> Credential:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise Refused(413, f"a request has at most {LARGEST_BODY} octets")
    credential = credential_of(request)
    rate.count(credential.name)
    if permission:
        must_have(credential, permission)
    request.credential = credential  # type: ignore[attr-defined]
    return credential


def credential(request: HttpRequest) -> Credential:
    found: Credential = request.credential  # type: ignore[attr-defined]
    return found


def asker(request: HttpRequest) -> User:
    """Who is asking, limited to the scopes of their token."""
    return credential(request).user
