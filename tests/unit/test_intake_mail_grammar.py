"""Whatever the grammar of broken mail brings forth is read, in one way only, and nothing readable is lost."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.intake.body import MAX_TEXT
from pipeline.intake.charset import clean_line, clean_text
from pipeline.intake.headers import MAX_REFERENCES
from pipeline.intake.mime import MAX_PARTS
from pipeline.intake.parse import MAX_SUBJECT, parse_mail
from pipeline.records import ParsedMail
from tests.fuzz.mail_grammar import Sample, mails, well_formed


def readable(mail: ParsedMail) -> str:
    return " ".join(" ".join((mail.text, mail.quoted, mail.signature)).split())


def lines_of(mail: ParsedMail) -> list[str]:
    people = (mail.sender, mail.reply_to, *mail.to, *mail.cc)
    names = [text for person in people if person for text in (person.name, person.email)]
    return [mail.subject, mail.message_id, *names, *(part.name for part in mail.attachments), *mail.references]


@settings(max_examples=300, deadline=None)
@given(mails())
@example((b"From: a@x.example\nMessage-ID: <[x@y]>\nTo: (c):\nContent-Type: text/plain; name*\n\nhelp", ("help",)))
@example((b"From: a@x.example\rSubject: b\r\rhelp", ("help",)))
def test_every_mail_is_read_the_same_way_each_time_and_its_sentences_are_found(
    case: tuple[bytes, tuple[str, ...]],
) -> None:
    raw, promised = case
    mail = parse_mail(raw)
    assert not mail.reason.startswith("the parser failed")
    assert parse_mail(raw) == mail
    found = readable(mail)
    for sentence in promised:
        assert sentence in found


@settings(max_examples=300, deadline=None)
@given(mails())
def test_every_record_is_clean_and_within_its_limits(case: tuple[bytes, tuple[str, ...]]) -> None:
    mail = parse_mail(case[0])
    for text in (mail.text, mail.quoted, mail.signature):
        assert clean_text(text)[0] == text
        assert len(text) <= MAX_TEXT + 2
    for line in lines_of(mail):
        assert clean_line(line)[0] == line
    assert len(mail.subject) <= MAX_SUBJECT
    assert len(mail.attachments) <= MAX_PARTS
    assert len(mail.references) <= MAX_REFERENCES


TRACES = [
    b"Received: from relay.example by mx.example; Tue, 3 Mar 2026 10:00:01 +0000\n",
    b"Delivered-To: care@shop.example\n",
    b"Return-Path: <ana@customers.example>\n",
    b"X-Spam-Score: 0.1\n",
    b"Authentication-Results: mx.example;\n\tspf=pass\n",
    b"DKIM-Signature: v=1; a=rsa-sha256; d=customers.example;\n b=abc\n",
]


@settings(max_examples=150, deadline=None)
@given(well_formed(), st.lists(st.sampled_from(TRACES), max_size=4), st.booleans())
def test_the_content_hash_is_that_of_the_author_whatever_the_servers_add(
    sample: Sample, traces: list[bytes], crlf: bool
) -> None:
    delivered = b"".join(traces) + sample.raw
    if crlf:
        delivered = delivered.replace(b"\n", b"\r\n")
    first = parse_mail(sample.raw)
    assert parse_mail(delivered).content_hash == first.content_hash
    assert parse_mail(sample.raw.rstrip() + b"\nOne more thing.").content_hash != first.content_hash
    assert parse_mail(b"Subject: another\n" + sample.raw).content_hash != first.content_hash


def test_the_content_hash_covers_the_body_without_a_blank_line_above_and_with_bare_returns() -> None:
    for pattern in (b"From: a@x.example\nSubject: s\n%s here it is", b"From: a@x.example\rSubject: s\r\r%s"):
        assert parse_mail(pattern % b"one").content_hash != parse_mail(pattern % b"two").content_hash
