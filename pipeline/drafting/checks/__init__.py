"""The rules a reply is held against, one a file, whoever wrote it: template, model or person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.drafting.checks import (
    asked_again,
    blame,
    claimed_action,
    command,
    concern_coverage,
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
from pipeline.drafting.checks.context import CheckContext
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

__all__ = ["CHECKS", "Check", "CheckContext", "run_checks"]


def run_checks(context: CheckContext) -> tuple[CheckResult, ...]:
    """Every rule in order: all that it found, or one PASS."""
    results: list[CheckResult] = []
    for name, check in CHECKS.items():
        results += check(context) or [CheckResult(name, CheckStatus.PASS, "")]
    return tuple(results)
