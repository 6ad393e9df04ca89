"""The summary for somebody with more authority (P16): what happened, what was promised, what is asked, since when.

It is read beside lists and in notices, so it repeats neither insults nor words of danger; the mail itself is one click
away for whoever takes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from pipeline.config import CalendarConfig, FirmConfig
from pipeline.drafting.checks import concessions, second_approver
from pipeline.drafting.promises import find_promises
from pipeline.drafting.register import elided, plain
from pipeline.drafting.restate import quote, restate, without_openers
from pipeline.records import Case, CheckResult, CheckStatus, EscalationSummary, Promise, ThreadTurn

NEEDS_AUTHORITY = {
    "asks_for_manager": "the customer asks for somebody with authority",
    "legal_threat": "the customer speaks of legal steps",
}
"""Flags for which a summary is offered beside the drafts, and why."""
MASK = "[...]"
_DANGER = re.compile(
    r"\b(?:kill(?:s|ed|ing)?|murder\w*|suicid\w*|die|dying|dead|death|hang(?:ing)? (?:myself|him|her|you)|overdos\w*|"
    r"pills|cut(?:ting)? my\w*|hurt(?:ing)?|harm(?:ing)?|stab\w*|knife|knives|gun|guns|pistol|rifle|weapons?|bombs?|"
    r"shoot\w*|shot|burn(?:t|s|ing)? (?:it |you |your )?(?:down)?|blow(?:ing)? up|petrol|acid|strangl\w*|chok\w*|"
    r"bleed\w*|blood|beat(?:en|ing)? (?:you|him|her|them)|break your|end (?:it|my life)|rape\w*)\b",
    re.IGNORECASE,
)
_ASKED = ("you ask", "you would like us", "you want", "you need", "you expect", "you demand", "you request", "you wish")


def masked(text: str) -> str:
    """``text`` on one line in an even register, insults and words of danger replaced by ``MASK``."""
    return elided(_DANGER.sub("…", plain(text))).replace("…", MASK)


def why_authority(case: Case) -> str:
    """Why somebody with more authority should see this, or empty."""
    reasons = [why for flag, why in NEEDS_AUTHORITY.items() if flag in case.triage.flags]
    return case.triage.escalate or "; ".join(reasons)


def why_second_yes(results: Iterable[CheckResult]) -> str:
    """Why one yes of the person whom the text was checked for does not do (P11), or empty."""
    return "; ".join(
        result.message
        for result in results
        if (result.name == concessions.NAME and result.status is CheckStatus.BLOCK)
        or (result.name == second_approver.NAME and result.status is not CheckStatus.PASS)
    )


def escalation_summary(case: Case, firm: FirmConfig, calendar: CalendarConfig, why: str) -> EscalationSummary | None:
    """The summary of ``case`` for ``firm.escalation_contact``; ``why`` is the reason it goes there, None without."""
    if not why:
        return None
    sender = case.sender
    theirs = [turn for turn in case.thread if not turn.ours]
    told = [concern.text for concern in case.triage.concerns] or [case.message.subject or case.message.text[:200]]
    asked = [text for text in told if restate(text).text.startswith(_ASKED)]
    return EscalationSummary(
        why=why,
        customer=" ".join(filter(None, (sender.name, f"<{sender.email}>" if sender.email else ""))) if sender else "",
        happened=tuple(_in_their_words(text) for text in told if text not in asked),
        asked=tuple(_in_their_words(text) for text in asked),
        promised=tuple(_promised(case, calendar)),
        urgency=case.triage.urgency.label,
        since=min([case.received_at, *(turn.at for turn in theirs if turn.at)]),
        mails=1 + len(theirs),
        contact=firm.escalation_contact,
    )


def _in_their_words(text: str) -> str:
    return quote(without_openers(masked(text)))


def _promised(case: Case, calendar: CalendarConfig) -> Iterator[Promise]:
    """What our turns of the thread committed to, dated as of then."""
    for turn in case.thread:
        if turn.ours:
            for promise in _promises_of(turn, turn.at or case.received_at, calendar):
                yield replace(promise, text=masked(promise.text))


def _promises_of(turn: ThreadTurn, at: datetime, calendar: CalendarConfig) -> tuple[Promise, ...]:
    return find_promises(turn.text, at, calendar) if turn.promises is None else turn.promises
