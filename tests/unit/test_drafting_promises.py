from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import CalendarConfig
from pipeline.drafting.calendar import add_business_days, add_business_hours, due_at, is_open, opening, windows
from pipeline.drafting.promises import broken_by_calendar, find_promises
from tests.unit.drafting_cases import FRIDAY_EVENING, MONDAY_NINE, POLICY, TUESDAY

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["UTC", "Europe/Dublin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])


def open_time(start: datetime, end: datetime, calendar: CalendarConfig) -> timedelta:
    total = timedelta()
    for opens, closes in windows(start, calendar):
        if opens >= end:
            return total
        total += min(closes, end) - opens
    return total


@given(MOMENTS, st.floats(0.1, 60), ZONES)
def test_exactly_the_given_open_hours_pass(start: datetime, hours: float, zone: str) -> None:
    calendar = CalendarConfig(timezone=zone, holidays=(date(2026, 1, 1),))
    end = add_business_hours(start, hours, calendar)
    assert is_open(end, calendar)
    assert abs(open_time(start, end, calendar) - timedelta(hours=hours)) < timedelta(milliseconds=1)


@given(MOMENTS, st.sampled_from(["critical", "high", "normal", "low"]))
def test_due_time_lies_ahead_and_more_urgent_is_never_later(at: datetime, urgency: str) -> None:
    due = due_at(at, urgency, POLICY)
    assert due > at
    assert due_at(at, "high", POLICY) <= due_at(at, "normal", POLICY) <= due_at(at, "low", POLICY)


def test_critical_is_counted_on_the_clock_even_at_night() -> None:
    night = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    assert due_at(night, "critical", POLICY) == night + timedelta(hours=1)


def test_a_mail_after_closing_on_friday_is_due_on_monday() -> None:
    assert due_at(FRIDAY_EVENING, "high", POLICY) == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


def test_holidays_and_summer_time_are_respected() -> None:
    assert opening(datetime(2026, 12, 25).date(), POLICY.calendar) is None
    summer = opening(datetime(2026, 7, 1).date(), POLICY.calendar)
    assert summer is not None and summer[0] == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


def test_working_days_skip_the_weekend() -> None:
    assert add_business_days(FRIDAY_EVENING, 2, POLICY.calendar) == datetime(2026, 12, 1, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        ("We will write to you by 11:00 on Wednesday 25 November.", datetime(2026, 11, 25, 11, 0, tzinfo=UTC)),
        ("I'll call you tomorrow at 3 pm.", datetime(2026, 11, 25, 15, 0, tzinfo=UTC)),
        ("You will hear from us within 2 hours.", TUESDAY + timedelta(hours=2)),
        ("The team will reply by Friday.", datetime(2026, 11, 27, 17, 30, tzinfo=UTC)),
        ("We will refund it within 5 working days.", datetime(2026, 12, 1, 17, 30, tzinfo=UTC)),
        ("Wir antworten Ihnen bis Mittwoch, 25. November, 14:00 Uhr.", datetime(2026, 11, 25, 14, 0, tzinfo=UTC)),
        ("We will look into it.", None),
    ],
)
def test_promises_are_found_and_dated(sentence: str, due: datetime | None) -> None:
    (promise,) = find_promises(f"Hello,\n\n{sentence}\n", TUESDAY, POLICY.calendar)
    assert promise.text == sentence
    assert promise.due_at == due


@pytest.mark.parametrize(
    "text",
    [
        "You write: “We will pay you tomorrow.”",
        "> We will call by 11:00.",
        "Your parcel came.",
        "We will not share it.",
    ],
)
def test_quotations_and_plain_statements_are_no_promises(text: str) -> None:
    assert find_promises(text, TUESDAY, POLICY.calendar) == ()


def test_the_same_promise_holds_on_monday_morning_and_fails_on_friday_evening() -> None:
    sentence = "We will reply within two hours."
    (monday,) = find_promises(sentence, MONDAY_NINE, POLICY.calendar)
    (friday,) = find_promises(sentence, FRIDAY_EVENING, POLICY.calendar)
    assert broken_by_calendar(monday, MONDAY_NINE, "normal", POLICY) is None
    assert broken_by_calendar(friday, FRIDAY_EVENING, "normal", POLICY) is not None


@given(st.text(alphabet="we wil IbyFridaytomorrow0123456789:.-/ atin\n“”>", max_size=200))
def test_any_text_can_be_searched_for_promises(text: str) -> None:
    for promise in find_promises(text, TUESDAY, POLICY.calendar):
        assert text[promise.start : promise.end] == promise.text


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01", "2026-02-31", "31 february"])
def test_impossible_dates_are_undated(date: str) -> None:
    (promise,) = find_promises(f"We will write by {date}", TUESDAY, POLICY.calendar)
    assert promise.due_at is None
