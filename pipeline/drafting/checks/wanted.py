"""What a request for information is after: the kinds of fact, how each is asked, and how one sees it told.

A fact counts as told only where all that the question is about stands in the conversation too: the day it broke is no
answer to the day it was bought.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.drafting.checks import told
from pipeline.drafting.words import terms, word_set

_DOCUMENT = (
    r"(?:receipts?|letter|estimate|quote|bank statement|statement|certificate|video|recording|references|transcript|"
    r"form|visa|contract|power of attorney|proof of \w+|invoice|label|photo(?:graph)?s?|screenshots?)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``asked`` finds the request, naming the thing in the group ``noun`` where it matters; ``told`` the answer."""

    name: str
    asked: re.Pattern[str]
    told: told.Told
    named: bool = False
    """The noun alone says what is meant, so nothing else has to be spoken of: a policy number is a policy number."""


def _asked(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


WANTED = (
    Wanted("document", _asked(
        rf"(?:send|forward|share|see|need|get|attach|provide|copy of|picture of|ask for)\b[^.!?\n]{{0,40}}?"
        rf"(?P<noun>{_DOCUMENT})(?! number)"), told.tells_document),
    Wanted("labelled number", _asked(
        r"(?P<noun>(?!the|your|any|our|what|which|exact)[a-z]{3,}) (?:number|no\.|code|reference|ref|id|registration)"
        r"(?! of\b)"), told.tells_identifier, named=True),
    Wanted("number of", _asked(
        r"number (?:of|on) (?:the|your) (?:\w+ )?(?P<noun>[a-z]{3,})"), told.tells_identifier, named=True),
    Wanted("value", _asked(
        r"(?:what|which) (?P<noun>temperature|pressure|firmware|version|room|seats?|flight|plot|route|line|strength|"
        r"width|height|length|reading)"), told.tells_labelled, named=True),
    Wanted("day", _asked(r"(?:which|what|exact|the) (?:day|date)s?"), told.tells_day),
    Wanted("hour", _asked(r"(?:what|which) (?:time|hour)(?! of day)"), told.tells_hour),
    Wanted("since", _asked(r"since when|when (?:did|was|were|is|are|have|has|you|do)"), told.tells_when),
    Wanted("duration", _asked(r"how (?:long|soon)|by how long|how many (?:minutes|hours|days|weeks|months|"
                              r"years|nights)"), told.tells_duration),
    Wanted("age", _asked(r"how old"), told.tells_age),
    Wanted("count", _asked(r"how many (?:of (?:the|your) )?(?P<noun>(?!times\b)[a-z]+)"), told.tells_count),
    Wanted("amount", _asked(r"how much (?:was|is|were|did)|(?:what|which|the) (?:sum|amount|price|fee)"),
           told.tells_amount),
    Wanted("place", _asked(r"where|(?:which|what) (?:branch|shop|store|station|town|building)"), told.tells_place),
    Wanted("which one", _asked(r"(?:which|what) (?:of the |of your )?(?P<noun>[a-z]{3,})"), told.tells_which),
)  # fmt: skip

_YES_OR_NO = re.compile(
    r"(?:^|[,;:]\s|\b(?:and|ask|know|tell (?:me|us)|confirm|say) )(?:whether|if|have|has|had|did|do|does|is|are|was|"
    r"were|any|can)\b (?!there (?:a )?(?:time|particular))",
    re.IGNORECASE,
)
_WH = re.compile(r"\b(?:what|which|when|where|who|how)\b", re.IGNORECASE)
_OR = re.compile(r"(?P<one>(?:[\w'’-]+ ){1,4})or (?P<other>(?:[\w'’-]+ ?){1,5})", re.IGNORECASE)
_OPENS = re.compile(r".*\b(?:the|a|an|it|is|was|are|you|by|in|on|to|at|your|with|new|like)\b", re.IGNORECASE)
_PURPOSE = re.compile(
    r"^\W*(?!once i have)(?:to|so that|so|in order to|before|for|once|as|since|because)\b[^,:;]{0,120}?"
    r"(?:[,:;]\s*|\s(?=(?:i|we)(?:['’]d)?\s(?:would\s)?(?:need|require)\b))|"
    r",\s*(?:(?:and|so)\s)?(?:i|we)(?:['’]ll| will| shall| can)\b.*$",
    re.IGNORECASE,
)
"""What the request is made for says nothing of what it is after."""
_LEADS = re.compile(r"(?:(?:the|a|an|it|is|was|by|in|on|to|at|your|with|from|of|one|whether)\s+)*", re.IGNORECASE)
_OWN = re.compile(r"\b(?:own|yourself|you yourself)\b", re.IGNORECASE)
_THIRD = re.compile(
    r"\b(?:my|his|her|the) (?:neighbour|colleague|cousin|brother|sister|friend|mum|mother|father|son|daughter|aunt)"
    r"(?:['’]s)?\b|\bnext door\b",
    re.IGNORECASE,
)
_FILLER = word_set(
    "could please kindly let know tell send share provide might may need help us thing help useful would be mind if "
    "exactly roughly about approximate approximately exact remember recall happen yet already so far that this one "
    "let's just confirm check trouble hope asking order see look before go on own day date time many much long old "
    "soon number no code reference ref id since happened happen first it really ever which in proceed claim open can "
    "find sure right record records forward supply state quote give copy grateful kind glad possible say "
    "advise last take taken might idea completeness just"
)
_FILLERS = frozenset(terms(" ".join(sorted(_FILLER))))


def _topic(sentence: str) -> frozenset[str]:
    return frozenset(terms(sentence)) - _FILLERS


def _answered(sentence: str, said: str, words: frozenset[str]) -> float:
    """Of a kind of fact that is asked for and told: how much of what it is about is spoken of, 0 to 1."""
    return max((_share(wanted, sentence, said, words) for wanted in WANTED), default=0.0)


def _share(wanted: Wanted, sentence: str, said: str, words: frozenset[str]) -> float:
    match = wanted.asked.search(sentence)
    noun = (match.groupdict().get("noun") or "").lower() if match else ""
    if match is None or not wanted.told(noun, said):
        return 0.0
    about = _topic(f"{sentence[: match.start()]} {noun} {sentence[match.end() :]}")
    return 1.0 if wanted.named else len(about & words) / max(len(about), 1)


def _chosen(sentence: str, words: frozenset[str]) -> bool:
    """Whether of "A or B" just one is spoken of, with all its words."""
    match = _OR.search(sentence)
    if match is None:
        return False
    one = frozenset(terms(_OPENS.sub("", match["one"])))
    other = frozenset(terms(" ".join(_LEADS.sub("", match["other"]).split()[:2])))
    first, second = one - other, other - one
    if not first or not second or not (one | other) & words:
        return False
    return (one <= words and not second & words) or (other <= words and not first & words)


def _settled(sentence: str, said: str) -> bool:
    """Whether one sentence of the customer holds every word of a yes-or-no question."""
    if _WH.search(sentence) or not _YES_OR_NO.search(sentence):
        return False
    topic = _topic(sentence)
    return len(topic) >= 2 and any(topic <= words for _, words in told.parts(said))


def means_another(sentence: str, said: str) -> bool:
    """Whether it asks for the customer's own where the mail tells of somebody else's."""
    return bool(_OWN.search(sentence) and _THIRD.search(said))


def told_share(sentence: str, said: str, words: frozenset[str]) -> float:
    """How sure it is that ``said``, with the stemmed ``words``, answers what ``sentence`` asks: 1 is certain."""
    sentence = _PURPOSE.sub("", sentence)
    if _chosen(sentence, words) or _settled(sentence, said):
        return 1.0
    return _answered(sentence, said, words)
