"""The REST API, version 1: everything here goes through `decisions`, so scripts follow the same rules as the page.

operations.py   how an operation is declared, and the gate before it
credentials.py  who asks            rates.py     how often
once.py         changes with a key  versions.py  ETags and If-Match
paging.py       lists               refusals.py  errors
shapes.py       what is shown, from rows by show.py
document.py     the OpenAPI document
tickets.py, drafts.py, messages.py, outgoing.py, customers.py, desk.py, ops.py, ops_thresholds.py   the operations
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Router

from pipeline.review.api import customers, desk, drafts, messages, ops, ops_thresholds, outgoing, refusals, tickets
from pipeline.review.api.document import document
from pipeline.review.api.operations import operation

api = NinjaAPI(
    title="Calmdesk",
    version="1",
    description="What the desk's page can do, by the same rules.",
    urls_namespace="api-1",
    docs_url=None,
    openapi_url="",
)
refusals.install(api)
about = Router(tags=["desk"])


@operation(about, "GET", "/openapi.json", None, dict[str, Any])
def get_document(request: HttpRequest) -> HttpResponse:
    """This document."""
    return JsonResponse(_document())


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return document(api)


for _part in (tickets, drafts, messages, outgoing, customers, desk, ops, ops_thresholds):
    api.add_router("", _part.router)
api.add_router("", about)
