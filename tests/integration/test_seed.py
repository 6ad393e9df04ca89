from __future__ import annotations

import pytest
from django.test import Client

from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.review.queue import VIEWS
from pipeline.seeding.seed import seed
from pipeline.store import audit, codec
from pipeline.store.models import Message, SearchDocument, Ticket
from tests.rows import MORNING, person

pytestmark = pytest.mark.django_db


def test_seeded_tickets_are_like_any_others_to_the_pages(desk_config: Config) -> None:
    assert list(seed("care", 150, MORNING)) == [150]
    assert Ticket.objects.count() == SearchDocument.objects.count() == 150
    for message in Message.objects.all():
        codec.parsed_from_json(message.parsed)
        assert message.triage is None or codec.triage_from_json(message.triage)
    client = Client()
    client.force_login(person("lead"))
    for view in VIEWS:
        assert client.get("/", {"view": view}).status_code == 200
    for state in Ticket.objects.values_list("state", flat=True).distinct():
        ticket = Ticket.objects.filter(state=state)[0]
        assert client.get(f"/tickets/{ticket.pk}").status_code == 200
        asked = {"mailbox": "care", "email": ticket.customer_email}
        assert client.get("/customers", asked).status_code == 200


def test_a_database_with_tickets_is_left_alone_unless_more_is_said(desk_config: Config) -> None:
    list(seed("care", 3, MORNING))
    texts = list(SearchDocument.objects.order_by("position").values_list("text", flat=True))
    with pytest.raises(InputError):
        list(seed("care", 3, MORNING))
    assert Ticket.objects.count() == 3
    list(seed("care", 2, MORNING, more=True))
    assert Ticket.objects.count() == 5
    assert len(set(texts)) == 3


def test_the_audit_trail_of_a_seeded_desk_is_whole_and_goes_on(desk_config: Config) -> None:
    list(seed("care", 3, MORNING))
    list(seed("care", 2, MORNING, more=True))
    before = audit.verify()
    assert isinstance(before, audit.Whole)
    Client().force_login(person("lead"))
    after = audit.verify(before.head)
    assert isinstance(after, audit.Whole)
    assert after.rows > before.rows
