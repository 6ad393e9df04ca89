"""What a composed reply may and may not be, whatever a mail put into the ticket."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import SubmissionRefused
from pipeline.records import Address, Envelope, Reply
from pipeline.sending import compose
from pipeline.sending.compose import (
    HEADERS,
    approval_hash,
    compose_reply,
    envelope_for,
    new_message_id,
    smtp_address,
)

REPLY = Reply(
    message_id="<abc@example.com>",
    sender=Address("Example Support", "support@example.com"),
    recipient=Address("Carol Customer", "carol@example.net"),
    subject="Re: Broken kettle",
    body="Dear Carol,\n\nthank you.\n",
    references=("<1@example.net>", "<2@example.net>"),
    date=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
)
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.characters(codec=None), max_size=60),
    st.lists(
        st.sampled_from(
            [
                "\r\n",
                "\r",
                "\n",
                "\0",
                "\u2028",
                "\x85",
                "\ud800",
                "\x1b",
                "\u202e",
                "\u200b",
                "é",
                "日本",
                " ",
                "\t",
                '"',
            ],
        )
        | st.sampled_from(
            ["=?utf-8?q?a=0D=0ABcc:_x@evil.example?=", "=?utf-8?b?DQpCY2M6eA==?=", "=?x?q??=", "=?", "?="]
        )
        | st.sampled_from(
            ["Bcc: x@evil.example", "\nBcc: x@evil.example", "<x@evil.example>", ",", ";", "(", "\\", "a" * 90]
        ),
        max_size=12,
    ).map("".join),
    st.sampled_from(["x" * 5000, "é" * 5000, "a " * 3000, "=?utf-8?q?" + "=0A" * 500 + "?=", "Re: " * 2000]),
)


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def addresses(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    header = message[name]
    assert isinstance(header, AddressHeader)
    return [(address.display_name, address.addr_spec) for address in header.addresses]


def assert_harmless(raw: bytes) -> None:
    """Exactly the headers a reply may have, proper lines, one recipient."""
    message = read(raw)
    assert set(message.keys()) <= set(HEADERS) and len(message.keys()) == len(set(message.keys()))
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\0" not in raw
    assert len(addresses(message, "To")) == 1


def test_a_reply_reads_back_as_it_was_meant() -> None:
    raw = compose_reply(REPLY)
    assert raw.split(b"\r\n\r\n")[0].decode("ascii").split("\r\n") == [
        'From: "Example Support" <support@example.com>',
        'To: "Carol Customer" <carol@example.net>',
        "Subject: Re: Broken kettle",
        "Date: Mon, 06 May 2024 07:08:09 +0000",
        "Message-ID: <abc@example.com>",
        "In-Reply-To: <2@example.net>",
        "References: <1@example.net>",
        " <2@example.net>",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
    ]
    assert read(raw).get_content() == "Dear Carol,\r\n\r\nthank you.\r\n"
    assert envelope_for(REPLY) == Envelope("support@example.com", ("carol@example.net",))


def test_the_same_reply_gives_the_same_bytes() -> None:
    assert compose_reply(REPLY) == compose_reply(REPLY)


def test_umlauts_long_lines_and_leading_dots_survive() -> None:
    body = "Grüße, José — 日本\n" + "word " * 300 + "\n.\nFrom here\ntrailing space \n\ttab\n"
    raw = compose_reply(
        replace(REPLY, body=body, subject="Über die " + "lange " * 25, sender=Address("Käthe", "k@e.example"))
    )
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 78
    assert read(raw).get_content().replace("\r\n", "\n") == body
    assert str(read(raw)["Subject"]) == ("Über die " + "lange " * 25).strip()
    assert addresses(read(raw), "From") == [("Käthe", "k@e.example")]


@given(subject=HOSTILE)
@example(subject="=?utf-8?q?a=0D=0ABcc:_x@evil.example?=")
def test_no_subject_adds_a_header(subject: str) -> None:
    raw = compose_reply(replace(REPLY, subject=subject))
    assert_harmless(raw)
    assert "evil" not in str(read(raw)["To"])


@pytest.mark.parametrize("value", ["x\r\nBcc: x@evil.example", "x\r\n\r\nbody", "x\r\nTo: <x@evil.example>", "other"])
def test_a_mail_that_does_not_read_back_as_meant_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr(compose, "_unstructured", lambda text: value)
    with pytest.raises(SubmissionRefused):
        compose_reply(REPLY)


@given(name=HOSTILE)
def test_no_display_name_adds_a_header_or_a_recipient(name: str) -> None:
    raw = compose_reply(
        replace(REPLY, recipient=Address(name, "carol@example.net"), sender=Address(name, "s@e.example"))
    )
    assert_harmless(raw)
    assert [email for _, email in addresses(read(raw), "To")] == ["carol@example.net"]


@given(email=HOSTILE | st.tuples(HOSTILE, HOSTILE).map("@".join) | HOSTILE.map(lambda text: f"{text}@example.net"))
def test_an_address_is_used_as_it_is_or_refused(email: str) -> None:
    try:
        raw = compose_reply(replace(REPLY, recipient=Address("", email)))
    except SubmissionRefused:
        return
    assert_harmless(raw)
    assert envelope_for(replace(REPLY, recipient=Address("", email))).recipients == (smtp_address(email),)


def test_a_reply_address_is_written_where_it_is_given() -> None:
    token = Address("Example Support", "support+t7abc@example.com")
    raw = compose_reply(replace(REPLY, reply_to=token))
    assert b'\r\nReply-To: "Example Support" <support+t7abc@example.com>\r\nSubject: ' in raw
    assert addresses(read(raw), "Reply-To") == [("Example Support", "support+t7abc@example.com")]
    assert b"\r\nReply-To:" not in compose_reply(REPLY)
    assert envelope_for(replace(REPLY, reply_to=token)) == envelope_for(REPLY)


@given(name=HOSTILE, email=st.just("s+t7@example.com") | HOSTILE | HOSTILE.map(lambda text: f"{text}@example.com"))
def test_no_reply_address_adds_a_header(name: str, email: str) -> None:
    try:
        raw = compose_reply(replace(REPLY, reply_to=Address(name, email)))
    except SubmissionRefused:
        return
    assert_harmless(raw)
    assert len(addresses(read(raw), "Reply-To")) == 1
    assert f"<{smtp_address(email)}>\r\nSubject: " in raw.decode()
    assert [email for _, email in addresses(read(raw), "To")] == ["carol@example.net"]


@given(message_id=HOSTILE | HOSTILE.map(lambda text: f"<{text}@example.com>"))
def test_a_message_id_is_used_as_it_is_or_refused(message_id: str) -> None:
    try:
        raw = compose_reply(replace(REPLY, message_id=message_id))
    except SubmissionRefused:
        return
    assert_harmless(raw)
    assert f"\r\nMessage-ID: {message_id}\r\n".encode("ascii") in raw


@given(references=st.lists(HOSTILE | HOSTILE.map(lambda text: f"<{text}@x.example>"), max_size=5).map(tuple))
def test_references_that_are_none_are_left_out(references: tuple[str, ...]) -> None:
    assert_harmless(compose_reply(replace(REPLY, references=references)))


@given(body=HOSTILE)
def test_any_body_gives_proper_lines(body: str) -> None:
    assert_harmless(compose_reply(replace(REPLY, body=body)))


def test_long_threads_keep_the_first_and_the_last_references() -> None:
    ids = tuple(f"<{number}@example.net>" for number in range(5000))
    message = read(compose_reply(replace(REPLY, references=ids)))
    assert str(message["References"]).split() == [ids[0], *ids[-19:]]
    assert message["In-Reply-To"] == ids[-1]


def test_without_a_message_to_answer_there_is_no_threading_header() -> None:
    assert not {"In-Reply-To", "References"} & set(read(compose_reply(replace(REPLY, references=()))).keys())


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Info@Bücher.Example", "Info@xn--bcher-kva.example"),
        ("a@faß.example", "a@xn--fa-hia.example"),
        ("o'neil+tag@EXAMPLE.com", "o'neil+tag@example.com"),
        ("jörg@example.com", "jörg@example.com"),
    ],
)
def test_domains_are_put_into_ascii(address: str, expected: str) -> None:
    assert smtp_address(address) == expected
    message = compose_reply(replace(REPLY, recipient=Address("", address)))
    assert f"To: <{expected}>\r\n".encode() in message


@pytest.mark.parametrize(
    "address",
    ["", "a", "@example.com", "a@", "a b@example.com", "a@b@c.example", "a,b@example.com", "<a@b.example>", "a@b..example",
     "a@-b.example", ".a@b.example", "a@b.example\n", "a@[127.0.0.1]", '"a"@b.example', "x" * 65 + "@b.example",
     "=??Q??=@b.example", "=?utf-8?b?DQpC?=@b.example"],
)  # fmt: skip
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(SubmissionRefused):
        smtp_address(address)


def test_message_ids_are_new_and_usable() -> None:
    first, second = new_message_id("Bücher.example"), new_message_id("example.com")
    assert first != second and first.endswith("@xn--bcher-kva.example>")
    assert compose_reply(replace(REPLY, message_id=first))
    with pytest.raises(SubmissionRefused):
        new_message_id("example.com>\r\nBcc: x")


ENVELOPES = st.builds(
    Envelope, st.text(string.printable, max_size=5), st.lists(st.text(string.printable, max_size=5)).map(tuple)
)


@given(st.tuples(st.binary(max_size=20), ENVELOPES), st.tuples(st.binary(max_size=20), ENVELOPES))
def test_an_approval_hash_stands_for_one_mail_and_envelope(
    one: tuple[bytes, Envelope], other: tuple[bytes, Envelope]
) -> None:
    assert (approval_hash(*one) == approval_hash(*other)) == (one == other)
    assert len(approval_hash(*one)) == 64
