from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from pipeline.config import Config
from pipeline.errors import FlowError, NotAllowed
from pipeline.review import decisions
from pipeline.review.customers import customer
from pipeline.review.saved import saved_views
from pipeline.store.models import AuditEvent, CustomerNote, Draft, Outgoing, SavedView, Ticket
from tests.rows import drafted_ticket, person, queued

pytestmark = pytest.mark.django_db
ORLA = {"mailbox": "care", "email": "orla@example.com"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_tickets_promises_money_and_notes(desk_config: Config) -> None:
    row, now = queued(desk_config), timezone.now()
    promise = {"text": "We write by noon.", "start": 0, "end": 17, "due_at": (now - timedelta(hours=1)).isoformat()}
    Draft.objects.filter(pk=row.approval.draft_id).update(state="sent", promises=[promise])
    Outgoing.objects.filter(pk=row.pk).update(state="sent", sent_at=now - timedelta(days=1))
    user = person("agent")
    decisions.add_note(desk_config, user, "care", "Orla@Example.com", "<b>Deaf</b>: write, never call.")
    page = client_of(user).get("/customers", ORLA).content.decode()
    assert "We write by noon." in page
    assert "overdue since" in page
    assert "&lt;b&gt;Deaf" in page
    assert f"/tickets/{row.ticket_id}" in page
    decisions.record_action(user, row.ticket_id, "refund", "12.50", "EUR")
    page = client_of(user).get("/customers", ORLA).content.decode()
    assert "In all EUR 12.50" in page
    assert "We write by noon." not in page, "something was done since"


def test_a_ticket_shows_the_same_promises_as_the_customer_whichever_mailbox_of_the_firm(
    desk_config: Config, settings: Any
) -> None:
    row, now = queued(desk_config), timezone.now()
    late = {"text": "We write by noon.", "start": 0, "end": 17, "due_at": (now - timedelta(hours=1)).isoformat()}
    undated = {"text": "We will see.", "start": 18, "end": 30, "due_at": None}
    Draft.objects.filter(pk=row.approval.draft_id).update(state="sent", promises=[late, undated])
    Outgoing.objects.filter(pk=row.pk).update(state="sent", sent_at=now - timedelta(days=1))
    other = drafted_ticket(desk_config)
    Ticket.objects.filter(pk=row.ticket_id).update(mailbox="sales")
    care = desk_config.mailboxes["care"]
    settings.CALMDESK = replace(desk_config, mailboxes={"care": care, "sales": care})
    client = client_of(person("agent"))
    for page in (client.get(f"/tickets/{other.pk}"), client.get("/customers", ORLA)):
        text = page.content.decode()
        assert "We write by noon." in text and "overdue since" in text and "We will see." in text
        assert f"/tickets/{row.ticket_id}" in text


def test_two_firms_never_mix(desk_config: Config) -> None:
    care = desk_config.mailboxes["care"]
    other = care.model_copy(update={"firm": care.firm.model_copy(update={"name": "Brightmoor"})})
    mailboxes = {"care": care, "sales": care, "tents": other}
    config = replace(desk_config, mailboxes=mailboxes)
    mine = drafted_ticket(desk_config)
    theirs = Ticket.objects.create(mailbox="tents", customer_email="orla@example.com")
    agent = person("agent")
    decisions.add_note(config, agent, "sales", "orla@example.com", "ours")
    decisions.add_note(config, agent, "tents", "orla@example.com", "theirs")
    for mailbox, ticket, note in (("care", mine, "ours"), ("sales", mine, "ours"), ("tents", theirs, "theirs")):
        found = customer(config, mailbox, "ORLA@example.com", timezone.now())
        assert found is not None
        assert [one.ticket for one in found.conversations] == [ticket]
        assert [one.text for one in found.notes] == [note]


def test_somebody_who_never_wrote_has_no_page(desk_config: Config) -> None:
    drafted_ticket(desk_config)
    for asked in ({}, ORLA | {"email": "x@example.com"}, ORLA | {"mailbox": "other"}, {"mailbox": "care"}):
        assert client_of(person("agent")).get("/customers", asked).status_code == 404


def test_notes_are_added_by_agents_changed_by_their_author_and_deleted_by_leads(desk_config: Config) -> None:
    drafted_ticket(desk_config)
    agent, other, lead = person("agent"), person("agent"), person("lead")
    note = decisions.add_note(desk_config, agent, "care", "orla@example.com", "One")
    for user in (other, lead):
        with pytest.raises(NotAllowed):
            decisions.edit_note(user, note.pk, "Two")
    for user in (agent, other, person("ops"), person("auditor"), person("")):
        with pytest.raises(NotAllowed):
            decisions.delete_note(user, note.pk)
    with pytest.raises(NotAllowed):
        decisions.add_note(desk_config, person("auditor"), "care", "orla@example.com", "One")
    for text in ("", " \n", "x" * 4001):
        with pytest.raises(FlowError):
            decisions.edit_note(agent, note.pk, text)
    decisions.edit_note(agent, note.pk, "Two")
    assert CustomerNote.objects.get().text == "Two"
    decisions.delete_note(lead, note.pk)
    actions = AuditEvent.objects.filter(action__startswith="note").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["note added", "note edited", "note deleted"]


def test_the_page_notes_and_changes_through_forms(desk_config: Config) -> None:
    drafted_ticket(desk_config)
    agent, lead = client_of(person("agent")), client_of(person("lead"))
    agent.post("/customers/notes", ORLA | {"text": "Line one"})
    note = CustomerNote.objects.get()
    agent.post(f"/customers/notes/{note.pk}", {"action": "delete"})
    agent.post(f"/customers/notes/{note.pk}", {"text": "Line two"})
    assert CustomerNote.objects.get().text == "Line two"
    lead.post(f"/customers/notes/{note.pk}", {"action": "delete"})
    assert not CustomerNote.objects.exists()
    assert agent.post("/customers/notes/99", {}).status_code == 404


def test_a_view_is_ones_own_unless_a_lead_shares_it(desk_config: Config) -> None:
    agent, other, lead = person("agent"), person("agent"), person("lead")
    mine = decisions.save_view(agent, " Late  refunds ", "refund is:overdue")
    shared = decisions.save_view(lead, "Legal", "lawyer", shared=True)
    assert saved_views(agent) == [mine, shared]
    assert saved_views(other) == [shared]
    again = decisions.save_view(agent, "Late refunds", "refund")
    assert (again.pk, SavedView.objects.get(pk=mine.pk).query) == (mine.pk, "refund")
    with pytest.raises(NotAllowed):
        decisions.save_view(agent, "All", "x", shared=True)
    for user, view in ((other, mine), (lead, mine), (agent, shared)):
        with pytest.raises(NotAllowed):
            decisions.delete_view(user, view.pk)
    for name, query in (("", "x"), ("x" * 61, "x"), ("x", ""), ("x", "!!!"), ("x", "x" * 501)):
        with pytest.raises(FlowError):
            decisions.save_view(agent, name, query)
    decisions.delete_view(agent, mine.pk)
    decisions.delete_view(person("lead"), shared.pk)
    assert not SavedView.objects.exists()


def test_the_search_page_saves_and_lists_views(desk_config: Config) -> None:
    drafted_ticket(desk_config)
    client = client_of(person("agent"))
    client.post("/search/views", {"q": "parcel", "name": "Parcels"})
    assert "Parcels" in client.get("/search").content.decode()
    assert "Parcels" in client.get("/").content.decode()
    client.post(f"/search/views/{SavedView.objects.get().pk}/delete")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("role", ["agent", "lead", "ops", "auditor", ""])
def test_each_role_finds_and_notes_what_it_may(desk_config: Config, role: str) -> None:
    drafted_ticket(desk_config)
    note = decisions.add_note(desk_config, person("agent"), "care", "orla@example.com", "One")
    client = client_of(person(role))
    assert client.get("/customers", ORLA).status_code == (200 if role else 403)
    for path, form, may in (
        ("/customers/notes", ORLA | {"text": "Two"}, role in ("agent", "lead")),
        ("/search/views", {"q": "x", "name": "Mine"}, bool(role)),
        ("/search/views", {"q": "x", "name": "Ours", "shared": "on"}, role == "lead"),
        (f"/customers/notes/{note.pk}", {"action": "delete"}, role == "lead"),
    ):
        response = client.post(path, form, follow=True)
        assert response.status_code == (200 if role else 403)
        assert ("may not" in response.content.decode()) is (bool(role) and not may), path
    if role:
        assert client.post("/search/views/99/delete").status_code == 404
