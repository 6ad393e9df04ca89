"""The whole path on real servers: mail in by SMTP, read over IMAP, approved in a browser, the reply at the customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.installation import Installation, lines, sendable
from tests.acceptance.mails import customer, customer_mail, deliver, demo_mails
from tests.integration.mailstack import SUPPORT, MailStack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MAILS = 30
SAMPLES = 20
ADDED = "\nKind regards from Mara as well.\n"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in(page: Page, desk: Installation, name: str, password: str) -> None:
    page.goto(f"{desk.url}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{desk.url}/")


def approve(page: Page, desk: Installation, ticket: dict[str, Any], added: str = "") -> str:
    """Approve the proposed draft, with ``added`` at its end; returns the text that the page showed last."""
    page.goto(f"{desk.url}/tickets/{ticket['id']}")
    body = page.locator("#body")
    if added:
        body.fill(body.input_value() + added)
    approved = body.input_value()
    page.get_by_role("button", name="Approve", exact=True).click()
    assert page.locator(".notices .notice").inner_text() == "Approved. The reply is on its way."
    return approved


def reject(page: Page, desk: Installation, ticket: dict[str, Any], reason: str) -> None:
    page.goto(f"{desk.url}/tickets/{ticket['id']}")
    page.locator("#reject summary").click()
    page.get_by_label("In your words").fill(reason)
    page.get_by_role("button", name="Reject this draft").click()
    assert page.locator(".notices .notice").inner_text() == "Rejected. The other drafts are still open."


def delivered(stack: MailStack) -> Counter[str]:
    """How many mails lie in each mailbox of the servers, by address."""
    mails = [mail for part in ("new", "cur") for mail in (stack.folder / "mail").glob(f"*/Maildir/{part}/*")]
    return Counter(mail.parents[2].name for mail in mails)


def left_the_queue(stack: MailStack) -> int:
    """How many mails Postfix has handed on or given up, to whomever."""
    return sum(" status=" in line for line in (stack.folder / "postfix.log").read_text(errors="replace").splitlines())


def the_mail_of(stack: MailStack, address: str) -> EmailMessage:
    (raw,) = stack.wait_for_mail(address, 1)
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_thirty_mails_become_drafts_and_exactly_the_approved_ones_are_sent(
    stack: MailStack, install: Callable[..., Installation], page: Page
) -> None:
    samples = demo_mails()[:SAMPLES]
    own = range(MAILS - len(samples))
    deliver(stack, [*samples, *map(customer_mail, own)])
    desk = install()
    agent = desk.add_user("mara", "agent")
    auditor = desk.add_user("iver", "auditor")
    desk.start()
    tickets = desk.wait_until_read(MAILS)

    assert len(tickets) == MAILS
    assert {ticket["state"] for ticket in tickets} >= {"drafted", "suppressed"}
    assert all(len(ticket["drafts"]) == 3 for ticket in tickets if ticket["state"] == "drafted")
    by_address = {ticket["from"]: ticket for ticket in tickets}
    mine = [by_address[customer(number)] for number in own]
    assert all(ticket["state"] == "drafted" for ticket in mine)
    chosen = [ticket for ticket in mine if sendable(ticket["drafts"][0])][:4]
    assert len(chosen) == 4, "too few of the plain mails have a sendable draft"
    *approved, rejected = chosen

    first = approved[0]["drafts"][0]
    assert desk.api(f"drafts/{first['id']}/approve", {"version": 1}, auditor["token"])[0] == 403
    sign_in(page, desk, agent["name"], agent["password"])
    reject(page, desk, rejected, "answered by telephone")
    bodies = [approve(page, desk, ticket, added) for ticket, added in zip(approved, ("", ADDED, ""), strict=True)]
    after = [desk.wait_for_state(ticket["id"], "sent") for ticket in approved]

    assert ADDED.strip() in bodies[1]
    for ticket, body in zip(after, bodies, strict=True):
        mail = the_mail_of(stack, ticket["from"])
        original = ticket["messages"][0]["message_id"]
        assert lines(mail.get_content()) == lines(body)
        assert (mail["In-Reply-To"], mail["References"]) == (original, original)
        assert mail["Subject"] == f"Re: {ticket['subject']}"
        assert mail["From"].addresses[0].addr_spec == SUPPORT
        assert [entry.addr_spec for entry in mail["To"].addresses] == [ticket["from"]]
        assert [(row["state"], row["message_id"]) for row in ticket["outgoing"]] == [("sent", mail["Message-ID"])]
    page.goto(f"{desk.url}/tickets/{after[0]['id']}")
    page.locator("article.state-sent").wait_for()

    desk.stop()  # nothing is still on its way
    assert delivered(stack) == Counter({SUPPORT: MAILS, **{ticket["from"]: 1 for ticket in approved}})
    assert left_the_queue(stack) == MAILS + len(approved)
