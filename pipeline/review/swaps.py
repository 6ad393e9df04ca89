"""Answers that a page which is open puts into itself, and what keeps them apart from whole pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.html import format_html


def unstored(response: HttpResponse) -> HttpResponse:
    """One address, two answers, the page or a part of it: the browser must not show one for the other when it goes
    back, and should not keep mail on its disk."""
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, no_store=True, private=True)
    return response


def with_no_ticket(request: HttpRequest, left: str, context: Mapping[str, Any]) -> HttpResponse:
    """The whole desk with no ticket open; to a page that is open the empty pane, or the template ``left`` alone."""
    template = "review/queue.html"
    if request.htmx:  # type: ignore[attr-defined]
        template = "review/nothing.html" if request.htmx.target == "pane" else left  # type: ignore[attr-defined]
    return unstored(render(request, template, dict(context)))


def changed_only(request: HttpRequest, name: str, html: str) -> HttpResponse:
    """``html`` with what it will be known by, in an input of the id ``name``; 204 where the page shows it already.

    A swap of the same text would be read out again by a screen reader, and costs the browser a layout.
    """
    digest = hashlib.sha256(html.encode()).hexdigest()[:16]
    if request.GET.get(name) == digest:
        return unstored(HttpResponse(status=204))
    known = format_html('<input type="hidden" id="{0}" name="{0}" value="{1}" hx-swap-oob="true">', name, digest)
    return unstored(HttpResponse(html + known))
