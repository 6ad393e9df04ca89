"""The audit trail as an auditor reads it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.config import Config
from pipeline.store import tickets
from pipeline.store.models import AuditEvent
from tests.integration.api import Api, status
from tests.rows import drafted_ticket, person, queued

pytestmark = pytest.mark.django_db


def signed_in(role: str = "auditor") -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def listed(client: Client, **asked: str) -> list[int]:
    """The numbers of the lines that a page shows."""
    page = client.get("/audit", asked).content.decode()
    return [int(part.split("<")[0]) for part in page.split('<th scope="row" class="number">')[1:]]


def fits(**columns: object) -> list[int]:
    return list(AuditEvent.objects.filter(**columns).order_by("-pk").values_list("pk", flat=True))


def test_the_trail_is_shown_newest_first_with_what_belongs_to_no_ticket(desk_config: Config) -> None:
    row, client = queued(desk_config), signed_in()
    assert listed(client) == fits()
    page = client.get("/audit").content.decode()
    assert "draft approved" in page and "logged in" in page and f'href="/tickets/{row.ticket_id}"' in page
    assert f"draft {row.approval.draft_id}, version 1" in page
    assert AuditEvent.objects.latest("pk").hash in page


def test_person_action_ticket_and_subject_narrow_it_each_exactly(desk_config: Config) -> None:
    row, client = queued(desk_config), signed_in()
    other = queued(desk_config, drafted_ticket(desk_config))
    name = row.approval.approver.get_username()
    assert listed(client, actor=name) == fits(actor=name)
    assert listed(client, action="draft approved") == fits(action="draft approved")
    assert listed(client, ticket=str(other.ticket_id)) == fits(ticket=other.ticket_id)
    assert listed(client, about="desk") == fits(ticket=None)
    assert listed(client, about="tickets", actor=name) == fits(ticket=row.ticket_id, actor=name)
    for odd in ({"ticket": "x"}, {"ticket": "9" * 99}, {"actor": name[:-1]}, {"action": "' OR 1=1"}):
        assert listed(client, **odd) == []
    assert listed(client, about="all", before="x") == fits()


def test_pages_hold_every_line_once(desk_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.review.audit.PAGE_SIZE", 3)
    client = signed_in()
    for number in range(7):
        tickets.record("ada", "tried again", None, number=number)
    found, before = [], ""
    while lines := listed(client, actor="ada", before=before):
        found += lines
        before = str(lines[-1])
    assert found == fits(actor="ada")


def test_what_stands_in_a_line_is_shown_and_never_run(desk_config: Config) -> None:
    tickets.record("<script>alert(1)</script>", "tags set", None, items=["<img src=x>"], none=None)
    page = signed_in().get("/audit").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "items &lt;img src=x&gt;, none" in page


def test_however_long_the_trail_is_a_page_asks_the_same(desk_config: Config) -> None:
    client = signed_in()
    client.get("/audit")
    with CaptureQueriesContext(connection) as short:
        client.get("/audit")
    for number in range(30):
        tickets.record("ada", "tried again", drafted_ticket(desk_config) if number < 2 else None)
    with CaptureQueriesContext(connection) as long:
        client.get("/audit")
    assert len(long) == len(short)


def test_the_api_narrows_the_trail_as_the_page_does(desk_config: Config) -> None:
    row, api = queued(desk_config), Api("auditor")
    name = row.approval.approver.get_username()

    def asked(query: str) -> list[int]:
        return [one["id"] for one in status(api.get(f"audit?{query}"), 200)["items"]]

    assert asked(f"actor={name}&about=tickets") == fits(actor=name, ticket=row.ticket_id)
    assert asked("action=draft%20approved") == fits(action="draft approved")
    assert asked("about=desk") == fits(ticket=None)
    status(api.get("audit?about=else"), 422)
