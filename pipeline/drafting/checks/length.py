"""A reply is long enough to answer, short enough to be read, and plain enough for a reader in distress.

Reading ease is that of Flesch, see `pipeline.drafting.readability`.
"""

from __future__ import annotations

from pipeline.drafting.checks.context import CheckContext, findings
from pipeline.drafting.clauses import sentences
from pipeline.drafting.readability import reading_ease
from pipeline.records import CheckResult, CheckStatus, DraftKind

NAME = "length"

SHORTEST = 25
LONGEST = {
    DraftKind.ACKNOWLEDGMENT: 320,
    DraftKind.APOLOGY: 340,
    DraftKind.SOLUTION: 420,
}
LONGEST_SENTENCE = 45
FEWEST_WORDS = 4
"""Less is a greeting, a signature or a line of contact, no sentence."""
DIFFICULT = 50.0
"""Below it a text counts as difficult on Flesch's scale."""


def check(context: CheckContext) -> list[CheckResult]:
    return [*_length(context), *_long_sentences(context), *_reading_ease(context)]


def _length(context: CheckContext) -> list[CheckResult]:
    words, longest = len(context.body.split()), LONGEST[context.kind]
    if words < SHORTEST:
        return [CheckResult(NAME, CheckStatus.WARN, f"{words} words are very few for a reply")]
    if words > longest:
        message = f"{words} words; a reader in distress takes in {longest} at most"
        return [CheckResult(NAME, CheckStatus.WARN, message)]
    return []


def _long_sentences(context: CheckContext) -> list[CheckResult]:
    endless = [match for match in sentences(context.own) if len(match.group().split()) > LONGEST_SENTENCE]
    return findings(NAME, CheckStatus.WARN, f"more than {LONGEST_SENTENCE} words in one sentence", endless)


def _reading_ease(context: CheckContext) -> list[CheckResult]:
    """Of English prose alone: other languages need other weights, and a few words say nothing."""
    prose = [match.group() for match in sentences(context.own) if len(match.group().split()) >= FEWEST_WORDS]
    ease = reading_ease(prose)
    if context.case.triage.language != "en" or len(" ".join(prose).split()) < SHORTEST or ease is None:
        return []
    if ease >= DIFFICULT:
        return []
    return [CheckResult(NAME, CheckStatus.WARN, f"hard to read: reading ease {ease:.0f}, plain English is 60 or more")]
