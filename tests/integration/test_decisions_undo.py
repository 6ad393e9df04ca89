"""An approval taken back before its reply has left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import cast

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pipeline.config import Config
from pipeline.engine.send import send_stage
from pipeline.errors import FlowError, NotAllowed, StaleError, SubmissionRefused
from pipeline.records import Fault
from pipeline.review import decisions
from pipeline.sending.smtp import SmtpSubmitter
from pipeline.store.cases import case_of
from pipeline.store.models import Draft, Outgoing, Ticket
from tests.integration.test_send_stage import LEASE, FakeSubmitter, make_due
from tests.rows import OWNER, drafted_ticket, mail_bytes, make_desk, open_draft, person, work_off

pytestmark = pytest.mark.django_db


def approved(config: Config, ticket: Ticket | None = None) -> Outgoing:
    draft = open_draft(ticket or drafted_ticket(config))
    decisions.approve(config, person("agent"), draft.pk, draft.version)
    return Outgoing.objects.get(approval__draft=draft)


def run(server: FakeSubmitter) -> int:
    return send_stage({"care": cast(SmtpSubmitter, server)}, OWNER, LEASE)


def states(ticket: Ticket) -> set[str]:
    return set(ticket.drafts.values_list("state", flat=True))


def test_an_approved_reply_waits_until_it_can_no_longer_be_undone(slow_config: Config) -> None:
    row, server = approved(slow_config), FakeSubmitter()
    assert run(server) == 0
    make_due()
    assert run(server) == 1
    row.refresh_from_db()
    assert row.state == "sent"


def test_an_approval_that_is_undone_leaves_every_draft_as_it_was(slow_config: Config) -> None:
    row, server, user = approved(slow_config), FakeSubmitter(), person("agent")
    undone = decisions.undo(user, row.pk)
    assert undone.state == "withdrawn"
    assert states(row.ticket) == {"proposed"}
    assert not Draft.objects.exclude(superseded_by=None).exists()
    row.ticket.refresh_from_db()
    assert row.ticket.state == "drafted"
    event = row.ticket.audit.latest("id")
    assert (event.actor, event.action) == (user.get_username(), "approval withdrawn")
    make_due()
    run(server)
    assert server.taken == []


def test_what_was_undone_can_be_edited_and_approved_again(slow_config: Config) -> None:
    row, server, user = approved(slow_config), FakeSubmitter(), person("agent")
    decisions.undo(user, row.pk)
    draft = row.approval.draft
    edited = decisions.edit(slow_config, user, draft.pk, 1, f"{draft.body}\nPS: we have your parcel in mind.\n")
    decisions.approve(slow_config, user, draft.pk, edited.version)
    make_due()
    run(server)
    [(sent, _)] = server.taken
    assert b"PS: we have your parcel in mind." in sent
    assert sorted(Outgoing.objects.values_list("state", flat=True)) == ["sent", "withdrawn"]


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": timezone.now() - timedelta(seconds=1)},
        {"owner": "a worker", "lease_until": timezone.now() + LEASE},
        {"state": "claimed"},
        {"state": "transmitting"},
        {"state": "sent"},
        {"state": "uncertain"},
        {"state": "withdrawn"},
    ],
)
def test_what_may_have_left_is_not_undone(slow_config: Config, change: dict[str, object]) -> None:
    row = approved(slow_config)
    Outgoing.objects.update(**change)
    with pytest.raises(StaleError, match="it left already") as caught:
        decisions.undo(person("lead"), row.pk)
    assert caught.value.kind == "left"
    assert states(row.ticket) == {"approved", "superseded"}


@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_undoes_nothing(slow_config: Config, role: str) -> None:
    row = approved(slow_config)
    with pytest.raises(NotAllowed):
        decisions.undo(person(role), row.pk)


FACTS: dict[str, Callable[[User, Ticket], object]] = {
    "fault": lambda user, ticket: decisions.set_fault(user, ticket.pk, Fault.CONFIRMED),
    "action": lambda user, ticket: decisions.record_action(user, ticket.pk, "shipment"),
    "label": lambda user, ticket: decisions.correct_label(user, ticket.messages.get().pk, "tone", "angry"),
}


@pytest.mark.parametrize("fact", FACTS)
def test_what_was_learned_since_the_approval_is_written_into_the_draft_that_is_open_again(
    slow_config: Config, fact: str
) -> None:
    row, user = approved(slow_config), person("agent")
    FACTS[fact](user, row.ticket)
    decisions.undo(user, row.pk)
    assert all(row.ticket.drafts.values_list("generating", flat=True))
    work_off(make_desk(slow_config))
    assert set(row.ticket.drafts.values_list("state", "version", "generating")) == {("proposed", 2, False)}


def test_what_was_known_before_the_approval_is_no_news(slow_config: Config) -> None:
    ticket, user = drafted_ticket(slow_config), person("agent")
    FACTS["fault"](user, ticket)
    work_off(make_desk(slow_config))
    row = approved(slow_config, ticket)
    decisions.tag(user, ticket.pk, ["parcel"])
    decisions.undo(user, row.pk)
    assert not any(ticket.drafts.values_list("generating", flat=True))


def test_a_reply_that_could_not_be_sent_is_taken_back_to_be_changed(desk_config: Config) -> None:
    row = approved(desk_config)
    run(FakeSubmitter(before=SubmissionRefused("550 no such user")))
    assert decisions.undo(person("agent"), row.pk).state == "withdrawn"
    row.ticket.refresh_from_db()
    assert (row.ticket.state, states(row.ticket)) == ("drafted", {"proposed"})


def test_after_a_newer_mail_the_draft_that_was_undone_is_history(slow_config: Config) -> None:
    row = approved(slow_config, drafted_ticket(slow_config, mail_bytes(message_id="<first@example.com>")))
    drafted_ticket(slow_config, mail_bytes("It has come.", headers=["In-Reply-To: <first@example.com>"]))
    decisions.undo(person("agent"), row.pk)
    row.approval.draft.refresh_from_db()
    assert row.approval.draft.state == "stale"
    row.ticket.refresh_from_db()
    assert row.ticket.state == "drafted"
    assert open_draft(row.ticket).message != row.approval.draft.message


def test_the_money_of_an_approval_that_was_undone_is_not_counted(slow_config: Config) -> None:
    draft, user = open_draft(drafted_ticket(slow_config)), person("lead")
    text = f"{draft.body}\nAs a gesture of goodwill we will give you a credit of 10 EUR.\n"
    edited = decisions.edit(slow_config, user, draft.pk, 1, text)
    decisions.approve(slow_config, user, draft.pk, edited.version)
    granted = case_of(draft.message).granted
    assert [action.amount for action in granted] == [Decimal(10)]
    decisions.undo(user, Outgoing.objects.get().pk)
    assert case_of(draft.message).granted == ()
    decisions.approve(slow_config, user, draft.pk, edited.version)
    assert [action.amount for action in case_of(draft.message).granted] == [Decimal(10)]


def test_the_first_of_two_yeses_outlives_the_undo_of_the_second(slow_config: Config) -> None:
    asked = drafted_ticket(slow_config, mail_bytes("My parcel has not come. I ask for a credit of 45 EUR."))
    draft, agent, lead = open_draft(asked), person("agent"), person("lead")
    text = f"{draft.body}\nAs a gesture of goodwill we will give you a credit of 45 EUR.\n"
    edited = decisions.edit(slow_config, agent, draft.pk, 1, text)
    assert decisions.approve(slow_config, agent, draft.pk, edited.version).state == "proposed"
    for _ in range(2):
        assert decisions.approve(slow_config, lead, draft.pk, edited.version).state == "approved"
        decisions.undo(lead, Outgoing.objects.latest("id").pk)
    assert edited.first_approvals.count() == 1
    decisions.edit(slow_config, agent, draft.pk, edited.version, f"{text}\nMore.\n")
    with pytest.raises(FlowError):
        decisions.approve(slow_config, lead, draft.pk, edited.version)
