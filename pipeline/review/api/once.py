"""A change that is asked for twice with one ``Idempotency-Key`` is made once, and answered twice alike.

The row that keeps the answer is written in the transaction of the change: both are there or neither. Of two requests at
the same time the database lets the second wait for the row of the first. An answer of the kind 5xx changed nothing and
is not kept.

Not so where an operation takes long before it decides, or decides on many things (`once_in_steps`): a transaction
around it would hold up every writer on SQLite, and the end of the audit trail on both. Its row is there from the
beginning.
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
IN_HAND = timedelta(minutes=5)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
Act = Callable[[], HttpResponse]
_HEADERS = ("Content-Type", "ETag", "Location", "WWW-Authenticate")


def once(request: HttpRequest, credential: Credential, act: Act) -> HttpResponse:
    """What ``act`` answers, or answered before to the same key; without a key just `act`."""
    asked = _asked(request, credential)
    if asked is None:
        return act()
    with transaction.atomic():
        if not _is_first(asked):
            return _again(asked)
        response = act()
        if response.status_code >= 500:
            transaction.set_rollback(True)
        else:
            _keep(asked, response)
        return response


def once_in_steps(request: HttpRequest, credential: Credential, act: Act) -> HttpResponse:
    """The same for an ``act`` with transactions of its own.

    What changes a draft or decides on it is refused if it was done already; a reply may be begun twice, after a crash.

    While it is in hand the key is refused with 409; after a crash it is free again within `IN_HAND`.
    """
    asked = _asked(request, credential)
    if asked is None:
        return act()
    KeptAnswer.objects.filter(status=0, at__lt=timezone.now() - IN_HAND).delete()
    if not _is_first(asked):
        return _again(asked)
    response = act()
    if response.status_code >= 500:
        asked.delete()
    else:
        _keep(asked, response)
    return response


def _asked(request: HttpRequest, credential: Credential) -> KeptAnswer | None:
    """The row of this request, not saved; None without a key. Rows that are too old are forgotten."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Refused(400, f"{HEADER} has 1 to 255 printable ASCII characters")
    KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return KeptAnswer(
        credential=credential.name,
        user=credential.user,
        key=key,
        method=request.method or "",
        path=request.get_full_path(),
        request_hash=_hash(request),
    )


def _keep(asked: KeptAnswer, response: HttpResponse) -> None:
    asked.status, asked.body = response.status_code, response.content.decode()
    asked.headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    asked.save()


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
    if not kept.status:
        raise Refused(409, "this request is in hand", kind="in_hand", headers={"Retry-After": "5"})
    return HttpResponse(kept.body, status=kept.status, headers=kept.headers | {"Idempotency-Replayed": "true"})
