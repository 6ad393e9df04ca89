"""However many tickets there are, a page asks as many questions of the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Max
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipeline.config import Config
from pipeline.review.queue import VIEWS, tickets_in
from pipeline.review.shelves import Asker
from pipeline.seeding.seed import seed
from pipeline.store.models import Ticket
from tests.rows import MORNING, person

pytestmark = pytest.mark.django_db
SEARCHES = (
    "tent",
    '"head torch"',
    "tent refund",
    "tent -please",
    "parcel state:sent",
    "from:example.com",
    "state:sent",
)


def test_the_number_of_queries_of_a_page_does_not_grow_with_what_is_stored(desk_config: Config) -> None:
    agent = person("agent")
    list(seed("care", 120, MORNING))
    _work_on(agent, 10)
    before = _counts(agent)
    assert {"open", "sent", "mine", "ticket, drafted", "tent", "customer"} <= set(before)
    list(seed("care", 480, MORNING, more=True))
    _work_on(agent, 40)
    after = _counts(agent)
    assert {page: after[page] for page in before} == before


def _work_on(agent: User, number: int) -> None:
    """Have people work on some of the tickets that wait, and let one customer have many."""
    waiting = list(Ticket.objects.filter(risk_at__isnull=False).order_by("-pk")[:number])
    for row in waiting:
        row.tags.get_or_create(name=f"tag {row.pk % 5}")
        row.assignee, row.opened_by, row.opened_until = agent, agent, timezone.now() + timedelta(hours=1)
        row.save()
    Ticket.objects.filter(pk__in=[row.pk for row in waiting[::2]]).update(customer_email="many@mail.example")
    agent.saved_views.create(name=f"view {number}", query="tent")


def _counts(agent: User) -> dict[str, int]:
    """Of each page, how many queries it makes: views and searches by name, tickets by their state."""
    client = Client()
    client.force_login(agent)
    asker = Asker(agent, timezone.now())
    pages = {view: f"/?view={view}" for view in VIEWS if tickets_in(view, asker).exists()}
    pages |= {query: f"/search?q={query}" for query in SEARCHES}
    states = Ticket.objects.values_list("state").annotate(Max("pk"))
    pages |= {f"ticket, {state}": f"/tickets/{number}" for state, number in states}
    pages |= {"ops": "/ops?mailbox=care&days=90", "ops, model": "/ops/model"}
    pages["customer"] = "/customers?mailbox=care&email=many@mail.example"
    return {page: _queries(client, address) for page, address in pages.items()}


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
