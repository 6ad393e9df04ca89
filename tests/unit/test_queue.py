from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow import TicketState
from pipeline.review.queue import (
    GROUPS,
    MOST_COUNTED,
    VIEWS,
    group_of,
    lines,
    next_in,
    tickets_in,
    time_left,
    view_of,
    views,
)
from pipeline.review.shelves import Asker
from pipeline.store.models import Message, Ticket
from tests.rows import person

_OF_PERSONS = ("mine", "unassigned", "escalated", "second", "snoozed", "undelivered", "held")
BY_STATE = [view for view in VIEWS if view not in _OF_PERSONS]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def asker() -> Asker:
    return Asker(person("agent"), NOW)


def ticket_in(state: TicketState, **more: Any) -> Ticket:
    """A ticket, with the mail without which it would not be in quarantine."""
    ticket = Ticket.objects.create(**{"mailbox": "care", "state": state} | more)
    if state == TicketState.QUARANTINED:
        numbers = {"uid_validity": 1, "uid": ticket.pk, "size": 1, "sha256": "", "received_at": NOW}
        Message.objects.create(ticket=ticket, mailbox="care", folder="INBOX", state="quarantined", **numbers)
    return ticket


@pytest.mark.django_db
def test_a_ticket_of_any_state_is_found_in_exactly_one_view_of_states(asker: Asker) -> None:
    for state in TicketState:
        ticket_in(state)
    shown = [ticket.state for view in BY_STATE for ticket in tickets_in(view, asker)]
    assert sorted(shown) == sorted(TicketState)
    assert sum(view.count for view in views(asker) if view.name in BY_STATE) == len(TicketState)


@pytest.mark.django_db
def test_a_merged_ticket_is_in_no_view_and_no_count(asker: Asker) -> None:
    target = Ticket.objects.create(mailbox="care", state=TicketState.SENT)
    for state in TicketState:
        ticket_in(state, merged_into=target)
    assert [ticket for view in VIEWS for ticket in tickets_in(view, asker)] == [target]
    assert sum(view.count for view in views(asker)) == 1


@pytest.mark.django_db
def test_ones_own_tickets_nobodys_and_those_put_off_have_views_of_their_own(asker: Asker) -> None:
    mine = ticket_in(TicketState.DRAFTED, assignee=asker.user)
    handed = ticket_in(TicketState.ESCALATED, assignee=asker.user, escalated_at=NOW)
    theirs = ticket_in(TicketState.DRAFTED, assignee=person("agent"))
    nobodys = ticket_in(TicketState.DRAFTED)
    later = ticket_in(TicketState.DRAFTED, snoozed_until=NOW + timedelta(hours=1))
    back = ticket_in(TicketState.DRAFTED, snoozed_until=NOW)

    def shown(view: str) -> set[Ticket]:
        return set(tickets_in(view, asker))

    assert shown("open") == {mine, handed, theirs, nobodys, back}
    assert shown("mine") == {mine, handed}
    assert shown("escalated") == {handed}
    assert shown("unassigned") == {nobodys, back}
    assert shown("snoozed") == {later}


@pytest.mark.django_db
def test_one_mailbox_alone_can_be_shown(asker: Asker) -> None:
    ticket_in(TicketState.DRAFTED)
    other = ticket_in(TicketState.DRAFTED, mailbox="shop")
    assert list(tickets_in("open", Asker(asker.user, NOW, "shop"))) == [other]


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["open", "sent", "working", "quarantined"])
def test_pages_of_a_view_hold_every_ticket_once_in_its_order(
    asker: Asker, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.review.queue.PAGE", 3)
    for number in range(10):
        due = NOW + timedelta(hours=number // 2) if number > 3 else None
        ticket_in(_STATE_OF[view], reply_due_at=due, updated_at=NOW - timedelta(minutes=number // 3))
    found, cursor = [], ""
    while True:
        page = lines(view, "", asker, cursor)
        found += [line.ticket for line in page.lines]
        cursor = page.next
        if not cursor:
            break
    assert found == list(tickets_in(view, asker))
    assert len(found) == 10
    assert next_in(view, asker, found[4].pk) == found[5].pk
    assert next_in(view, asker, found[-1].pk) == found[0].pk


_STATE_OF = {
    "open": TicketState.DRAFTED,
    "sent": TicketState.SENT,
    "working": TicketState.RECEIVED,
    "quarantined": TicketState.QUARANTINED,
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor", ["x", "1", "1.", ".1", "-1.2", "9" * 30 + ".1", "1." + "9" * 30, "²." + "1", "9" * 99]
)
def test_a_cursor_that_makes_no_sense_is_no_error(asker: Asker, cursor: str) -> None:
    ticket_in(TicketState.DRAFTED)
    assert len(lines("open", "", asker, cursor).lines) <= 1


@pytest.mark.django_db
def test_very_many_tickets_are_not_counted_to_the_end(asker: Asker) -> None:
    Ticket.objects.bulk_create(Ticket(mailbox="care", state=TicketState.SENT) for _ in range(MOST_COUNTED + 1))
    assert {view.name: view.shown for view in views(asker)}["sent"] == f"{MOST_COUNTED}+"


@given(st.sampled_from(sorted(VIEWS)), st.none() | st.sampled_from(sorted(GROUPS)) | st.text())
def test_groups_are_known_and_belong_to_mail_without_an_answer(view: str, name: str | None) -> None:
    assert group_of(view, name) == (name if name in GROUPS and view == "suppressed" else "")


@given(st.none() | st.text())
def test_an_unknown_view_is_the_open_one(name: str | None) -> None:
    assert view_of(name) == (name if name in VIEWS else "open")


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(hours=2, minutes=5), "2 h 5 min left"),
        (timedelta(minutes=59), "59 min left"),
        (timedelta(0), "0 min left"),
        (timedelta(days=1, hours=3, minutes=2), "1 d 3 h left"),
        (-timedelta(days=3), "overdue by 3 d 0 h"),
        (-timedelta(minutes=1), "overdue by 1 min"),
    ],
)
def test_time_left_in_words(left: timedelta, shown: str) -> None:
    assert time_left(NOW + left, NOW) == shown


def test_a_ticket_that_owes_no_reply_has_no_time_left() -> None:
    assert time_left(None, NOW) == ""


@pytest.mark.django_db
def test_the_open_view_is_sorted_by_risk_and_not_by_loudness(asker: Asker) -> None:
    def ticket(subject: str, state: TicketState, due: datetime | None, tone: str = "neutral") -> None:
        Ticket.objects.create(mailbox="care", subject=subject, state=state, reply_due_at=due, tone=tone)

    ticket("later", TicketState.DRAFTED, NOW + timedelta(hours=9), tone="abusive")
    ticket("soon", TicketState.DRAFTED, NOW + timedelta(hours=1))
    ticket("overdue", TicketState.UNCERTAIN, NOW - timedelta(hours=1))
    ticket("undated", TicketState.ESCALATED, None)
    ticket("elsewhere", TicketState.SENT, NOW)
    assert [row.subject for row in tickets_in("open", asker)] == ["undated", "overdue", "soon", "later"]
    counts = dict.fromkeys(VIEWS, 0) | {"open": 4, "unassigned": 4, "undelivered": 1, "sent": 1}
    assert {view.name: view.count for view in views(asker)} == counts


@pytest.mark.django_db
def test_finished_tickets_are_shown_newest_first(asker: Asker) -> None:
    for age in (3, 1, 2):
        Ticket.objects.create(
            mailbox="care", subject=str(age), state=TicketState.SENT, updated_at=NOW - timedelta(hours=age)
        )
    assert [row.subject for row in tickets_in("sent", asker)] == ["1", "2", "3"]
