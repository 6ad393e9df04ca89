"""Two installations that answer each other: no header tells the robots apart, so only the limits can end it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.acceptance.installation import Installation, change, sendable, wait_until
from tests.acceptance.mails import customer_mail
from tests.integration.mailstack import SUPPORT, MailStack

OTHER = "alice@test.example"
LIMIT = 3


def _limited(desk: Installation) -> Installation:
    change(desk.folder, "policy.yaml", lambda data: data["limits"].update(per_sender=LIMIT))
    return desk


def _approve_all(desk: Installation) -> int:
    """Say yes to a draft of every open ticket, as a person who looks at nothing would."""
    done = 0
    for ticket in desk.tickets():
        draft = next((draft for draft in ticket["drafts"] if draft["state"] == "proposed" and sendable(draft)), None)
        if ticket["state"] == "drafted" and draft is not None:
            done += desk.api(f"drafts/{draft['id']}/approve", {"version": draft["version"]})[0] == 200
    return done


def _messages(desks: Sequence[Installation]) -> list[dict[str, Any]]:
    return [message for desk in desks for ticket in desk.tickets() for message in ticket["messages"]]


def _held_back(desks: Sequence[Installation]) -> list[dict[str, Any]]:
    return [message for message in _messages(desks) if message["reason"].startswith("held back:")]


def test_two_installations_pointed_at_each_other_come_to_rest(
    stack: MailStack, install: Callable[..., Installation]
) -> None:
    desks = [_limited(install(address=SUPPORT)), _limited(install(address=OTHER))]
    for desk in desks:
        desk.start(wait=False)
    for desk in desks:
        wait_until("the page", desk._answers, 120)
    raw = customer_mail(0)
    first = raw.replace(raw.partition(b"From: ")[2].partition(b"\r\n")[0], OTHER.encode(), 1)
    stack.deliver(first, OTHER, SUPPORT)

    def at_rest() -> bool:
        return not sum(map(_approve_all, desks)) and bool(_held_back(desks))

    wait_until("the loop is held back", at_rest, 180)
    answered = [message for message in _messages(desks) if message["state"] == "drafted"]
    assert len(answered) <= 2 * LIMIT
    assert all(
        "from support@" in message["reason"] or "from alice@" in message["reason"] for message in _held_back(desks)
    )
    for address in (SUPPORT, OTHER):
        assert len(stack.mailbox(address)) <= LIMIT + 1
