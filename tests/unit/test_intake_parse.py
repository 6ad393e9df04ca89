from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.parse import MAX_SUBJECT, parse_mail, synthetic_id
from pipeline.intake.thread import thread_candidates
from pipeline.records import Address, MailKind

RAW = (
    "Message-ID: <one@customers.example>\r\n"
    "From: =?utf-8?q?Ana_M=C3=BCller?= <Ana@Customers.Example>\r\n"
    "To: Support <support@shop.example>, b@shop.example\r\n"
    "Cc: c@customers.example\r\n"
    "Reply-To: ana@customers.example\r\n"
    "Date: Mon, 2 Mar 2026 10:00:00 +0100\r\n"
    "References: <a@shop.example> <b@shop.example>\r\n"
    "In-Reply-To: <b@shop.example>\r\n"
    "Subject: Re: =?utf-8?b?w4RyZ2Vy?=\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "Immer noch kaputt.\r\n\r\n--\r\nAna\r\n\r\n"
    "Am 1. März 2026 um 9:00 schrieb Support <support@shop.example>:\r\n> Hallo\r\n"
).encode()


def test_a_mail_becomes_a_record() -> None:
    mail = parse_mail(RAW)
    assert mail.kind == MailKind.CUSTOMER and mail.reason == ""
    assert mail.message_id == "<one@customers.example>"
    assert mail.sender == Address("Ana Müller", "Ana@customers.example")
    assert mail.reply_to == Address("", "ana@customers.example")
    assert [address.email for address in mail.to] == ["support@shop.example", "b@shop.example"]
    assert mail.cc == (Address("", "c@customers.example"),)
    assert mail.date == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert mail.subject == "Re: Ärger"
    assert (mail.text, mail.signature) == ("Immer noch kaputt.", "--\nAna")
    assert mail.quoted.endswith("> Hallo")
    assert mail.references == ("<a@shop.example>", "<b@shop.example>")
    assert mail.warnings == ()


def test_thread_candidates_are_newest_first() -> None:
    assert thread_candidates(parse_mail(RAW)) == ("<b@shop.example>", "<a@shop.example>")


def test_a_missing_message_id_is_replaced_by_the_hash_of_the_bytes() -> None:
    raw = b"From: a@x.example\r\n\r\nhi"
    mail = parse_mail(raw)
    assert mail.message_id == synthetic_id(raw) == f"<{hashlib.sha256(raw).hexdigest()}@missing.invalid>"
    assert "the Message-ID is missing" in mail.warnings


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ("From: a@x.example", "no authentication result"),
        ("From: a@x.example\r\nAuthentication-Results: mx.x.example; dkim=pass", "no authentication result"),
        ("From: a@good.example <evil@bad.example>", "another address: a@good.example instead of evil@bad.example"),
        ("From: a@good.example\r\nFrom: evil@bad.example", "several From headers"),
        ("From: a@good.example, b@good.example", "several addresses"),
        ("From: <a@good.example> <evil@bad.example>", "several addresses"),
        ("From: nobody", "names no address"),
        ("Subject: x", "names no address"),
        ("From: a@good.example\r\nReply-To: a@bad.example", "another domain: bad.example"),
    ],
)
def test_identity_is_untrusted_and_says_why(headers: str, why: str) -> None:
    mail = parse_mail(f"{headers}\r\n\r\nhi".encode())
    assert not mail.identity.trusted
    assert why in mail.identity.why


@pytest.mark.parametrize("raw", [b"", b"\n", b"no mail at all", b"\x00" * 100, b'{"a": 1}', b"HTTP/1.1 200: OK"])
def test_what_is_no_mail_is_unparseable_with_a_reason(raw: bytes) -> None:
    mail = parse_mail(raw)
    assert mail.kind == MailKind.UNPARSEABLE
    assert mail.reason


def test_invisible_characters_are_removed_with_a_warning() -> None:
    mail = parse_mail("From: a@x.example\nSubject: he\u202elp\n\nig\u200bnore\U000e0041\0 me".encode())
    assert (mail.subject, mail.text) == ("help", "ignore me")
    assert "invisible characters were removed" in mail.warnings


def test_a_huge_subject_is_cut() -> None:
    raw = b"From: a@x.example\nSubject: " + b"=?utf-8?b?aGVsbG8g?= " * 40_000 + b"\n\nhi"
    mail = parse_mail(raw)
    assert len(mail.subject) <= MAX_SUBJECT
    assert mail.text == "hi"


@pytest.mark.parametrize(
    "header",
    [
        "Message-ID: <[x@y]>",
        "To: (c):",
        "Content-Type: text/plain; name*=",
        "Content-Type: text/plain; charset*=utf-8''%zz; charset=nope",
        "Content-Type: text/plain; name*99999999999=x; name*-1=y",
        "Content-Disposition: attachment; filename*0*=a'b; filename*2=c",
        "Content-Type: multipart/mixed; boundary*=idna''xn--a",
        "Date: Mon, 31 Feb 99999 99:99:99 -9999",
        "From: =?utf-8?b?////?= <a@x.example>",
        "Content-Transfer-Encoding: base64",
        "Content-Type: ;;;=",
        "References: <<<>>> <a@b",
    ],
)
def test_odd_headers_are_read(header: str) -> None:
    mail = parse_mail(f"From: a@x.example\r\n{header}\r\n\r\nhelp".encode())
    assert mail.kind in (MailKind.CUSTOMER, MailKind.BOUNCE)


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "References", "Reply-To", "Content-Type", "List-Id", "Precedence"]
)
VALUES = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "<[x@y]>",
            "(c):",
            "text/html; charset=utf-7",
            "=?x?q?=FF?=",
            "multipart/mixed; boundary=b",
            "a@x.example,;:<",
            "<>",
        ]
    ),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.text(max_size=200))
def test_any_headers_and_body_parse(headers: list[tuple[str, str]], body: str) -> None:
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n" + body
    mail = parse_mail(raw.encode("utf-8", "surrogatepass"))
    assert not mail.reason.startswith("the parser failed")


@given(st.binary(max_size=500))
def test_any_bytes_parse(raw: bytes) -> None:
    assert not parse_mail(b"From: a@x.example\n" + raw).reason.startswith("the parser failed")


@given(st.lists(st.from_regex(r"[A-Za-zäöüß]{1,12}", fullmatch=True), min_size=1, max_size=40))
def test_ordinary_words_survive(words: list[str]) -> None:
    raw = b"From: a@x.example\r\n\r\n" + " ".join(words).encode()
    assert parse_mail(raw).text.split() == words


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@x.example\nContent-Type: text/html\n\n<blockquote type=cite>&#11;word</blockquote><p hidden>&#1;</p>&#2;",
        b"From: a@x.example\nContent-Type: text/html\n\n<b\x0bx>word</b>",
        b"From: a@x.example\nContent-Type: text/html\n\n<a href='https://x.example/&#11;'>word</a>",
        b"Return-Path: <>\nSubject: word\n\nword",
        b"From: a@x.example\n\n" + "\u200cé\u200c word".encode(),
    ],
)
def test_what_fuzzing_found_is_read(raw: bytes) -> None:
    mail = parse_mail(raw)
    assert not mail.reason.startswith("the parser failed")
    assert "word" in mail.text


def test_control_characters_in_headers_change_no_address_id_or_file_name() -> None:
    mail = parse_mail(
        b"From: Ana <a\0na@x.example>\nMessage-ID: <o\0ne@x.example>\nReferences: <r\xe2\x80\x8b1@x.example>\n"
        b'Content-Type: image/png; name="a/ b.png"\n\nx'
    )
    assert mail.sender == Address("Ana", "ana@x.example")
    assert (mail.message_id, mail.references) == ("<one@x.example>", ("<r1@x.example>",))
    assert mail.attachments[0].name == "b.png"


def test_a_verified_sender_whose_replies_go_elsewhere_is_warned_of() -> None:
    raw = (
        b"Authentication-Results: mx.fernhollow.example; dmarc=pass header.from=example.com\r\n"
        b"From: ana@example.com\r\nReply-To: ana@other.example\r\nSubject: Lamp\r\n\r\nIt is dark.\r\n"
    )
    mail = parse_mail(raw, authserv_id="mx.fernhollow.example")
    assert mail.identity.trusted
    assert "replies go to another domain: other.example" in mail.warnings
