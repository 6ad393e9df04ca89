"""P4: every concern the customer raised is said back."""

from __future__ import annotations

from functools import lru_cache

from pipeline.drafting.checks.context import CheckContext
from pipeline.drafting.register import plain
from pipeline.drafting.restate import restate
from pipeline.drafting.words import terms
from pipeline.records import CheckResult, CheckStatus, Concern

NAME = "concern_coverage"

SHARE = 0.5
"""The share of a concern's words that one line of the draft must hold."""
LONGEST = 25


@lru_cache(maxsize=1024)  # most lines of drafts come again
def _words(line: str) -> frozenset[str]:
    return frozenset(terms(line, numbers=True))


def missed(concerns: tuple[Concern, ...], body: str) -> tuple[Concern, ...]:
    """The concerns of which no line of ``body`` holds half the words."""
    lines = [_words(line) for line in body.splitlines() if line.strip()]

    def covered(concern: Concern) -> bool:
        if restate(concern.text).text in body:
            return True
        words = frozenset(terms(plain(concern.text), numbers=True)[:LONGEST])
        return not words or max((len(words & line) / len(words) for line in lines), default=0.0) >= SHARE

    return tuple(concern for concern in concerns if not covered(concern))


def check(context: CheckContext) -> list[CheckResult]:
    return [
        CheckResult(
            NAME,
            CheckStatus.WARN,
            f"this concern is left out: {plain(concern.text)[:120]}",
        )
        for concern in missed(context.case.triage.concerns, context.body)
    ]
