"""The time by which the firm promises to answer, as it is written into a reply."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.config import PolicyConfig
from pipeline.drafting.calendar import due_at, is_open, zone_of
from pipeline.drafting.date_words import MONTHS, WEEKDAYS
from pipeline.records import Case


def readable_due(case: Case, policy: PolicyConfig) -> datetime:
    """The policy's reply time, brought forward to a quarter of an hour where that is still open time."""
    due = due_at(case.received_at, case.triage.urgency.label, policy).replace(second=0, microsecond=0)
    rounded = due - timedelta(minutes=due.minute % 15)
    keeps = is_open(rounded, policy.calendar) or not is_open(due, policy.calendar)
    return rounded if keeps and rounded > case.received_at else due


def spelled(due: datetime, policy: PolicyConfig, language: str) -> str:
    """``11:00 on Tuesday 24 November (Dublin time)``, in the zone of the calendar and in ``language``, else English."""
    local = due.astimezone(zone_of(policy.calendar))
    place = policy.calendar.timezone.rpartition("/")[2].replace("_", " ")
    known = language if language in WEEKDAYS else "en"
    day, month = WEEKDAYS[known][local.weekday()], MONTHS[known][local.month - 1]
    if known == "de":
        return f"{day.capitalize()}, {local.day}. {month.capitalize()}, {local:%H:%M} Uhr (Zeitzone {place})"
    if known == "fr":
        number = "1er" if local.day == 1 else str(local.day)
        return f"le {day} {number} {month} à {local:%H:%M} (fuseau horaire {place})"
    if known == "es":
        at = "a la" if local.hour == 1 else "a las"
        return f"el {day} {local.day} de {month} {at} {local:%H:%M} (zona horaria {place})"
    zone = place if place == "UTC" else f"{place} time"
    return f"{local:%H:%M} on {day.capitalize()} {local.day} {month.capitalize()} ({zone})"
