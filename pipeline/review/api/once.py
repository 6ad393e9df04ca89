"""A change that is asked for twice with one ``Idempotency-Key`` is made once, and answered twice alike.

The row that keeps the answer is written in the transaction of the change: both are there or neither. Of two requests at
the same time the database lets the second wait for the row of the first. An answer of the kind 5xx changed nothing and
is not kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pipeline.review.api.credentials import Credential
from pipeline.review.api.refusals import Refused
from pipeline.store.models import KeptAnswer

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_HEADERS = ("Content-Type", "ETag", "Location", "WWW-Authenticate")


def once(request: HttpRequest, credential: Credential, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What ``act`` answers, or answered before to the same key; without a key just `act`."""
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not _KEY.fullmatch(key):
        raise Refused(400, f"{HEADER} has 1 to 255 printable ASCII characters")
    asked = KeptAnswer(
        credential=credential.name,
        user=credential.user,
        key=key,
        method=request.method or "",
        path=request.get_full_path(),
        request_hash=_hash(request),
    )
    KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT).delete()
    with transaction.atomic():
        if not _is_first(asked):
            return _again(asked)
        response = act()
        if response.status_code >= 500:
            transaction.set_rollback(True)
        else:
            asked.status, asked.body = response.status_code, response.content.decode()
            asked.headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
            asked.save()
        return response


def _hash(request: HttpRequest) -> str:
    """Of the body, and of the version that it is meant for."""
    return hashlib.sha256(request.headers.get("If-Match", "").encode() + b"\0" + request.body).hexdigest()


def _is_first(asked: KeptAnswer) -> bool:
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _again(asked: KeptAnswer) -> HttpResponse:
    kept = KeptAnswer.objects.get(credential=asked.credential, key=asked.key)
    for name in ("method", "path", "request_hash"):
        if getattr(kept, name) != getattr(asked, name):
            raise Refused(422, f"this {HEADER} was used for another request", kind="key_used")
    return HttpResponse(kept.body, status=kept.status, headers=kept.headers | {"Idempotency-Replayed": "true"})
