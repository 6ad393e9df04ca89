"""The thresholds as ops see them, on the page and by the API."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.review.security import PAGE_POLICY
from pipeline.store.models import Message, Ticket
from tests.integration.api import Api, status
from tests.ops_rows import read_mail
from tests.rows import open_draft, person

pytestmark = pytest.mark.django_db


def asked(**query: object) -> Any:
    return status(Api("ops").get("ops/thresholds?" + "&".join(f"{name}={value}" for name, value in query.items())), 200)


def label_of(found: Any, label: str) -> Any:
    return next(one for one in (*found["urgency"], *found["tone"]) if one["label"] == label)


def page(**query: object) -> str:
    client = Client()
    client.force_login(person("ops"))
    answer = client.get("/ops/thresholds", query)
    assert answer.status_code == 200
    assert answer["Content-Security-Policy"] == PAGE_POLICY
    return " ".join(answer.content.decode().split())


def recent(config: Config, *arguments: Any, **more: Any) -> Message:
    """A mail that was read, received today: the rows of tests have a date of their own."""
    row = read_mail(config, *arguments, **more)
    Message.objects.filter(pk=row.pk).update(received_at=timezone.now() - timedelta(hours=1))
    return row


def approve(config: Config, row: Message) -> None:
    assert row.ticket
    draft = open_draft(row.ticket)
    decisions.approve(config, person("agent"), draft.pk, draft.version)


def test_what_nobody_judged_has_no_precision(desk_config: Config) -> None:
    recent(desk_config)
    found = asked()
    assert (found["mails"], found["judged_urgency"]) == (1, 0)
    assert label_of(found, "normal") == {
        "label": "normal",
        "threshold": 0.5,
        "given": 1,
        "precision": {"part": 0, "whole": 0, "value": None, "few": True},
        "recall": {"part": 0, "whole": 0, "value": None, "few": True},
    }
    assert found["costs"]["observed"] is None


def test_an_answer_that_leaves_the_label_agrees_and_a_correction_does_not(desk_config: Config) -> None:
    agreed, wrong = recent(desk_config), recent(desk_config)
    approve(desk_config, agreed)
    agent = person("agent")
    decisions.correct_label(agent, wrong.pk, "urgency", "low")
    decisions.correct_label(agent, wrong.pk, "urgency", "critical")
    found = asked()
    assert (found["judged_urgency"], found["judged_tone"]) == (2, 1)
    assert label_of(found, "normal")["precision"] == {"part": 1, "whole": 2, "value": 0.5, "few": True}
    assert label_of(found, "critical")["recall"]["whole"] == 1
    assert label_of(found, "low")["recall"]["whole"] == 0
    assert label_of(found, "worried")["precision"]["value"] == 1.0
    assert found["costs"]["observed"] == 400.0  # two levels too low, of two mails
    shown = page()
    assert "50 % <span" in shown and "(1 of 2, few)" in shown


def test_a_correction_taken_back_is_agreement(desk_config: Config) -> None:
    row, agent = recent(desk_config), person("agent")
    for label in ("high", "normal"):
        decisions.correct_label(agent, row.pk, "urgency", label)
    assert label_of(asked(), "normal")["precision"] == {"part": 1, "whole": 1, "value": 1.0, "few": True}


def test_mailbox_and_days_narrow_it(desk_config: Config) -> None:
    recent(desk_config)
    read_mail(desk_config)
    Message.objects.order_by("-pk").filter(pk=Message.objects.latest("pk").pk).update(
        received_at=timezone.now() - timedelta(days=60)
    )
    assert [asked(days=days)["mails"] for days in (7, 90)] == [1, 2]
    assert asked(mailbox="nobody")["mails"] == 0
    assert asked(mailbox="care")["mails"] == 1


def test_another_threshold_is_tried_and_the_lines_for_it_are_given(desk_config: Config) -> None:
    row = recent(desk_config)
    recent(desk_config, ("low", "normal"))
    tried = asked(label="high", threshold=0.3)["what_if"]
    assert (tried["now"], tried["changed"]) == (0.45, 1)
    assert tried["moves"] == [{"was": "normal", "would_be": "high", "count": 1}]
    assert [one["ticket"] for one in tried["tickets"]] == [row.ticket_id]
    assert yaml.safe_load(tried["yaml"]) == {"default": {"urgency": {"high": 0.3}}}
    for_one = asked(label="angry", threshold=0.35, mailbox="care")["what_if"]
    assert yaml.safe_load(for_one["yaml"]) == {"mailboxes": {"care": {"tone": {"angry": 0.35}}}}
    assert for_one["costs"] is None
    shown = page(label="high", threshold="0.3")
    assert "1 of 2 mails" in shown
    assert f'<a href="/tickets/{row.ticket_id}">' in shown
    assert "high: 0.3" in shown


def test_what_a_person_said_is_kept_and_what_cannot_be_told_is_counted(desk_config: Config) -> None:
    corrected = recent(desk_config)
    decisions.correct_label(person("agent"), corrected.pk, "urgency", "low")
    recent(desk_config, ("high", "normal"), reasons=('Urgency is high: the writer says "by Friday"',))
    assert asked(label="high", threshold=0.3)["what_if"]["kept"] == 1
    less = asked(label="high", threshold=1.0)["what_if"]
    assert (less["changed"], less["open"]) == (0, 1)
    assert "calmdesk replay</code> asks the rules again" in page(label="high", threshold="1.0")
    recent(desk_config, tone=("angry", "abusive"), intensity=2)
    assert asked(label="abusive", threshold=0.2)["what_if"]["may_escalate"] == 1


def test_what_is_held_for_a_named_person_is_not_told_in_the_list(desk_config: Config) -> None:
    row = recent(desk_config)
    Ticket.objects.filter(pk=row.ticket_id).update(state="escalated", subject="A private word")
    assert asked(label="high", threshold=0.3)["what_if"]["tickets"][0]["subject"] == ""
    shown = page(label="high", threshold="0.3")
    assert "Held for a named person" in shown
    assert "A private word" not in shown


def test_what_a_customer_wrote_is_shown_and_never_run(desk_config: Config) -> None:
    row = recent(desk_config)
    Ticket.objects.filter(pk=row.ticket_id).update(subject="<script>alert(1)</script>")
    assert "<script>alert" not in page(label="high", threshold="0.3")


@pytest.mark.parametrize("threshold", ["", "0", "1.1", "nan", "inf", "x", "9" * 400, "-0.1"])
def test_a_threshold_that_is_none_is_said_to_be_none(desk_config: Config, threshold: str) -> None:
    shown = page(label="high", threshold=threshold)
    assert "A threshold is a number above 0" in shown
    assert "would have another label" not in shown


def test_odd_questions_are_left_out(desk_config: Config) -> None:
    assert "Choose a label" in page(label="<b>", threshold="0.3")
    shown = page(mailbox="' OR 1=1", days="x")
    assert '<option value="30" selected>' in shown
    for odd in ("label=nothing", "days=0", "threshold=0", "days=99999"):
        assert Api().get(f"ops/thresholds?{odd}").status_code == 422


def test_every_table_and_field_is_named(desk_config: Config) -> None:
    recent(desk_config)
    shown = page(label="high", threshold="0.3")
    assert shown.count("<table>") == shown.count("<caption>") == 4
    assert "<th>" not in shown
    fields = set(re.findall(r'<(?:select|input) id="([a-z-]+)"', shown))
    assert fields == set(re.findall(r'<label for="([a-z-]+)"', shown)) >= {"label", "threshold", "mailbox", "days"}
    assert ">Ops</a>" in shown


def test_however_many_mails_there_are_the_page_asks_the_same(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def queries() -> int:
        client = Client()
        client.force_login(reader)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/ops/thresholds?label=high&threshold=0.3").status_code == 200
        return len(asked)

    reader = person("ops")
    recent(desk_config)
    before = queries()
    for _ in range(4):
        approve(desk_config, recent(desk_config))
    assert queries() == before
    monkeypatch.setattr("pipeline.review.ops_readings.MOST", 3)
    assert asked()["mails"] == 3
