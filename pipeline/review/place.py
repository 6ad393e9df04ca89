"""The list that stands beside a ticket: which view of the queue, or the results of which search, one works through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from pipeline.review import queue as queues
from pipeline.review.access import user_of
from pipeline.review.installation import configuration
from pipeline.review.shelves import Asker
from pipeline.store.search import find, read

FIRST = queues.view_of(None)


@dataclass(frozen=True, slots=True)
class Place:
    """A view with its group and mailbox; with ``search`` the results of that instead."""

    view: str = FIRST
    group: str = ""
    mailbox: str = ""
    search: str = ""

    @property
    def query(self) -> str:
        """As it stands behind the ? of an address; empty for the view that is shown first."""
        if self.search:
            return urlencode({"q": self.search})
        named = {"view": "" if self.view == FIRST else self.view, "group": self.group, "mailbox": self.mailbox}
        return urlencode({name: value for name, value in named.items() if value})

    def beside(self, ticket_id: int, draft_id: int | None = None) -> str:
        """The address of a ticket with this list beside it."""
        asked = [] if draft_id is None else [urlencode({"draft": draft_id})]
        return _address(reverse("ticket", args=[ticket_id]), *asked, self.query)

    @property
    def address(self) -> str:
        """Of the list itself."""
        return _address(reverse("search" if self.search else "queue"), self.query)


def _address(path: str, *asked: str) -> str:
    return "?".join([path, "&".join(filter(None, asked))]).rstrip("?")


def place_of(request: HttpRequest) -> Place:
    """The place that the address of a page names; what a page sends comes from the place that it shows."""
    return _place(request.GET) if request.method == "GET" else place_of_page(request)


def place_of_page(request: HttpRequest) -> Place:
    """The place that the page shows which the request comes from, by the address of that page."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return _place(QueryDict(address.partition("?")[2].partition("#")[0]))


def _place(asked: Mapping[str, str]) -> Place:
    """What is not known, or not configured any more, is as if it were not named."""
    view = queues.view_of(asked.get("view"))
    mailbox = asked.get("mailbox", "")
    return Place(
        view=view,
        group=queues.group_of(view, asked.get("group")),
        mailbox=mailbox if mailbox in configuration().mailboxes else "",
        search=asked.get("q", "").strip(),
    )


def asker_of(request: HttpRequest, place: Place) -> Asker:
    return Asker(user_of(request), timezone.now(), place.mailbox)


def next_at(place: Place, user: User, now: datetime, ticket_id: int) -> int | None:
    """The ticket behind this one in the list, or the first one where it is the last; of results one that waits."""
    if not place.search:
        return queues.next_in(place.view, Asker(user, now, place.mailbox), ticket_id, place.group)
    found = [hit.ticket for hit in find(read(place.search), user, now).hits]
    here = next((number for number, row in enumerate(found) if row.pk == ticket_id), 0)
    waiting = (row.pk for row in (*found[here + 1 :], *found[:here]) if row.risk_at and row.pk != ticket_id)
    return next(waiting, None)
