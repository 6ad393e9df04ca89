"""Lists page by page. A cursor names the last row that was seen, so rows that are added move nothing."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema

from pipeline.review.api.refusals import not_valid

T = TypeVar("T")
M = TypeVar("M", bound=Model)
LONGEST_PAGE = 500


class Page(Schema, Generic[T]):
    """``next`` is the cursor of the page behind this one, null on the last; the header ``Link`` has its address."""

    items: list[T]
    next: str | None


Limit = Annotated[int, Query(100, ge=1, le=LONGEST_PAGE, description="At most so many items.")]
Cursor = Annotated[str, Query("", max_length=200, description="``next`` of the page before; empty for the first page.")]


def page_of(
    request: HttpRequest, response: HttpResponse, rows: QuerySet[M], cursor: str, limit: int, newest_first: bool = False
) -> tuple[list[M], str | None]:
    """The page of ``rows`` behind ``cursor`` in the order of their numbers, and the cursor of the next one.

    A cursor is signed, and good for the list with the very filters that it came with.
    """
    asked = {name: value for name, value in sorted(request.GET.items()) if name not in ("cursor", "limit")}
    signer = Signer(salt=f"{request.path}?{urlencode(asked)}")
    if cursor:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": _number(signer, cursor)})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    following = signer.sign(str(found[limit - 1].pk))
    query: dict[str, Any] = asked | {"cursor": following, "limit": limit}
    response["Link"] = f'<{request.path}?{urlencode(query)}>; rel="next"'
    return found[:limit], following


def _number(signer: Signer, cursor: str) -> int:
    try:
        return int(signer.unsign(cursor))
    except BadSignature:
        raise not_valid("this is no cursor of this list", parameter="cursor") from None
