from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FlowError
from pipeline.flow import (
    DRAFT_CHANGES,
    MESSAGE_CHANGES,
    OUTGOING_CHANGES,
    DraftState,
    MessageState,
    OutgoingState,
    TicketState,
    check_change,
    ticket_state,
    unanswered_before,
    weightiest,
)

TABLES: list[tuple[type[enum.StrEnum], Mapping[Any, frozenset[Any]]]] = [
    (MessageState, MESSAGE_CHANGES),
    (DraftState, DRAFT_CHANGES),
    (OutgoingState, OUTGOING_CHANGES),
]
MESSAGES = st.lists(st.tuples(st.sampled_from(MessageState), st.booleans()))
DRAFTS = st.lists(st.sampled_from(DraftState), max_size=3)
OUTGOING = st.none() | st.sampled_from(OutgoingState)


@pytest.mark.parametrize(("states", "changes"), TABLES)
def test_every_pair_of_states_is_either_in_the_table_or_refused(states: Any, changes: Any) -> None:
    assert set(changes) == set(states)
    for old in states:
        for new in states:
            if new in changes[old]:
                assert check_change(changes, old, new) is new
            else:
                with pytest.raises(FlowError, match=f"{old} -> {new}"):
                    check_change(changes, old, new)


@pytest.mark.parametrize(("states", "changes"), TABLES)
def test_every_state_is_reached_from_the_first(states: Any, changes: Any) -> None:
    reached, border = set(), [next(iter(states))]
    while border:
        state = border.pop()
        reached.add(state)
        border += changes[state] - reached
    assert reached == set(states)


def test_a_mail_that_may_have_left_never_goes_back_to_a_worker_without_passing_the_queue() -> None:
    before = {old for old, news in OUTGOING_CHANGES.items() if OutgoingState.TRANSMITTING in news}
    assert before == {OutgoingState.CLAIMED}
    assert {old for old, news in OUTGOING_CHANGES.items() if OutgoingState.CLAIMED in news} == {OutgoingState.QUEUED}
    assert OutgoingState.CLAIMED not in OUTGOING_CHANGES[OutgoingState.UNCERTAIN]


@pytest.mark.parametrize("state", [DraftState.SENT, DraftState.REJECTED])
def test_what_is_decided_about_a_draft_stays_decided(state: DraftState) -> None:
    assert DRAFT_CHANGES[state] == frozenset()


@pytest.mark.parametrize("state", [OutgoingState.SENT, OutgoingState.WITHDRAWN])
def test_a_mail_that_is_sent_or_withdrawn_stays_so(state: OutgoingState) -> None:
    assert OUTGOING_CHANGES[state] == frozenset()


def test_nothing_is_withdrawn_once_a_worker_has_it() -> None:
    before = {old for old, news in OUTGOING_CHANGES.items() if OutgoingState.WITHDRAWN in news}
    assert before == {OutgoingState.QUEUED, OutgoingState.FAILED}


@given(st.lists(st.sampled_from(OutgoingState)))
def test_of_several_replies_the_one_that_a_person_must_see_counts(states: list[OutgoingState]) -> None:
    order = ["uncertain", "failed", "queued", "claimed", "transmitting", "sent"]
    shown = weightiest(states)
    assert (shown is None) == (set(states) <= {OutgoingState.WITHDRAWN})
    assert shown is None or order.index(shown) == min(order.index(state) for state in states if state in order)


@given(MESSAGES, DRAFTS)
def test_a_withdrawn_reply_leaves_a_ticket_as_it_was(
    messages: list[tuple[MessageState, bool]], drafts: list[DraftState]
) -> None:
    assert ticket_state(messages, drafts, OutgoingState.WITHDRAWN) == ticket_state(messages, drafts, None)


@given(DRAFTS, OUTGOING)
def test_a_reply_that_a_person_began_keeps_a_ticket_open_but_hides_no_mail_on_its_way(
    drafts: list[DraftState], outgoing: OutgoingState | None
) -> None:
    alone = ticket_state([(MessageState.DRAFTED, False)], drafts, outgoing)
    shown = ticket_state([(MessageState.DRAFTED, False)], drafts, outgoing, by_person=True)
    open_or_over = {TicketState.DRAFTED, TicketState.REJECTED, TicketState.SENT}
    assert shown is (TicketState.DRAFTED if alone in open_or_over else alone)


@given(MESSAGES, DRAFTS, OUTGOING)
def test_every_combination_has_a_ticket_state(
    messages: list[tuple[MessageState, bool]], drafts: list[DraftState], outgoing: OutgoingState | None
) -> None:
    assert ticket_state(messages, drafts, outgoing) in set(TicketState)


@given(MESSAGES.filter(lambda m: any(state != MessageState.SUPPRESSED for state, _ in m)), DRAFTS, OUTGOING)
def test_a_suppressed_mail_never_hides_where_the_customer_stands(
    messages: list[tuple[MessageState, bool]], drafts: list[DraftState], outgoing: OutgoingState | None
) -> None:
    with_bounce = [*messages, (MessageState.SUPPRESSED, False)]
    assert ticket_state(with_bounce, drafts, outgoing) == ticket_state(messages, drafts, outgoing)


@given(DRAFTS, OUTGOING)
def test_a_ticket_is_called_sent_only_when_its_mail_is(
    drafts: list[DraftState], outgoing: OutgoingState | None
) -> None:
    shown = ticket_state([(MessageState.DRAFTED, False)], drafts, outgoing)
    assert (shown is TicketState.SENT) == (outgoing is OutgoingState.SENT)
    assert (shown is TicketState.UNCERTAIN) == (outgoing is OutgoingState.UNCERTAIN)


@pytest.mark.parametrize(
    ("messages", "drafts", "outgoing", "shown"),
    [
        ([], [], None, TicketState.RECEIVED),
        ([(MessageState.TRIAGED, False)], [], None, TicketState.RECEIVED),
        ([(MessageState.SUPPRESSED, False)], [], None, TicketState.SUPPRESSED),
        ([(MessageState.QUARANTINED, False)], [], None, TicketState.QUARANTINED),
        ([(MessageState.DRAFTED, True)], [], None, TicketState.ESCALATED),
        ([(MessageState.DRAFTED, False)], [DraftState.PROPOSED, DraftState.REJECTED], None, TicketState.DRAFTED),
        ([(MessageState.DRAFTED, False)], [DraftState.REJECTED], None, TicketState.REJECTED),
        ([(MessageState.DRAFTED, False)], [DraftState.APPROVED], OutgoingState.QUEUED, TicketState.APPROVED),
        ([(MessageState.DRAFTED, False)], [DraftState.APPROVED], OutgoingState.FAILED, TicketState.FAILED),
        ([(MessageState.DRAFTED, False), (MessageState.PARSED, False)], [], None, TicketState.RECEIVED),
    ],
)
def test_ticket_states(messages: Any, drafts: Any, outgoing: Any, shown: TicketState) -> None:
    assert ticket_state(messages, drafts, outgoing) is shown


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("turns", "unanswered"),
    [
        ([], 0),
        ([(False, timedelta(days=2)), (False, timedelta(days=1))], 2),
        ([(False, timedelta(minutes=59))], 0),
        ([(False, timedelta(days=1)), (False, timedelta(minutes=5))], 1),
        ([(False, timedelta(days=2)), (True, timedelta(days=1))], 0),
        ([(False, timedelta(days=3)), (True, timedelta(days=2)), (False, timedelta(days=1))], 1),
        ([(False, None), (False, timedelta(minutes=5))], 1),
    ],
)
def test_what_has_no_answer_and_is_not_of_the_same_hour_counts(
    turns: list[tuple[bool, timedelta | None]], unanswered: int
) -> None:
    earlier = [(ours, None if before is None else NOON - before) for ours, before in turns]
    assert unanswered_before(NOON, earlier) == unanswered
