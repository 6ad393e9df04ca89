from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from pipeline.demo.samples import SUPPORT_ADDRESS, sample_mails

NOW = datetime(2026, 11, 24, 10, 7, tzinfo=UTC)


def parsed() -> list[EmailMessage]:
    return [email.message_from_bytes(raw, policy=email.policy.default) for raw in sample_mails(NOW)]


def test_every_sample_is_a_whole_mail_to_the_firm_from_an_invented_address() -> None:
    mails = parsed()
    assert len(mails) >= 25
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)
    for mail in mails:
        assert mail["To"] == SUPPORT_ADDRESS
        domain = mail["From"].addresses[0].domain
        assert domain in {"example.com", "example.net", "example.org"} or domain.endswith((".example", ".example.org"))
        assert parsedate_to_datetime(mail["Date"]) < NOW
        assert not mail.defects


def test_samples_cover_what_a_desk_receives() -> None:
    mails = parsed()
    assert any(mail.get_content_type() == "multipart/report" for mail in mails)
    assert any(mail["Auto-Submitted"] == "auto-replied" for mail in mails)
    assert any(mail["List-Id"] for mail in mails)
    assert any(mail.get_body(("html",)) is not None for mail in mails)
    assert any("Grüßen" in mail.as_string() or "=C3=BC" in mail.as_string() for mail in mails)
    pictures = [part for mail in mails for part in mail.walk() if part.get_content_type() == "image/png"]
    assert pictures and pictures[0].get_content().startswith(b"\x89PNG")


def test_the_same_moment_gives_the_same_bytes() -> None:
    first, second = sample_mails(NOW), sample_mails(NOW)
    assert [raw for raw in first if b"boundary" not in raw] == [raw for raw in second if b"boundary" not in raw]
