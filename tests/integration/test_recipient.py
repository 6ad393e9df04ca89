from __future__ import annotations

import dataclasses
from email import message_from_bytes
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.errors import FlowError
from pipeline.review import decisions, mail_decisions
from pipeline.store.models import Draft, Message, Outgoing, Ticket
from tests.rows import drafted_ticket, mail_bytes, make_desk, open_draft, person, queued, stored, work_off

pytestmark = pytest.mark.django_db
ELSEWHERE = "payments@other.example"


def _to_elsewhere(config: Config) -> Draft:
    return open_draft(drafted_ticket(config, mail_bytes(headers=[f"Reply-To: {ELSEWHERE}"])))


@pytest.mark.parametrize("confirmed", ["", "orla@example.com", ELSEWHERE.upper(), f" {ELSEWHERE}", "yes", "on"])
def test_a_reply_to_another_domain_needs_the_very_address(desk_config: Config, confirmed: str) -> None:
    draft = _to_elsewhere(desk_config)
    with pytest.raises(FlowError, match=f"would go to {ELSEWHERE}, not to the sender orla@example.com: confirm"):
        decisions.approve(desk_config, person("agent"), draft.pk, 1, confirmed)
    assert not Outgoing.objects.exists()


def test_a_confirmed_recipient_gets_the_reply(desk_config: Config) -> None:
    draft = _to_elsewhere(desk_config)
    decisions.approve(desk_config, person("agent"), draft.pk, 1, ELSEWHERE)
    assert Outgoing.objects.get().recipients == [ELSEWHERE]


@pytest.mark.parametrize("reply_to", ["help@example.com", "Orla <Orla@EXAMPLE.com>"])
def test_another_address_of_the_same_domain_needs_no_confirmation(desk_config: Config, reply_to: str) -> None:
    row = queued(desk_config, drafted_ticket(desk_config, mail_bytes(headers=[f"Reply-To: {reply_to}"])))
    assert row.recipients[0].endswith("@example.com")


def test_a_mail_of_somebody_else_in_the_customers_ticket_needs_a_confirmation(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    Ticket.objects.update(customer_email="nils@example.com")
    draft = open_draft(ticket)
    with pytest.raises(FlowError, match=r"not to the customer of this ticket, nils@.*: confirm the recipient"):
        decisions.approve(desk_config, person("agent"), draft.pk, 1)
    decisions.approve(desk_config, person("agent"), draft.pk, 1, "orla@example.com")


@pytest.mark.parametrize("own", ["care@fernhollow.example", "Care+x@Fernhollow.example", "sales@fernhollow.example"])
def test_no_reply_goes_to_an_address_of_any_mailbox(desk_config: Config, own: str) -> None:
    sales = desk_config.mailboxes["care"].model_copy(update={"address": "sales@fernhollow.example"})
    config = dataclasses.replace(desk_config, mailboxes=desk_config.mailboxes | {"sales": sales})
    draft = open_draft(drafted_ticket(desk_config))
    message = draft.message
    message.parsed = {**(message.parsed or {}), "reply_to": {"name": "", "email": own}}
    message.save()
    for confirmed in ("", own):
        with pytest.raises(FlowError, match="our own address"):
            decisions.approve(config, person("agent"), draft.pk, 1, confirmed)


# --- the address that answers come to -------------------------------------------------------------------------------


@pytest.fixture
def tokens(desk_config: Config, settings: Any) -> Config:
    """The sample installation with plus addressing."""
    care = desk_config.mailboxes["care"].model_copy(update={"plus_addressing": True})
    config = dataclasses.replace(desk_config, mailboxes={"care": care})
    settings.CALMDESK = config
    return config


def _answer(config: Config, to: str) -> Message:
    """A mail without any reference, from an address nobody has seen, to ``to``."""
    raw = mail_bytes("It is still not here.", sender="nils@elsewhere.example", subject="parcel")
    row = stored(raw.replace(b"To: care@fernhollow.example", f"To: {to}".encode()))
    work_off(make_desk(config))
    row.refresh_from_db()
    return row


def test_an_answer_to_the_signed_address_joins_its_ticket_and_no_other_address_does(tokens: Config) -> None:
    row = queued(tokens)
    address = str(message_from_bytes(bytes(row.raw))["Reply-To"]).rpartition("<")[2].rstrip(">")
    local, _, domain = address.partition("@")
    assert (local.startswith(f"care+t{row.ticket_id}"), domain) == (True, "fernhollow.example")
    assert _answer(tokens, address).ticket_id == row.ticket_id
    last = "a" if local[-1] != "a" else "b"
    assert _answer(tokens, f"{local[:-1]}{last}@{domain}").ticket_id != row.ticket_id
    other = local.replace(f"+t{row.ticket_id}", f"+t{row.ticket_id + 1}")
    assert _answer(tokens, f"{other}@{domain}").ticket_id not in (row.ticket_id, row.ticket_id + 1)


def test_the_answer_of_a_stranger_with_the_token_is_not_sent_without_a_second_look(tokens: Config) -> None:
    row = queued(tokens)
    address = str(message_from_bytes(bytes(row.raw))["Reply-To"]).rpartition("<")[2].rstrip(">")
    draft = open_draft(Ticket.objects.get(pk=_answer(tokens, address).ticket_id))
    with pytest.raises(FlowError, match="not to the customer of this ticket, orla@"):
        decisions.approve(tokens, person("agent"), draft.pk, draft.version)


def test_without_plus_addressing_there_is_no_reply_to(desk_config: Config) -> None:
    assert message_from_bytes(bytes(queued(desk_config).raw))["Reply-To"] is None


def test_a_mail_that_was_never_read_names_nobody(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    Message.objects.update(parsed=None, triage=None, state="suppressed")
    with pytest.raises(FlowError, match="names nobody"):
        mail_decisions.is_customer(person("agent"), draft.message_id)
