"""P6, P18: every reply says what happens next, by when or by whom, and how to reach the firm."""

from __future__ import annotations

import re

from pipeline.drafting import elsewhere
from pipeline.drafting.asks import EMAIL, PHONE
from pipeline.drafting.checks.context import CheckContext
from pipeline.drafting.promises import find_promises
from pipeline.records import CheckResult, CheckStatus

NAME = "next_step"

_NOTHING_NEEDED = re.compile(
    r"\b(?:nothing (?:more )?(?:is needed|to do)|no (?:reply|answer) (?:is )?needed)\b",
    re.IGNORECASE,
)


def _is_nothing_needed(text: str) -> bool:
    return bool(_NOTHING_NEEDED.search(text) or elsewhere.pattern("nothing needed").search(text))


def _ways(text: str) -> set[str]:
    found = {match.group().casefold() for match in EMAIL.finditer(text)}
    return found | {re.sub(r"\D", "", match.group()) for match in PHONE.finditer(text)}


def has_contact(context: CheckContext) -> bool:
    """One of the firm's ways to be reached stands in the body (the line itself where it has neither mail nor phone)."""
    ways = _ways(context.firm.contact)
    return bool(ways & _ways(context.body)) if ways else context.firm.contact in context.body


def check(context: CheckContext) -> list[CheckResult]:
    results = []
    if not has_contact(context):
        results.append(CheckResult(NAME, CheckStatus.WARN, "the reply does not say how to reach you"))
    promises = find_promises(context.own, context.now, context.policy.calendar)
    if not promises and not _is_nothing_needed(context.own):
        results.append(CheckResult(NAME, CheckStatus.WARN, "the reply does not say who does what next"))
    elif all(promise.due_at is None for promise in promises) and not _is_nothing_needed(context.own):
        results.append(CheckResult(NAME, CheckStatus.WARN, "the reply gives no time for the next step"))
    return results
