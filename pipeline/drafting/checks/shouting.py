"""P1: no capitals for stress and no exclamation marks in a row."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.drafting.checks.context import CheckContext, findings
from pipeline.records import CheckResult, CheckStatus

NAME = "shouting"

_CAPITALS = re.compile(
    r"(?<![\w-])(?!\w*\d)[A-Z]{2,}(?:['’][A-Z]+)?(?:[ ,]+(?!\w*\d)[A-Z]{2,}(?:['’][A-Z]+)?)+(?![\w-])"
)
_STRESSED = re.compile(
    r"(?<![\w-])(?:NOT|NEVER|NO|ALL|MUST|ALWAYS|EVERYONE|EVERY|ANY|CLEARLY|STRICTLY|FORBIDDEN|READ|STOP|DO|"
    r"PLEASE|ONLY|YOU|YOUR|"
    r"CANNOT|WILL|END|BOLD|REASON|[A-Z]{7,})(?![\w-])"
)
_MARKS = re.compile(r"!{2,}|\?!|!\?|\?{2,}")


@lru_cache(maxsize=8)  # the knowledge base is the same for every draft of a firm
def _in_capitals(text: str) -> frozenset[str]:
    return frozenset(match.group() for match in _CAPITALS.finditer(text))


def check(context: CheckContext) -> list[CheckResult]:
    own = context.own
    names = _in_capitals(f"{context.firm.signature} {context.firm.name} {context.knowledge}")
    matches = [match for match in _CAPITALS.finditer(own) if match.group() not in names]
    stressed = [
        m
        for m in _STRESSED.finditer(own)
        if m.group() not in f"{context.knowledge} {context.case.message.text}".split()
    ]
    return findings(
        NAME,
        CheckStatus.BLOCK,
        "this reads as shouting",
        [*matches, *stressed, *_MARKS.finditer(own)],
    )
