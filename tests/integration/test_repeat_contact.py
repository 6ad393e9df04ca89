"""How triage learns from the thread that the customer has written before and nobody has answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipeline.config import Config
from pipeline.engine.stages import parse_stage, triage_stage
from pipeline.records import Message as MessageRecord
from pipeline.records import Triage
from pipeline.store.models import Outgoing
from tests.rows import MORNING, OWNER, mail_bytes, make_desk, queued, stored, triage_of

pytestmark = pytest.mark.django_db

FIRST = "<first@example.com>"


def unanswered(config: Config, at: datetime, text: str = "Any news?", *, to: str = FIRST) -> int:
    """What triage is told of a mail that comes ``at`` and answers the mail ``to``."""
    seen: list[int] = []

    def reading(record: MessageRecord) -> Triage:
        seen.append(record.unanswered)
        return triage_of(record)

    stored(mail_bytes(text, headers=[f"In-Reply-To: {to}"]), received_at=at)
    desk = make_desk(config, reading)
    parse_stage(desk, OWNER)
    triage_stage(desk, OWNER)
    return seen[-1]


def test_each_mail_without_an_answer_counts(desk_config: Config) -> None:
    stored(mail_bytes(message_id=FIRST), received_at=MORNING)
    assert unanswered(desk_config, MORNING + timedelta(days=1)) == 1
    assert unanswered(desk_config, MORNING + timedelta(days=2)) == 2


def test_the_first_mail_repeats_nothing(desk_config: Config) -> None:
    assert unanswered(desk_config, MORNING) == 0


def test_an_addition_within_the_hour_repeats_nothing(desk_config: Config) -> None:
    stored(mail_bytes(message_id=FIRST), received_at=MORNING)
    assert unanswered(desk_config, MORNING + timedelta(minutes=5), "Sorry, here is the picture.") == 0


def test_a_robot_on_the_thread_does_not_count(desk_config: Config) -> None:
    stored(mail_bytes(message_id=FIRST), received_at=MORNING)
    stored(
        mail_bytes("I am away.", headers=[f"In-Reply-To: {FIRST}", "Auto-Submitted: auto-replied"]),
        received_at=MORNING + timedelta(hours=2),
    )
    assert unanswered(desk_config, MORNING + timedelta(days=1)) == 1


def test_what_was_answered_does_not_count(desk_config: Config) -> None:
    outgoing = queued(desk_config)
    first = outgoing.approval.draft.message
    Outgoing.objects.update(sent_at=first.received_at + timedelta(hours=3), state="sent")
    assert unanswered(desk_config, first.received_at + timedelta(days=1), to=first.message_id) == 0
    assert unanswered(desk_config, first.received_at + timedelta(days=2), to=first.message_id) == 1
