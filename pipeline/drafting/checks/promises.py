"""P12: every promise has a time, the calendar allows it, and an answer comes within the policy's reply time."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.drafting.checks.context import CheckContext, Verdict
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
    """What the firm commits itself to: as the words say it, and where the model hears it, dated alike.

    This is what is checked, shown and stored.
    """
    known = find_promises(context.own, context.now, context.policy.calendar)
    heard = context.performing("promise", [(promise.start, promise.end) for promise in known])
    found = sorted((*known, *(_heard(one, context) for one in heard)), key=lambda promise: promise.start)
    return [replace(promise, text=context.body[promise.start : promise.end]) for promise in found]


def _heard(one: Verdict, context: CheckContext) -> Promise:
    said = context.own[one.start : one.end]
    start = one.start + len(said) - len(said.lstrip(" -*\t\n"))
    due = due_time(said, context.now, context.policy.calendar)
    return Promise(said, start, one.start + len(said.rstrip()), due)


def _own(promise: Promise, context: CheckContext) -> Promise:
    """The promise without the customer's words that it quotes."""
    return replace(promise, text=context.own[promise.start : promise.end])


def check(context: CheckContext) -> list[CheckResult]:
    judged = ((promise, _judged(_own(promise, context), context)) for promise in commitments(context))
    return [
        CheckResult(NAME, *found, promise.start, promise.end, certain=found[0] is CheckStatus.BLOCK)
        for promise, found in judged
        if found
    ]
