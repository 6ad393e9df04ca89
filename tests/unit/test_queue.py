from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow import TicketState
from pipeline.review.queue import GROUPS, VIEWS, group_of, tickets_in, time_left, view_of, views
from pipeline.store.models import Ticket

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_ticket_of_any_state_is_found_in_exactly_one_view() -> None:
    for state in TicketState:
        Ticket.objects.create(mailbox="care", state=state)
    shown = [ticket.state for view in VIEWS for ticket in tickets_in(view)]
    assert sorted(shown) == sorted(TicketState)
    assert sum(view.count for view in views()) == len(TicketState)


@pytest.mark.django_db
def test_a_merged_ticket_is_in_no_view_and_no_count() -> None:
    target = Ticket.objects.create(mailbox="care", state=TicketState.SENT)
    for state in TicketState:
        Ticket.objects.create(mailbox="care", state=state, merged_into=target)
    assert [ticket for view in VIEWS for ticket in tickets_in(view)] == [target]
    assert sum(view.count for view in views()) == 1


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
def test_the_open_view_is_sorted_by_risk_and_not_by_loudness() -> None:
    def ticket(subject: str, state: TicketState, due: datetime | None, tone: str = "neutral") -> None:
        Ticket.objects.create(mailbox="care", subject=subject, state=state, reply_due_at=due, tone=tone)

    ticket("later", TicketState.DRAFTED, NOW + timedelta(hours=9), tone="abusive")
    ticket("soon", TicketState.DRAFTED, NOW + timedelta(hours=1))
    ticket("overdue", TicketState.UNCERTAIN, NOW - timedelta(hours=1))
    ticket("undated", TicketState.ESCALATED, None)
    ticket("elsewhere", TicketState.SENT, NOW)
    assert [row.subject for row in tickets_in("open")] == ["undated", "overdue", "soon", "later"]
    assert {view.name: view.count for view in views()} == dict.fromkeys(VIEWS, 0) | {"open": 4, "sent": 1}


@pytest.mark.django_db
def test_finished_tickets_are_shown_newest_first() -> None:
    for age in (3, 1, 2):
        Ticket.objects.create(
            mailbox="care", subject=str(age), state=TicketState.SENT, updated_at=NOW - timedelta(hours=age)
        )
    assert [row.subject for row in tickets_in("sent")] == ["1", "2", "3"]
