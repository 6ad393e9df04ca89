"""The pages of ops: what came by day, what became of it, and what the cards of the weights say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pipeline.config import Config, load_config
from pipeline.records import Judgement, Service
from pipeline.review import decisions
from pipeline.review.installation import configuration
from pipeline.review.volume_rows import UNREAD, volumes
from pipeline.review.volumes import Series, Span
from pipeline.store.models import Draft, Message, Outgoing, Ticket
from pipeline.store.services import note_trouble
from tests.integration.api import Api, status
from tests.rows import drafted_ticket, mail_bytes, make_desk, open_draft, person, queued, stored, triage_of, work_off

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY = NOW.date()


def counted(found: Series) -> dict[tuple[date, str], int]:
    """What is not 0."""
    return {
        (day.day, label): count
        for day in found.days
        for label, count in zip(found.labels, day.counts, strict=True)
        if count
    }


def received(at: datetime, **labels: str) -> Message:
    """A customer's mail, read and drafted."""
    row = stored(mail_bytes(), received_at=at)
    judged: dict[str, Any] = {name: Judgement(label, 0.9, {label: 0.9}) for name, label in labels.items()}
    work_off(make_desk(configuration(), lambda record: triage_of(record, **judged)))
    row.refresh_from_db()
    return row


def test_mail_is_counted_by_day_urgency_and_tone(desk_config: Config) -> None:
    received(NOW, urgency="critical", tone="angry")
    received(NOW - timedelta(hours=1), urgency="low", tone="angry")
    received(NOW - timedelta(days=13), urgency="high", tone="neutral")
    received(NOW - timedelta(days=14), urgency="high", tone="neutral")
    stored(mail_bytes("I am away.", headers=["Auto-Submitted: auto-replied"]), received_at=NOW)
    work_off(make_desk(desk_config))
    stored(mail_bytes("Read me."), received_at=NOW)
    quarantined = stored(mail_bytes("Odd."), received_at=NOW)
    Message.objects.filter(pk=quarantined.pk).update(state="quarantined", triage={"urgency": {"label": "high"}})
    history = stored(mail_bytes("Old."), received_at=NOW)
    Message.objects.filter(pk=history.pk).update(state="history")
    found = volumes(desk_config, "", Span.FORTNIGHT, NOW)
    first = TODAY - timedelta(days=13)
    assert counted(found.arrived) == {
        (TODAY, "customers"): 3,
        (TODAY, "no answer due"): 1,
        (TODAY, "quarantined"): 1,
        (first, "customers"): 1,
    }
    assert counted(found.urgency) == {
        (TODAY, "critical"): 1,
        (TODAY, "low"): 1,
        (TODAY, UNREAD): 1,
        (first, "high"): 1,
    }
    assert counted(found.tone) == {(TODAY, "angry"): 2, (TODAY, UNREAD): 1, (first, "neutral"): 1}
    assert volumes(desk_config, "another", Span.FORTNIGHT, NOW).arrived.total == 0
    assert volumes(desk_config, "care", Span.MONTH, NOW).arrived.total == 7


def test_a_day_is_one_of_the_mailboxs_own_calendar(desk_config: Config) -> None:
    policy = desk_config.folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    zone = str(desk_config.policy.calendar.timezone)
    policy.write_text(text.replace(f"timezone: {zone}", "timezone: Asia/Kathmandu"), encoding="utf-8")
    config = load_config(desk_config.folder)
    received(datetime(2026, 11, 23, 18, 14, tzinfo=UTC))
    received(datetime(2026, 11, 23, 18, 15, tzinfo=UTC))
    there = volumes(config, "care", Span.FORTNIGHT, NOW)
    assert there.zone == "Asia/Kathmandu"
    assert counted(there.arrived) == {(date(2026, 11, 23), "customers"): 1, (date(2026, 11, 24), "customers"): 1}
    assert counted(volumes(config, "", Span.FORTNIGHT, NOW).arrived) == {(date(2026, 11, 23), "customers"): 2}


def sent(config: Config, hours: float, **changes: Any) -> Outgoing:
    """A reply sent so many hours after its mail came, promised within four; ``changes`` are those of its draft."""
    row = received(NOW - timedelta(days=1))
    assert row.ticket is not None
    reply = queued(config, row.ticket)
    Draft.objects.filter(pk=reply.approval.draft_id).update(state="sent", **changes)
    Outgoing.objects.filter(pk=reply.pk).update(state="sent", sent_at=row.received_at + timedelta(hours=hours))
    Ticket.objects.filter(pk=row.ticket.pk).update(reply_due_at=row.received_at + timedelta(hours=4))
    return reply


def test_replies_are_counted_with_their_median_and_the_promise(desk_config: Config) -> None:
    assert volumes(desk_config, "", Span.MONTH, NOW).replies.median is None
    for hours in (1, 2, 4, 20):
        sent(desk_config, hours)
    overtaken = sent(desk_config, 2)
    Ticket.objects.filter(pk=overtaken.ticket_id).update(version=9)
    sent(desk_config, 1, fresh=True)
    queued(desk_config)
    found = volumes(desk_config, "care", Span.MONTH, NOW).replies
    assert (found.sent, found.promised, found.in_time) == (5, 4, 3)
    assert found.median == timedelta(hours=2)
    Outgoing.objects.filter(pk=overtaken.pk).update(sent_at=NOW - timedelta(days=40))
    found = volumes(desk_config, "care", Span.MONTH, NOW).replies
    assert (found.sent, found.median) == (4, timedelta(hours=3))


def test_drafts_are_told_apart_by_what_people_made_of_them(desk_config: Config) -> None:
    kind = sent(desk_config, 1).approval.draft.kind
    sent(desk_config, 1, body="In other words.\n")
    sent(desk_config, 1, writer="person")
    draft = open_draft(drafted_ticket(desk_config))
    decisions.reject(person("agent"), draft.pk, draft.version, "wrong tone")
    Draft.objects.filter(pk=draft.pk).update(updated_at=NOW - timedelta(hours=1))
    kinds = {one.kind: one for one in volumes(desk_config, "care", Span.MONTH, NOW).replies.kinds}
    assert set(kinds) == {"acknowledgment", "apology", "solution"}
    assert (kinds[kind].as_proposed, kinds[kind].edited, kinds[kind].by_person) == (1, 1, 1)
    assert kinds[draft.kind].rejected == 1


def test_what_people_corrected_and_what_waits_is_counted(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    decisions.correct_label(person("agent"), ticket.messages.get().pk, "tone", "angry")
    ticket.messages.get().corrections.update(at=NOW)
    failed, uncertain = queued(desk_config), queued(desk_config)
    Outgoing.objects.filter(pk=failed.pk).update(state="failed")
    Outgoing.objects.filter(pk=uncertain.pk).update(state="uncertain")
    half = open_draft(drafted_ticket(desk_config))
    Draft.objects.filter(pk=half.pk).update(summary={})
    lead = person("lead")
    half.first_approvals.create(
        draft_version=half.version, ticket_version=half.ticket.version, hash="a" * 64, approver=lead
    )
    Ticket.objects.filter(pk=half.ticket_id).update(reply_due_at=NOW - timedelta(hours=1))
    Ticket.objects.exclude(pk=half.ticket_id).update(reply_due_at=NOW + timedelta(hours=1))
    for mailbox, number in (("", 1), ("care", 1), ("another", 0)):
        found = volumes(desk_config, mailbox, Span.MONTH, NOW)
        assert found.corrected == {"urgency": 0, "tone": number}
        waiting = found.waiting
        assert (waiting.overdue, waiting.second, waiting.failed, waiting.uncertain) == (number,) * 4


def signed_in() -> Client:
    client = Client()
    client.force_login(person("auditor"))
    return client


@pytest.mark.parametrize("asked", ["", "?days=14&mailbox=care", "?days=x&mailbox=<script>alert(1)</script>", "?days=²"])
def test_the_page_shows_the_same_numbers_as_bars_and_as_a_table(desk_config: Config, asked: str) -> None:
    row = drafted_ticket(desk_config).messages.get()
    Message.objects.filter(pk=row.pk).update(received_at=datetime.now(UTC))
    page = signed_in().get(f"/ops{asked}").content.decode()
    assert page.count("<svg viewBox") == 3
    assert page.count('<svg class="swatch"') == page.count("<pattern") == 3 + 5 + 9
    assert '<th scope="col" class="number">worried</th>' in page
    assert "style=" not in page
    assert "<script>alert" not in page
    assert ('value="14" selected' in page) is ("14" in asked)


def test_the_model_page_tells_the_card_and_what_is_amiss(desk_config: Config) -> None:
    client = signed_in()
    page = client.get("/ops/model").content.decode()
    assert page.count("No trouble noted") == 2
    assert "all-minilm-l6-v2" in page
    assert "This is no safety service." in page
    assert "0.78" in page
    note_trouble(Service.TRIAGE, "the weights are broken")
    page = client.get("/ops/model").content.decode()
    assert page.count("No trouble noted") == 1
    assert "Cannot be used" in page


def test_a_card_that_cannot_be_read_is_told_and_the_thresholds_stand(
    desk_config: Config, tmp_path: Path, settings: Any
) -> None:
    config = load_config(desk_config.folder, environ={"CALMDESK_MODEL__WEIGHTS": str(tmp_path / "none")})
    settings.CALMDESK = config
    page = signed_in().get("/ops/model").content.decode()
    assert "The card cannot be read." in page
    assert "all mailboxes" in page


def test_the_api_tells_the_same(desk_config: Config) -> None:
    sent(desk_config, 2)
    reader = Api("auditor")
    Message.objects.update(received_at=datetime.now(UTC) - timedelta(hours=2))
    Outgoing.objects.update(sent_at=datetime.now(UTC))
    found = status(reader.get("ops/volumes?mailbox=care&days=14"), 200)
    assert (found["mailbox"], found["span"], len(found["tone"]["days"])) == ("care", 14, 14)
    assert sum(map(sum, (day["counts"] for day in found["arrived"]["days"]))) == 1
    assert found["replies"]["sent"] == 1
    assert found["replies"]["median"].startswith("P")
    status(reader.get("ops/volumes?days=15"), 422)
    models = status(reader.get("ops/model"), 200)
    assert [one["name"] for one in models["models"]] == ["triage", "replies", "search"]
    assert models["thresholds"][""]["urgency"]["critical"] == desk_config.thresholds.default.urgency["critical"]
