"""Signed tokens in reply addresses: what we gave is recognised, anything else is not."""

from __future__ import annotations

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.intake.addresses import is_own
from pipeline.intake.parse import parse_mail
from pipeline.intake.thread import reply_address, reply_token, thread_candidates, ticket_of_token, token_addresses

KEY = b"k" * 32
OWN = frozenset({"care@shop.example"})
TICKETS = st.integers(1, 10**12)


def found(address: str, *, key: bytes = KEY, mailbox: str = "care") -> int | None:
    return ticket_of_token(key, mailbox, ["friend@other.example", address], OWN)


@given(TICKETS)
def test_a_token_leads_to_its_ticket(ticket: int) -> None:
    token = reply_token(KEY, "care", ticket)
    assert re.fullmatch(r"[a-z0-9]{1,30}", token)
    address = reply_address("care@shop.example", token)
    assert address == f"care+{token}@shop.example"
    assert found(address) == found(address.upper()) == ticket


@given(TICKETS, st.data())
def test_any_changed_character_ends_it(ticket: int, data: st.DataObject) -> None:
    token = reply_token(KEY, "care", ticket)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-_.é"))
    assume(token[place] != other)
    assert found(reply_address("care@shop.example", token[:place] + other + token[place + 1 :])) is None
    assert found(reply_address("care@shop.example", token[:place] + token[place + 1 :])) is None
    assert found(reply_address("care@shop.example", token[:place] + other + token[place:])) is None


@given(TICKETS, TICKETS, st.binary(max_size=40), st.text(max_size=20))
def test_a_token_is_good_for_one_key_mailbox_and_ticket(ticket: int, other: int, key: bytes, mailbox: str) -> None:
    assume(ticket != other and key != KEY and mailbox != "care")
    address = reply_address("care@shop.example", reply_token(KEY, "care", ticket))
    assert found(address, key=key) is None
    assert found(address, mailbox=mailbox) is None
    signature = reply_token(KEY, "care", ticket)[-16:]
    assert found(reply_address("care@shop.example", f"t{other}{signature}")) is None


@given(st.text(max_size=60))
def test_nothing_invented_is_a_token(text: str) -> None:
    assert ticket_of_token(KEY, "care", [text, f"care+{text}@shop.example"], OWN) is None


def test_a_token_at_an_address_that_is_not_ours_is_none() -> None:
    token = reply_token(KEY, "care", 7)
    assert found(reply_address("care@evil.example", token)) is None
    assert found(reply_address("other@shop.example", token)) is None
    assert found(f"{token}@shop.example") is None


def test_a_detail_before_the_token_is_kept_in_mind() -> None:
    token = reply_token(KEY, "care", 7)
    assert found(reply_address("care+summer@shop.example", token)) == 7


def test_own_addresses_are_known_with_any_detail() -> None:
    assert is_own("Care@Shop.example", OWN) and is_own("care+anything@SHOP.example", OWN)
    assert is_own("care+a+b@shop.example", OWN) and is_own("care+@shop.example", OWN)
    assert is_own("care+team@shop.example", frozenset({"care+team@shop.example"}))
    assert not is_own("care@shop.example", frozenset({"care+team@shop.example"}))
    for other in ("caretaker@shop.example", "care-x@shop.example", "x+care@shop.example", "care@evil.example", "", "+"):
        assert not is_own(other, OWN)


def test_every_address_a_mail_went_to_is_looked_at() -> None:
    raw = (
        b"Delivered-To: care+T2@shop.example\r\nFrom: ann@home.example\r\nTo: Care <care+t1@shop.example>\r\n"
        b"Cc: bob@home.example, care+t1@shop.example\r\nSubject: x\r\n\r\nHello\r\n"
    )
    parsed = parse_mail(raw)
    assert token_addresses(parsed) == ("care+t1@shop.example", "bob@home.example", "care+t2@shop.example")


def test_references_are_tried_newest_first_without_the_mail_s_own() -> None:
    raw = b"Message-ID: <3@h>\r\nFrom: ann@home.example\r\nReferences: <1@h> <3@h> <2@h>\r\nIn-Reply-To: <2@h>\r\n\r\nHello"
    assert thread_candidates(parse_mail(raw)) == ("<2@h>", "<1@h>")
