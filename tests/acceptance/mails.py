"""Customers' mail for these tests: the demo's samples, and simple mails in any number, all from customers.example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from pipeline.demo.samples import sample_mails
from tests.integration.mailstack import SUPPORT, MailStack

DOMAIN = "customers.example"
CUSTOMERS = ("bob", "alice", "dilara", "yusuf", "marit", "noor", "emil", "tova", "ruben", "ines")
TEXTS = (
    ("Where is my kettle?", "I ordered a kettle nine days ago, order FH-30{n:03}, and it has not come. Where is it?"),
    ("Charged twice", "You took 89.00 EUR twice for order FH-31{n:03}. I am really annoyed. Please give one back."),
    ("Cannot sign in", "Since this morning the app says my password is wrong, number {n}. How do I get back in?"),
    ("Broken bowl", "The bowl of the mixer FH-32{n:03} arrived with a crack. Can you send me a new one?"),
    ("Cancel please", "Please cancel my order FH-33{n:03}, I have ordered the wrong colour. Is that still possible?"),
)


def customer(number: int) -> str:
    return f"{CUSTOMERS[number % len(CUSTOMERS)]}{number}@{DOMAIN}"


def customer_mail(number: int) -> bytes:
    """A mail that a person must answer; another sender and Message-ID for every number."""
    subject, text = TEXTS[number % len(TEXTS)]
    name = CUSTOMERS[number % len(CUSTOMERS)].title()
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f'"{name} Tarnow" <{customer(number)}>'
    mail["To"] = SUPPORT
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.now(UTC) - timedelta(minutes=number + 1))
    mail["Message-ID"] = f"<mail-{number}@{DOMAIN}>"
    mail.set_content(f"Hello,\n\n{text.format(n=number)}\n\n{name}\n")
    return mail.as_bytes()


def demo_mails() -> list[bytes]:
    """The demo's samples, robots and bounces among them, as if all came from customers.example to support."""
    mails = []
    for raw in sample_mails():
        mail = message_from_bytes(raw, policy=SMTP)
        name, address = parseaddr(str(mail["From"]))
        del mail["From"], mail["To"]
        mail["From"] = f'"{name}" <{address.replace("@", ".").lower()}@{DOMAIN}>'
        mail["To"] = SUPPORT
        mails.append(mail.as_bytes())
    return mails


def deliver(stack: MailStack, mails: list[bytes]) -> None:
    """Hand them to the server by SMTP and wait until all of them lie in the mailbox."""
    for raw in mails:
        headers = message_from_bytes(raw)
        bounce = str(headers.get("Return-Path", "")).strip() == "<>"
        stack.deliver(raw, "" if bounce else parseaddr(str(headers["From"]))[1], SUPPORT)
    stack.wait_for_mail(SUPPORT, len(mails))
