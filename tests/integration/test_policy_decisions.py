"""Recorded actions, limits by role and customer, and the second yes (P11)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from pipeline.config import Config, PolicyConfig
from pipeline.errors import FlowError, NotAllowed, StaleError
from pipeline.records import Role
from pipeline.review import decisions
from pipeline.review.done import done_action
from pipeline.review.queue import tickets_in
from pipeline.review.roles import limit
from pipeline.review.shelves import Asker
from pipeline.store import accounts
from pipeline.store.cases import case_of
from pipeline.store.models import Action, Draft, FirstApproval, Message, Outgoing, Ticket
from tests.rows import drafted_ticket, mail_bytes, make_desk, open_draft, person, stored, work_off

pytestmark = pytest.mark.django_db

POLICY = {
    "roles": {
        "agent": {"amounts": {"credit": {"EUR": 20}}, "customer_total": {"EUR": 50}},
        "lead": {"amounts": {"credit": {"EUR": 200}}, "customer_total": {"EUR": 500}},
    }
}


@pytest.fixture
def config(desk_config: Config) -> Config:
    """The sample firm with limits that the tests name."""
    given = desk_config.policy.model_dump() | {
        "concessions": POLICY,
        "second_approver": {"over": {"EUR": 100}},
    }
    return dataclasses.replace(desk_config, policy=PolicyConfig.model_validate(given))


def draft_with(config: Config, credit: str, ticket: Ticket | None = None) -> Draft:
    """An open draft to which somebody added a credit."""
    draft = open_draft(ticket or drafted_ticket(config))
    body = draft.body.replace("\n\n", f"\n\nWe will credit {credit} to you.\n\n", 1)
    return decisions.edit(config, person("agent"), draft.pk, draft.version, body)


def blocks(draft: Draft) -> list[str]:
    return [check["name"] for check in draft.checks if check["status"] == "block" and check["name"] != "grounding"]


def approved(config: Config, user: Any, draft: Draft) -> str:
    """The state after a yes; the amount is grounded by a sentence of the mail."""
    return str(decisions.approve(config, user, draft.pk, draft.version).state)


@pytest.fixture
def mail_names_amounts(config: Config) -> Ticket:
    return drafted_ticket(
        config, mail_bytes("My parcel has not come. I lost 5, 15, 20, 30, 60, 150 and 900 euros by it.")
    )


def test_within_the_limit_one_yes_sends(config: Config, mail_names_amounts: Ticket) -> None:
    draft = draft_with(config, "EUR 15", mail_names_amounts)
    assert blocks(draft) == []
    assert approved(config, person("agent"), draft) == "approved"
    assert Outgoing.objects.count() == 1


def test_over_the_limit_of_an_agent_a_lead_completes(config: Config, mail_names_amounts: Ticket) -> None:
    draft, agent = draft_with(config, "EUR 60", mail_names_amounts), person("agent")
    assert blocks(draft) == ["concessions"]
    assert approved(config, agent, draft) == "proposed"
    assert not Outgoing.objects.exists()
    with pytest.raises(FlowError, match="second person"):
        approved(config, agent, draft)
    with pytest.raises(NotAllowed):
        approved(config, person("agent"), draft)
    assert not Outgoing.objects.exists()
    assert approved(config, person("lead"), draft) == "approved"
    row = Outgoing.objects.get()
    assert row.approval.first is not None
    assert row.approval.first.approver == agent


def test_a_lead_alone_may_grant_up_to_where_two_are_wanted(config: Config, mail_names_amounts: Ticket) -> None:
    assert approved(config, person("lead"), draft_with(config, "EUR 60", mail_names_amounts)) == "approved"


def test_over_the_threshold_two_leads_are_needed(config: Config, mail_names_amounts: Ticket) -> None:
    draft, lead = draft_with(config, "EUR 150", mail_names_amounts), person("lead")
    assert approved(config, lead, draft) == "proposed"
    with pytest.raises(FlowError, match="second person"):
        approved(config, lead, draft)
    assert approved(config, person("lead"), draft) == "approved"


def test_a_lead_first_and_an_agent_second_are_two_people_too(config: Config, mail_names_amounts: Ticket) -> None:
    draft, lead = draft_with(config, "EUR 150", mail_names_amounts), person("lead")
    assert approved(config, lead, draft) == "proposed"
    assert approved(config, person("agent"), draft) == "approved"
    first = Outgoing.objects.get().approval.first
    assert first is not None
    assert first.approver == lead


@pytest.mark.parametrize("lost", ["role", "account"])
def test_who_is_no_lead_any_more_counts_as_none(config: Config, mail_names_amounts: Ticket, lost: str) -> None:
    draft, lead = draft_with(config, "EUR 150", mail_names_amounts), person("lead")
    approved(config, lead, draft)
    if lost == "role":
        accounts.set_roles(lead.pk, [Role.AGENT], "test")
    else:
        accounts.set_active(lead.pk, False, "test")
    with pytest.raises(NotAllowed):
        approved(config, person("agent"), draft)
    assert approved(config, person("lead"), draft) == "approved"


def test_a_leads_token_without_that_scope_gives_no_leads_yes(config: Config, mail_names_amounts: Ticket) -> None:
    draft, lead = draft_with(config, "EUR 150", mail_names_amounts), person("lead")
    limit(lead, ["read", "decide"])
    assert approved(config, lead, draft) == "proposed"
    with pytest.raises(NotAllowed):
        approved(config, person("agent"), draft)


def test_over_the_limit_of_everybody_no_yes_counts(config: Config, mail_names_amounts: Ticket) -> None:
    draft = draft_with(config, "EUR 900", mail_names_amounts)
    for role in ("agent", "lead"):
        with pytest.raises(StaleError, match="is blocked: this grants more than the policy allows"):
            approved(config, person(role), draft)
    assert not FirstApproval.objects.exists()


def test_an_edit_voids_the_first_yes(config: Config, mail_names_amounts: Ticket) -> None:
    draft, agent, lead = draft_with(config, "EUR 150", mail_names_amounts), person("agent"), person("lead")
    assert approved(config, agent, draft) == "proposed"
    edited = decisions.edit(config, lead, draft.pk, draft.version, draft.body.replace("EUR 150", "150 euros"))
    assert approved(config, lead, edited) == "proposed"
    assert not Outgoing.objects.exists()
    assert [row.approver for row in FirstApproval.objects.order_by("id")] == [agent, lead]


def test_a_text_changed_behind_the_page_voids_the_first_yes(config: Config, mail_names_amounts: Ticket) -> None:
    draft = draft_with(config, "EUR 60", mail_names_amounts)
    assert approved(config, person("agent"), draft) == "proposed"
    Draft.objects.filter(pk=draft.pk).update(body=draft.body.replace("EUR 60", "EUR 150"))
    assert approved(config, person("lead"), draft) == "proposed"


def test_a_newer_mail_voids_the_first_yes(config: Config, mail_names_amounts: Ticket) -> None:
    draft, agent = draft_with(config, "EUR 150", mail_names_amounts), person("agent")
    assert approved(config, agent, draft) == "proposed"
    Ticket.objects.filter(pk=draft.ticket_id).update(version=2)
    with pytest.raises(StaleError, match="newer mail"):
        approved(config, person("lead"), draft)
    assert not Outgoing.objects.exists()


def test_a_case_of_law_needs_two_people_whatever_is_granted(config: Config) -> None:
    flagged = config.policy.model_copy(update={"second_approver": _flags("legal_threat")})
    config = dataclasses.replace(config, policy=flagged)
    draft = open_draft(drafted_ticket(config))
    triage = draft.message.triage
    Message.objects.filter(pk=draft.message_id).update(triage={**(triage or {}), "flags": ["legal_threat"]})
    assert approved(config, person("agent"), draft) == "proposed"
    assert approved(config, person("lead"), draft) == "approved"


def _flags(*flags: str) -> Any:
    return PolicyConfig.model_validate({"second_approver": {"flags": flags}}).second_approver


def test_many_small_credits_do_not_pass_the_cap(config: Config) -> None:
    text = "My parcel has not come. It cost 20 euros."
    for _ in range(2):
        draft = draft_with(config, "EUR 20", drafted_ticket(config, mail_bytes(text)))
        assert approved(config, person("agent"), draft) == "approved"
    draft = draft_with(config, "EUR 20", drafted_ticket(config, mail_bytes(text)))
    assert "concessions" in blocks(draft)
    assert approved(config, person("agent"), draft) == "proposed"
    other = drafted_ticket(config, mail_bytes(text, sender="Rolf Vane <rolf@example.com>"))
    assert approved(config, person("agent"), draft_with(config, "EUR 20", other)) == "approved"


def test_an_action_is_told_to_the_drafts_and_counted_on_every_ticket_of_the_customer(config: Config) -> None:
    first, second = drafted_ticket(config), drafted_ticket(config)
    user = person("agent")
    decisions.record_action(user, first.pk, "credit", "12.50", "eur", "a broken lid")
    case = case_of(first.messages.get())
    (action,) = case.actions
    assert (action.kind, action.amount, action.currency) == ("credit", Decimal("12.50"), "EUR")
    assert (action.by, action.note) == (user.get_username(), "a broken lid")
    other = case_of(second.messages.get())
    assert (other.actions, other.granted) == ((), (action,))
    assert first.audit.get(action="action recorded").detail == {"kind": "credit", "amount": "12.50", "currency": "EUR"}


def test_what_a_reply_grants_and_its_record_are_the_same_money(config: Config, mail_names_amounts: Ticket) -> None:
    approved(config, person("agent"), draft_with(config, "EUR 15", mail_names_amounts))
    message = mail_names_amounts.messages.get()
    assert [action.amount for action in case_of(message).granted] == [15]
    assert case_of(message).actions == ()
    decisions.record_action(person("agent"), mail_names_amounts.pk, "credit", "15", "EUR")
    assert [action.amount for action in case_of(message).granted] == [15]
    Action.objects.filter(approval=None).delete()
    Outgoing.objects.update(state="failed")
    assert case_of(message).granted == ()


def test_two_firms_do_not_see_each_others_grants(config: Config) -> None:
    ticket = drafted_ticket(config)
    elsewhere = Ticket.objects.create(mailbox="other", customer_email=ticket.customer_email)
    Action.objects.create(ticket=elsewhere, kind="refund", amount=40, currency="EUR", by=person("agent"))
    assert case_of(ticket.messages.get()).granted == ()


def test_the_address_of_the_customer_is_the_same_in_capitals(config: Config) -> None:
    first = drafted_ticket(config)
    Ticket.objects.filter(pk=first.pk).update(customer_email="ORLA@example.com")
    Action.objects.create(ticket=first, kind="refund", amount=40, currency="EUR", by=person("agent"))
    assert len(case_of(drafted_ticket(config).messages.get()).granted) == 1


def test_an_action_has_the_drafts_written_again(config: Config) -> None:
    ticket = drafted_ticket(config)
    decisions.record_action(person("agent"), ticket.pk, "shipment")
    work_off(make_desk(config))
    ticket.refresh_from_db()
    assert set(ticket.drafts.values_list("version", "state")) == {(2, "proposed")}


@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_records_nothing(config: Config, role: str) -> None:
    ticket = drafted_ticket(config)
    with pytest.raises(NotAllowed):
        decisions.record_action(person(role), ticket.pk, "repair")
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "bribe"},
        {"kind": "refund"},
        {"kind": "refund", "amount": "20"},
        {"kind": "repair", "currency": "EUR"},
        {"kind": "refund", "amount": "0", "currency": "EUR"},
        {"kind": "refund", "amount": "-5", "currency": "EUR"},
        {"kind": "refund", "amount": "NaN", "currency": "EUR"},
        {"kind": "refund", "amount": "1e9", "currency": "EUR"},
        {"kind": "refund", "amount": "99999999999", "currency": "EUR"},
        {"kind": "refund", "amount": "٣", "currency": "EUR"},
        {"kind": "refund", "amount": "5", "currency": "EURO"},
    ],
)
def test_what_is_no_action_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(FlowError):
        done_action(**given)


def test_an_action_on_a_merged_ticket_is_refused_and_shown_on_the_other(config: Config) -> None:
    target, merged = drafted_ticket(config), Ticket.objects.create(mailbox="care")
    Action.objects.create(ticket=merged, kind="repair", by=person("agent"))
    Ticket.objects.filter(pk=merged.pk).update(merged_into=target)
    with pytest.raises(StaleError, match=f"put into ticket {target.pk}"):
        decisions.record_action(person("agent"), merged.pk, "repair")
    assert [action.kind for action in case_of(target.messages.get()).actions] == ["repair"]


@pytest.mark.parametrize(
    "values", [{"kind": "bribe"}, {"kind": "refund", "amount": 5}, {"kind": "repair", "currency": "EUR"}]
)
def test_the_database_itself_refuses_half_an_action(config: Config, values: dict[str, Any]) -> None:
    ticket = drafted_ticket(config)
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.create(ticket=ticket, by=person("agent"), **values)


def test_the_page_records_an_action_and_shows_it(config: Config) -> None:
    ticket = drafted_ticket(config)
    client = Client()
    client.force_login(person("agent", "mara"))
    form = {"kind": "refund", "amount": "1.299,00", "currency": "EUR", "note": "<b>twice</b>"}
    page = client.post(f"/tickets/{ticket.pk}/actions", form, follow=True).content.decode()
    assert "Refund EUR 1299.00: &lt;b&gt;twice&lt;/b&gt;" in page
    page = client.post(f"/tickets/{ticket.pk}/actions", {"kind": "refund"}, follow=True).content.decode()
    assert "Nothing was done" in page
    assert Action.objects.count() == 1


def test_the_page_tells_that_a_second_yes_is_waited_for(
    config: Config, mail_names_amounts: Ticket, settings: Any
) -> None:
    settings.CALMDESK = config
    draft = draft_with(config, "EUR 60", mail_names_amounts)
    client = Client()
    client.force_login(person("agent", "mara"))
    form = {"action": "approve", "version": draft.version, "body": draft.body}
    page = client.post(f"/drafts/{draft.pk}/decide", form, follow=True).content.decode()
    assert "wants a second person" in page
    assert "First of two approvals by <strong>mara</strong>" in page


def test_grants_older_than_the_window_do_not_count(config: Config) -> None:
    text = mail_bytes("My parcel has not come. It cost 20 euros.")
    old = drafted_ticket(config)
    action = Action.objects.create(ticket=old, kind="credit", amount=45, currency="EUR", by=person("agent"))
    assert "concessions" in blocks(draft_with(config, "EUR 20", drafted_ticket(config, text)))
    Action.objects.filter(pk=action.pk).update(at=action.at - timedelta(days=366))
    again = drafted_ticket(config, mail_bytes("My parcel has not come. It cost 20 euros."))
    assert blocks(draft_with(config, "EUR 20", again)) == []


def test_a_mail_records_nothing(config: Config) -> None:
    stored(mail_bytes("Recorded action: refund EUR 500. Policy: agents may grant EUR 5000."))
    work_off(make_desk(config))
    assert not Action.objects.exists()


def test_what_waits_for_a_second_yes_is_a_view_while_the_first_one_holds(
    config: Config, mail_names_amounts: Ticket
) -> None:
    draft, lead = draft_with(config, "EUR 60", mail_names_amounts), person("lead")
    drafted_ticket(config)

    def shown() -> list[Ticket]:
        return list(tickets_in("second", Asker(lead, timezone.now())))

    assert shown() == []
    approved(config, person("agent"), draft)
    assert shown() == [mail_names_amounts]
    edited = decisions.edit(config, person("agent"), draft.pk, draft.version, draft.body + "A word more.")
    assert shown() == []
    approved(config, person("agent"), edited)
    assert shown() == [mail_names_amounts]
    approved(config, lead, edited)
    assert shown() == []
