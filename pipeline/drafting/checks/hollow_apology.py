"""P7: an apology names what it is for."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "hollow_apology"

_SORRY = r"(?:sorry|apologi[sz]e|apologies|regret|apology)"
_HOLLOW = patterns(
    rf"{_SORRY} (?:\w+ )?(?:for|about) (?:any|the|all|possible|potential|this|that)\s*(?:possible |potential |"
    rf"slight )?(?:inconveniences?|confusion|misunderstanding|discomfort)\b",
    rf"{_SORRY} (?:\w+ )?(?:for|about) any\b",
    rf"{_SORRY} (?:\w+ )?(?:for the (?:delay|wait)|about that)\b",
    rf"{_SORRY} (?:that |if |when )(?:you|your|the|this|our|it|anything|something)\b[^.]{{0,60}}\b(?:feel|felt|"
    rf"inconvenienced|may|might|caused you|(?:not|n't) (?:meet|live up)|did not|uncomfortable|offended|"
    rf"misunderst\w+)",
    rf"{_SORRY} if\b|(?:may|might) have (?:caused|experienced|felt|been|had)",
    r"any (?:inconvenience|confusion|distress|disappointment|trouble)\b",
    r"(?:thank you for|appreciate|value|thanks for) (?:your )?(?:\w+ )?(?:patience|understanding|loyalty|"
    r"business|feedback|continued|cooperation|custom)\b|thank you for (?:choosing|bearing)",
    r"(?:we|i) (?:fully |completely |totally |truly )?understand (?:how you feel|your (?:frustration|feelings|"
    r"concern|concerns|anger|position|disappointment))\b",
    r"(?:we )?take (?:your|this|such|all|these|customer) (?:\w+ )?(?:very |extremely )?seriously|"
    r"every (?:customer|passenger|guest|patient|user|member|client|pet|call) (?:is|matters)|(?:is|are) (?:very |"
    r"extremely )?important to us|we have noted your|your (?:feedback|opinion|call|satisfaction) (?:is|matters)",
    r"did not (?:meet|live up to) (?:your|our) (?:expectations|standards)|valued (?:customer|group|guest|member|"
    r"client|passenger)",
    r"sorry to hear that[,.]|any misunderstanding",
)


def check(context: CheckContext) -> list[CheckResult]:
    message = "a formula; name what the apology or the thanks is for"
    return findings(
        NAME, CheckStatus.WARN, message, context.said(NAME, _HOLLOW, *elsewhere.patterns(NAME, context.own))
    )
