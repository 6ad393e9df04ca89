"""The time by which the firm promises to answer, as it is written into a reply."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.config import PolicyConfig
from pipeline.drafting.calendar import due_at, is_open, zone_of
from pipeline.drafting.due import GERMAN_MONTHS
from pipeline.records import Case


def readable_due(case: Case, policy: PolicyConfig) -> datetime:
    """The policy's reply time, brought forward to a quarter of an hour where that is still open time."""
    due = due_at(case.received_at, case.triage.urgency.label, policy).replace(second=0, microsecond=0)
    rounded = due - timedelta(minutes=due.minute % 15)
    keeps = is_open(rounded, policy.calendar) or not is_open(due, policy.calendar)
    return rounded if keeps and rounded > case.received_at else due


_GERMAN_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def spelled(due: datetime, policy: PolicyConfig, language: str) -> str:
    """``11:00 on Tuesday 24 November (Dublin time)``, in the zone of the calendar."""
    local = due.astimezone(zone_of(policy.calendar))
    place = policy.calendar.timezone.rpartition("/")[2].replace("_", " ")
    if language == "de":
        day, month = _GERMAN_DAYS[local.weekday()], GERMAN_MONTHS[local.month - 1].capitalize()
        return f"{day}, {local.day}. {month}, {local:%H:%M} Uhr (Zeitzone {place})"
    zone = place if place == "UTC" else f"{place} time"
    return f"{local:%H:%M} on {local:%A} {local.day} {local:%B} ({zone})"
