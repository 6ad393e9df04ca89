"""What the left pane shows: a view of the queue, or the results of a search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pipeline.review import queue as queues
from pipeline.review.access import user_of
from pipeline.review.installation import configuration
from pipeline.review.place import Place, asker_of, place_of
from pipeline.review.queue import View
from pipeline.review.roles import Permission, permissions
from pipeline.review.saved import saved_views
from pipeline.review.shelves import GROUPS, SHELVES, Asker
from pipeline.store.search import find, read

ALWAYS = ("open", "mine", "unassigned")
"""The views of whoever answers mail."""


def left_context(request: HttpRequest) -> dict[str, Any]:
    """What the address of the page names."""
    place = place_of(request)
    return results_context(request, place) if place.search else list_context(request, place)


def list_context(request: HttpRequest, place: Place) -> dict[str, Any]:
    after, asker = request.GET.get("after", ""), asker_of(request, place)
    found = queues.lines(place.view, place.group, asker, after)
    near, far = _views(asker, place)
    return _shared(request, place) | {
        "views": near,
        "empty_views": far,
        "groups": [(name, shelf.title) for name, shelf in GROUPS.items()] if place.view == "suppressed" else [],
        "mailboxes": list(configuration().mailboxes),
        "after": after,
        "next": found.next,
        "lines": found.lines,
        "tells_why": SHELVES[place.view].mails is not None,
    }


def _views(asker: Asker, place: Place) -> tuple[list[View], list[View]]:
    """The views that are worth a look, and those that are folded away as there is nothing in them."""
    completes = Permission.COMPLETE in permissions(asker.user)
    views = [view for view in queues.views(asker) if view.name != "second" or completes or place.view == "second"]
    near = [view for view in views if view.count or view.name in (*ALWAYS, place.view)]
    return near, [view for view in views if view not in near]


def results_context(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Also of no search at all: how one searches, and the views that are saved."""
    asker, query = asker_of(request, place), read(place.search)
    found = find(query, asker.user, asker.now, request.GET.get("after", ""))
    return _shared(request, place) | {
        "query": query,
        "found": found,
        "lines": found.hits,
        "can_share": Permission.CURATE in permissions(asker.user),
    }


def _shared(request: HttpRequest, place: Place) -> dict[str, Any]:
    may = permissions(user_of(request))
    return {
        "selected": 0,
        "place": place,
        "saved_views": saved_views(user_of(request)),
        "can_decide": Permission.DECIDE in may,
        "can_settle": Permission.SETTLE in may,
    }
