"""P12: every promise has a time, and the calendar allows it."""

from __future__ import annotations

from pipeline.drafting.checks.context import CheckContext
from pipeline.drafting.promises import broken_by_calendar, find_promises
from pipeline.records import CheckResult, CheckStatus

NAME = "promises"


def check(context: CheckContext) -> list[CheckResult]:
    results = []
    for promise in find_promises(context.own, context.now, context.policy.calendar):
        why = broken_by_calendar(promise, context.now, context.case.triage.urgency.label, context.policy)
        if why:
            results.append(
                CheckResult(
                    NAME,
                    CheckStatus.BLOCK,
                    f"this promise cannot be kept: {why}",
                    promise.start,
                    promise.end,
                )
            )
    return results
