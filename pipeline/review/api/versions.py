"""ETags. That of a draft or ticket begins with its version: ``"3.5f1c..."``; behind it is a hash of all that is shown.

For ``If-Match`` the version is what counts, and the hash may be left out: ``"3"``.
"""

from __future__ import annotations

import hashlib
import re

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Schema

from pipeline.review.api.refusals import Refused

_TAG = re.compile(r'"(\d{1,9})(\.[0-9a-f]{16})?"')


def tag_of(version: int, shown: Schema) -> str:
    digest = hashlib.sha256(shown.model_dump_json(by_alias=True).encode()).hexdigest()[:16]
    return f'"{version}.{digest}"'


def with_tag(request: HttpRequest, response: HttpResponse, version: int, shown: Schema) -> Schema | HttpResponse:
    """``shown`` with its ETag in ``response``; or 304 where ``If-None-Match`` says that the client has it."""
    response["ETag"] = tag = tag_of(version, shown)
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    return HttpResponseNotModified(headers={"ETag": tag}) if tag in known or "*" in known else shown


def wanted_version(request: HttpRequest, in_body: int | None = None) -> int:
    """The version that the person saw, from ``If-Match`` or the body. 428 without, 412 where it is no version."""
    given = request.headers.get("If-Match")
    if given is None:
        if in_body is None:
            raise Refused(428, "name the version you saw: If-Match with the ETag of the draft")
        return in_body
    found = _TAG.fullmatch(given.strip())
    if found is None or in_body not in (None, int(found[1])):
        raise Refused(412, "If-Match names no version of this draft")
    return int(found[1])
