"""The rules a reply is held against, one a file, whoever wrote it: template, model or person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pipeline.drafting.checks import (
    asked_again,
    blame,
    claimed_action,
    command,
    concern_coverage,
    dismissal,
    doubt,
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
    sarcasm,
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
        excuse,
        policy_first,
        hollow_apology,
        dismissal,
        liability,
        promises,
        overpromise,
        claimed_action,
        grounding,
        other_customer,
        unfilled,
        asked_again,
        next_step,
        length,
    )
}

__all__ = ["CHECKS", "Check", "CheckContext", "Judge", "run_checks"]


def run_checks(context: CheckContext, judge: Judge | None = None) -> tuple[CheckResult, ...]:
    """Every rule in order: all that it found, or one PASS. ``judge`` is the model beside the rules on composure."""
    if judge is not None:
        context = replace(context, verdicts=judged(context, judge))
    results: list[CheckResult] = []
    for name, check in CHECKS.items():
        results += check(context) or [CheckResult(name, CheckStatus.PASS, "")]
    return tuple(results)
