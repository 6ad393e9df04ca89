"""What a sentence does with its words: asks, tells what somebody else said, sets a condition, or states."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.drafting import elsewhere
from pipeline.drafting.date_words import MONTHS

REACH = 400
"""How many characters before or after a phrase are looked at: the cost of a check must not grow with the square."""

_SAID = (
    r"(?:writes?|wrote|written|says?|said|tells?|told|mentions?|mentioned|reports?|reported|describes?|described|"
    r"explains?|explained|notes?|noted|states?|stated|asks?|asked|mean|adds?|added|informed|promised|assured|"
    r"understand|understood|read|shows?|schreiben|sagen|berichten|schrieb|steht)"
)
_REPORT = re.compile(
    rf"(?<!as )\b(?:you|sie|he|she|they|mail|e-mail|email|letter|message|note|tracking|notice|confirmation)\b"
    rf"[^.!?,;:\n]{{0,40}}?\b{_SAID}\b(?! (?:me|us) (?:know|that we))|"
    r"\b(?:i (?:understand|have read|gather|see) (?:from|that|how))|you (?:were|have been) (?:told|promised)",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"\b(?:as i understand|if i (?:read|understand)|according to|by your account|in your (?:own )?words|laut)\b",
    re.IGNORECASE,
)
_OWN_TURN = re.compile(
    r"^\W*(?:so |and |but |therefore |which is why )?(?:i|we|our|my|wir|ich)\b(?! (?:had|were)\b)", re.IGNORECASE
)
_CONDITION = re.compile(
    r"\b(?:if|once|when|whenever|as soon as|until|till|unless|before|after|in case|provided|should|whether|"
    r"how|by the time|wenn|sobald|falls|bis|ob|nachdem)\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\b(?:an?|any|every|each|no|most|all|one|anyone|anything|nobody|nothing|those|what|whatever)\b[^,;:.]{0,40}"
    r"\b(?:that|which|who)\b[^,;:]{0,30}$|(?:^|[,;:]\s*)(?:an?|any|every|each|most|such)\s[^,;:]{0,60}$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:–—(]|\s-\s|\b(?:and|but|so|und|aber)\b", re.IGNORECASE)
_QUESTION = re.compile(r"\?[\s\"”')]*$")


def is_question(sentence: str) -> bool:
    return bool(_QUESTION.search(sentence))


def is_reported(before: str, phrase: str = "") -> bool:
    """Whether the words ``before`` a ``phrase`` of the same sentence give it as what somebody wrote or said.

    A clause of the firm's own after a comma ("you wrote twice, so we have ...") is no longer what was said.
    """
    if _ATTRIBUTION.search(before):
        return True
    ends = [match.end() for pattern in (_REPORT, elsewhere.pattern("reported")) for match in pattern.finditer(before)]
    if not ends:
        return False
    told = before[max(ends) :]
    breaks = list(re.finditer(r"[,;:–—]", told))
    last = told[breaks[-1].end() :] + phrase if breaks else ""
    return not _OWN_TURN.match(last)


def is_conditional(before: str) -> bool:
    """Whether the clause that ``before`` ends in sets a condition, so that what follows has not happened."""
    clause = _clause(before)
    return bool(_CONDITION.search(clause) or elsewhere.pattern("condition").search(clause))


def is_general(before: str) -> bool:
    """Whether the clause that ``before`` ends in speaks of any such thing and not of this customer's."""
    return bool(_GENERAL.search(before))


def _clause(before: str) -> str:
    start = 0
    for match in _CLAUSE_END.finditer(before):
        start = match.end()
    return before[start:]


_SENTENCE = re.compile(
    rf"[^.!?\n]+(?:\.(?=\w|[ ](?:{'|'.join(MONTHS['de'])})\b)[^.!?\n]+)*[.!?]*",
    re.IGNORECASE,
)
"""No sentence ends within "3.50" or "4. Dezember"."""


def sentences(text: str) -> Iterator[re.Match[str]]:
    """The sentences of ``text`` as matches, so that their offsets are at hand."""
    return (match for match in _SENTENCE.finditer(text) if match.group().strip())
