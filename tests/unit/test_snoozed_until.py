from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import FlowError
from pipeline.review.ticket_actions import snoozed_until

DUBLIN = ZoneInfo("Europe/Dublin")
NOW = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)  # a Friday night; the clocks change on Sunday


def test_an_hour_is_an_hour() -> None:
    assert snoozed_until("hour", "", NOW, DUBLIN) == NOW + timedelta(hours=1)


def test_tomorrow_and_monday_are_mornings_of_the_firm() -> None:
    assert snoozed_until("tomorrow", "", NOW, DUBLIN) == datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert snoozed_until("monday", "", NOW, DUBLIN) == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_on_a_monday_the_next_one_is_meant() -> None:
    monday = datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
    assert snoozed_until("monday", "", monday, DUBLIN) == datetime(2026, 4, 6, 8, tzinfo=UTC)


def test_a_time_is_the_firms_and_no_time_is_refused() -> None:
    assert snoozed_until("at", "2026-04-01T10:15", NOW, DUBLIN) == datetime(2026, 4, 1, 9, 15, tzinfo=UTC)
    assert snoozed_until("now", "", NOW, DUBLIN) is None
    for odd in ("", "soon", "2026-13-01T00:00", "9" * 5000):
        with pytest.raises(FlowError):
            snoozed_until("at", odd, NOW, DUBLIN)
