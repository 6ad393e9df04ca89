"""Putting a ticket off, giving it to somebody, passing it up, tagging it, and having it open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pipeline.config import Config
from pipeline.errors import FlowError, NotAllowed, StaleError
from pipeline.records import Fault
from pipeline.review import decisions, queue
from pipeline.review.decisions.presence import LEASE
from pipeline.review.shelves import Asker
from pipeline.store.models import AuditEvent, Draft, Message, Outgoing, Ticket
from tests.rows import drafted_ticket, mail_bytes, make_desk, open_draft, person, queued, stored, work_off

pytestmark = pytest.mark.django_db


def tomorrow() -> Any:
    return timezone.now() + timedelta(days=1)


ACTS: dict[str, Callable[[User, int], Any]] = {
    "put off": lambda user, ticket: decisions.snooze(user, ticket, tomorrow()),
    "back in the queue": lambda user, ticket: decisions.snooze(user, ticket, None),
    "assigned": lambda user, ticket: decisions.assign(user, ticket, person("agent").get_username()),
    "escalated": lambda user, ticket: decisions.escalate(user, ticket, person("lead").get_username(), "over my limit"),
    "tags set": lambda user, ticket: decisions.tag(user, ticket, ["parcel"]),
}


@pytest.mark.parametrize("action", ACTS)
@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_changes_nothing(desk_config: Config, role: str, action: str) -> None:
    ticket = drafted_ticket(desk_config)
    with pytest.raises(NotAllowed):
        ACTS[action](person(role), ticket.pk)
    assert not AuditEvent.objects.exclude(ticket=None).exists()


@pytest.mark.parametrize("action", ACTS)
def test_the_trail_tells_who_did_what(desk_config: Config, action: str) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    ACTS[action](user, ticket.pk)
    assert list(AuditEvent.objects.exclude(ticket=None).values_list("actor", "action", "ticket")) == [
        (user.username, action, ticket.pk)
    ]


@pytest.mark.parametrize("action", ACTS)
def test_a_merged_ticket_is_not_acted_on(desk_config: Config, action: str) -> None:
    other, merged = drafted_ticket(desk_config), Ticket.objects.create(mailbox="care")
    Ticket.objects.filter(pk=merged.pk).update(merged_into=other)
    with pytest.raises(StaleError, match=f"put into ticket {other.pk}"):
        ACTS[action](person("agent"), merged.pk)


# --- put off --------------------------------------------------------------------------------------------------------


def in_view(name: str) -> list[int]:
    return [row.pk for row in queue.tickets_in(name, Asker(person("agent"), timezone.now()))]


def counted(name: str) -> int:
    found = queue.views(Asker(person("agent"), timezone.now()))
    return next(view.count for view in found if view.name == name)


def test_a_ticket_put_off_comes_back_when_it_is_due(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.snooze(user, ticket.pk, tomorrow())
    assert (in_view("open"), in_view("snoozed"), counted("open"), counted("snoozed")) == ([], [ticket.pk], 0, 1)
    Ticket.objects.update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert (in_view("open"), in_view("snoozed"), counted("open"), counted("snoozed")) == ([ticket.pk], [], 1, 0)


def test_a_newer_mail_of_the_customer_brings_it_back(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    decisions.snooze(person("agent"), ticket.pk, tomorrow())
    drafted_ticket(desk_config, mail_bytes("Well?", headers=["In-Reply-To: <first@example.com>"]))
    ticket.refresh_from_db()
    assert (ticket.snoozed_until, in_view("open")) == (None, [ticket.pk])


def test_a_robots_mail_does_not_bring_it_back(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    decisions.snooze(person("agent"), ticket.pk, tomorrow())
    away = ["In-Reply-To: <first@example.com>", "Auto-Submitted: auto-replied"]
    drafted_ticket(desk_config, mail_bytes("I am away.", headers=away))
    assert in_view("snoozed") == [ticket.pk]


def test_nothing_is_put_off_into_the_past(desk_config: Config) -> None:
    with pytest.raises(FlowError):
        decisions.snooze(person("agent"), drafted_ticket(desk_config).pk, timezone.now())


# --- given to somebody ----------------------------------------------------------------------------------------------


def test_a_ticket_is_given_to_somebody_and_back_to_nobody(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    assert decisions.assign(user, ticket.pk, user.username).assignee == user
    assert decisions.assign(user, ticket.pk, "").assignee is None


@pytest.mark.parametrize("taker", ["auditor", "nobody at all", "gone"])
def test_a_ticket_is_given_only_to_who_may_decide(desk_config: Config, taker: str) -> None:
    person("auditor", "auditor")
    User.objects.filter(pk=person("agent", "gone").pk).update(is_active=False)
    with pytest.raises(FlowError):
        decisions.assign(person("agent"), drafted_ticket(desk_config).pk, taker)


def test_a_lead_finds_what_happened_and_why_it_was_passed_up(desk_config: Config) -> None:
    ticket, user, lead = drafted_ticket(desk_config), person("agent"), person("lead")
    row = decisions.escalate(user, ticket.pk, lead.username, "  the customer wants\n more than I may give ")
    assert (row.assignee, row.escalated_by, row.escalated_why) == (
        lead,
        user,
        "the customer wants more than I may give",
    )
    summary = row.messages.get().summary
    assert summary["why"] == "the customer wants more than I may give"
    assert summary["customer"] == "Orla Tennick <orla@example.com>"
    assert "more than I may give" not in str(list(AuditEvent.objects.exclude(ticket=None).values("detail")))


def test_the_summary_stays_when_the_drafts_are_written_again(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.escalate(user, ticket.pk, person("lead").username, "over my limit")
    decisions.set_fault(user, ticket.pk, Fault.CONFIRMED)
    work_off(make_desk(desk_config))
    assert ticket.messages.get().summary["why"] == "over my limit"


def test_what_a_lead_hands_back_is_escalated_no_more(desk_config: Config) -> None:
    ticket, agent, lead = drafted_ticket(desk_config), person("agent"), person("lead")
    decisions.escalate(agent, ticket.pk, lead.username, "over my limit")
    decisions.assign(lead, ticket.pk, lead.username)
    ticket.refresh_from_db()
    assert (ticket.escalated_by, ticket.escalated_why) == (agent, "over my limit")
    decisions.assign(lead, ticket.pk, agent.username)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.escalated_by, ticket.escalated_at, ticket.escalated_why) == (agent, None, None, "")


@pytest.mark.parametrize(("to", "why"), [("agent", "over my limit"), ("lead", " \n")])
def test_it_goes_to_a_lead_and_with_a_reason(desk_config: Config, to: str, why: str) -> None:
    with pytest.raises(FlowError):
        decisions.escalate(person("agent"), drafted_ticket(desk_config).pk, person(to, to).username, why)


# --- tags -----------------------------------------------------------------------------------------------------------


def test_tags_are_replaced_in_lower_case_each_once(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.tag(user, ticket.pk, ["Parcel", "late", "VIP"])
    decisions.tag(user, ticket.pk, [" parcel ", "PARCEL", "Lost  in post", ""])
    assert sorted(ticket.tags.values_list("name", flat=True)) == ["lost in post", "parcel"]
    decisions.tag(user, ticket.pk, [])
    assert not ticket.tags.exists()


@pytest.mark.parametrize("tags", [["x" * 41], [str(number) for number in range(21)], ["a\x00b"]])
def test_a_tag_that_is_none_is_refused(desk_config: Config, tags: list[str]) -> None:
    with pytest.raises(FlowError):
        decisions.tag(person("agent"), drafted_ticket(desk_config).pk, tags)


# --- open by somebody -----------------------------------------------------------------------------------------------


def over() -> None:
    Ticket.objects.update(opened_until=timezone.now() - timedelta(seconds=1))


def test_who_opens_a_ticket_holds_it_and_renews_it(desk_config: Config) -> None:
    ticket, one, two = drafted_ticket(desk_config), person("agent"), person("agent")
    first = decisions.open_ticket(one, ticket.pk)
    again = decisions.open_ticket(one, ticket.pk)
    seen = decisions.open_ticket(two, ticket.pk)
    assert (first.mine, again.mine, seen.mine) == (True, True, False)
    assert (seen.by, seen.until) == (one.username, again.until)
    assert again.until >= first.until > timezone.now() + LEASE / 2
    assert not AuditEvent.objects.exclude(ticket=None).exists()


def test_a_ticket_that_was_left_or_forgotten_is_free(desk_config: Config) -> None:
    ticket, one, two = drafted_ticket(desk_config), person("agent"), person("agent")
    decisions.open_ticket(one, ticket.pk)
    decisions.leave_ticket(two, ticket.pk)
    assert not decisions.open_ticket(two, ticket.pk).mine
    decisions.leave_ticket(one, ticket.pk)
    assert decisions.open_ticket(two, ticket.pk).mine
    over()
    assert decisions.open_ticket(one, ticket.pk).mine


def test_a_take_over_is_noted(desk_config: Config) -> None:
    ticket, one, two = drafted_ticket(desk_config), person("agent"), person("agent")
    decisions.open_ticket(one, ticket.pk)
    assert decisions.open_ticket(two, ticket.pk, take=True).mine
    event = ticket.audit.get()
    assert (event.actor, event.action, event.detail) == (two.username, "taken over", {"of": one.username})


@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_holds_no_ticket(desk_config: Config, role: str) -> None:
    ticket, user = drafted_ticket(desk_config), person(role)
    with pytest.raises(NotAllowed):
        decisions.open_ticket(user, ticket.pk)
    with pytest.raises(NotAllowed):
        decisions.leave_ticket(user, ticket.pk)


DECIDED: dict[str, Callable[[Config, User, Draft], Any]] = {
    "approve": lambda config, user, draft: decisions.approve(config, user, draft.pk, draft.version),
    "edit": lambda config, user, draft: decisions.edit(config, user, draft.pk, draft.version, "Thank you.\n"),
    "reject": lambda config, user, draft: decisions.reject(user, draft.pk, draft.version, ""),
    "change kind": lambda config, user, draft: decisions.change_kind(user, draft.pk, draft.version),
    "regenerate": lambda config, user, draft: decisions.regenerate(config, user, draft.pk, draft.version, "again"),
}


@pytest.mark.parametrize("act", DECIDED)
def test_what_another_has_open_is_decided_only_after_taking_over(desk_config: Config, act: str) -> None:
    draft, one, two = open_draft(drafted_ticket(desk_config)), person("agent"), person("lead")
    decisions.open_ticket(one, draft.ticket_id)
    with pytest.raises(StaleError, match=f"{one.username} has ticket {draft.ticket_id} open") as caught:
        DECIDED[act](desk_config, two, draft)
    assert (caught.value.kind, caught.value.version) == ("opened", draft.version)
    decisions.open_ticket(two, draft.ticket_id, take=True)
    DECIDED[act](desk_config, two, draft)


REWRITTEN: dict[str, Callable[[Config, User, Draft], Any]] = {
    "fault": lambda config, user, draft: decisions.set_fault(user, draft.ticket_id, Fault.CONFIRMED),
    "action": lambda config, user, draft: decisions.record_action(user, draft.ticket_id, "repair"),
    "label": lambda config, user, draft: decisions.correct_label(user, draft.message_id, "tone", "angry"),
    "no customer": lambda config, user, draft: decisions.not_customer(user, draft.message_id, "a robot"),
    "a customer": lambda config, user, draft: decisions.is_customer(user, _held_back(draft)),
    "join here": lambda config, user, draft: decisions.join(user, _suggested(config, draft)),
    "join from here": lambda config, user, draft: decisions.join(user, _suggesting(config, draft)),
}


def _held_back(draft: Draft) -> int:
    row = stored(mail_bytes("A further thought.", sender="Orla Tennick <orla@example.com>"))
    parsed = draft.message.parsed
    Message.objects.filter(pk=row.pk).update(state="suppressed", ticket=draft.ticket, parsed=parsed)
    return row.pk


def _suggested(config: Config, draft: Draft) -> int:
    """A mail for which the ticket of ``draft`` is suggested."""
    message = drafted_ticket(config, mail_bytes(sender="Orla <orla@example.org>")).messages.get()
    Message.objects.filter(pk=message.pk).update(suggested=draft.ticket)
    return message.pk


def _suggesting(config: Config, draft: Draft) -> int:
    """The mail of ``draft``, with another ticket suggested for it."""
    other = drafted_ticket(config, mail_bytes(sender="Orla <orla@example.org>"))
    Message.objects.filter(pk=draft.message_id).update(suggested=other)
    return draft.message_id


@pytest.mark.parametrize("act", REWRITTEN)
def test_no_draft_that_another_has_open_is_rewritten_before_taking_over(desk_config: Config, act: str) -> None:
    draft, one, two = open_draft(drafted_ticket(desk_config)), person("agent"), person("lead")
    draft = decisions.edit(desk_config, one, draft.pk, draft.version, draft.body + "\nMore of my own.\n")
    decisions.open_ticket(one, draft.ticket_id)
    with pytest.raises(StaleError, match=f"{one.username} has ticket {draft.ticket_id} open") as caught:
        REWRITTEN[act](desk_config, two, draft)
    assert caught.value.kind == "opened"
    work_off(make_desk(desk_config))
    now = Draft.objects.get(pk=draft.pk)
    assert (now.body, now.state, now.version) == (draft.body, "proposed", draft.version)
    decisions.open_ticket(two, draft.ticket_id, take=True)
    REWRITTEN[act](desk_config, two, draft)


@pytest.mark.parametrize("act", ACTS)
def test_what_touches_no_draft_is_possible_while_another_has_the_ticket_open(desk_config: Config, act: str) -> None:
    ticket = drafted_ticket(desk_config)
    decisions.open_ticket(person("agent"), ticket.pk)
    ACTS[act](person("agent"), ticket.pk)


def test_a_wrong_reply_is_stopped_whoever_has_the_ticket_open(desk_config: Config) -> None:
    row = queued(desk_config)
    Outgoing.objects.filter(pk=row.pk).update(due_at=tomorrow())
    decisions.open_ticket(person("agent"), row.ticket_id)
    assert decisions.undo(person("agent"), row.pk).state == "withdrawn"


def test_a_lease_that_ran_out_holds_nobody_up(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    decisions.open_ticket(person("agent"), draft.ticket_id)
    over()
    assert decisions.approve(desk_config, person("lead"), draft.pk, draft.version).state == "approved"
