"""The checkable facts of a text, each in one normal form, so that "1st June" and 2026-06-01 are the same day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.drafting.currencies import MARKS, NAMES, any_of, currencies_of
from pipeline.drafting.date_words import MONTH_NUMBERS, WEEKDAY_NUMBERS
from pipeline.drafting.numerals import ORDINALS, numerals
from pipeline.drafting.promises import MONTHS

Value = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact at ``start <= i < end`` of its text; facts of one kind are the same where their values are equal.

    link, email (text,) - phone (digits,) - code (letters and digits,) - date (day, month, year or None) -
    day (of a month,) - weekday, month (number,) - time (minutes on a 12-hour dial, "am", "pm" or None) -
    amount (number, currencies it may be in) - span (count, unit: hours, days, months) - percent, number (number,);
    numbers as text.
    """

    kind: str
    value: Value
    start: int
    end: int
    spelled: bool = False
    """Written in words."""


_MONTH_NUMBERS = {
    **MONTH_NUMBERS,
    **{name[:3]: number for number, name in enumerate(MONTHS, 1)},
    "sept": 9,
}
_UNITS = {
    "minute": ("hours", 1 / 60), "hour": ("hours", 1), "day": ("days", 1), "night": ("days", 1), "week": ("days", 7),
    "fortnight": ("days", 14), "month": ("months", 1), "year": ("months", 12), "minuten": ("hours", 1 / 60),
    "stunde": ("hours", 1), "tag": ("days", 1), "arbeitstag": ("days", 1), "werktag": ("days", 1),
    "woche": ("days", 7), "monat": ("months", 1), "jahr": ("months", 12), "heure": ("hours", 1), "jour": ("days", 1),
    "semaine": ("days", 7), "mois": ("months", 1), "année": ("months", 12), "ans": ("months", 12),
    "minuto": ("hours", 1 / 60), "hora": ("hours", 1), "día": ("days", 1), "semana": ("days", 7), "mes": ("months", 1),
    "año": ("months", 12),
}  # fmt: skip
_MONTH_NAMES = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_ORDINAL_WORDS = "|".join(sorted(ORDINALS, key=len, reverse=True))
_DIGITS = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,3}(?:,\d{1,2})?(?=\s?€|\s?euro)|\d{1,12}(?:[.,]\d{1,3})*)"
_SIGNS = r"[€£$¥₹]"
_MONEY = any_of((*MARKS, *NAMES))
_UNIT_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))

_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"”]+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_ISO = re.compile(r"(?<![\w-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\w-])")
_DAY_MONTH = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?|(?P<w>{_ORDINAL_WORDS}))\s+(?:(?:of|de)\s+)?(?P<m>{_MONTH_NAMES})\b\.?"
    r"(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b(?P<m>{_MONTH_NAMES})\b\.?\s+(?:the\s+)?(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?|(?P<w>{_ORDINAL_WORDS}))\b"
    r"(?![.,:]?\d)(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(
    r"(?<![\w./-])(?P<a>\d{1,2})(?P<s>[./])(?P<b>\d{1,2})(?:(?P=s)(?P<y>\d{4}|\d\d)?)?(?![\w/€£$%])"
)
_NTH = re.compile(r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?<![\w.,:-])(?P<h>[01]?\d|"
    r"2[0-4])(?:(?P<sep>[:.h])(?P<m>[0-5]\d)(?::[0-5]\d)?(?![.,]?\d)\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    r"(?:\s*(?:uhr|o['’]clock)\b)?|\s*(?P<only>[ap]\.?\s?m\b\.?|uhr\b|o['’]clock\b))",
    re.IGNORECASE,
)
_HOUR_WORD = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|ein|zwei|drei|vier|fünf|sechs|sieben|" \
    "acht|neun|zehn|elf|zwölf"  # fmt: skip
_SPOKEN_CLOCK = re.compile(
    rf"\b(?P<by>half past|quarter past|quarter to|halb|viertel nach|viertel vor)\s+(?P<h>{_HOUR_WORD}|\d{{1,2}})\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ ()/.-]{0,2}\d){6,18}(?![\w-]|[.,]\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CODE = re.compile(
    r"(?<![\w@.-])(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Za-z])[A-Za-z0-9]{1,40}(?:[-_][A-Za-z0-9]{1,20}){0,6}(?![\w@])"
)
_NOT_CODE = re.compile(r"\d{1,2}(?:st|nd|rd|th|h|am|pm)|\d+(?:-\d+)*-?(?:[a-z]{3,}(?:-[a-z]+)*|[xk%])", re.IGNORECASE)
_AMOUNT = re.compile(
    rf"(?P<s>(?<!\w){_MONEY}|{_SIGNS})\.?\s?(?P<n>{_DIGITS})(?![\d])|(?<![\w.-])(?P<n2>{_DIGITS})\s?"
    rf"(?P<s2>{_MONEY}(?!\w)|{_SIGNS})",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.-])(?P<n>{_DIGITS})\s?(?:%|per ?cent\b|prozent\b|pour cent\b|por ciento\b)", re.IGNORECASE
)
_NUMBER = re.compile(rf"(?<![\w.-]){_DIGITS}(?!\w)|(?<![\w.-]){_DIGITS}(?=-[A-Za-z])|(?<![\w.-]){_DIGITS}(?=x\b)")
_UNIT_AFTER = re.compile(
    rf"[\s-]*(?:(?:full|whole|long|working|business|calendar|more|other|or so)[\s-]+){{0,2}}"
    rf"(?P<u>{_UNIT_NAMES})(?:s|es|e|en|n)?\b",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(rf"\s+(?P<s>{_MONEY})(?!\w)", re.IGNORECASE)
_PERCENT_AFTER = re.compile(r"\s+(?:per ?cent|prozent)\b", re.IGNORECASE)
_LONE_SPAN = re.compile(
    r"\b(?:(?P<f>fortnight)|(?:within|in|inside)\s+(?:the|an?|one)\s+(?:(?:working|business)\s+)?"
    r"(?P<u>minute|hour|day|week|month|year))\b",
    re.IGNORECASE,
)
_SPAN_RANGE = re.compile(
    rf"(?<![\w.])(?P<n>\d{{1,4}})\s?(?:to|-|–|or|bis)\s?\d{{1,4}}\s+(?:\w+\s+)?(?P<u>{_UNIT_NAMES})", re.IGNORECASE
)
_ONE_SPAN = re.compile(rf"\b(?:an?|one|ein(?:e|er|en|em)?)\s+(?:\w+\s+)?(?P<u>{_UNIT_NAMES})\b", re.IGNORECASE)
_FRACTION = re.compile(r"\b(?P<f>a quarter|one quarter|three quarters|a third|one third|half)\b", re.IGNORECASE)
_FRACTIONS = {"quarter": "25", "three quarters": "75", "third": "33", "half": "50"}
_MONTH_ALONE = re.compile(
    "|".join(
        [
            rf"\b(?:{'|'.join(name.capitalize() for name in MONTHS if name not in {'may', 'march'})})\b",
            r"(?<=\bin )(?:May|March)\b|(?<=\bof )(?:May|March)\b|(?<=\bsince )(?:May|March)\b|(?<=\blast )(?:May|"
            r"March)\b",
        ]
    )
)
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAY_NUMBERS)})s?\b", re.IGNORECASE)
_LIST_MARK = re.compile(r"(?m)^[ \t]*\d{1,2}[.)][ \t]")


def plain_number(token: str) -> str:
    """One spelling for 1,299.00, 1.299,00 and 1299."""
    token = re.sub(r"[ \u00a0\u202f]|[.,](?=\d{3}(?:\D|$))", "", token)
    token = re.sub(r"[.,]0{1,2}$", "", token).replace(",", ".").lstrip("0") or "0"
    return f"0{token}" if token.startswith(".") else token


def _date(match: re.Match[str]) -> Value | None:
    groups = match.groupdict()
    word = (groups.get("w") or "").lower()
    day = ORDINALS[word] if word else int(groups["d"])
    month = int(groups["m"]) if groups["m"].isdigit() else _MONTH_NUMBERS[groups["m"].lower()]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    return (day, month, int(groups["y"]) if groups.get("y") else None)


def _minutes(hour: int, minute: int, half: str) -> Value:
    half = half.lower().replace(".", "").replace(" ", "")
    side = half if half in {"am", "pm"} else "pm" if hour > 12 else None
    return ((hour * 60 + minute) % 720, side)


def _clock(match: re.Match[str]) -> Value | None:
    if match["sep"] == "." and not match["half"] and not re.search(r"uhr|clock", match.group(), re.IGNORECASE):
        return None
    return _minutes(int(match["h"]), int(match["m"] or 0), match["half"] or match["only"] or "")


def _spoken_clock(match: re.Match[str]) -> Value | None:
    said, word = match["by"].lower(), match["h"].lower()
    hour = int(word) if word.isdigit() else next((n for m, n in numerals(word)), 1)
    shift = {"half past": 30, "quarter past": 15, "quarter to": -15, "halb": -30, "viertel nach": 15}.get(said, -15)
    return ((hour * 60 + shift) % 720, None)


def _amount(match: re.Match[str]) -> Value | None:
    return (plain_number(match["n"] or match["n2"]), currencies_of(match["s"] or match["s2"]))


def _code(match: re.Match[str]) -> Value | None:
    code = match.group()
    return None if _NOT_CODE.fullmatch(code) else (re.sub(r"[\W_]", "", code).casefold(),)


def _numeric_date(match: re.Match[str]) -> Value | None:
    first, second = int(match["a"]), int(match["b"])
    if match["s"] == "." and not match.group().endswith(".") and not match["y"]:
        return None  # a decimal number
    if not 1 <= first <= 31 or not 1 <= second <= 31 or min(first, second) > 12:
        return None
    return (first, second, None)


def _lone_span(match: re.Match[str]) -> Value | None:
    return _span(1, (match["f"] or match["u"]).lower())


def _span(count: float, unit: str) -> Value:
    name, size = _UNITS[unit]
    return (f"{count * size:g}", name)


def _fraction(match: re.Match[str]) -> Value | None:
    words = re.sub(r"^(?:a|one) ", "", match["f"].lower())
    return (_FRACTIONS[words],)


def _weekday_number(match: re.Match[str]) -> Value:
    """Monday is 0; a plural counts as its day."""
    name = match.group().lower()
    return (WEEKDAY_NUMBERS.get(name, WEEKDAY_NUMBERS.get(name[:-1])),)


_READERS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Value | None]], ...] = (
    ("link", _LINK, lambda m: (re.sub(r"^(?:https?://)?(?:www\.)?", "", m.group().casefold()).rstrip("/.,;:!?)'"),)),
    ("email", _EMAIL, lambda m: (m.group().casefold().rstrip("."),)),
    ("date", _ISO, _date),
    ("date", _DAY_MONTH, _date),
    ("date", _MONTH_DAY, _date),
    ("phone", _IBAN, lambda m: (re.sub(r"\W", "", m.group()).casefold(),)),
    ("phone", _PHONE, lambda m: (re.sub(r"\D", "", m.group()),)),
    ("time", _SPOKEN_CLOCK, _spoken_clock),
    ("time", _CLOCK, _clock),
    ("numeric date", _NUMERIC_DATE, _numeric_date),
    ("day", _NTH, lambda m: (int(m["d"]),)),
    ("code", _CODE, _code),
    ("amount", _AMOUNT, _amount),
    ("percent", _PERCENT, lambda m: (plain_number(m["n"]),)),
    ("span", _LONE_SPAN, _lone_span),
    ("weekday", _WEEKDAY, _weekday_number),
    ("month", _MONTH_ALONE, lambda m: (_MONTH_NUMBERS[m.group().lower()],)),
)  # fmt: skip


def _taker(
    kind: str, read: Callable[[re.Match[str]], Value | None], found: list[Fact]
) -> Callable[[re.Match[str]], str]:
    """For `re.sub`: adds what is read to ``found`` and blanks it, so that no later reader takes it again."""

    def take(match: re.Match[str]) -> str:
        value = read(match)
        if value is None:
            return match.group()
        found.append(Fact(kind, value, match.start(), match.start() + len(match.group().rstrip(" .,;:"))))
        return " " * len(match.group())

    return take


def _counted(text: str, number: str, start: int, end: int, *, spelled: bool) -> Fact:
    """A number with what is counted, where that is time, money or a share."""
    unit, money = _UNIT_AFTER.match(text, end), _MONEY_AFTER.match(text, end)
    if unit and unit["u"]:
        return Fact("span", _span(float(number), unit["u"].lower()), start, unit.end(), spelled)
    if money:
        return Fact("amount", (number, currencies_of(money["s"])), start, money.end(), spelled)
    share = _PERCENT_AFTER.match(text, end)
    if share:
        return Fact("percent", (number,), start, share.end(), spelled)
    return Fact("number", (number,), start, end, spelled)


def find_facts(text: str) -> Iterator[Fact]:
    """Every fact of ``text``; what one reader has taken, the next does not see. Marks of lists are none."""
    text = _LIST_MARK.sub(lambda m: " " * len(m.group()), text)
    for kind, pattern, read in _READERS:
        found: list[Fact] = []
        text = pattern.sub(_taker(kind, read, found), text)
        yield from found
    for match in _NUMBER.finditer(text):
        number = plain_number(match.group())
        yield _counted(text, number, match.start(), match.end(), spelled=False)
    for match, number_of in numerals(text):
        yield _counted(text, str(number_of), match.start(), match.end(), spelled=True)


@dataclass(slots=True)
class Known:
    """What a text holds, to be asked whether a fact stands in it."""

    text: str
    values: dict[str, set[Value]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def of(self, kind: str) -> set[Value]:
        return self.values.get(kind, set())


_RANGE = re.compile(
    rf"\b(?P<a>{'|'.join(WEEKDAY_NUMBERS)})s?\s*(?:to|till|until|through|bis|-|–)\s*(?P<b>{'|'.join(WEEKDAY_NUMBERS)})s?\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)  # sentences are asked for too, and must not push out the knowledge base
def known(text: str) -> Known:
    """The facts of ``text``, in every reading that it allows."""
    held = Known(text)
    for fact in find_facts(text):
        held.values.setdefault(fact.kind, set()).add(fact.value)
        held.numbers |= {str(part) for part in fact.value if str(part)[:1].isdigit()}
        held.numbers |= {plain_number(n) for n in re.findall(r"\d+(?:[.,]\d+)*", text[fact.start : fact.end])}
        held.numbers |= {str(n) for _, n in numerals(text[fact.start : fact.end])}
        if fact.kind == "time":
            held.numbers |= {str(int(str(fact.value[0])) // 60 or 12)}
    for match in _SPAN_RANGE.finditer(text):
        held.values.setdefault("span", set()).add(_span(float(match["n"]), match["u"].lower()))
    for match in _ONE_SPAN.finditer(text):
        held.values.setdefault("span", set()).add(_span(1, match["u"].lower()))
    for match in _FRACTION.finditer(text):
        value = _fraction(match)
        if value:
            held.values.setdefault("percent", set()).add(value)
    held.numbers |= {str(ORDINALS[word.lower()]) for word in re.findall(rf"\b(?:{_ORDINAL_WORDS})\b", text.lower())}
    for match in _RANGE.finditer(text):
        first, last = WEEKDAY_NUMBERS[match["a"].lower()], WEEKDAY_NUMBERS[match["b"].lower()]
        days = {((first + step) % 7,) for step in range((last - first) % 7 + 1)}
        held.values.setdefault("weekday", set()).update(days)
    return held
