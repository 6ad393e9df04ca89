"""Every error an operation may end in, as the problem it is told by."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from pipeline.errors import CalmdeskError, NotAllowed, StaleError
from pipeline.review.busy import BUSY, RETRY_AFTER, note_busy
from pipeline.review.problems import problem
from pipeline.review.pulse import edits, newer_mails
from pipeline.review.roles import Permission, permissions
from pipeline.store.models import Draft

log = structlog.get_logger(__name__)


class Refused(Exception):
    """An answer that is a problem; ``members`` go into it."""

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.members = status, detail, headers, members

    def response(self) -> HttpResponse:
        return problem(self.status, self.detail, headers=self.headers, **self.members)


def not_valid(detail: str, **where: str) -> Refused:
    """422; ``where`` is the ``pointer`` into the body or the ``parameter`` that is not right."""
    return Refused(422, "the request is not understood", errors=[{"detail": detail} | where])


def install(api: NinjaAPI) -> None:
    handlers: dict[type[Exception], Any] = {
        Refused: lambda request, error: error.response(),
        StaleError: _stale,
        NotAllowed: lambda request, error: problem(403, str(error)),
        CalmdeskError: lambda request, error: problem(409, str(error), kind="refused"),
        ObjectDoesNotExist: lambda request, error: problem(404, "no such object"),
        ValidationError: _invalid,
        HttpError: lambda request, error: problem(error.status_code, str(error)),
        OperationalError: _busy,
        Exception: _unforeseen,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _stale(request: HttpRequest, error: StaleError) -> HttpResponse:
    """409, and 412 where the draft has another version than `If-Match` names; with what differs from what was seen."""
    members: dict[str, Any] = {} if error.version is None else {"version": error.version}
    if error.draft is not None and _may_read(request):
        members |= _difference(Draft.objects.select_related("ticket").get(pk=error.draft), error)
    differs = error.kind == "edited" and "If-Match" in request.headers
    return problem(412 if differs else 409, str(error), kind=error.kind, **members)


def _may_read(request: HttpRequest) -> bool:
    """A token may decide and not read."""
    return Permission.READ in permissions(request.credential.user)  # type: ignore[attr-defined]


def _difference(draft: Draft, error: StaleError) -> dict[str, Any]:
    if error.kind == "edited":
        who, found = edits(draft, error.seen)
        return {"changed_by": who, "changes": [asdict(one) for one in found]}
    if error.kind == "newer_mail":
        return {"mails": [{"received_at": one.at.isoformat(), "text": one.text} for one in newer_mails(draft)]}
    return {}


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What was given is not quoted: it may be the text of a mail."""
    errors = [{"detail": one["msg"]} | _place(one["loc"]) for one in error.errors]
    return problem(422, "the request is not understood", errors=errors)


def _place(location: tuple[str | int, ...]) -> dict[str, str]:
    """Ninja names the place by source, argument of the operation, and path: ("body", "given", "items", 0)."""
    source, *path = location
    if source != "body":
        return {"parameter": str(path[0]) if path else str(source)}
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path[1:])
    return {"pointer": "#" + "".join(f"/{step}" for step in steps)}


def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    note_busy(request, error)
    return problem(503, BUSY, headers={"Retry-After": str(RETRY_AFTER)})


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("request failed", path=request.path)
    return problem(500, "something went wrong here; it is in the log")
