"""P10: every number, date, name, address and link stands in the conversation, the knowledge base or the firm's data."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from pipeline.config import DAYS
from pipeline.drafting.calendar import due_at, zone_of
from pipeline.drafting.checks.context import CheckContext
from pipeline.drafting.checks.facts import Fact, Known, find_facts, known
from pipeline.drafting.checks.names import unknown_names, words_of
from pipeline.drafting.promises import find_promises, is_answer
from pipeline.records import CheckResult, CheckStatus

NAME = "grounding"

_TIMES = frozenset({"date", "numeric date", "day", "weekday", "month", "time", "span", "number"})
KINDS = _TIMES | {"link", "email", "phone", "code", "amount", "percent"}
_OPENING = re.compile(r"\b(?:open|opens|opening|hours|closes?|closed|shuts?|weekdays?)\b", re.IGNORECASE)


def _calendar_words(context: CheckContext) -> str:
    """Today, the promised reply time and the opening hours, as they may be written."""
    zone = zone_of(context.policy.calendar)
    urgency = context.case.triage.urgency.label
    words = []
    for instant in (context.case.received_at, context.now):
        due = due_at(instant, urgency, context.policy)
        words += [f"{at.astimezone(zone):%A %d %B %Y}" for at in (instant, due)]
    hours = context.policy.calendar.hours.values()
    return "; ".join([*words, *(f"{one.opens:%H:%M} {one.closes:%H:%M}" for one in hours)])


def conversation_of(context: CheckContext) -> str:
    """The thread on both sides, what was recorded on the ticket, and who writes."""
    case, firm = context.case, context.firm
    return "\n".join(
        (
            case.message.subject,
            case.message.text,
            *(turn.text for turn in case.thread),
            *(f"{action.amount or ''} {action.currency} {action.note} {action.by}" for action in case.actions),
            *((case.sender.name, case.sender.email) if case.sender else ()),
            firm.name, firm.signature, firm.contact, firm.escalation_contact, firm.team,
        )
    )  # fmt: skip


def grounds(context: CheckContext) -> tuple[Known, ...]:
    """What a draft may rest on: the conversation, the firm's knowledge base and the passages shown."""
    passages = "\n".join(f"{source.title} {source.passage}" for source in context.sources)
    return tuple(map(known, (conversation_of(context), context.knowledge, passages)))


def held_words(context: CheckContext) -> frozenset[str]:
    passages = "\n".join(f"{source.title} {source.passage}" for source in context.sources)
    zone = context.policy.calendar.timezone.replace("/", " ").replace("_", " ")
    return _words_of_all(f"{conversation_of(context)}\n{zone}", context.knowledge, passages)


@lru_cache(maxsize=8)  # the same for the drafts of a mail
def _words_of_all(*texts: str) -> frozenset[str]:
    return frozenset().union(*map(words_of, texts))


def _same_date(fact: Fact, held: Known) -> bool:
    day, month, year = fact.value
    dates = {*held.of("date"), *_readings(held)}
    if any(d == day and m == month and (year is None or y is None or y == year) for d, m, y in dates):
        return True
    months = {m for _, m, _ in dates} | {m for (m,) in held.of("month")}
    return (day,) in held.of("day") and month in months


def _readings(held: Known) -> set[tuple[object, object, object]]:
    """3/5 as the third of May or the fifth of March; where the text names one of the two months, as that alone."""
    named = {m for _, m, _ in held.of("date")} | {m for (m,) in held.of("month")}
    readings: set[tuple[object, object, object]] = set()
    for first, second, _ in held.of("numeric date"):
        both = {(a, b, None) for a, b in ((first, second), (second, first)) if isinstance(b, int) and b <= 12}
        readings |= {reading for reading in both if reading[1] in named} or both
    return readings


def _same_time(fact: Fact, held: Known) -> bool:
    minutes, side = fact.value
    return any(m == minutes and (side is None or s is None or s == side) for m, s in held.of("time"))


@lru_cache(maxsize=256)
def _spaced(code: str) -> re.Pattern[str]:
    """``code`` with any spacing, neither within a longer word nor with further digits behind."""
    return re.compile(r"(?<![^\W_])" + r"[\s._/-]?".join(map(re.escape, code)) + r"(?![^\W_])", re.IGNORECASE)


def _same_amount(fact: Fact, held: Known) -> bool:
    """A draft may say less of the currency than what it rests on ("kr" for SEK), not more."""
    number, said = fact.value
    others = [one for n, one in held.of("amount") if n == number]
    less = any(isinstance(one, frozenset) and isinstance(said, frozenset) and one <= said for one in others)
    return less or (not others and number in held.numbers)


def _same_digits(fact: Fact, held: Known) -> bool:
    (digits,) = fact.value
    return any(
        str(digits).endswith(str(other)[-8:]) or str(other).endswith(str(digits)[-8:]) for (other,) in held.of("phone")
    )


def _in_number(fact: Fact, held: Known) -> bool:
    return str(fact.value[0]) in held.numbers


def stands_in(fact: Fact, held: Known) -> bool:
    """Whether ``held`` holds ``fact``, in this or another way of writing it."""
    if fact.value in held.of(fact.kind):
        return True
    match fact.kind:
        case "date":
            return _same_date(fact, held)
        case "numeric date":
            first, second, _ = fact.value
            return any({d, m} == {first, second} for d, m, _ in held.of("date"))
        case "day":
            return any(fact.value[0] == d for d, _, _ in held.of("date")) or _in_number(fact, held)
        case "month":
            return any(fact.value[0] == m for _, m, _ in {*held.of("date"), *_readings(held)})
        case "time":
            return _same_time(fact, held)
        case "code":
            return bool(_spaced(str(fact.value[0])).search(held.text))
        case "phone":
            return _same_digits(fact, held) or bool(_spaced(str(fact.value[0])).search(held.text))
        case "amount":
            return _same_amount(fact, held)
        case "span":
            return fact.value in held.of("span")
        case "percent" | "number":
            return _in_number(fact, held)
        case "link":
            return any(str(link).startswith(str(fact.value[0])) for (link,) in held.of("link"))
    return False


def _said_hour(fact: Fact, body: str, held: Known) -> bool:
    """A full hour is grounded by its number too: "at 10" holds ten o'clock."""
    hour = re.match(r"(\d{1,2})(?![:.\d])", body[fact.start : fact.end]) if fact.kind == "time" else None
    return bool(hour and hour[1] in held.numbers)


def _is_time(fact: Fact, body: str) -> bool:
    """A day or a clock time, an hour in words too ("at nine")."""
    said = fact.kind == "number" and re.search(r"\b(?:at|from|to|until|till|by|um|bis) $", body[: fact.start][-8:])
    return bool(said) or fact.kind in _TIMES - {"number", "span"}


def _is_small(fact: Fact) -> bool:
    """A word for a small number counts what the mail shows ("two of your mails"); it is no fact by itself."""
    return fact.kind == "number" and fact.spelled and float(str(fact.value[0])) in {0, 1, 2, 3, 4, 100, 1000}


def _promised_clock(context: CheckContext, fact: Fact) -> bool:
    """A clock time is grounded where it is no later than the policy's reply time on that day."""
    if fact.kind != "time":
        return False
    zone, urgency = zone_of(context.policy.calendar), context.case.triage.urgency.label
    dues = [due_at(at, urgency, context.policy).astimezone(zone) for at in (context.case.received_at, context.now)]
    return any(_just_before(due, fact) for due in dues)


def _just_before(due: datetime, fact: Fact) -> bool:
    """The due time itself or up to a quarter of an hour before it, which is how it is rounded for reading."""
    minutes = fact.value[0]
    return isinstance(minutes, int) and 0 <= (due.hour * 60 + due.minute - minutes) % 720 <= 15


def _own_times(context: CheckContext) -> list[tuple[int, int]]:
    """Where the firm says when it will answer: that is its own to say, and the rule of promises judges it."""
    promises = find_promises(context.own, context.now, context.policy.calendar)
    return [(one.start, one.end) for one in promises if one.due_at is not None and is_answer(one.text)]


def _is_opening_day(context: CheckContext, fact: Fact) -> bool:
    if fact.kind != "weekday" or not isinstance(fact.value[0], int):
        return False
    line = context.body[max(0, fact.start - 80) : fact.end + 80]
    return DAYS[fact.value[0]] in context.policy.calendar.hours and bool(_OPENING.search(line))


def ungrounded(context: CheckContext, kinds: frozenset[str] = KINDS) -> list[Fact]:
    """The facts of the draft, of these ``kinds``, that stand nowhere, in the order of the text."""
    return [fact for fact in _ungrounded(context) if fact.kind in kinds]


@lru_cache(maxsize=4)  # two rules ask
def _ungrounded(context: CheckContext) -> tuple[Fact, ...]:
    own = context.own
    held, calendar, answers = grounds(context), known(_calendar_words(context)), _own_times(context)
    found = (
        fact
        for fact in find_facts(own)
        if not _is_small(fact)
        and not any(stands_in(fact, ground) or _said_hour(fact, own, ground) for ground in held)
        and not (_is_time(fact, own) and stands_in(fact, calendar))
        and not _promised_clock(context, fact)
        and not _is_opening_day(context, fact)
        and not (fact.kind in _TIMES and any(start <= fact.start < end for start, end in answers))
    )
    return tuple(sorted(found, key=lambda fact: fact.start))


@lru_cache(maxsize=4)  # two rules ask
def foreign_names(context: CheckContext) -> tuple[re.Match[str], ...]:
    """The names of the draft that stand nowhere."""
    german = context.case.triage.language == "de"
    return tuple(unknown_names(context.own, held_words(context), nouns_capitalised=german))


def check(context: CheckContext) -> list[CheckResult]:
    message = "this stands neither in the conversation nor in the knowledge base"
    facts = {(fact.start, fact.end) for fact in ungrounded(context)}
    # Whoever writes may sign with a name of their own: a name is shown, a number stops the reply.
    names = {match.span() for match in foreign_names(context)} - facts
    return [CheckResult(NAME, CheckStatus.BLOCK, message, start, end) for start, end in sorted(facts)] + [
        CheckResult(NAME, CheckStatus.WARN, f"this name is not known here: {message}", start, end, certain=False)
        for start, end in sorted(names)
    ]
