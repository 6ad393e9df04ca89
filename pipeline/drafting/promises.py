"""Commitments in a reply: found in its text, dated, and held against the calendar (P12)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from pipeline.config import CalendarConfig, PolicyConfig
from pipeline.drafting.calendar import (
    add_business_days,
    due_at,
    is_open,
    opening,
    zone_of,
)
from pipeline.drafting.date_words import (
    COMMITS_ELSEWHERE,
    MONTH_NUMBERS,
    TOMORROW,
    WEEKDAY_NUMBERS,
    WITHIN_ELSEWHERE,
    english_unit,
)
from pipeline.drafting.date_words import MONTHS as MONTHS_BY_LANGUAGE
from pipeline.records import Promise

MONTHS = MONTHS_BY_LANGUAGE["en"]

_SENTENCE = re.compile(
    rf"[^.!?\n]+(?:\.(?=\d|[ ](?:{'|'.join(MONTHS_BY_LANGUAGE['de'])}))[^.!?\n]+)*[.!?]?",
    re.IGNORECASE,
)
_COMMITS = re.compile(
    r"\b(?:i|we|i'll|we'll|team|colleague|engineer|workshop|somebody|someone|manager)\b[^.!?\n]{0,60}?(?:'ll\b|"
    r"\bwill\b|\b(?:am|are) going to\b)|"
    r"\b(?:i|we)['’]ll\b|\byou(?:['’]ll|\s+will)\s+(?:\w+\s+)?(?:have|hear|get|receive)\b|"
    r"\bwill\s+(?:be\s+)?(?:refunded|replaced|repaired|delivered|sent|shipped|credited|answered|fixed|call|write|"
    r"reply|arrive|reach)\b|"
    rf"\bi promise\b|{COMMITS_ELSEWHERE}",
    re.IGNORECASE,
)
_REFUSES = re.compile(r"\b(?:will|'ll)\s+(?:not|never)\b|\bwon['’]t\b", re.IGNORECASE)

_CLOCK = r"(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>am|pm|a\.m\.|p\.m\.|Uhr)?"
_CLOCK_TIME = re.compile(
    rf"(?:\b(?:at|by|before|until|um|bis|à|avant|las?)\s+|,\s*){_CLOCK}(?![\d%€£$])\b", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|"
    rf"er|\.)?\s+(?:de\s+)?(?P<month>{'|'.join(MONTH_NUMBERS)})\b(?:\s+(?:de\s+)?(?P<year>\d{{4}}))?",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b")
_WITHIN = re.compile(
    r"\b(?:within|in)\s+(?:the\s+next\s+|at\s+most\s+|up\s+to\s+)?(?P<count>\d{1,3}|an?|one|two|three|four|five|"
    r"six|ten|twelve|half\s+an)\s+"
    r"(?P<kind>working\s+|business\s+)?(?P<unit>minute|hour|day|week)s?\b",
    re.IGNORECASE,
)
_WITHIN_ELSEWHERE = re.compile(rf"\b{WITHIN_ELSEWHERE}", re.IGNORECASE)
_COUNTS = {
    "a": 1.0,
    "an": 1.0,
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "ten": 10.0,
    "twelve": 12.0,
}
_RELATIVE_DAY = re.compile(
    rf"\b(?P<word>today|tonight|this\s+(?:morning|afternoon|evening)|tomorrow|end\s+of\s+the\s+(?:day|week)|"
    rf"heute|morgen|aujourd'hui|demain|hoy|mañana|"
    rf"(?:by|on|before|until|this|am|bis(?: zum)?|vor|le|avant|d'ici|el|del|hasta)\s+"
    rf"(?P<weekday>{'|'.join(WEEKDAY_NUMBERS)}))\b",
    re.IGNORECASE,
)


def _count(match: re.Match[str]) -> float:
    word = match["count"].lower()
    return 0.5 if word.startswith("half") else _COUNTS.get(word) or float(word)


def _within(match: re.Match[str], now: datetime, calendar: CalendarConfig) -> datetime:
    count, unit = _count(match), match["unit"].lower()
    if unit not in {"minute", "hour", "day", "week"}:
        unit = english_unit(unit)
    if unit in {"minute", "hour"}:
        return now + timedelta(**{f"{unit}s": count})
    if match["kind"] or match["unit"].lower().startswith("werk"):
        return add_business_days(now, round(count) * (5 if unit == "week" else 1), calendar)
    return now + timedelta(days=count * (7 if unit == "week" else 1))


def _year(written: str | None, today: date) -> int:
    """The year written, where it is one that a promise can be meant for."""
    year = int(written) if written else today.year
    return year if 2000 <= year <= 2200 else 0  # 0 is no year of the calendar: `date` refuses it


def _explicit_day(sentence: str, today: date) -> date | None:
    match = _ISO_DAY.search(sentence) or _DAY_MONTH.search(sentence)
    if match is None:
        return None
    month = match["month"].lower()
    number = int(month) if month.isdigit() else MONTH_NUMBERS[month]
    try:
        day = date(_year(match["year"], today), number, int(match["day"]))
    except ValueError:
        return None
    if match["year"] is None and today - day > timedelta(days=180):
        return day.replace(year=day.year + 1, day=min(day.day, 28))
    return day


def _relative_day(sentence: str, today: date) -> date | None:
    match = _RELATIVE_DAY.search(sentence)
    if match is None:
        return None
    word = match["word"].lower()
    if match["weekday"]:
        return today + timedelta(days=(WEEKDAY_NUMBERS[match["weekday"].lower()] - today.weekday()) % 7)
    if "week" in word:
        return today + timedelta(days=max(4 - today.weekday(), 0))
    return today + timedelta(days=word in TOMORROW)


def _clock(sentence: str) -> time | None:
    for match in _CLOCK_TIME.finditer(sentence):
        half = (match["half"] or "").lower().replace(".", "")
        if match["minute"] is None and not half:
            continue
        hour = int(match["hour"]) % 12 + (12 if half == "pm" else 0) if half in {"am", "pm"} else int(match["hour"])
        return time(hour, int(match["minute"] or 0))
    return None


def due_time(sentence: str, now: datetime, calendar: CalendarConfig) -> datetime | None:
    """When the commitment in ``sentence``, made at ``now``, falls due (UTC); None where it names no time.

    A day without a clock time means closing time of that day, or its last minute where the desk is closed.
    """
    within = _WITHIN.search(sentence) or _WITHIN_ELSEWHERE.search(sentence)
    if within:
        return _within(within, now, calendar).astimezone(UTC)
    zone = zone_of(calendar)
    today = now.astimezone(zone).date()
    day = _explicit_day(sentence, today) or _relative_day(sentence, today)
    clock = _clock(sentence)
    if day is None and clock is None:
        return None
    day = day or today
    if clock is not None:
        return datetime.combine(day, clock, zone).astimezone(UTC)
    hours = opening(day, calendar)
    return hours[1] if hours else datetime.combine(day, time(23, 59), zone).astimezone(UTC)


def own_words(body: str) -> str:
    """``body`` with quoted customer text (“...”, „...“, «...», lines that begin with >) blanked out, offsets kept."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match.group())

    return re.sub(r"„[^„“”]*[“”]|“[^“”]*”|«[^«»]*»|^>.*$", blank, body, flags=re.MULTILINE)


def find_promises(body: str, now: datetime, calendar: CalendarConfig) -> tuple[Promise, ...]:
    """Every commitment the firm makes in ``body``, in order, dated as if sent at ``now``; quoted text is left out."""
    found = []
    for match in _SENTENCE.finditer(own_words(body)):
        sentence = match.group()
        if not _COMMITS.search(sentence) or _REFUSES.search(sentence):
            continue
        start = match.start() + len(sentence) - len(sentence.lstrip(" -*\t"))
        end = match.start() + len(sentence.rstrip())
        found.append(Promise(body[start:end], start, end, due_time(sentence, now, calendar)))
    return tuple(found)


def broken_by_calendar(promise: Promise, now: datetime, urgency: str, policy: PolicyConfig) -> str | None:
    """Why ``promise`` cannot be kept, or None. The clock for critical mail never stops."""
    due = promise.due_at
    if due is None:
        return None
    local = due.astimezone(zone_of(policy.calendar))
    if due <= now:
        return f"{local:%A %d %B, %H:%M} has already passed"
    if urgency == "critical" and due >= due_at(now, urgency, policy) - timedelta(minutes=30):
        return None
    if not is_open(due, policy.calendar):
        return f"the desk is closed on {local:%A %d %B at %H:%M}"
    return None
