from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from email import message_from_bytes
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.errors import FlowError
from pipeline.flow import OutgoingState
from pipeline.review import decisions
from pipeline.review.recipient import surprise
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


@pytest.mark.parametrize("reply_to", ["evil@example.com", "orla.tennick@example.com", "orla@mail.example.com"])
def test_another_address_at_the_same_provider_needs_the_very_address(desk_config: Config, reply_to: str) -> None:
    draft = open_draft(drafted_ticket(desk_config, mail_bytes(headers=[f"Reply-To: {reply_to}"])))
    with pytest.raises(FlowError, match=f"would go to {reply_to}, not to the sender orla@example.com: confirm"):
        decisions.approve(desk_config, person("agent"), draft.pk, 1)
    decisions.approve(desk_config, person("agent"), draft.pk, 1, reply_to)
    assert Outgoing.objects.get().recipients == [reply_to]


def test_a_verified_sender_who_names_another_address_is_asked_for_too(desk_config: Config) -> None:
    """Verified is the domain alone; whether one person owns it nobody can tell."""
    draft = open_draft(drafted_ticket(desk_config, mail_bytes(headers=["Reply-To: evil@example.com"])))
    message = draft.message
    message.parsed = {**(message.parsed or {}), "identity": {"trusted": True, "why": "mx.example confirms it"}}
    message.save()
    with pytest.raises(FlowError, match="confirm the recipient"):
        decisions.approve(desk_config, person("agent"), draft.pk, 1)


@pytest.mark.parametrize(
    ("sender", "reply_to"),
    [
        ("Orla <orla@example.com>", "Orla Tennick <Orla@EXAMPLE.com>"),
        ("orla@b\u00fccher.example", "orla@xn--bcher-kva.example"),
        ("orla@xn--bcher-kva.example", "ORLA@B\u00dcCHER.example"),
    ],
)
def test_the_senders_own_address_in_another_spelling_needs_no_confirmation(
    desk_config: Config, sender: str, reply_to: str
) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(sender=sender, headers=[f"Reply-To: {reply_to}"]))
    assert surprise(ticket, open_draft(ticket).message) == ""


def test_a_letter_that_merely_looks_the_same_is_another_address(desk_config: Config) -> None:
    sender, other = "kim@example.com", "\u212aim@example.com"  # the Kelvin sign is a "k" in lower case
    ticket = drafted_ticket(desk_config, mail_bytes(sender=sender, headers=[f"Reply-To: {other}"]))
    assert other in surprise(ticket, open_draft(ticket).message)


# --- asked once -----------------------------------------------------------------------------------------------------


def _next_mail(config: Config, ticket: Ticket, headers: Sequence[str] = (), **more: str) -> Draft:
    """The draft for a further mail of the conversation."""
    first = ticket.messages.order_by("id").first()
    assert first
    proof = [f"References: {first.message_id}", *headers]
    assert drafted_ticket(config, mail_bytes("And now?", headers=proof, **more)) == ticket
    ticket.refresh_from_db()
    return open_draft(ticket)


def _answered_elsewhere(config: Config, state: str = "sent") -> Ticket:
    draft = _to_elsewhere(config)
    decisions.approve(config, person("agent"), draft.pk, 1, ELSEWHERE)
    Outgoing.objects.update(state=state)
    return draft.ticket


def test_a_customer_who_was_answered_there_before_is_not_asked_for_again(desk_config: Config) -> None:
    ticket = _answered_elsewhere(desk_config)
    draft = _next_mail(desk_config, ticket, [f"Reply-To: {ELSEWHERE}"])
    assert surprise(ticket, draft.message) == ""
    decisions.approve(desk_config, person("agent"), draft.pk, draft.version)
    assert Outgoing.objects.latest("id").recipients == [ELSEWHERE]


@pytest.mark.parametrize("state", sorted(set(OutgoingState) - {OutgoingState.SENT}))
def test_only_a_reply_that_was_sent_there_counts(desk_config: Config, state: str) -> None:
    ticket = _answered_elsewhere(desk_config, state)
    assert ELSEWHERE in surprise(ticket, _next_mail(desk_config, ticket, [f"Reply-To: {ELSEWHERE}"]).message)


def test_one_confirmed_address_stands_for_no_other(desk_config: Config) -> None:
    ticket = _answered_elsewhere(desk_config)
    other = "refunds@other.example"
    assert other in surprise(ticket, _next_mail(desk_config, ticket, [f"Reply-To: {other}"]).message)


def test_an_address_confirmed_in_one_ticket_is_asked_for_in_another(desk_config: Config) -> None:
    _answered_elsewhere(desk_config)
    draft = _to_elsewhere(desk_config)
    assert ELSEWHERE in surprise(draft.ticket, draft.message)


def test_a_stranger_who_was_answered_once_is_asked_for_again(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    Ticket.objects.update(customer_email="nils@example.com")
    draft = open_draft(ticket)
    decisions.approve(desk_config, person("agent"), draft.pk, 1, "orla@example.com")
    Outgoing.objects.update(state="sent")
    ticket.refresh_from_db()
    assert "not to the customer of this ticket" in surprise(ticket, draft.message)


def test_what_was_confirmed_for_a_stranger_is_not_confirmed_for_the_customer(desk_config: Config) -> None:
    """Else who was answered once in a conversation could have the customer's replies by forging the customer."""
    ticket = drafted_ticket(desk_config)
    Ticket.objects.update(customer_email="nils@example.com")
    draft = open_draft(ticket)
    decisions.approve(desk_config, person("agent"), draft.pk, 1, "orla@example.com")
    Outgoing.objects.update(state="sent")
    ticket.refresh_from_db()
    forged = _next_mail(desk_config, ticket, ["Reply-To: orla@example.com"], sender="nils@example.com")
    assert "would go to orla@example.com" in surprise(ticket, forged.message)


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
        decisions.is_customer(person("agent"), draft.message_id)
