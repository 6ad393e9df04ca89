from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import Message, SearchDocument, Ticket
from pipeline.store.search import Found, find, read
from tests.integration.test_store import postgresql  # noqa: F401  # a fixture
from tests.rows import MORNING, drafted_ticket, mail_bytes, make_desk, open_draft, person, stored, triage_of, work_off


def _searched(url: str, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.integration.search_rows", url, str(home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_both_databases_find_the_same_tickets(postgresql: str, tmp_path: Path) -> None:  # noqa: F811
    sqlite = _searched("sqlite:///search.sqlite3", tmp_path)
    other = _searched(f"{postgresql}/postgres", tmp_path)
    for query, pages in sqlite["before"].items():
        numbers = sorted(number for page in pages for number in page)
        assert len(set(numbers)) == len(numbers), query
        assert numbers == sorted(number for page in other["before"][query] for number in page), query
        for again in (sqlite["after"][query], other["after"][query]):
            assert numbers == sorted(number for page in again for number in page), query
    counts = {query: sum(map(len, pages)) for query, pages in sqlite["before"].items()}
    assert counts["FH-100007"] <= counts["fh 100007"] <= 1
    assert counts["tag:vip"] == counts["is:mine"] == 1
    assert counts["nosuchword"] == counts["mailbox:other"] == counts["is:snoozed"] == 0
    assert counts["tent"] == counts["state:sent tent"] + counts["-state:sent tent"] > 25
    assert counts["tent"] > counts["tent -refund"] > 0
    assert counts["zip lost"] >= counts['"lost its zip"'] > counts['"zip its lost"'] == 0
    assert counts["zoe"] >= counts['from:"Zoë Zander"']


def found(query: str, **more: Any) -> Found:
    return find(read(query), more.pop("user", None) or person("agent"), MORNING, **more)


def numbers(query: str) -> list[int]:
    return [hit.ticket.pk for hit in found(query).hits]


@pytest.mark.django_db
def test_mail_replies_and_notes_are_found_as_soon_as_they_are_stored(desk_config: Config) -> None:
    agent = person("agent")
    ticket = drafted_ticket(desk_config, mail_bytes("The hammock has a torn seam.", subject="Hammock"))
    assert numbers("torn hammock") == numbers("from:orla@example.com") == numbers("tennick") == [ticket.pk]
    assert not numbers("fernhollow"), "what is only proposed was not said"
    draft = open_draft(ticket)
    decisions.approve(desk_config, agent, draft.pk, draft.version)
    assert numbers("fernhollow") == [ticket.pk]
    note = decisions.add_note(desk_config, agent, "care", "ORLA@example.com", "Prefers the telephone.")
    assert numbers("telephone") == [ticket.pk]
    decisions.edit_note(agent, note.pk, "Prefers letters.")
    assert (numbers("telephone"), numbers("letters")) == ([], [ticket.pk])
    decisions.record_action(agent, ticket.pk, "refund", "10", "EUR", "by carrier pigeon")
    assert numbers('"carrier pigeon"') == [ticket.pk]


@pytest.mark.django_db
def test_suppressed_and_quarantined_mail_is_found(desk_config: Config) -> None:
    stored(mail_bytes("I am away until spring.", headers=["Auto-Submitted: auto-replied"]))
    work_off(make_desk(desk_config))
    assert len(numbers("spring state:suppressed")) == 1
    broken = stored(mail_bytes("Yesterday", subject="Xylophone"))
    Message.objects.filter(pk=broken.pk).update(complete=False)
    work_off(make_desk(desk_config))
    assert len(numbers("xylophone state:quarantined")) == 1


@pytest.mark.django_db
def test_what_is_held_for_a_named_person_is_found_and_not_shown(desk_config: Config) -> None:
    stored(mail_bytes("I will hurt myself.", subject="Goodbye forever"))
    work_off(make_desk(desk_config, lambda record: triage_of(record, escalate="words of self-harm")))
    (hit,) = found("hurt").hits
    assert (hit.masked, hit.snippet) == (True, ())
    client = Client()
    client.force_login(person("agent"))
    page = client.get("/search", {"q": "hurt"}).content.decode()
    assert "Held for a named person" in page
    assert "Goodbye" not in page


@pytest.mark.django_db
def test_words_in_the_subject_count_more_and_then_the_newer_ticket(desk_config: Config) -> None:
    only_text = [drafted_ticket(desk_config, mail_bytes(f"My kettle {n} leaks.", subject="Hello")).pk for n in (1, 2)]
    subject = drafted_ticket(desk_config, mail_bytes("It leaks.", subject="The kettle")).pk
    newest = drafted_ticket(desk_config, mail_bytes("My kettle 3 leaks.", subject="Hello")).pk
    assert numbers("kettle") == [subject, newest, *reversed(only_text)]


@pytest.mark.django_db
def test_pages_hold_every_result_once_also_when_new_mail_comes_between(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.search.finding.PAGE", 2)
    monkeypatch.setattr("pipeline.store.search.finding.WINDOW", 3)
    there = {drafted_ticket(desk_config, mail_bytes(f"A kettle {n}.")).pk for n in range(8)}
    seen: list[int] = []
    cursor = ""
    while True:
        page = found("kettle", cursor=cursor)
        seen += [hit.ticket.pk for hit in page.hits]
        drafted_ticket(desk_config, mail_bytes("Another kettle."))
        cursor = page.next
        if not cursor:
            break
    assert sorted(seen) == sorted(there)


@pytest.mark.django_db
def test_hostile_text_is_shown_as_text(desk_config: Config) -> None:
    drafted_ticket(desk_config, mail_bytes("kettle <script>alert(1)</script>", subject="<img src=x onerror=alert(2)>"))
    client = Client()
    client.force_login(person("agent"))
    page = client.get("/search", {"q": 'kettle "><script>alert(3)</script>'}).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    page = client.get("/search", {"q": "kettle"}).content.decode()
    assert '<mark class="evidence">kettle</mark>' in page


class Anything(TestCase):
    @given(st.text(max_size=80) | st.text(alphabet="ab \"-:*()^{}'<>|&!\0", max_size=60))
    def test_nothing_that_can_be_typed_is_an_error(self, text: str) -> None:
        user = person("agent")
        Ticket.objects.create(mailbox="care")
        query = read(text)
        assert find(query, user, MORNING).count >= 0
        assert query.is_empty or query.text == text

    @given(st.text(max_size=40))
    def test_nor_is_any_cursor(self, cursor: str) -> None:
        assert not find(read("word"), person("agent"), MORNING, cursor).hits


@pytest.mark.django_db
def test_a_ticket_that_is_taken_away_leaves_no_words_behind(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes("A kettle."))
    SearchDocument.objects.filter(ticket=ticket).delete()
    assert not numbers("kettle")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO store_searchindex(store_searchindex, rank) VALUES ('integrity-check', 1)")
