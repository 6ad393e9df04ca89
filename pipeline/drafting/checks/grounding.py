"""P10: every number, date, address and link stands in the conversation, the knowledge base or the firm's data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from pipeline.drafting.calendar import due_at, zone_of
from pipeline.drafting.checks.context import CheckContext, findings
from pipeline.drafting.promises import MONTHS
from pipeline.records import CheckResult, CheckStatus

NAME = "grounding"

_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"”]+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_CODE = re.compile(r"\b(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b")
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,:]\d+)*")
_DAY_NAME = re.compile(
    r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    + "|".join(m for m in MONTHS if m != "may")
    + r")\b",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"(?m)^[ \t]*\d{1,2}[.)][ \t]")


def _plain_number(token: str) -> str:
    """One spelling for 1,299.00, 1.299,00 and 1299."""
    token = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", token)
    return re.sub(r"[.,]0{1,2}$", "", token).replace(",", ".").lstrip("0") or "0"


def facts(text: str) -> frozenset[str]:
    """The checkable facts of ``text``: links, addresses, codes, numbers in one spelling, day and month names."""
    found: set[str] = set()
    for pattern in (_LINK, _EMAIL, _CODE, _DAY_NAME):
        found.update(match.group().rstrip(".,;:").casefold() for match in pattern.finditer(text))
    found.update(_plain_number(match.group()) for match in _NUMBER.finditer(text))
    return frozenset(found)


def _times(context: CheckContext) -> Iterable[str]:
    """Today, the promised reply time and the opening hours, as they may be written."""
    zone = zone_of(context.policy.calendar)
    urgency = context.case.triage.urgency.label
    for instant in (context.case.received_at, context.now):
        yield f"{instant.astimezone(zone):%A %d %B %Y}"
        due = due_at(instant, urgency, context.policy).astimezone(zone)
        yield f"{due:%A %d %B %Y}"
    for hours in context.policy.calendar.hours.values():
        yield f"{hours.opens:%H:%M} {hours.closes:%H:%M}"


def _grounds(context: CheckContext) -> frozenset[str]:
    case, firm = context.case, context.firm
    sender = (case.sender.name, case.sender.email) if case.sender else ()
    texts = (
        case.message.subject,
        case.message.text,
        *(turn.text for turn in case.thread),
        *(f"{source.title} {source.passage}" for source in context.sources),
        *(firm.name, firm.signature, firm.contact, firm.escalation_contact, firm.team),
        *sender,
        *_times(context),
        context.knowledge,
    )
    return frozenset().union(*map(facts, texts))


def _promised_clock(context: CheckContext, token: str) -> bool:
    """A clock time is grounded where it is no later than the policy's reply time on that day."""
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})", token)
    if match is None:
        return False
    zone = zone_of(context.policy.calendar)
    urgency = context.case.triage.urgency.label
    allowed = [
        due_at(instant, urgency, context.policy).astimezone(zone) for instant in (context.case.received_at, context.now)
    ]
    return any(_same_clock(due, int(match[1]), int(match[2])) for due in allowed)


def _same_clock(due: datetime, hour: int, minute: int) -> bool:
    """The due time itself or up to a quarter of an hour before it, which is how it is rounded for reading."""
    return 0 <= due.hour * 60 + due.minute - (hour * 60 + minute) <= 15


def check(context: CheckContext) -> list[CheckResult]:
    own, grounds = context.own, _grounds(context)
    marks = [match.span() for match in _LIST_MARK.finditer(own)]
    wrong = [
        match
        for pattern in (_LINK, _EMAIL, _CODE, _DAY_NAME)
        for match in pattern.finditer(own)
        if match.group().rstrip(".,;:").casefold() not in grounds
    ]
    wrong += [
        match
        for match in _NUMBER.finditer(own)
        if _plain_number(match.group()) not in grounds
        and not any(start <= match.start() < end for start, end in marks)
        and not _promised_clock(context, match.group())
    ]
    message = "this stands neither in the conversation nor in the knowledge base"
    return findings(NAME, CheckStatus.BLOCK, message, wrong)
