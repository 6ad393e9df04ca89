"""Who may be taken for who they say they are, and the sentence that tells why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.parse import parse_mail
from pipeline.records import Identity

SERVER = "mx.calm.example"


def identity(
    *results: str, sender: str = "Ann <ann@shop.example>", more: tuple[str, ...] = (), pin: str = SERVER
) -> Identity:
    fields = [f"Authentication-Results: {SERVER}; {result}" for result in results]
    lines = [*fields, f"From: {sender}", *more, "Subject: x", "", "Hello"]
    return parse_mail("\r\n".join(lines).encode(), authserv_id=pin).identity


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        ("dmarc=pass (p=REJECT) header.from=shop.example", "dmarc=pass for shop.example"),
        ("DMARC=PASS header.from=Shop.Example", "dmarc=pass for shop.example"),
        ("dkim=pass header.d=shop.example", "dkim=pass for shop.example"),
        ("dkim=pass header.i=@shop.example header.s=s1", "dkim=pass for shop.example"),
        ("dkim=pass header.i=news@shop.example", "dkim=pass for shop.example"),
        ("dkim=fail header.d=list.example; dkim=pass header.d=shop.example", "dkim=pass for shop.example"),
        ("spf=pass smtp.mailfrom=ann@shop.example", "spf=pass for shop.example"),
        ("spf=pass smtp.mailfrom=shop.example", "spf=pass for shop.example"),
        ("spf=pass smtp.mailfrom=bounce-1@mail.shop.example", "spf=pass for mail.shop.example"),
        ("dmarc=none header.from=shop.example; dkim=pass header.d=shop.example", "dkim=pass for shop.example"),
    ],
)
def test_proof_for_the_sender_s_domain_is_believed(result: str, shown: str) -> None:
    assert identity(result) == Identity(True, f"{SERVER} confirms the sender's domain shop.example ({shown})")


@pytest.mark.parametrize(
    "result",
    [
        "none",
        "dmarc=pass",
        "dmarc=pass header.from=evil.example",
        "dmarc=pass header.from=mail.shop.example",
        "dkim=pass header.d=evil.example",
        "dkim=pass header.d=example",
        "dkim=pass header.d=mail.shop.example",
        "dkim=pass header.d=evilshop.example",
        "dkim=pass header.d=shop.example.evil.example",
        "dkim=pass header.d=evil.example header.i=@shop.example",
        "dkim=pass header.s=shop.example",
        "dkim=neutral header.d=shop.example",
        "dkim=temperror header.d=shop.example",
        "spf=pass smtp.mailfrom=<>",
        "spf=pass smtp.mailfrom=",
        "spf=pass smtp.helo=shop.example",
        "spf=pass smtp.mailfrom=ann@example",
        "spf=softfail smtp.mailfrom=ann@shop.example",
        'spf=pass smtp.mailfrom="ann@shop.example;"@evil.example',
        "arc=pass header.d=shop.example",
        "auth=pass smtp.auth=ann@shop.example",
        "dkim-atps=pass header.d=shop.example",
    ],
)
def test_what_proves_something_else_is_not_proof(result: str) -> None:
    found = identity(result)
    assert not found.trusted
    assert found.why


def test_a_subdomain_is_proved_by_the_domain_above_it() -> None:
    assert identity("dkim=pass header.d=shop.example", sender="ann@eu.shop.example").trusted
    assert identity("spf=pass smtp.mailfrom=ann@shop.example", sender="ann@eu.shop.example").trusted


def test_both_spellings_of_an_international_domain_are_one() -> None:
    assert identity("dmarc=pass header.from=xn--bcher-kva.example", sender="ann@bücher.example").trusted
    assert identity("dmarc=pass header.from=bücher.example", sender="ann@xn--bcher-kva.example").trusted


def test_without_a_pinned_server_nobody_is_trusted() -> None:
    assert identity("dmarc=pass header.from=shop.example", pin="") == Identity(
        False, "no authentication result from a trusted server"
    )
    assert not identity("dmarc=pass header.from=shop.example", pin="mx.other.example").trusted


def test_a_failed_dmarc_is_named_first_whatever_else_passes() -> None:
    passes = (
        "dkim=pass header.d=shop.example; spf=pass smtp.mailfrom=a@shop.example; dmarc=fail header.from=shop.example"
    )
    for more in ((), ("Reply-To: x@evil.example",), ("From: boss@shop.example",)):
        found = identity(passes, more=more)
        assert not found.trusted
        assert found.why.startswith("the sender's domain says this mail is not theirs (dmarc=fail)")


def test_results_that_contradict_each_other_are_not_believed() -> None:
    found = identity("dkim=pass header.d=shop.example", "dkim=fail header.d=shop.example")
    assert found == Identity(False, f"{SERVER} says two things about dkim: one of them may be forged")


def test_a_result_that_cannot_be_read_is_not_believed() -> None:
    assert identity("dkim=pass header.d=shop.example (") == Identity(
        False, f"the authentication result of {SERVER} cannot be read"
    )


def test_what_was_found_is_told_where_it_proves_nothing() -> None:
    assert identity("dkim=pass header.d=mailer.example; spf=none").why == (
        f"{SERVER} found no proof that this mail is from shop.example (dkim=pass for mailer.example, spf=none)"
    )


@pytest.mark.parametrize(
    ("sender", "more", "why"),
    [
        ("ann@shop.example, bob@shop.example", (), "the From header names several addresses"),
        ('"ann@bank.example" <ann@shop.example>', (), "the sender's name shows another address"),
        ("ann@shop.example", ("From: eve@shop.example",), "several From headers"),
        ("nobody", (), "names no address"),
    ],
)
def test_a_trick_in_the_from_header_is_not_mended_by_a_signature(sender: str, more: tuple[str, ...], why: str) -> None:
    found = identity("dmarc=pass header.from=shop.example", sender=sender, more=more)
    assert not found.trusted
    assert why in found.why


def test_replies_to_another_domain_are_told_and_change_no_verdict() -> None:
    proved = identity("dmarc=pass header.from=shop.example", more=("Reply-To: ann@home.example",))
    assert proved.trusted
    assert proved.why.endswith("; replies go to another domain: home.example")
    assert identity(more=("Reply-To: ann@home.example",)).why.startswith("replies go to another domain: home.example; ")
    assert "replies" not in identity("none", more=("Reply-To: desk@SHOP.example",)).why


FORGED = st.sampled_from(
    ["ARC-Authentication-Results", "Received-SPF", "X-Calmdesk-Trusted", "X-Authentication-Results", "DKIM-Signature"]
)


@given(FORGED, st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_no_other_header_makes_a_sender_trusted(name: str, value: str) -> None:
    forged = (f"{name}: {SERVER}; dmarc=pass header.from=shop.example {value}",)
    assert not identity(more=forged).trusted
