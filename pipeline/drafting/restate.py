"""A concern said back to the customer in neutral second person (P4).

From the customer's own words: "I was charged twice and nobody answers me!" -> "you were charged twice and nobody
answers you". Where that rewriting is not safe (too long, a quotation inside, a "you" that may mean anybody), the
customer's words are quoted instead, in an even register and without insults. A concern of several sentences is
rewritten sentence by sentence, and what somebody else said stays in quotation marks as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.drafting.persons import swap_persons
from pipeline.drafting.questions import imperative, is_imperative, question
from pipeline.drafting.register import contains_insult, elided, plain
from pipeline.drafting.verbs import ELLIPTED_SUBJECT, REQUEST_VERBS
from pipeline.drafting.words import word_set

LONGEST_REWRITTEN = 45
LONGEST_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Restatement:
    """One concern said back. ``text`` reads on after "As I understand it, "; ``quoted``: in the customer's words."""

    text: str
    quoted: bool


_OPENERS = re.compile(
    r"^(?:good (?:morning|afternoon|evening|day)[,.:]?\s+|(?:hi|hello|hey|dear)\b[^,.:!?\n]{0,40}[,.:]\s*|"
    r"(?:hi|hello|hey|hiya)(?:\s+(?:there|all|again|team|"
    r"guys|um|po|so|folks))*\s+|(?:and|but|so|also|well|anyway|now|then|plus|look|"
    r"honestly|seriously|"
    r"again|first(?:ly)?(?=,)|second(?:ly)?(?=,)|third(?:ly)?(?=,)|finally|ok|okay|sorry|thanks|thank you|"
    r"basically|actually|secondly|oh|"
    r"in addition|on top of that|to be honest|as i said|unfortunately|apparently|just|simply|more seriously|"
    r"besides|moreover|furthermore|lastly|next|next up|now then|oh and|p\.?s\.?:?|btw|by the way|hence|thus|"
    r"still,|yes|yeah|no(?=,))\b,?\s+(?=\S)|"
    r"(?:this is|i am writing|i'm writing|just|i just wanted|i wanted) to (?:let you know|inform you|say|"
    r"tell you|report)(?: that)?\s+|"
    r"please note that\s+|guess what,\s+|so:\s+|(?:pls|plz|please)\s+(?=(?:my|our|the|its?|i)\b)|[-*•>]+\s+|"
    r"\(?\d{1,2}[.)]\s+|\([a-z]\)\s+|@\w{2,30}:?\s+(?=\S))",
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


def without_openers(text: str) -> str:
    """``text`` without the greeting, the "and also" and the "thanks" around what it says."""
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
    "something anything everything instead despite although though even while yet of any more most many much few "
    "several next until till during between around about inside outside behind above below near against via per "
    "black white red blue green yellow grey gray brown dark light small large big little long short first second "
    "third fourth fifth sixth seventh four five six seven eight nine ten eleven twelve twenty thirty hundred "
    "yesterday's today's nobody's someone's visit visits call calls letter letters agent agents staff team letter "
    "bank account accounts service services refunds orders parcels invoices charges charge bills payments deposit "
    "password passwords login server servers power internet heating boiler lift elevator train trains bus flight "
    "room rooms seat seats ticket tickets booking bookings contract term terms price prices total amount result "
    "results page form forms file files folder data export backup update version registration application claim "
    "case request requests complaint question questions confirmation receipt receipts guest guests traffic street "
    "people man woman lady child children kids neighbour neighbours neighbor friend subtitles sound screen picture "
    "points balance fee fees interest deadline needed wanted missing lost broken left turns sounds looks seems "
    "attempt step steps house offline here paragraph rats realm site subtitles either neither else otherwise "
    "because unless whether once whenever wherever having being "
    "please written exact full final current previous latest early late soon later earlier"
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


# --- statements -----------------------------------------------------------------------------------------------------

_NOT_PLAIN = re.compile(
    r"^(?:do|does|did|is|are|was|were|can|could|will|would|shall|should|never|how|why|let us|lets|let's|consider|"
    r"imagine)\b|^(?:what|where|when|who|which)\s+(?:is|are|was|were|do|does|did|can|could|will|would|should|now)\b|"
    r"\bplease\b|\?",
    re.IGNORECASE,
)
_ASKED_AT_END = re.compile(
    r"(?:(?<![,;:–—])[,;:–—]{1,3}\s*(?:(?:so|and|but|or)\s+)?|\s+(?:so|and|but|or)\s+)"
    r"(?=(?:(?:can|could|would|will)\s+(?:you|someone|somebody)|please)\s+[a-z])",
    re.IGNORECASE,
)


def _statement(text: str) -> str | None:
    body = text.rstrip(".,;: ")
    if is_imperative(body):
        return imperative(body)
    if _NOT_PLAIN.search(body):
        return None
    swapped = swap_persons(_with_subject(body))
    return lower_first(swapped) if swapped else None


_CHARGED = re.compile(r"(?:over)?(?:charged|billed|debited)\s+(?:twice|double|again|for|two|three|\d)", re.IGNORECASE)
_DID_IT = re.compile(r"[a-z]{3,}ed\s+(?:it|them|him|her|my|our|myself)\b", re.IGNORECASE)
_CONDITION = re.compile(r"(?:if|when|once|unless|before|after|as|since|because|until)\b", re.IGNORECASE)
_ONGOING = word_set("writing following waiting trying asking looking getting having chasing hoping wondering")


def _with_subject(text: str) -> str:
    """The "I" that hurried writers leave out, put back: "Ordered a machine" -> "I ordered a machine"."""
    adverb, _, after = (
        text.partition(" ") if re.match(r"(?:still|just|also|only)\s", text, re.IGNORECASE) else ("", "", text)
    )
    first, _, rest = after.partition(" ")
    said = f"{adverb.lower()} {first.lower()} {rest}".strip()
    if first.lower() in _ONGOING:
        return f"I am {said}"
    if _CHARGED.match(after):
        return f"I was {said}"
    if _DID_IT.match(after):
        return f"I {said}"
    if first.lower() in ELLIPTED_SUBJECT and not re.match(r"(?:by|today|now|here)\b|:", rest, re.IGNORECASE):
        return f"I {said}"
    return text


# --- the whole ------------------------------------------------------------------------------------------------------

_UNSAFE = re.compile(r"^[^\W\d]\w*:|[\"“”«»„]|\n|https?://|;\s*\w+\s*[:)]|[<>{}\[\]|]")
_QUOTATION = re.compile(r"“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|\"[^\"]*\"")
_ENDS_SENTENCE, _GOES_ON = 0xE000, 0xF000
"""Private-use characters that stand for the quotations of a text while it is rewritten."""
_BREAK = re.compile(
    r"(?<=[.?])(?<!\bMr\.)(?<!\bDr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bNo\.)(?<!\bSt\.)(?<!\bapprox\.)(?<!\b[ei]\.[ge]\.)(?<!\bexp\.)(?<!\bincl\.)(?<!\bmax\.)(?<!\bmin\.)(?<!\bref\.)\s+(?=\S)|(?<=[\ue000-\uefff])\s+(?=[A-Z])"
)
_COURTESY = re.compile(
    r"(?:(?:please|pls|plz|thanks|thank you|thx|cheers|lol|ok|regards|sorry|hello|hi|hey)[\s.,?]*)+", re.IGNORECASE
)
_HELD = re.compile("[\ue000-\uf8ff]")
_QUOTE_MARKS = str.maketrans(dict.fromkeys('“”„«»"', "'"))


def _hold(text: str) -> tuple[str, list[str]]:
    """``text`` with each quotation as one character, and the quotations; none is held where a mark has no partner."""
    held: list[str] = []

    def one(match: re.Match[str]) -> str:
        inner = match.group()[1:-1].strip()
        held.append(inner)
        return chr((_ENDS_SENTENCE if inner.endswith((".", "?", "!")) else _GOES_ON) + len(held) - 1)

    return _QUOTATION.sub(one, _HELD.sub("", text)), held


def _release(text: str, held: list[str], marks: str) -> str:
    def one(match: re.Match[str]) -> str:
        place = ord(match.group())
        inner = held[place - (_ENDS_SENTENCE if place < _GOES_ON else _GOES_ON)]
        return f"{marks[0]}{elided(inner).rstrip('.')}{marks[1]}"

    return _HELD.sub(one, text)


def _rewrite_sentence(sentence: str) -> str | None:
    """The second-person sentence, or None where it cannot be made for certain."""
    if len(_words(sentence)) > LONGEST_REWRITTEN or _UNSAFE.search(sentence) or contains_insult(sentence):
        return None
    bare = without_openers(sentence)
    asked = question(bare)
    if asked:
        return asked
    cut = _ASKED_AT_END.search(bare)
    if cut and cut.start() and len(bare[: cut.start()].split()) > 2:
        first, second = _statement(bare[: cut.start()]), _asked_for(bare[cut.end() :])
        if not first or not second:
            return None
        return f"{second} {first}" if _CONDITION.match(first) else f"{first}; {second}"
    return None if bare.endswith("?") else _statement(bare)


def _asked_for(text: str) -> str | None:
    return question(text) or imperative(text.rstrip("?. "))


def _said_back(text: str) -> tuple[list[tuple[str, bool]], list[str]]:
    """(sentence, whether rewritten) for each sentence of ``text``, and the quotations they hold."""
    masked, held = _hold(text)
    parts = [part.strip() for part in _BREAK.split(masked) if part and part.strip()]
    sentences = [part for part in parts if not _COURTESY.fullmatch(part)] or parts
    said: list[tuple[str, bool]] = []
    for sentence in sentences:
        rewritten = _rewrite_sentence(_expand(sentence))
        if rewritten is None and said and not said[-1][1]:
            said[-1] = (f"{said[-1][0]} {sentence}", False)
        else:
            said.append((rewritten or sentence, rewritten is not None))
    return said, held


def _shortened(text: str) -> str:
    words = _words(text)
    return text if len(words) <= LONGEST_QUOTED else " ".join(words[:LONGEST_QUOTED]).rstrip(",;:.") + " …"


def quote(text: str, marks: Sequence[str] = "“”") -> str:
    """The customer's words in quotation marks, in an even register, without insults."""
    inner = elided(plain(text)).translate(_QUOTE_MARKS)
    return f"{marks[0]}{_shortened(inner).rstrip(' .')}{marks[1]}"


_ASKS = re.compile(r"\?$|^(?:what|where|why|which|who|how)\b", re.IGNORECASE)


def _quoted(text: str) -> str:
    return f"{'you ask' if _ASKS.search(text.rstrip()) else 'you write'}: {quote(text)}"


@lru_cache(maxsize=64)  # each draft and each check asks for the concerns
def restate(text: str) -> Restatement:
    """Say the concern ``text`` back in neutral second person, or quote what cannot be turned for certain."""
    calm = without_openers(plain(text))
    said, held = _said_back(calm)
    if not any(rewritten for _, rewritten in said):
        return Restatement(_quoted(calm or text), quoted=True)
    parts = [
        _release(part, held, "“”") if rewritten else _quoted(_release(part, held, "''")) for part, rewritten in said
    ]
    return Restatement("; ".join(parts), quoted=False)
