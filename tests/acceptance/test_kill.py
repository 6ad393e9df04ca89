"""The process is killed where it hurts and started again: nothing is lost, nothing is made or sent twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from pipeline.engine.watch import LOT_MAILS
from tests.acceptance.installation import Installation, first_sendable, wait_until
from tests.acceptance.mails import customer, customer_mail, deliver
from tests.integration.faultproxy import Fault, FaultProxy, Silence
from tests.integration.mailstack import SUPPORT, MailStack

END_OF_DATA = b"\r\n.\r\n"


class HeldDown(Fault):
    """Passes ``size`` bytes of the server on, then holds back the rest; ``holding`` says that it does."""

    def __init__(self, size: int, holding: threading.Event) -> None:
        self._left = size
        self._holding = holding

    def down(self, data: bytes) -> bytes:
        passed, self._left = data[: self._left], max(0, self._left - len(data))
        if len(passed) < len(data):
            self._holding.set()
        return passed


def assert_each_once(tickets: list[dict[str, Any]], count: int) -> None:
    """One ticket with one message and the three drafts for each mail that was delivered."""
    assert sorted(ticket["from"] for ticket in tickets) == sorted(map(customer, range(count)))
    assert all(ticket["state"] == "drafted" for ticket in tickets)
    for ticket in tickets:
        assert len(ticket["messages"]) == 1
        assert sorted(draft["kind"] for draft in ticket["drafts"]) == ["acknowledgment", "apology", "solution"]
        assert ticket["outgoing"] == []


def test_killed_while_mail_is_fetched(stack: MailStack, install: Callable[..., Installation]) -> None:
    mails = [customer_mail(number) for number in range(LOT_MAILS + 10)]
    deliver(stack, mails)
    holding = threading.Event()
    # With the server's own words the first lot passes, and the second comes in part.
    size = sum(map(len, stack.mailbox(SUPPORT)[: LOT_MAILS + 5])) + 6_000

    def fault() -> Fault:
        return HeldDown(0 if holding.is_set() else size, holding)

    with FaultProxy((stack.host, stack.imap_port), fault) as proxy:
        desk = install(imap_port=proxy.port)
        desk.start()
        assert holding.wait(60)
        wait_until("some mail is stored", lambda: desk.count("1 = 1") > 0)
        desk.kill()
        assert 0 < desk.count("1 = 1") < len(mails)

        proxy.fault = Fault
        desk.start()
        assert_each_once(desk.wait_until_read(len(mails)), len(mails))
        desk.stop()


def test_killed_while_drafts_are_written(stack: MailStack, install: Callable[..., Installation]) -> None:
    count = 24
    deliver(stack, [customer_mail(number) for number in range(count)])
    desk = install()
    desk.start(wait=False)
    wait_until("the first draft", lambda: desk.count("state = 'drafted'") > 0, every=0.01)
    desk.kill()
    assert 0 < desk.count("state = 'drafted'") < count

    desk.start()
    assert_each_once(desk.wait_until_read(count), count)
    desk.stop()


def test_killed_after_the_mail_was_transmitted_and_before_the_answer(
    stack: MailStack, install: Callable[..., Installation]
) -> None:
    deliver(stack, [customer_mail(number) for number in range(4)])
    with FaultProxy((stack.host, stack.plain_port), lambda: Silence(END_OF_DATA)) as proxy:
        desk = install(smtp_port=proxy.port)
        desk.start()
        ticket = first_sendable(desk.wait_until_read(4))
        approve(desk, ticket)
        stack.wait_for_mail(ticket["from"], 1)
        (outgoing,) = desk.ticket(ticket["id"])["outgoing"]
        assert outgoing["state"] == "transmitting"
        desk.kill()

        proxy.fault = Fault
        desk.start()
        assert desk.wait_for_state(ticket["id"], "uncertain")["outgoing"][0]["state"] == "uncertain"
        # Another mail goes out, so the sender has been at work since; the uncertain one was not touched.
        other = first_sendable(desk.tickets())
        approve(desk, other)
        desk.wait_for_state(other["id"], "sent")
        assert desk.ticket(ticket["id"])["state"] == "uncertain"
        status, problem = desk.api(f"drafts/{ticket['drafts'][0]['id']}/approve", {"version": 1})
        assert (status, problem["status"]) == (409, 409)

        assert desk.settle(ticket["id"], outgoing["id"], "sent") == 200
        assert desk.wait_for_state(ticket["id"], "sent")["outgoing"][0]["state"] == "sent"
        desk.stop()
    assert [len(stack.mailbox(each["from"])) for each in (ticket, other)] == [1, 1]


def approve(desk: Installation, ticket: dict[str, Any]) -> None:
    draft = ticket["drafts"][0]
    status, answer = desk.api(f"drafts/{draft['id']}/approve", {"version": draft["version"]})
    assert (status, answer["state"]) == (200, "approved"), answer
