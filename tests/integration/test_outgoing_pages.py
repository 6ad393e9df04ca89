from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.config import Config
from pipeline.review.outgoing import GROUPS, PAGE_SIZE
from pipeline.store.models import Outgoing, Ticket
from tests.rows import drafted_ticket, mail_bytes, person, queued

pytestmark = pytest.mark.django_db


def signed_in(role: str = "auditor") -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def listed(client: Client, group: str) -> str:
    return client.get("/outgoing", {"group": group}).content.decode()


@pytest.mark.parametrize(
    ("state", "group"),
    [
        *(("queued", "waiting"), ("claimed", "waiting"), ("transmitting", "waiting")),
        *(("sent", "sent"), ("failed", "failed"), ("uncertain", "failed")),
    ],
)
def test_each_mail_stands_in_its_list_with_the_reason(desk_config: Config, state: str, group: str) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state=state, error="" if state == "sent" else "550 no such user", server_reply="250 ok")
    client = signed_in()
    for name in GROUPS:
        assert (f'href="/outgoing/{row.pk}"' in listed(client, name)) is (name == group)
    assert ("250 ok" if state == "sent" else "550 no such user") in listed(client, group)


def test_only_who_may_settle_is_offered_to(desk_config: Config) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state="failed", error="refused")
    for role, may in (("lead", True), ("ops", True), ("agent", False), ("auditor", False)):
        client = signed_in(role)
        assert (f'action="/outgoing/{row.pk}/settle"' in listed(client, "failed")) is may
        assert (f'action="/outgoing/{row.pk}/settle"' in client.get(f"/outgoing/{row.pk}").content.decode()) is may


def test_the_page_of_a_mail_is_its_evidence(desk_config: Config) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state="sent", server_reply="250 2.0.0 Ok: queued as 4F7", tries=2)
    client = signed_in()
    page = client.get(f"/outgoing/{row.pk}").content.decode()
    for told in (row.approval.hash, row.approval.approver.get_username(), "queued as 4F7", "draft approved", "Intact"):
        assert told in page
    raw = client.get(f"/outgoing/{row.pk}/raw")
    assert raw.content == bytes(row.raw)
    assert raw["Content-Disposition"] == f'attachment; filename="reply-{row.pk}.eml"'
    assert raw["Content-Type"] == "application/octet-stream"


def test_bytes_that_are_not_the_approved_ones_are_told(desk_config: Config) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(raw=bytes(row.raw) + b"x")
    page = signed_in().get(f"/outgoing/{row.pk}").content.decode()
    assert "not the one that was approved" in page
    assert "Intact" not in page


def test_the_subject_of_an_escalated_ticket_is_masked_in_the_list(desk_config: Config) -> None:
    row = queued(desk_config, drafted_ticket(desk_config, mail_bytes(subject="Unspeakable words")))
    Ticket.objects.update(state="escalated")
    assert "Unspeakable" not in listed(signed_in(), "waiting")
    assert f'href="/outgoing/{row.pk}"' in listed(signed_in(), "waiting")


def test_a_list_is_paged_and_asks_as_much_for_many_as_for_one(desk_config: Config) -> None:
    row = queued(desk_config)
    client = signed_in()
    with CaptureQueriesContext(
        connection,
    ) as one:
        listed(client, "waiting")
    for number in range(PAGE_SIZE):
        approval = row.approval
        approval.pk = None
        approval.save()
        Outgoing.objects.create(
            approval=approval, ticket=row.ticket, mailbox="care", message_id=f"<{number}@x>", sender="a@x", recipients=["b@x"], raw=b""
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        page = listed(client, "waiting")
    assert len(many) == len(one)
    assert page.count("/settle") == 0
    oldest = Outgoing.objects.order_by("pk")[1].pk
    assert f"before={oldest}" in page
    rest = client.get("/outgoing", {"group": "waiting", "before": oldest}).content.decode()
    assert f'href="/outgoing/{row.pk}"' in rest
    assert "Older ones" not in rest


def test_an_odd_page_is_the_first(desk_config: Config) -> None:
    queued(desk_config)
    for before in ("x", "-1", "9" * 5000):
        assert signed_in().get("/outgoing", {"group": "no such", "before": before}).status_code == 200


def test_what_is_not_there_is_not_found(desk_config: Config) -> None:
    for path in ("/outgoing/99", "/outgoing/99/raw"):
        assert signed_in().get(path).status_code == 404
