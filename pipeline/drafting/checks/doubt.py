"""P2: the complaint is not put in doubt, nor turned into a matter of feeling."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "doubt"

_DOUBT = patterns(
    r"if you (?:feel|felt|think|believe|were inconvenienced|are unhappy|perceive)",
    r"(?:sorry|regret|apologi[sz]e) (?:that |if )?you (?:feel|felt|think|are upset|took)",
    r"you (?:claim|allege|say you|maintain|insist|purport)\b|your (?:alleged|supposed|so-called|claimed|"
    r"perceived)\b|alleged(?:ly)?\b|supposedly\b",
    r"(?:are|were) you (?:really |quite )?(?:sure|certain)|(?:can|could) you prove|we (?:find it hard|"
    r"cannot) (?:to )?believe|that (?:cannot|can't) be (?:right|true|the case)",
    r"our (?:records|system|logs) (?:clearly )?(?:show|say|state)s? otherwise|nobody else has (?:reported|"
    r"complained)",
    r"if (?:that|this|it) (?:really |actually |truly )?(?:happened|is true)|as you put it|to be fair,",
)


def check(context: CheckContext) -> list[CheckResult]:
    return findings(
        NAME,
        CheckStatus.BLOCK,
        "this doubts the complaint or the feeling",
        context.said(NAME, _DOUBT, *elsewhere.patterns(NAME, context.own)),
    )
