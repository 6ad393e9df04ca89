"""An even register: a customer's words without shouting, insults and exclamation marks.

Nothing here changes facts: tokens with digits (order numbers, amounts, dates) are never altered.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.drafting.contacts import without_contacts
from pipeline.drafting.words import word_set

_ACRONYMS = word_set(
    "PDF PIN SMS USB TV UK US USA EU VAT IBAN ID PC QR LED LCD IT DHL UPS DPD TNT GPS API URL SSO OK CEO FAQ ETA "
    "VIP EUR GBP USD GDPR HTML ISBN NHS PO RMA PAC VPN CSV ATM BBQ DIY"
)
_PROPER = {
    word.lower(): word
    for word in [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "April",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Christmas",
        "Easter",
        "English",
        "German",
        "French",
        "Europe",
        "I",
    ]
}
_SHORT_SHOUTS = word_set(
    "NOT NO ALL NOW MY YOU YOUR WE IT IS WAS TWO ONE THE AND BUT HOW WHY WHO TOO SO ANY OUR ME ARE HAVE DO DID "
    "TO OF IN AT ON FOR GET OUT OFF YES HAS HAD BE CAN"
)

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)
_PICTURES = re.compile(r"[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_INSULT_NOUN = (
    r"(?:idiots?|morons?|imbeciles?|cretins?|clowns?|bastards?|arseholes?|assholes?|wankers?|dickheads?|"
    r"scumbags?|scum|"
    r"crooks?|thieves|thief|scammers?|liars?|jerks?|losers?|muppets?|twats?|cunts?|pricks?|bitch(?:es)?|dimwits?|"
    r"halfwits?|half-wits?|fools?|cowboys|robbers|parasites|vermin|donkeys|amateurs|nitwits?|dumbass(?:es)?|"
    r"nincompoops?|"
    r"numpt(?:y|ies)|buffoons?|blockheads?|turds?|dolts?|oafs?|numbskulls?|numskulls?|simpletons?|cretinous|bozos?|"
    r"dunces?|swindlers?|con\s?artists?|dunderheads?|"
    r"imbecilic|half-?wits?|pillocks?|plonkers?|berks?|tossers?|"
    r"bellends?|knobheads?|charlatans?)"
)
_INSULT_ADJECTIVE = (
    r"(?:bloody|fucking|f\*+ing|f\*+king|fuckin|damn(?:ed)?|goddamn|sodding|effing|freaking|frigging|friggin|"
    r"stupid|useless|"
    r"pathetic|incompetent|worthless|moronic|idiotic|brainless|clueless|crappy|shitty|shit|crap|bullshit|"
    r"thieving|dumb|ruddy|drooling|smug|brain-?\s?dead|bone-?\s?idle|gormless|spineless|half-?witted|witless|"
    r"mouth-?breathing|braindead|knuckle-?dragging|lobotomi[sz]ed|cretinous|two-?\s?faced|slimy|snivelling)"
)
_VOCATIVE = re.compile(
    rf"(?:\s*,(?:\s*you)?|\s*\b(?P<you>you))\s+(?:bunch|pack|lot|load|gang|shower|sacks?|piece|"
    rf"pieces)?\s*(?:of\s+)?(?:{_INSULT_ADJECTIVE}[\s,]+){{0,3}}"
    rf"{_INSULT_NOUN}\b(?:\s+there)?(?P<verb>(?=\s+[a-z]))?",
    re.IGNORECASE,
)
_ADJECTIVE_BEFORE_WORD = re.compile(rf"\b{_INSULT_ADJECTIVE}\s+(?=[^\W\d_])", re.IGNORECASE)
_OATH = re.compile(
    r"(?:,\s*)?\b(?:for\s+(?:god'?s|christ'?s|fuck'?s|fucks|heaven'?s|pete'?s)\s+sake|the\s+(?:hell|fuck|heck|"
    r"devil)|on\s+earth|"
    r"wtf|omg|ffs|fuck(?:\s+(?:you|off))?|go\s+to\s+hell|screw\s+you|shame\s+on\s+you|damn\s+it|"
    r"jesus(?:\s+christ)?)\b[,!.]*",
    re.IGNORECASE,
)
_JIBE = re.compile(
    r"\b(?P<who>some(?:one|body)|any(?:one|body)|a (?:human|person|man|woman)|people|staff)\b,?(?:\s+(?:else|"
    r"there))?\s+"
    r"(?:who(?:'s|\s+(?:is|has|can|actually|knows|passed|finished|owns))?|with|that(?:\s+ha(?:s|"
    r"ve))?)\s[^,.;?!]{0,40}\b"
    r"(?:brain(?:s|\s?cells?)?|kindergarten|primary school|thumbs?|toilet|shoes|shoelaces|alphabet|spell|iq|"
    r"pulse|spine|"
    r"fingers)\b[^,.;?!]{0,60}",
    re.IGNORECASE,
)
"""A wish for somebody better that is meant to hurt: "someone who can tie his own shoes"."""
_INSULT_ELSEWHERE = (
    r"idioten|vollidiot(?:en)?|arschl(?:o|ö)ch(?:er)?|schei(?:ß|ss)\w*|vollpfosten|trottel|deppen?|betrüger(?:n|in)?|"
    r"verbrecher|versager|verdammt\w*|schlamperladen|"
    r"connards?|connasses?|imbéciles?|crétins?|abrutis?|merd\w+|putain|salauds?|salopes?|voleurs?|escrocs?|foutus?|"
    r"idiotas?|gilipollas|cabr(?:ón|ones)|mierda|ladrones|estafadores|sinvergüenzas?|put[oa]s?|joder|pendejos?"
)
"""In German, French and Spanish, where mail is quoted back and never rewritten."""
_INSULT_LEFT = re.compile(
    rf"\b(?:{_INSULT_NOUN}|{_INSULT_ADJECTIVE}|fuck\w*|shit\w*|crap\w*|arse|ass|hell|piss\w*|suck(?:s|ed)?|"
    rf"rip(?:ped)?[\s-]off|{_INSULT_ELSEWHERE})\b",
    re.IGNORECASE,
)


def contains_insult(text: str) -> bool:
    """Whether a word is left that a reply should not repeat."""
    return _INSULT_LEFT.search(text) is not None


def _calm_word(match: re.Match[str], shouted: bool) -> str:
    word = match.group()
    if not word.isupper() or word == "I" or (word in _ACRONYMS and not (shouted and word in _SHORT_SHOUTS)):
        return word
    if shouted or word in _SHORT_SHOUTS or len(word) >= 4:
        lowered = word.lower()
        return _PROPER.get(lowered, lowered)
    return word


def _is_shouted(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 6 and sum(character.isupper() for character in letters) > 0.6 * len(letters)


def _begins_code(tokens: list[str], place: int) -> bool:
    """Whether the capitals at ``place`` and the figures after them are one code: "plate CKT 402"."""
    after = tokens[place + 2] if place + 2 < len(tokens) else ""
    return tokens[place].isupper() and len(tokens[place]) <= 5 and after[:1].isdigit()


def without_shouting(text: str) -> str:
    """Capitals brought down, exclamation marks turned to stops; words with digits stay as they are."""
    shouted = _is_shouted(text)
    tokens = re.split(r"(\s+)", text)
    calm = [
        token
        if any(c.isdigit() for c in token) or (not shouted and _begins_code(tokens, place))
        else _WORD.sub(lambda m: _calm_word(m, shouted), token)
        for place, token in enumerate(tokens)
    ]
    joined = "".join(calm)
    joined = re.sub(r"[!?]*\?[!?]*", "?", joined)
    joined = re.sub(r"!+", ".", joined)
    return re.sub(r"\.{2,}|…", "...", joined)


def without_insults(text: str) -> str:
    """Insults called at people and swear words taken out, as far as the sentence survives it."""
    text = _JIBE.sub(r"\g<who>", _OATH.sub("", text))
    text = _VOCATIVE.sub(lambda m: " you" if m["you"] and m["verb"] is not None else "", text)
    text = _ADJECTIVE_BEFORE_WORD.sub("", text)
    return text


def visible(text: str) -> str:
    """``text`` without characters that no screen shows."""
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=64)  # each draft and each check asks for the concerns
def plain(text: str) -> str:
    """``text`` on one line in an even register and without contacts, fit to be quoted back to its writer."""
    text = without_contacts(visible(_PICTURES.sub(" ", text)))
    text = re.sub(r"\s+", " ", text).strip()
    text = without_insults(without_shouting(text))
    text = re.sub(r"\s+([,.;:?])(?=\s|$)", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r"^[\s,.;:?-]+", "", text).strip()


def elided(text: str) -> str:
    """``text`` with what insult is left replaced by an ellipsis, for use inside quotation marks."""
    return re.sub(r"(?:…[\s,]*){2,}", "… ", _INSULT_LEFT.sub("…", text))
