"""P12: no guarantee that nobody can give."""

from __future__ import annotations

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "overpromise"

_OVERPROMISE = patterns(
    r"(?:definitely|certainly|absolutely|without (?:a |any )?doubt|no doubt|no question|without fail|for sure|"
    r"rest assured|come what may|whatever happens|no matter what)\b",
    r"(?:i|we) (?:can )?(?:personally |absolutely |hereby )?(?:guarantee|assure|promise|swear|give you my word|"
    r"vow)\b|guaranteed?\b|(?:you have|have) my word|cross my heart|pinky|promise[!.]|hold me to it|trust me|"
    r"count on it|bet on it",
    r"(?:will|shall|can|'ll) never (?:again )?(?:\w+ )?(?:happen|be|occur|go|fail|have)|never (?:ever )?again|"
    r"(?:don't|do not) (?:give it|worry|you worry)|consider it (?:fixed|done|solved)|as good as guaranteed|"
    r"100 ?%|perfectly safe|one hundred per ?cent",
    r"(?:anything|everything) (?:is|will be) (?:possible|fine|perfect|sorted)|no way that|"
    r"in the (?:very )?next (?:app )?(?:update|release|version)|(?:will|'ll) (?:be|work|arrive|"
    r"have it) (?:there |with you |here |live |perfectly )?(?:by )?(?:tonight|tomorrow|perfectly|in exactly|"
    r"within the hour)",
    r"no worries|slightest doubt|completely harmless|never need to|(?:she|he|it|they|you)(?: will|"
    r"['’]ll) be fine|for ever\b",
)


def check(context: CheckContext) -> list[CheckResult]:
    return findings(
        NAME,
        CheckStatus.BLOCK,
        "nobody can guarantee this",
        context.said(NAME, _OVERPROMISE, *elsewhere.patterns(NAME, context.own)),
    )
