"""Correcting how a mail was read, and saying that it is no customer's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.errors import FlowError, NotAllowed, StaleError
from pipeline.review import decisions
from pipeline.store import codec
from pipeline.store.corrections import corrections
from pipeline.store.models import AuditEvent, Message, Outgoing, Ticket
from tests.rows import (
    OWNER,
    drafted_ticket,
    mail_bytes,
    make_desk,
    open_draft,
    person,
    queued,
    stored,
    triage_of,
    work_off,
)

pytestmark = pytest.mark.django_db

FIRST = "<first@example.com>"


def mail_of(ticket: Ticket) -> Message:
    return ticket.messages.latest("received_at")


def followed(config: Config) -> tuple[Ticket, Message, Message]:
    """A ticket with a mail and a newer one, both a customer's by the look of them."""
    ticket = drafted_ticket(config, mail_bytes(message_id=FIRST))
    first = mail_of(ticket)
    drafted_ticket(config, mail_bytes("Buy our lists.", headers=[f"In-Reply-To: {FIRST}"]))
    ticket.refresh_from_db()
    first.refresh_from_db()
    return ticket, first, mail_of(ticket)


# --- labels ---------------------------------------------------------------------------------------------------------


def test_a_corrected_label_moves_the_ticket_and_its_drafts(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    before, draft = ticket.reply_due_at, open_draft(ticket)
    decisions.correct_label(user, mail_of(ticket).pk, "urgency", "critical")
    decisions.correct_label(user, mail_of(ticket).pk, "tone", "angry")
    draft.refresh_from_db()
    assert draft.generating
    work_off(make_desk(desk_config))
    ticket.refresh_from_db()
    draft.refresh_from_db()
    assert (ticket.urgency, ticket.tone, ticket.state) == ("critical", "angry", "drafted")
    assert before and ticket.reply_due_at and ticket.reply_due_at < before
    assert (draft.version, draft.generating) == (2, False)


def test_the_reading_tells_that_a_person_said_so_and_how_sure_the_model_was(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.correct_label(user, mail_of(ticket).pk, "urgency", "low")
    urgency = codec.triage_from_json(mail_of(ticket).triage).urgency
    assert (urgency.label, urgency.corrected_by, urgency.confidence) == ("low", user.username, 0.9)
    assert urgency.scores == {"normal": 0.9}


def test_a_correction_is_an_example_to_learn_from(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    for label in ("low", "high"):
        decisions.correct_label(user, mail_of(ticket).pk, "urgency", label)
    decisions.correct_label(user, mail_of(ticket).pk, "tone", "angry")
    assert [(one.field, one.was, one.label) for one in corrections()] == [
        ("urgency", "low", "high"),
        ("tone", "worried", "angry"),
    ]
    assert {(one.subject, one.text) for one in corrections()} == {
        ("Where is my parcel", "My parcel has not come. Where is it?")
    }
    assert [event.detail["now"] for event in AuditEvent.objects.order_by("id")] == ["low", "high", "angry"]


def test_the_label_that_stands_there_is_no_correction(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    decisions.correct_label(person("agent"), mail_of(ticket).pk, "urgency", "normal")
    assert list(corrections()) == []
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("field", "label"), [("urgency", "angry"), ("tone", "low"), ("intensity", "3"), ("", "")])
def test_a_label_that_is_none_is_refused(desk_config: Config, field: str, label: str) -> None:
    with pytest.raises(FlowError):
        decisions.correct_label(person("agent"), mail_of(drafted_ticket(desk_config)).pk, field, label)


def test_a_mail_that_is_read_again_keeps_what_a_person_said(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.correct_label(user, mail_of(ticket).pk, "urgency", "critical")
    decisions.not_customer(user, mail_of(ticket).pk, "an offer")
    decisions.is_customer(user, mail_of(ticket).pk)
    work_off(make_desk(desk_config))
    ticket.refresh_from_db()
    assert (ticket.urgency, ticket.state) == ("critical", "drafted")


def test_an_older_mail_corrected_leaves_the_ticket_with_the_newest(desk_config: Config) -> None:
    ticket, first, _ = followed(desk_config)
    decisions.correct_label(person("agent"), first.pk, "urgency", "critical")
    ticket.refresh_from_db()
    assert ticket.urgency == "normal"


def test_a_mail_that_was_not_read_has_no_label(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    Message.objects.update(triage=None)
    with pytest.raises(FlowError):
        decisions.correct_label(person("agent"), mail_of(ticket).pk, "urgency", "low")


# --- no customer ----------------------------------------------------------------------------------------------------


def test_a_mail_that_is_no_customers_is_kept_with_its_reason_and_not_answered(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.not_customer(user, mail_of(ticket).pk, " an offer\nof lists ")
    ticket.refresh_from_db()
    mail = mail_of(ticket)
    assert (mail.state, ticket.state) == ("suppressed", "suppressed")
    assert mail.reason == f"not a customer, says {user.username}: an offer of lists"
    assert (ticket.reasons, ticket.reply_due_at) == ([mail.reason], None)
    assert set(ticket.drafts.values_list("state", flat=True)) == {"superseded"}
    assert ticket.audit.get().action == "called no customer"
    with pytest.raises(StaleError):
        decisions.not_customer(user, mail.pk, "again")


def test_the_opposite_decision_takes_it_back(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.not_customer(user, mail_of(ticket).pk, "an offer")
    decisions.is_customer(user, mail_of(ticket).pk)
    work_off(make_desk(desk_config))
    ticket.refresh_from_db()
    assert ticket.state == "drafted"
    assert set(ticket.drafts.values_list("state", "version", "generating")) == {("proposed", 2, False)}
    draft = open_draft(ticket)
    assert decisions.approve(desk_config, user, draft.pk, draft.version).state == "approved"


def test_the_mail_that_it_had_overtaken_is_to_be_answered_again(desk_config: Config) -> None:
    ticket, first, newer = followed(desk_config)
    assert set(first.drafts.values_list("state", flat=True)) == {"stale"}
    decisions.not_customer(person("agent"), newer.pk, "an offer")
    work_off(make_desk(desk_config))
    ticket.refresh_from_db()
    assert ticket.state == "drafted"
    assert set(first.drafts.values_list("state", flat=True)) == {"proposed"}
    draft = open_draft(ticket)
    assert decisions.approve(desk_config, person("agent"), draft.pk, draft.version).state == "approved"


def test_a_reply_it_had_stopped_is_taken_back_and_written_from_the_whole(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id=FIRST))
    row, user = queued(desk_config, ticket), person("agent")
    drafted_ticket(desk_config, mail_bytes("Buy our lists.", headers=[f"In-Reply-To: {FIRST}"]))
    Outgoing.objects.update(state="failed", error="a newer mail of the customer came after the approval")
    decisions.not_customer(user, mail_of(ticket).pk, "an offer")
    ticket.refresh_from_db()
    assert ticket.state == "failed"
    decisions.undo(user, row.pk)
    work_off(make_desk(desk_config))
    ticket.refresh_from_db()
    assert ticket.state == "drafted"
    draft = open_draft(ticket)
    assert decisions.approve(desk_config, user, draft.pk, draft.version).state == "approved"


def test_a_mail_with_a_reply_on_its_way_is_a_customers(desk_config: Config) -> None:
    row = queued(desk_config)
    with pytest.raises(FlowError, match="undo its approval first"):
        decisions.not_customer(person("agent"), mail_of(row.ticket).pk, "an offer")


def test_who_writes_drafts_for_it_just_now_loses_them(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    mail = mail_of(ticket)
    Message.objects.update(state="triaged", owner=OWNER, lease_until=mail.received_at + timedelta(days=9000))
    decisions.not_customer(user, mail.pk, "an offer")
    mail.refresh_from_db()
    assert (mail.state, mail.owner, mail.lease_until) == ("suppressed", "", None)


def test_an_escalated_mail_may_be_no_customers(desk_config: Config) -> None:
    mail = stored(mail_bytes())
    work_off(make_desk(desk_config, lambda record: triage_of(record, escalate="a threat")))
    decisions.not_customer(person("agent"), mail.pk, "a chain letter")
    mail.refresh_from_db()
    assert mail.ticket and mail.ticket.state == "suppressed"


@pytest.mark.parametrize("why", ["", " \n"])
def test_a_reason_is_wanted(desk_config: Config, why: str) -> None:
    with pytest.raises(FlowError):
        decisions.not_customer(person("agent"), mail_of(drafted_ticket(desk_config)).pk, why)


ACTS: list[Callable[[Any, int], Any]] = [
    lambda user, mail: decisions.correct_label(user, mail, "urgency", "low"),
    lambda user, mail: decisions.not_customer(user, mail, "an offer"),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_changes_nothing(desk_config: Config, role: str, act: Callable[[Any, int], Any]) -> None:
    mail = mail_of(drafted_ticket(desk_config))
    with pytest.raises(NotAllowed):
        act(person(role), mail.pk)
    assert not AuditEvent.objects.exists()
