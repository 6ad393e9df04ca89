"""Business time: opening hours, holidays and the time by which a reply is promised.

Hours are wall-clock hours in the calendar's zone; sums are made on UTC instants, so that a day on which the clocks
change is as long as it really is. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.config import DAYS, CalendarConfig, PolicyConfig
from pipeline.errors import ConfigError

LONGEST_CLOSED_DAYS = 400


def zone_of(calendar: CalendarConfig) -> ZoneInfo:
    return ZoneInfo(calendar.timezone)


def opening(day: date, calendar: CalendarConfig) -> tuple[datetime, datetime] | None:
    """Opening and closing of ``day`` as UTC instants, or None on a closed day."""
    hours = calendar.hours.get(DAYS[day.weekday()])
    if hours is None or day in calendar.holidays:
        return None
    zone = zone_of(calendar)
    opens, closes = (datetime.combine(day, time, zone).astimezone(UTC) for time in (hours.opens, hours.closes))
    return (opens, closes) if opens < closes else None


def windows(start: datetime, calendar: CalendarConfig) -> Iterator[tuple[datetime, datetime]]:
    """Open stretches from ``start`` on, the first cut at ``start``; ConfigError if the desk never opens again."""
    day = start.astimezone(zone_of(calendar)).date()
    closed = 0
    while closed < LONGEST_CLOSED_DAYS:
        hours = opening(day, calendar)
        if hours is not None and hours[1] > start:
            closed = 0
            yield max(hours[0], start.astimezone(UTC)), hours[1]
        else:
            closed += 1
        day += timedelta(days=1)
    raise ConfigError(f"policy.yaml: calendar: no open day within {LONGEST_CLOSED_DAYS} days of {start:%Y-%m-%d}")


def is_open(at: datetime, calendar: CalendarConfig) -> bool:
    """Whether the desk is open at ``at``; the closing time itself still counts, as a time by which."""
    hours = opening(at.astimezone(zone_of(calendar)).date(), calendar)
    return hours is not None and hours[0] <= at <= hours[1]


def add_business_hours(start: datetime, hours: float, calendar: CalendarConfig) -> datetime:
    """The UTC instant at which ``hours`` of open time have passed since ``start``."""
    left = timedelta(hours=hours)
    for opens, closes in windows(start, calendar):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError("windows() ends only by raising")


def add_business_days(start: datetime, days: int, calendar: CalendarConfig) -> datetime:
    """Closing time of the ``days``-th open day after the day of ``start`` (0: of that day, or of the next open one)."""
    first = start.astimezone(zone_of(calendar)).date()
    count = -1 if opening(first, calendar) else 0
    for _, closes in windows(start if days == 0 else _midnight(first, calendar), calendar):
        count += 1
        if count >= days:
            return closes
    raise AssertionError("windows() ends only by raising")


def _midnight(day: date, calendar: CalendarConfig) -> datetime:
    return datetime.combine(day, datetime.min.time(), zone_of(calendar)).astimezone(UTC)


def due_at(received_at: datetime, urgency: str, policy: PolicyConfig) -> datetime:
    """By when a message of ``urgency`` is to be answered: clock hours for critical, business hours for the rest."""
    hours = policy.reply_within_hours[urgency]
    if urgency == "critical":
        return received_at.astimezone(UTC) + timedelta(hours=hours)
    return add_business_hours(received_at, hours, policy.calendar)
