"""A reply is long enough to answer and short enough to be read."""

from __future__ import annotations

from pipeline.drafting.checks.context import CheckContext
from pipeline.records import CheckResult, CheckStatus, DraftKind

NAME = "length"

SHORTEST = 25
LONGEST = {
    DraftKind.ACKNOWLEDGMENT: 320,
    DraftKind.APOLOGY: 340,
    DraftKind.SOLUTION: 420,
}


def check(context: CheckContext) -> list[CheckResult]:
    words = len(context.body.split())
    if words < SHORTEST:
        return [CheckResult(NAME, CheckStatus.WARN, f"{words} words are very few for a reply")]
    longest = LONGEST[context.kind]
    if words > longest:
        return [
            CheckResult(
                NAME,
                CheckStatus.WARN,
                f"{words} words; a reader in distress takes in {longest} at most",
            )
        ]
    return []
