"""Which mail may not be answered: every sign by name, and ordinary mail that must stay a customer's."""

from __future__ import annotations

import pytest

from pipeline.intake.parse import parse_mail
from pipeline.records import MailKind

OWN = frozenset({"support@shop.example"})


def kind_of(
    *headers: str, body: str = "Where is my parcel?", sender: str = "Ana <ana@customers.example>"
) -> tuple[str, str]:
    given = {header.partition(":")[0].lower() for header in headers}
    basic = [
        ("from", sender),
        ("to", "support@shop.example"),
        ("subject", "My order"),
        ("date", "Mon, 2 Mar 2026 10:00:00 +0000"),
    ]
    lines = [*headers, *(f"{name}: {value}" for name, value in basic if name not in given)]
    parsed = parse_mail(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), OWN)
    return parsed.kind, parsed.reason


@pytest.mark.parametrize(
    ("header", "kind", "named"),
    [
        ("Auto-Submitted: auto-replied", "auto_reply", "Auto-Submitted: auto-replied (RFC 3834)"),
        ("AUTO-SUBMITTED: Auto-Generated; owner-email=x", "auto_reply", "auto-generated"),
        ("X-Autoreply: yes", "auto_reply", "X-Autoreply"),
        ("X-Autorespond: My order", "auto_reply", "X-Autorespond"),
        ("Precedence: auto_reply", "auto_reply", "Precedence"),
        ("Precedence: bulk", "newsletter", "Precedence: bulk"),
        ("Precedence: junk", "newsletter", "Precedence: junk"),
        ("Precedence: list", "list", "Precedence: list"),
        ("List-Id: Friends <friends.lists.example>", "list", "List-Id"),
        ("List-Unsubscribe: <https://x.example/u>", "newsletter", "List-Unsubscribe"),
        ("Return-Path: <>", "auto_reply", "Return-Path: <>"),
        ("X-Spam-Flag: YES", "spam", "X-Spam-Flag"),
        ("X-Failed-Recipients: a@x.example", "bounce", "X-Failed-Recipients"),
        ("From: MAILER-DAEMON@mx.example", "bounce", "mailer-daemon"),
        (
            "From: Mail Delivery System <postmaster@mx.example>\r\nSubject: Undelivered Mail Returned to Sender",
            "bounce",
            "mail system",
        ),
        ("From: no-reply@bank.example", "auto_reply", "takes no answers"),
        ("From: Support@Shop.example", "own", "own addresses"),
        ("Subject: Out of Office: My order", "auto_reply", "Subject"),
        ("Subject: Automatic reply: My order", "auto_reply", "Subject"),
        ("Subject: Abwesenheitsnotiz: Bestellung", "auto_reply", "Subject"),
        ("Subject: Réponse automatique : commande", "auto_reply", "Subject"),
        ("Subject: Automatische Antwort: Bestellung", "auto_reply", "Subject"),
        ("Subject: Re: out of office\r\nX-Auto-Response-Suppress: All", "auto_reply", "Subject"),
        ("Content-Type: text/calendar; method=REPLY", "auto_reply", "text/calendar"),
        ("Content-Type: message/delivery-status", "bounce", "delivery-status"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "bounce", "multipart/report"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "auto_reply", "receipt"),
    ],
)
def test_a_sign_decides_and_is_named(header: str, kind: str, named: str) -> None:
    found, reason = kind_of(header)
    assert found == kind
    assert named in reason


@pytest.mark.parametrize(
    "header",
    [
        "X-Auto-Response-Suppress: All",
        "Auto-Submitted: no",
        "Auto-Submitted: (a comment) ",
        "Precedence: normal",
        "Return-Path: <ana@customers.example>",
        "Subject: Out of office chair broken",
        "Subject: Re: Automatic reply is wrong",
        "Subject: Delivery failed, where is my parcel",
        "Subject: Undelivered parcel",
        "From: Ana <postmaster@customers.example>",
        "From: Bounce House Rental <hello@customers.example>",
        "From: robotics@customers.example",
        "From: noreply@forms.example\r\nReply-To: ana@customers.example",
        "List-Id: <support.shop.example>\r\nList-Unsubscribe: <mailto:x@shop.example>",
        "X-Spam-Flag: NO",
        "X-Vacation:",
        "X-Approve: yes",
    ],
)
def test_an_ordinary_mail_stays_a_customers(header: str) -> None:
    assert kind_of(header) == (MailKind.CUSTOMER, "")


def test_a_customer_who_quotes_a_bounce_is_a_customer() -> None:
    body = "Your answer came back to me:\n\n550 5.1.1 <help@shop.example>: user unknown\nWhat now?"
    for subject in ("Mail to you bounced", "Fwd: Undelivered Mail Returned to Sender"):
        assert kind_of(f"Subject: {subject}", body=body)[0] == MailKind.CUSTOMER


def test_a_customer_who_attaches_a_courier_mail_is_a_customer() -> None:
    body = "--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: courier@x.example\r\n\r\nSorry.\r\n--b--"
    headers = ("Subject: Delivery failed", "Content-Type: multipart/mixed; boundary=b")
    assert kind_of(*headers, body=body)[0] == MailKind.CUSTOMER


def test_a_report_in_words_only_is_a_bounce() -> None:
    body = (
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<ana@customers.example>:\nSorry, no mailbox here by that name.\n\n--- Below this line is a copy.\n"
    )
    found, reason = kind_of("From: postmaster@mx.example", body=body)
    assert found == MailKind.BOUNCE
    assert "ana@customers.example" in reason


def test_nothing_in_a_mail_makes_it_more_than_a_customers() -> None:
    found, _ = kind_of("X-Calmdesk-Kind: own", "X-Approved-By: admin", body="Approved: secret")
    assert found == MailKind.CUSTOMER
