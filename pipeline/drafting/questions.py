"""Questions and requests in the order of a statement: "did you charge me?" -> "you ask whether we charged you"."""

from __future__ import annotations

import re

from pipeline.drafting.persons import swap_persons
from pipeline.drafting.verbs import BASE_VERBS, NEVER_IMPERATIVE, REQUEST_VERBS, past, third_person
from pipeline.drafting.words import word_set

LONGEST_SUBJECT = 5
"""Words of a subject that is looked for; a longer one is left as it stands."""

_AUXILIARY = r"(?:is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|should|shall|may|must)"
_PRONOUN = word_set(
    "i you we it he she they this that there somebody someone anybody anyone nobody everybody everyone one people"
)
_DETERMINER = word_set(
    "the a an my our your this that these those his her its their any some all no one each every another"
)
_DO, _BE = word_set("do does did"), word_set("is are am was were")
_AFTER_BE = word_set(
    "open closed still in on at there ready valid possible available included covered safe known normal real right "
    "wrong correct true free due not now already allowed enough better worse too to for from with coming going gone "
    "back up down out over off any only just really supposed meant also part still dead alive broken lost"
)
"""Words that a predicate begins with, so that the subject of "is the old lid still on" ends before them."""
_WH = r"(?:why|when|how(?:\s+(?:long|much|many|often|soon))?|what|where|who|which)(?:\s+(?:time|day|model|one|number))?"
_ASKED = re.compile(
    rf"^(?:(?P<wh>{_WH})\s+)?(?P<aux>{_AUXILIARY})(?P<neg>\s+not|n't)?\s+(?P<rest>\S.*)$", re.IGNORECASE
)
_HOW_TO = re.compile(
    r"^(?P<how>how|where)\s+(?:do|can|could|should|would)\s+(?:i|we|one)\s+(?P<rest>[a-z].*)$", re.IGNORECASE
)
_WHERE_IS = re.compile(r"^(?P<wh>where|what|who)\s+(?P<aux>is|are)\s+(?P<rest>[^,?]{2,60})$", re.IGNORECASE)
_WHO_SUBJECT = re.compile(rf"^who\s+(?:{_AUXILIARY}|\w+(?:s|ed))\s+", re.IGNORECASE)
_TAG = re.compile(r",\s*(?:right|correct|yes|no|true)$", re.IGNORECASE)
_JOINT = re.compile(
    rf",?\s+(?P<word>and|or|but)\s+(?=(?:{_AUXILIARY}|how|why|what|when|where|who|which)\s+\w)", re.IGNORECASE
)
_SEVERAL = re.compile(r",\s*(?:i|we|you|so)\b", re.IGNORECASE)
_CAN_YOU = re.compile(
    r"^(?:please,?\s+)?(?:can|could|would|will)\s+(?:you|someone|somebody|anyone|anybody)\s+(?:please\s+|"
    r"kindly\s+|just\s+|at least\s+|actually\s+|go and\s+|possibly\s+|also\s+|now\s+|then\s+)*"
    r"(?P<verb>[a-z]+)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^(?P<polite>(?:(?:please|kindly|just|so|now|then)\s*,?\s+)*)(?P<verb>[a-z]+)\b(?P<rest>.*)$", re.IGNORECASE
)
_DO_NOT = re.compile(
    r"^(?P<polite>please,?\s+)?(?:do not|don't|never)\s+(?P<verb>[a-z]+)\b(?P<rest>.*)$", re.IGNORECASE
)
_PLEASE = re.compile(r"\b(?:please|kindly)\b", re.IGNORECASE)
_POLITE_END = re.compile(r"(?:,?\s*\b(?:please|asap|thanks|thank you|would you|will you|for me))+\W*$", re.IGNORECASE)
_HAVE_DONE = re.compile(r"\s+(?:a|an|the|some(?:one|body)|any(?:one|body)|your|him|her|them)\b", re.IGNORECASE)


def question(text: str) -> str | None:
    """``text`` as "you ask ..." or "you would like us to ..."; None where it cannot be turned for certain."""
    body = text.rstrip("?. ")
    if "?" in body:
        return None
    asked = _CAN_YOU.match(body)
    if asked and asked["verb"].lower() in BASE_VERBS and not _JOINT.search(body):
        return request(asked["verb"], asked["rest"])
    tag = _TAG.search(body)
    if tag and text.rstrip().endswith("?"):
        return _said(f"whether it is right that {body[:1].lower()}{body[1 : tag.start()]}", "you ask ")
    joint = _JOINT.search(body)
    parts = [body[: joint.start()], body[joint.end() :]] if joint else [body]
    if _SEVERAL.search(body) or any(_JOINT.search(part) for part in parts):
        return None
    turned = [_indirect(part) for part in parts]
    if None in turned:
        return None
    return _said(f" {joint['word'].lower()} ".join(filter(None, turned)) if joint else str(turned[0]), "you ask ")


def _indirect(body: str) -> str | None:
    """The indirect question, persons not yet swapped: "where my parcel is", "whether it is safe"."""
    how = _HOW_TO.match(body)
    if how and how["rest"].partition(" ")[0].lower() not in _PRONOUN | {"have"}:
        return f"{how['how'].lower()} to {how['rest']}"
    where = _WHERE_IS.match(body)
    asked = _ASKED.match(body)
    if asked:
        straight = _straight(asked)
        if straight:
            return f"{asked['wh'].lower() if asked['wh'] else 'whether'} {straight}"
    if where and len(where["rest"].split()) <= 6 and where["rest"].partition(" ")[0].lower() in _DETERMINER:
        return f"{where['wh'].lower()} {where['rest']} {where['aux'].lower()}"
    return body[:1].lower() + body[1:] if _WHO_SUBJECT.match(body) else None


def _straight(match: re.Match[str]) -> str | None:
    """Subject, auxiliary, rest; None where the subject's end is not certain."""
    aux, words = match["aux"].lower(), match["rest"].split()
    length = _subject_length(words, aux)
    if not length or (match["wh"] and aux in _BE and length == len(words)):
        return None
    subject, rest = " ".join(words[:length]), words[length:]
    negated = bool(match["neg"])
    if rest[:1] == ["not"]:
        negated, rest = True, rest[1:]
    if match["wh"] and subject.lower() in {"this", "that", "these", "those"} and aux in _BE and rest:
        return None  # "what is this new charge": the subject goes on
    if aux in _DO and not negated:
        return _without_do(aux, subject, rest)
    return " ".join(filter(None, (subject, aux, "not" if negated else "", *rest)))


def _without_do(aux: str, subject: str, rest: list[str]) -> str | None:
    adverbs = []
    while rest and rest[0].lower() in {"still", "even", "also", "really", "actually", "ever"}:
        adverbs.append(rest[0])
        rest = rest[1:]
    if not rest:
        return None
    verb = rest[0].lower()
    singular = subject.lower() not in {"i", "you", "we", "they", "people"} and aux == "does"
    form = past(verb) if aux == "did" else third_person(verb) if singular else verb
    return " ".join((subject, *adverbs, form, *rest[1:])) if form else None


def _subject_length(words: list[str], aux: str) -> int:
    """How many of ``words`` are the subject after ``aux``; 0 where that is not certain."""
    first = words[0].lower()
    second = words[1].lower() if len(words) > 1 else ""
    if first in _PRONOUN and not (first in _DETERMINER and _goes_on(second, aux)):
        return 2 if second == "else" else 1
    if first not in _DETERMINER and not first[:1].isalpha():
        return 0
    for length in range(2 if first in _DETERMINER else 1, min(LONGEST_SUBJECT, len(words) - 1) + 1):
        if _begins_predicate(words[length].lower().rstrip(","), aux):
            return length
    return 0


def _goes_on(word: str, aux: str) -> bool:
    """Whether "this", "that" or "one" is followed by its noun and not by the predicate."""
    return bool(word) and word.isalpha() and not _begins_predicate(word, aux) and word not in {"a", "an", "the", "so"}


def _begins_predicate(word: str, aux: str) -> bool:
    if aux in _BE:
        return word in _AFTER_BE or (len(word) > 4 and word.endswith(("ing", "ed")))
    if aux in {"has", "have", "had"}:
        return word in {"been", "not", "already", "ever", "now", "gone", "got", "had"} or word.endswith("ed")
    return word in BASE_VERBS or word in {"still", "even", "also", "be", "really", "ever", "not"}


def _said(text: str, opening: str) -> str | None:
    swapped = swap_persons(text)
    return opening + swapped if swapped else None


# --- requests -------------------------------------------------------------------------------------------------------


def is_imperative(body: str) -> bool:
    """Whether ``body`` begins with a verb that tells the reader what to do."""
    match = _IMPERATIVE.match(body)
    if match is None:
        return False
    if _forbids(body):
        return True
    verb, rest = match["verb"].lower(), match["rest"]
    begged = bool(_PLEASE.search(match["polite"]))
    if verb == "have":
        return begged or bool(_HAVE_DONE.match(rest))
    polite = begged or bool(_POLITE_END.search(rest))
    known = verb in REQUEST_VERBS or (polite and verb in BASE_VERBS)
    return known or (begged and verb not in NEVER_IMPERATIVE and rest[:1] in {" ", ""})


def _forbids(body: str) -> re.Match[str] | None:
    match = _DO_NOT.match(body)
    verbs = BASE_VERBS if match and match["polite"] else REQUEST_VERBS
    return match if match and match["verb"].lower() in verbs - {"get", "take", "make"} else None


def imperative(body: str) -> str | None:
    """The request in an imperative ("Please send me ...", "Fix it"), or None where there is none to turn."""
    forbidden = _forbids(body)
    if forbidden:
        asked = request(forbidden["verb"], forbidden["rest"])
        return asked and asked.replace("you would like us to ", "you would like us not to ", 1)
    match = _IMPERATIVE.match(body)
    return request(match["verb"], match["rest"]) if match and is_imperative(body) else None


def request(verb: str, rest: str) -> str | None:
    # "Refund received: none" asks for nothing; "tell me they are safe" asks for more than words
    if re.match(r"\s*:", rest) or re.match(r"\s+\w+ed\b|\s+me\s+(?:they|it|that|you|this)\b", rest):
        return None
    rest = _POLITE_END.sub("", rest.rstrip("?.,;: "))
    rest = re.sub(r",?\s*\b(?:please|kindly)\b,?", "", rest, flags=re.IGNORECASE)
    verb = verb.lower()
    return _said(f"{verb}{rest}", "you would like us to ")
