"""No draft carries the data of anybody outside its own conversation: names, addresses, numbers, or another's case."""

from __future__ import annotations

from pipeline.drafting.checks.context import CheckContext, patterns
from pipeline.drafting.checks.grounding import foreign_names, ungrounded
from pipeline.drafting.clauses import REACH, is_conditional, sentences
from pipeline.records import CheckResult, CheckStatus

NAME = "other_customer"

_IDENTIFYING = frozenset({"email", "phone", "code"})
_OTHER = patterns(
    r"(?:an?other|a different|(?:one|some|two|three|several|many) other|other|a fellow|one of our(?: other)?|"
    r"a (?:lady|gentleman|man|woman|family|couple|user|guest|client|customer|patient|tenant|member|reader|subscriber|"
    r"passenger|neighbour))\s*(?:[\w-]+\s+){0,2}?(?:customers?|clients?|guests?|patients?|users?|tenants?|families|"
    r"family|members?|subscribers?|passengers?|neighbours?|residents?|buyers?|readers?|owners?|households?|people|"
    r"accounts?)?\b(?=[^.!?\n]{0,80}\b(?:in|from|at|of|near|living|who lives?) (?:[A-Z]|number \d|flat \d|room \d|"
    r"the (?:flat|house|room|street|next)))",
    r"(?:the (?:lady|gentleman|man|woman|family|couple|person|people|tenant|guest|patient)|your neighbour|"
    r"the (?:previous|last|next) (?:owner|tenant|guest|customer|patient))\s+(?:[\w-]+\s+){0,2}?(?:in|at|of|from)\s+"
    r"(?:number|flat|room|house|apartment|bed)\s+\w+",
    r"(?:(?:an?other|a different|some other|somebody else['’]s|someone else['’]s) (?:customer|client|guest|patient|"
    r"user|"
    r"tenant|member|person|family)s?['’]?s?)\s+(?:who|whose|had|has|wrote|ordered|paid|lives?|was|is|name|address|"
    r"order|"
    r"account|number|details?|card|called|rang)\b[^.!?\n]{0,60}(?:\d|[€£$])",
)  # fmt: skip


def _wording(context: CheckContext) -> set[tuple[int, int]]:
    """Where another customer's case is told with what makes them known, and the thread does not tell it."""
    said = context.case.message.text.casefold()
    found = set()
    for sentence in sentences(context.own):
        for match in _OTHER.finditer(sentence.group()):
            told = match.group().strip().casefold() in said or is_conditional(
                sentence.group()[max(0, match.start() - REACH) : match.start()]
            )
            if not told:
                found.add((sentence.start() + match.start(), sentence.end()))
    return found


def check(context: CheckContext) -> list[CheckResult]:
    message = "this belongs to somebody who is not in this conversation"
    spans = {(fact.start, fact.end) for fact in ungrounded(context, _IDENTIFYING)} | _wording(context)
    names = {match.span() for match in foreign_names(context)} - spans
    return [CheckResult(NAME, CheckStatus.BLOCK, message, start, end) for start, end in sorted(spans)] + [
        CheckResult(
            NAME, CheckStatus.WARN, "this may be somebody's name who is not in this conversation", start, end, False
        )
        for start, end in sorted(names)
    ]
