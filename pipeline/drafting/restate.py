"""A concern said back to the customer in neutral second person (P4).

From the customer's own words: "I was charged twice and nobody answers me!" -> "you were charged twice and nobody
answers you". Where that rewriting is not safe (too long, a quotation inside, a "you" that may mean anybody), the
customer's words are quoted instead, in an even register and without insults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.drafting.persons import swap_persons
from pipeline.drafting.register import contains_insult, elided, plain
from pipeline.drafting.verbs import (
    ELLIPTED_SUBJECT,
    REQUEST_VERBS,
    past,
    third_person,
)
from pipeline.drafting.words import word_set

LONGEST_REWRITTEN = 30
LONGEST_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Restatement:
    """One concern said back. ``text`` reads on after "As I understand it, "; ``quoted``: in the customer's words."""

    text: str
    quoted: bool


_OPENERS = re.compile(
    r"^(?:(?:hi|hello|hey|dear)\b[^,.:!?\n]{0,40}[,.:]\s*|(?:and|but|so|also|well|anyway|now|then|plus|look|"
    r"honestly|seriously|"
    r"again|first(?:ly)?(?=,)|second(?:ly)?(?=,)|third(?:ly)?(?=,)|finally|ok|okay|sorry|thanks|thank you|"
    r"basically|actually|secondly|oh|"
    r"in addition|on top of that|to be honest|as i said|unfortunately|apparently)\b,?\s+(?=\S)|"
    r"(?:this is|i am writing|i'm writing|just|i just wanted|i wanted) to (?:let you know|inform you|say|"
    r"tell you|report)(?: that)?\s+|"
    r"please note that\s+|[-*•]\s+|\(?\d{1,2}[.)]\s+)",
    re.IGNORECASE,
)
_TRAILERS = re.compile(r",\s+(?:sorry|thanks|thank you|please|cheers|asap)\W*$", re.IGNORECASE)

_CONTRACTIONS = {
    "can't": "cannot", "cant": "cannot", "won't": "will not", "wont": "will not", "shan't": "shall not",
    "didnt": "did not", "doesnt": "does not", "dont": "do not", "havent": "have not", "hasnt": "has not",
    "isnt": "is not", "wasnt": "was not", "ive": "i've", "im": "i'm", "gonna": "going to", "wanna": "want to",
    "pls": "please", "plz": "please", "u": "you", "ur": "your", "thats": "that is", "couldnt": "could not",
}  # fmt: skip


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s]+", text)


def _expand(text: str) -> str:
    """Contractions of negation written out; "n't" in any word of three letters or more."""
    text = text.replace("’", "'")
    text = re.sub(
        r"[^\W_]+(?:'[^\W_]+)*",
        lambda m: _CONTRACTIONS.get(m.group().lower(), m.group()),
        text,
    )
    return re.sub(r"\b(\w{2,})n't\b", r"\1 not", text)


def _strip_openers(text: str) -> str:
    for _ in range(3):
        shorter = _TRAILERS.sub("", _OPENERS.sub("", text, count=1))
        if shorter == text or not shorter:
            break
        text = shorter
    return text.strip()


_KEEP_CAPITAL = re.compile(r"^(?:[A-Z]{2,}|[A-Z]\w*[A-Z\d]|\w*\d)")
_COMMON_START = word_set(
    "the a an my our your his her its their this that these those it he she they we i you there since after "
    "before when if because as at on in for from with without no not nobody nothing none every each both all "
    "some someone somebody two three one another first last today yesterday tomorrow now still only why what "
    "where who how which can could will would do does did is are was were has have had please kindly support "
    "customer delivery parcel order tracking coffee machine app payment money refund nearly almost over under "
    "twice once card statement door water grinder box item items screen email emails invoice bill photos recipes "
    "website page button code error fault repair technician driver courier warranty new old same whole half "
    "something anything everything instead despite although though even while"
)


def lower_first(text: str) -> str:
    """First letter in lower case where the word is an ordinary one; names and numbers stay."""
    match = re.match(r"[^\s]+", text)
    word = re.sub(r"\W+$", "", match.group()).lower() if match else ""
    known = (
        word in _COMMON_START
        or word.partition("'")[0] in _COMMON_START
        or word in REQUEST_VERBS
        or word.endswith("ing")
    )
    if match and not _KEEP_CAPITAL.match(text) and known:
        return text[:1].lower() + text[1:]
    return text


# --- questions ------------------------------------------------------------------------------------------------------

_AUXILIARY = r"(?:is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|should|shall|may|must)"
_SUBJECT = (
    r"(?:i|you|we|it|he|she|they|this|that|there|somebody|someone|anybody|anyone|nobody|"
    r"(?:my|your|our|the|this|that)\s+(?:\w+\s+)?(?:order|parcel|package|refund|money|account|machine|"
    r"subscription|delivery|"
    r"repair|payment|app|invoice|return|grinder|password|replacement|warranty|exchange|card|kettle|blender|mixer))"
)
_WH = r"(?:why|when|how(?:\s+(?:long|much|many|often|soon))?|what|where|who|which)(?:\s+(?:time|day|model|one|number))?"
_WH_QUESTION = re.compile(
    rf"^(?P<wh>{_WH})\s+(?P<aux>{_AUXILIARY})(?P<neg>\s+not|"
    rf"n't)?\s+(?P<subject>{_SUBJECT})(?P<neg2>\s+not)?\b\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    rf"^(?P<aux>{_AUXILIARY})(?P<neg>\s+not|n't)?\s+(?P<subject>{_SUBJECT})(?P<neg2>\s+not)?\b\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    rf",\s*(?:i|we|you|and|but|so)\b|\b(?:or|and)\s+(?:{_AUXILIARY}|how|why|what|when|where|who)\s+\w+", re.IGNORECASE
)
_HOW_TO = re.compile(
    r"^how\s+(?:do|can|could|should|would)\s+(?:i|we)\s+(?P<rest>[a-z].*)$",
    re.IGNORECASE,
)
_WHERE_IS = re.compile(r"^(?P<wh>where|what|who)\s+(?P<aux>is|are)\s+(?P<rest>[^,?]{2,60})$", re.IGNORECASE)
_WHO_SUBJECT = re.compile(rf"^(?:who|what|which\s+\w+)\s+(?:{_AUXILIARY}|\w+(?:s|ed))\s+", re.IGNORECASE)
_CAN_YOU = re.compile(
    r"^(?:please,?\s+)?(?:can|could|would|will)\s+(?:you|someone|somebody|anyone|anybody)\s+(?:please\s+|"
    r"kindly\s+|just\s+|at least\s+)*"
    r"(?P<verb>[a-z]+)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^(?:(?:please|kindly|just|so)\s*,?\s+)*(?P<verb>[a-z]+)\b(?P<rest>.*)$",
    re.IGNORECASE,
)


def _straight(match: re.Match[str]) -> str | None:
    """The question in the order of a statement: subject, auxiliary, rest ("did you charge" -> "you charged")."""
    aux, subject, rest = match["aux"].lower(), match["subject"], match["rest"]
    negated = bool(match["neg"] or match["neg2"])
    if subject.lower() in {"this", "that"} and aux in {"is", "was"} and rest and "wh" in match.groupdict():
        return None  # "what is this new charge": the subject goes on
    if aux in {"do", "does", "did"} and not negated:
        verb, _, tail = rest.partition(" ")
        singular = subject.lower() not in {"i", "you", "we", "they"}
        form = past(verb.lower()) if aux == "did" else third_person(verb.lower()) if singular else verb
        return f"{subject} {form} {tail}".strip() if form else None
    return f"{subject} {aux}{' not' if negated else ''} {rest}".strip()


def _question(text: str) -> str | None:
    """ "you ask ..." for a question that can be turned for certain; None otherwise."""
    body = text.rstrip("?. ")
    if "?" in body or _COMPOUND.search(body):
        return None
    asked = _CAN_YOU.match(body)
    if asked and asked["verb"].lower() in REQUEST_VERBS:
        return _request(asked)
    how = _HOW_TO.match(body)
    if how:
        return _said(f"how to {how['rest']}", "you ask ")
    match = _WH_QUESTION.match(body)
    if match:
        straight = _straight(match)
        return straight and _said(f"{match['wh'].lower()} {straight}", "you ask ")
    match = _YES_NO.match(body)
    if match:
        straight = _straight(match)
        return straight and _said(f"whether {straight}", "you ask ")
    match = _WHERE_IS.match(body)
    if match and len(match["rest"].split()) <= 6:
        return _said(f"{match['wh'].lower()} {match['rest']} {match['aux'].lower()}", "you ask ")
    if _WHO_SUBJECT.match(body) and body.lower().startswith("who"):
        return _said(lower_first(body), "you ask ")
    return None


def _said(text: str, opening: str) -> str | None:
    swapped = swap_persons(text)
    return opening + swapped if swapped else None


def _request(match: re.Match[str]) -> str | None:
    # "Refund received: none" asks for nothing; "tell me they are safe" asks for more than words
    if ":" in match["rest"] or re.match(r"\s+\w+ed\b|\s+me\s+(?:they|it|that|you|this)\b", match["rest"]):
        return None
    rest = re.sub(
        r"(?:,?\s*(?:please|asap|thanks|thank you))+\W*$",
        "",
        match["rest"].rstrip("?. "),
        flags=re.IGNORECASE,
    )
    return _said(f"{match['verb'].lower()}{rest}", "you would like us to ")


# --- statements -----------------------------------------------------------------------------------------------------


def _statement(text: str) -> str | None:
    body = text.rstrip(". ")
    imperative = _IMPERATIVE.match(body)
    if imperative and imperative["verb"].lower() in REQUEST_VERBS:
        return _request(imperative)
    if _NOT_PLAIN.search(body):
        return None
    swapped = swap_persons(_with_subject(body))
    return lower_first(swapped) if swapped else None


_NOT_PLAIN = re.compile(r"^(?:do not|how|why)\b|\b(?:please|kindly)\b", re.IGNORECASE)


def _with_subject(text: str) -> str:
    """The "I" that hurried writers leave out, put back: "Ordered a machine" -> "I ordered a machine"."""
    first, _, rest = text.partition(" ")
    if first.lower() == "still" and rest.split(" ")[0].endswith("ing"):
        return f"I am still {rest}"
    if first.lower() in ELLIPTED_SUBJECT and not rest.lower().startswith("by "):
        return f"I {first.lower()} {rest}"
    return text


_UNSAFE = re.compile(r"^\w+:|[\"“”«»„]|\n|https?://|;\s*\w+\s*[:)]|[<>{}\[\]|]")


def _rewrite(text: str) -> str | None:
    """The second-person sentence, or None where it cannot be made for certain."""
    if len(_words(text)) > LONGEST_REWRITTEN or _UNSAFE.search(text) or contains_insult(text):
        return None
    sentences = [part for part in re.split(r"(?<=[.?])\s+(?=\S)", _expand(text)) if part]
    parts = [_rewrite_sentence(sentence) for sentence in sentences]
    return None if None in parts else "; ".join(filter(None, parts))


def _rewrite_sentence(sentence: str) -> str | None:
    asked = _question(sentence)
    return asked if asked or sentence.endswith("?") else _statement(_strip_openers(sentence))


def _shortened(text: str) -> str:
    words = _words(text)
    return text if len(words) <= LONGEST_QUOTED else " ".join(words[:LONGEST_QUOTED]).rstrip(",;:.") + " …"


_QUOTE_MARKS = str.maketrans('“”„"', "''''")


def quote(text: str, marks: str = "“”") -> str:
    """The customer's words in quotation marks, in an even register, without insults."""
    inner = elided(plain(text)).translate(_QUOTE_MARKS)
    return f"{marks[0]}{_shortened(inner).rstrip(' .')}{marks[1]}"


def restate(text: str) -> Restatement:
    """Say the concern ``text`` back in neutral second person, or quote it."""
    calm = _strip_openers(plain(text))
    rewritten = _rewrite(calm)
    if rewritten:
        return Restatement(rewritten, quoted=False)
    verb = "you ask" if calm.rstrip().endswith("?") else "you write"
    return Restatement(f"{verb}: {quote(calm or text)}", quoted=True)
