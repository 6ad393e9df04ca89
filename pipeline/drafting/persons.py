"""Who is meant: the customer's "I" becomes "you", and the "you" that means the firm becomes "we" or "us"."""

from __future__ import annotations

import re

from pipeline.drafting.verbs import FIRM_VERBS, PARTICIPLES_OF_CONTACT
from pipeline.drafting.words import word_set

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\s+|.", re.DOTALL)

_FIRST_PERSON = {
    "i": "you", "we": "you", "me": "you", "us": "you", "my": "your", "our": "your", "mine": "yours", "ours": "yours",
    "myself": "yourself", "ourselves": "yourselves", "i'm": "you are", "we're": "you are", "i've": "you have",
    "we've": "you have", "i'd": "you'd", "we'd": "you'd", "i'll": "you will", "we'll": "you will",
}  # fmt: skip
_SECOND_PERSON = {
    "your": "our", "yours": "ours", "yourself": "ourselves", "yourselves": "ourselves", "you're": "we are",
    "you've": "we have", "you'd": "we'd", "you'll": "we will",
}  # fmt: skip
_AGREEMENT = {"am": "are", "was": "were", "ain't": "are not"}
_OUR_PEOPLE = word_set("driver drivers technician staff team courier engineer website app shop customer agent people")
"""After "you're" they show that "your" was meant."""
_PREPOSITIONS = word_set("to from with for of by at on about against through")


def _neighbour(tokens: list[str], index: int, step: int) -> str:
    """The next word (or punctuation mark) before or after ``index``, lower-cased; empty at the ends."""
    index += step
    while 0 <= index < len(tokens):
        if not tokens[index].isspace():
            return tokens[index].lower()
        index += step
    return ""


def _firm(tokens: list[str], index: int) -> str | None:
    """ "we" or "us" for the "you" at ``index``, or None where it might mean anybody."""
    before, after = _neighbour(tokens, index, -1), _neighbour(tokens, index, 1)
    if before in _PREPOSITIONS or before in PARTICIPLES_OF_CONTACT:
        return "us"
    if after in FIRM_VERBS:
        return "we"
    return None


def swap_persons(text: str) -> str | None:
    """First person to second, the firm's second to first; None where a "you" cannot be placed."""
    tokens = _TOKEN.findall(text)
    swapped: list[str] = []
    for index, token in enumerate(tokens):
        lowered = token.lower()
        if lowered == "you":
            firm = _firm(tokens, index)
            if firm is None:
                return None
            swapped.append(firm)
        elif lowered in _AGREEMENT and _agrees_with_first_person(tokens, index):
            swapped.append(_AGREEMENT[lowered])
        elif lowered == "you're" and _neighbour(tokens, index, 1) in _OUR_PEOPLE:
            swapped.append("our")
        elif lowered in _SECOND_PERSON:
            swapped.append(_SECOND_PERSON[lowered])
        elif lowered in _FIRST_PERSON and token != "US":
            swapped.append(_FIRST_PERSON[lowered])
        else:
            swapped.append(token)
    return "".join(swapped)


_ADVERBS = word_set("never also still just already only really not")


def _agrees_with_first_person(tokens: list[str], index: int) -> bool:
    if tokens[index].lower() == "am":
        return _neighbour(tokens, index, -1) not in {"pm", ""} and not _after_number(tokens, index)
    step = index
    for _ in range(4):
        step -= 1
        while step >= 0 and tokens[step].isspace():
            step -= 1
        if step < 0:
            return False
        if tokens[step].lower() not in _ADVERBS:
            subject = tokens[0].lower() if tokens[step].lower() in {"and", "but"} else tokens[step].lower()
            return subject == "i"
    return False


def _after_number(tokens: list[str], index: int) -> bool:
    return any(character.isdigit() for character in _neighbour(tokens, index, -1))
