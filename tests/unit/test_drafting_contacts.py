"""What a customer's words are said back without, and what stays in them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.drafting.contacts import without_contacts


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("see https://x.example/a?b=c now", "see (link) now"),
        ("see HTTP://X.EXAMPLE, now", "see (link) now"),
        ("see www.x.example and x.example/pay and shop.x.com.", "see (link) and (link) and (link)."),
        ("see ftp://x.example or tel:+441632960001 or javascript:pay()", "see (link) or (link) or (link)"),
        ("write to a.b+c@mail.x.example today", "write to (address) today"),
        ("mailto:a@x.example", "(link)"),
        ("pay DE02 7777 8888 9999 0000 11, please", "pay (account number), please"),
        ("pay de02-7777-8888-9999-0000-11 or GB02BUKB77778888999900 please", "pay (account number) or (account number) please"),
        ("call +44 1632 960001 or +44 (0)1632 960001 now", "call (phone number) or (phone number) now"),
        ("call 01632 960 001, (01632) 960001 or 0044 1632 960001", "call (phone number), (phone number) or (phone number)"),
        ("call (01632 960001) or 01632960001", "call ((phone number)) or (phone number)"),
        ("call 555-010-1234 or (555) 010-1234", "call (phone number) or (phone number)"),
    ],
)  # fmt: skip
def test_what_money_calls_and_clicks_could_follow_is_left_out(said: str, left: str) -> None:
    assert without_contacts(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "Order FH-20418 of 03/11/2026, 10:30, cost 1,299.00 and 64.18.",
        "Order 4181-2290, parcel JD014600006281234567, RR123456785GB and 00340434161094015902.",
        "My order number is 0012345678, my article 0451.",
        "It broke.please help, see photo.jpg and manual.pdf and v2.0.1",
        "The block 203.0.113.40/29 is down since 14:02, 480.00 were charged.",
        "Serial 0411-7720, model DE20, 12 000 000 steps, and/or 50 % @ home",
        "Note: this is late. Re: order",
    ],
)
def test_facts_stay(said: str) -> None:
    assert without_contacts(said) == said


CONTACTS = ("https://x.example/a", "pay@x.example", "DE02 7777 8888 9999 0000 11", "+44 1632 960001", "01632 960 001")


@given(st.text(), st.sampled_from(CONTACTS), st.text())
@example("+12 345 678", "01632 960 001", "")
@example("DE02", "+44 1632 960001", "1")
def test_no_words_around_it_save_a_contact(before: str, contact: str, after: str) -> None:
    assert contact not in without_contacts(f"{before} {contact} {after}")


@pytest.mark.parametrize(
    "piece", ["a.", "a-", "DE02", "0 ", "+1", "a@", "x:", "((", "0.", "www.", "DE02 7777 ", "a@a."]
)
def test_long_input_is_read_in_one_pass(piece: str) -> None:
    assert without_contacts(piece * 50_000) is not None
