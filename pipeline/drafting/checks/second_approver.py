"""P11: whether the policy wants the yes of two people. It never blocks by itself: the second yes is asked for then."""

from __future__ import annotations

from pipeline.config import MONEY_KINDS
from pipeline.drafting.checks.concessions import Grant, grants
from pipeline.drafting.checks.context import CheckContext
from pipeline.records import CheckResult, CheckStatus

NAME = "second_approver"


def _over(grant: Grant, context: CheckContext) -> str:
    one, wanted = grant.concession, context.policy.second_approver
    if one.percent is not None:
        return f"a {one.kind} of {one.percent:g} %" if one.percent > wanted.over_percent else ""
    if one.amount is None:
        return f"a {one.kind} without a figure" if wanted.over and one.kind in MONEY_KINDS else ""
    limit = wanted.over.get(one.currency)
    return f"{one.currency} {grant.reply} as {one.kind}" if limit is not None and grant.reply > limit else ""


def check(context: CheckContext) -> list[CheckResult]:
    flags = sorted(set(context.policy.second_approver.flags).intersection(context.case.triage.flags))
    reasons = [f"the mail is a case of {flag.replace('_', ' ')}" for flag in flags]
    reasons += [f"this grants {over}" for grant in grants(context) if (over := _over(grant, context))]
    return [CheckResult(NAME, CheckStatus.WARN, f"two people have to approve: {reason}") for reason in reasons]
