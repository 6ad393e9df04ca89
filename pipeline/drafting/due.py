"""When a sentence says that something will be done: dates, days, spans and clock times, read as of a moment."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from pipeline.config import DAYS, CalendarConfig
from pipeline.drafting.calendar import add_business_days, opening, zone_of
from pipeline.drafting.numerals import VALUES, value

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
GERMAN_MONTHS = [
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
]
_GERMAN_DAYS = [
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
]

_NUMERAL = "|".join(sorted(VALUES, key=len, reverse=True))
_MONTH_NAMES = "|".join((*MONTHS, *GERMAN_MONTHS))
_DAY_NAMES = "|".join((*DAYS, *_GERMAN_DAYS))
_HALF = r"am\b|pm\b|a\.m\.|p\.m\.|uhr\b|o['’]clock\b"
_CLOCK_TIME = re.compile(
    rf"(?:\b(?:at|by|before|until|till|after|from|around|um|bis|gegen)\s+(?:about\s+)?|,\s*)"
    rf"(?:(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?(?![\d%€£$])|(?P<past>half past|quarter past|"
    rf"quarter to)\s+)?"
    rf"(?P<word>{_NUMERAL})?\s*(?P<half>{_HALF})?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\s*(?:\w+\s+)?(?:days?|weeks?|hours?|minutes?|months?|years?|of)\b", re.IGNORECASE)
_NOON = re.compile(r"\b(?:noon|midday|lunchtime|lunch time|mittag)\b", re.IGNORECASE)
_PART = re.compile(r"\b(?P<part>morning|afternoon|evening|tonight|night|vormittag|nachmittag|abend)\b", re.IGNORECASE)
_PARTS = {"morning": time(12), "vormittag": time(12), "evening": time(20), "tonight": time(20), "night": time(20),
          "abend": time(20)}  # fmt: skip
_DAY_MONTH = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<month>{_MONTH_NAMES})\b(?:\s+(?P<year>\d{{4}}))?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{_MONTH_NAMES})\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year>\d{{4}}))?",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b")
_NTH = re.compile(r"\b(?:by|on|before|until) the (?P<day>\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_WITHIN = re.compile(
    r"\b(?:within|inside|in|innerhalb(?: von)?)\s+(?:(?:the\s+next|at\s+most|up\s+to|about|under|less\s+than|"
    r"no\s+more\s+than|"
    rf"den\s+nächsten)\s+)?(?:(?:\d{{1,3}}|{_NUMERAL})\s*(?:-|–|to|or|bis)\s*)?"
    rf"(?P<count>\d{{1,3}}|half\s+an|an?|the|einer|einem|(?:{_NUMERAL})(?:-(?:{_NUMERAL}))?)?\s*"
    r"(?P<kind>(?:working|business|arbeits|werk)[\s-]*)?(?P<unit>minute|hour|day|week|fortnight|month|stunde|tag|"
    r"woche)(?:s|n|en)?\b",
    re.IGNORECASE,
)
_HOURS = {"minute": 1 / 60, "hour": 1.0, "stunde": 1.0}
_WHOLE_DAYS = {"day": 1, "tag": 1, "week": 7, "woche": 7, "fortnight": 14, "month": 30}
_RELATIVE_DAY = re.compile(
    r"\b(?P<word>day after tomorrow|übermorgen|today|tonight|this\s+(?:morning|afternoon|evening)|tomorrow|heute|"
    r"morgen|"
    r"(?:end|close)\s+of\s+(?:the\s+|this\s+)?(?:business|play|day|week|month)|(?:over|by|at|before)\s+the\s+weekend|"
    rf"next\s+week|(?P<next>next\s+)?(?:(?:by|on|before|until|till|this|from|bis|am|zum|"
    rf"come)\s+)?(?P<weekday>{_DAY_NAMES}))\b",
    re.IGNORECASE,
)


def _count(written: str | None) -> float:
    word = (written or "the").lower()
    if word.startswith("half"):
        return 0.5
    return float(word) if word.isdigit() else float(value(word) or 1)


def _within(match: re.Match[str], now: datetime, calendar: CalendarConfig) -> datetime:
    count, unit = _count(match["count"]), match["unit"].lower()
    if unit in _HOURS:
        return now + timedelta(hours=count * _HOURS[unit])
    if match["kind"]:
        return add_business_days(now, round(count) * (5 if unit in {"week", "woche"} else 1), calendar)
    return now + timedelta(days=count * _WHOLE_DAYS[unit])


def _month_number(name: str) -> int:
    return (MONTHS.index(name) if name in MONTHS else GERMAN_MONTHS.index(name)) + 1


def _year(written: str | None, today: date) -> int:
    """The year written, where it is one that a promise can be meant for."""
    year = int(written) if written else today.year
    return year if 2000 <= year <= 2200 else 0  # 0 is no year of the calendar: `date` refuses it


def _next_nth(day: int, today: date) -> date | None:
    """The next day of that number, in this month or the one after."""
    later = today.replace(day=1) + timedelta(days=31)
    for first in (today.replace(day=1), later.replace(day=1)):
        if 1 <= day <= monthrange(first.year, first.month)[1] and first.replace(day=day) >= today:
            return first.replace(day=day)
    return None


def _explicit_day(sentence: str, today: date) -> date | None:
    match = _ISO_DAY.search(sentence) or _DAY_MONTH.search(sentence) or _MONTH_DAY.search(sentence)
    if match is None:
        nth = _NTH.search(sentence)
        return _next_nth(int(nth["day"]), today) if nth else None
    month = match["month"].lower()
    number = int(month) if month.isdigit() else _month_number(month)
    try:
        day = date(_year(match["year"], today), number, int(match["day"]))
    except ValueError:
        return None
    if match["year"] is None and today - day > timedelta(days=180):
        return day.replace(year=day.year + 1, day=min(day.day, 28))
    return day


def _weekday(match: re.Match[str], today: date) -> date:
    name = match["weekday"].lower()
    number = (DAYS if name in DAYS else _GERMAN_DAYS).index(name)
    ahead = (number - today.weekday()) % 7
    next_week = bool(match["next"]) and number >= today.weekday()
    return today + timedelta(days=ahead + 7 * next_week)


def _relative_day(sentence: str, today: date) -> date | None:
    match = _RELATIVE_DAY.search(sentence)
    if match is None:
        return None
    word = match["word"].lower()
    if match["weekday"]:
        return _weekday(match, today)
    if "weekend" in word:
        return today + timedelta(days=(5 - today.weekday()) % 7)
    if word.startswith("next"):
        return today + timedelta(days=11 - today.weekday())
    if "week" in word:
        return today + timedelta(days=max(4 - today.weekday(), 0))
    if "month" in word:
        return today.replace(day=monthrange(today.year, today.month)[1])
    return today + timedelta(days={"tomorrow": 1, "morgen": 1, "day after tomorrow": 2, "übermorgen": 2}.get(word, 0))


def _spoken(match: re.Match[str]) -> tuple[int, int] | None:
    """(hour, minute) of "at ten", "at half past five"; desk hours decide which half of the day is meant."""
    hour = value(match["word"] or "")
    if not 1 <= hour <= 12:
        return None
    minute = {"half past": 30, "quarter past": 15, "quarter to": 45}.get((match["past"] or "").lower(), 0)
    hour -= minute == 45
    return (hour + 12 if hour < 8 and not match["half"] else hour), minute


def _clock(sentence: str) -> time | None:
    for match in _CLOCK_TIME.finditer(sentence):
        half = (match["half"] or "").lower().replace(".", "")
        if match["hour"] is None:
            spoken = None if _COUNTED.match(sentence, match.end()) else _spoken(match)
            if spoken is None:
                continue
            hour, minute = spoken
        elif match["minute"] is None and not half:
            continue
        else:
            hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if half in {"am", "pm"}:
            hour = hour % 12 + (12 if half == "pm" else 0)
        return time(hour, minute)
    return time(12) if _NOON.search(sentence) else None


def due_time(sentence: str, now: datetime, calendar: CalendarConfig) -> datetime | None:
    """When the commitment in ``sentence``, made at ``now``, falls due (UTC); None where it names no time.

    A day without a clock time means closing time of that day, or its last minute where the desk is closed; a morning
    ends at noon, an evening at eight. Numbers in words, days of a month and German names are read too.
    """
    within = _WITHIN.search(sentence)
    if within:
        return _within(within, now, calendar).astimezone(UTC)
    zone = zone_of(calendar)
    today = now.astimezone(zone).date()
    day = _explicit_day(sentence, today) or _relative_day(sentence, today)
    clock = _clock(sentence)
    if day is None and clock is None:
        return None
    day = day or today
    part = _PART.search(sentence)
    if clock is None and part:
        clock = _PARTS.get(part["part"].lower())
    if clock is not None:
        return datetime.combine(day, clock, zone).astimezone(UTC)
    hours = opening(day, calendar)
    return hours[1] if hours else datetime.combine(day, time(23, 59), zone).astimezone(UTC)
