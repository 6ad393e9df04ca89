"""The rules a reply is held against, one a file, whoever wrote it: template, model or person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pipeline.drafting.checks import (
    address_form,
    asked_again,
    blame,
    claimed_action,
    command,
    concern_coverage,
    concessions,
    dismissal,
    doubt,
    empathy_repeated,
    excuse,
    grounding,
    hollow_apology,
    length,
    liability,
    minimise,
    next_step,
    other_customer,
    overpromise,
    policy_first,
    promises,
    register,
    sarcasm,
    second_approver,
    shouting,
    unfilled,
)
from pipeline.drafting.checks.context import CheckContext, Judge, judged
from pipeline.records import CheckResult, CheckStatus

Check = Callable[[CheckContext], list[CheckResult]]
"""A rule: nothing found means passed."""

CHECKS: Mapping[str, Check] = {
    module.NAME: module.check
    for module in (
        concern_coverage,
        blame,
        command,
        minimise,
        doubt,
        sarcasm,
        shouting,
        register,
        address_form,
        excuse,
        policy_first,
        hollow_apology,
        empathy_repeated,
        dismissal,
        liability,
        promises,
        overpromise,
        concessions,
        second_approver,
        claimed_action,
        grounding,
        other_customer,
        unfilled,
        asked_again,
        next_step,
        length,
    )
}

__all__ = ["CHECKS", "Check", "CheckContext", "Judge", "judged", "run_checks"]


def run_checks(context: CheckContext, judge: Judge | None = None) -> tuple[CheckResult, ...]:
    """Every rule in order: all that it found, at the level that the policy gives it, or one PASS.

    ``judge`` is the model beside the rules on composure.
    """
    context = judged(context, judge)
    results: list[CheckResult] = []
    for name, check in CHECKS.items():
        results += check(context) or [CheckResult(name, CheckStatus.PASS, "")]
    return tuple(_levelled(result, context.policy.checks) for result in results)


def _levelled(result: CheckResult, levels: Mapping[str, str]) -> CheckResult:
    """A finding at its level; a rule that the policy does not name keeps its own."""
    if result.status is CheckStatus.PASS or not result.certain or result.name not in levels:
        return result
    return replace(result, status=CheckStatus(levels[result.name]))
