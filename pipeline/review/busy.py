"""What is told where the database does not do its work just now: a deadlock, a lock that lasts, a lost connection."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from pipeline.review.problems import API, problem

log = structlog.get_logger(__name__)

BUSY = "The database is busy just now. Please try again."
RETRY_AFTER = 5
"""Seconds that a script is told to wait."""


def note_busy(request: HttpRequest, error: OperationalError) -> None:
    """Log the driver's name for it; its message may quote rows."""
    cause = error.__cause__ or error
    log.error("database busy", path=request.path, cause=getattr(cause, "sqlite_errorname", type(cause).__name__))


class BusyDatabase:
    """Middleware: what a view could not do answers with 503, a problem on the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError):
            return None
        note_busy(request, error)
        headers = {"Retry-After": str(RETRY_AFTER)}
        if request.path.startswith(API):
            return problem(503, BUSY, headers=headers)
        # No template: the pages' frame asks the database too.
        return HttpResponse(BUSY, status=503, headers=headers, content_type="text/plain; charset=utf-8")
