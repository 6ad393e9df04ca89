"""P12: every promise has a time, the calendar allows it, and an answer comes within the policy's reply time."""

from __future__ import annotations

import re

from pipeline.drafting.checks.context import CheckContext
from pipeline.drafting.due import due_time
from pipeline.drafting.promises import broken_by_calendar, find_promises, later_than_policy
from pipeline.records import CheckResult, CheckStatus, Promise

NAME = "promises"

_COURTESY = re.compile(r"\b(?:your|these|such) (?:\w+ )?(?:words|thanks|praise|compliments?)\b", re.IGNORECASE)
"""Passing on praise needs no date."""


def _judged(promise: Promise, context: CheckContext) -> tuple[CheckStatus, str] | None:
    urgency = context.case.triage.urgency.label
    why = broken_by_calendar(promise, context.now, urgency, context.policy)
    if why:
        return CheckStatus.BLOCK, f"this promise cannot be kept: {why}"
    if promise.due_at is None:
        if _COURTESY.search(promise.text):
            return None
        return CheckStatus.WARN, "this promise names no time"
    limit = later_than_policy(promise, context.now, urgency, context.policy)
    return (CheckStatus.WARN, f"an answer is due by {limit}, and this promises a later one") if limit else None


def commitments(context: CheckContext) -> list[Promise]:
    """What the firm commits itself to: as the words say it, and where the model hears it, dated alike."""
    calendar = context.policy.calendar
    known = list(find_promises(context.own, context.now, calendar))
    heard = context.performing("promise", [(promise.start, promise.end) for promise in known])
    for one in heard:
        text = context.body[one.start : one.end]
        known.append(Promise(text.strip(), one.start, one.end, due_time(text, context.now, calendar)))
    return sorted(known, key=lambda promise: promise.start)


def check(context: CheckContext) -> list[CheckResult]:
    judged = ((promise, _judged(promise, context)) for promise in commitments(context))
    return [
        CheckResult(NAME, *found, promise.start, promise.end, certain=found[0] is CheckStatus.BLOCK)
        for promise, found in judged
        if found
    ]
