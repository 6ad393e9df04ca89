"""Plain complaints that no concern covers: something that does not work, a message that nobody answered (P3, P4).

Triage weighs what a mail is mainly about; a fault named in passing ("my password doesn't work any more either") can
fall below its threshold. Saying it back costs a line; leaving it out tells the customer that nobody read it.
"""

from __future__ import annotations

import re

from pipeline.drafting.clauses import sentences
from pipeline.records import Case

MOST_SAID_BACK = 6
MOST_ADDED = 2
LONGEST_WORDS = 30

_NEGATION = (
    r"(?:does not|do not|did not|will not|cannot|can no longer|no longer|has not|have not|is not|are not|"
    r"has stopped|stopped|won't|can't|cant|\w{2,9}n't|doesnt|dont|didnt|wont|hasnt|isnt)"
)
_BROKEN = re.compile(
    rf"\b{_NEGATION}\s+(?:(?:even|yet|actually|really|been)\s+)?(?:work(?:s|ed|ing)?(?! it| there)|"
    r"start(?:ed|ing)?|turn(?:ed)? on|switch(?:ed)? on|open|load(?:ed|ing)?|charg(?:e|ed|ing)|"
    r"connect(?:ed|ing)?|arrived?|come|"
    r"(?:log|sign|get) in(?:to)?|been (?:delivered|refunded|paid|answered|fixed|repaired))\b",
    re.IGNORECASE,
)
_UNANSWERED = re.compile(
    r"\b(?:nobody|no-?\s?one)\b[^.!?\n]{0,30}\b(?:answer(?:s|ed)?|repl(?:ies|ied)|respond(?:s|ed)?|"
    r"call(?:s|ed) (?:me )?back|picks? up|came)\b|(?<!\bi had )(?<!\bwe had )"
    r"\b(?:no|never (?:got|had|received) an?) (?:reply|answer|response)\b|\b(?:was|been) on hold\b",
    re.IGNORECASE,
)
_NOT_PLAIN = re.compile(
    r"^\W*(?:if|unless|when|please|in case)\b|\b(?:if|would|could|should)\b|[?\"“”»]", re.IGNORECASE
)


def said_concerns(case: Case) -> tuple[str, ...]:
    """The concerns that triage found and the complaints it left out, in the order of the mail."""
    found = [(concern.start, concern.text) for concern in case.triage.concerns]
    room = min(MOST_ADDED, MOST_SAID_BACK - len(found))
    if found and room > 0 and "no_ask" not in case.triage.flags:
        found += _left_out(case)[:room]
    return tuple(text for _, text in sorted(found))


def _left_out(case: Case) -> list[tuple[int, str]]:
    covered = [(concern.start, concern.end) for concern in case.triage.concerns]
    return [
        (match.start(), match.group().strip())
        for match in sentences(case.message.text)
        if not any(start < match.end() and match.start() < end for start, end in covered)
        and _is_complaint(match.group().replace("’", "'"))
    ]


def _is_complaint(sentence: str) -> bool:
    words = len(sentence.split())
    if not 4 <= words <= LONGEST_WORDS or _NOT_PLAIN.search(sentence):
        return False
    return bool(_BROKEN.search(sentence) or _UNANSWERED.search(sentence))
