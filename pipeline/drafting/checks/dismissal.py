"""P10, P18: no reply sends the customer away or closes the door."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "dismissal"

_DISMISSAL = patterns(
    r"(?:not|isn't|is not) (?:our|my) (?:problem|concern|department|responsibility|job|business)\b",
    r"(?:there is|there's) (?:simply |really |just )?nothing (?:more |else |further )?(?:we|i) can do\b",
    r"(?:we|i) (?:have|had) nothing (?:more |else |further )?to (?:add|say|offer)\b",
    r"(?:we|i) (?:consider|regard) (?:this|the|your) (?:\w+ )?(?:as )?(?:closed|settled|resolved)\b",
    r"(?:this|the|your) (?:\w+ )?(?:is|has been|remains) (?:now |therefore |hereby )?closed\b",
    r"(?:we|i) (?:will|shall|can)(?: not|not) (?:be )?(?:discuss|reply|respond|correspond|enter)\w*\b",
    r"take (?:it|this|that|your business|your money) (?:up with|elsewhere|somewhere else)\b",
    r"(?:find|try|look for) (?:someone|somebody|somewhere) else\b",
)


def check(context: CheckContext) -> list[CheckResult]:
    message = "this sends the customer away; say what can be done, or who will look at it"
    return findings(
        NAME, CheckStatus.WARN, message, context.said(NAME, _DISMISSAL, *elsewhere.patterns(NAME, context.own))
    )
