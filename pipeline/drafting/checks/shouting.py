"""P1: no capitals for stress, no other marks of stress, no exclamation marks in a row.

Capitals are fine in what is named or cited: names, codes, labels of buttons and signs, words to be typed, and whatever
stands so in the mail or in the knowledge base.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.drafting.checks.context import CheckContext, findings
from pipeline.drafting.words import word_set
from pipeline.records import CheckResult, CheckStatus

NAME = "shouting"

_CAPITALS = re.compile(r"(?<![\w&/@.-])[^\W\d_a-z]{2,}(?:['’][^\W\d_a-z]+)?(?![\w&/@-])")
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = re.compile(r"!{2,}|\?!|!\?|\?{2,}")
_STACCATO = re.compile(r"(?<![\w.])(?:[^\W\d_]{2,12}\. ){2,8}[^\W\d_]{2,12}[.!]")
"""Closed. On. Sundays."""
_SPACED = re.compile(r"(?<![\w-])[A-Z](?:[ -][A-Z]){3,20}(?![\w-])")
_STARRED = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})[^\W\d_][^*_\n]{0,40}\1(?![\w*_])")
_DRAWN_OUT = re.compile(r"(?i)(?<!\w)(?!w{3}\b)[a-z]*([a-z])\1{2,40}[a-z]*(?!\w)")
_CITED = re.compile(
    r"\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|«[^»\n]{1,200}»|„[^“”\n]{1,200}[“”]|(?<!\w)['‘][^'’\n]{1,80}['’](?!\w)"
)
_NAMING = re.compile(
    r"(?:\b(?i:says?|reads?|shows?|type|text|press|tap|click|choose|select|tick|enter|send|reply|with|marked|labelled|"
    r"called|titled|named|button|switch|message|word|words|code|box|field|key|sign|sticker|status|option|mode|light|"
    r"lamp|label)(?i: (?:the|a|as|to|on|word|words|button|is|are|reading))?(?: [^\W\d_a-z]{2,20}){0,4}[ :]*)$"
)
"""What stands right before a word that is cited, not stressed: the display shows DISK FULL."""
_NAMED = re.compile(
    r"(?:[ -][^\W\d_a-z]{2,20}){0,4}[ -](?:sign|button|box|field|state|status|mode|setting|tab|key|light|lamp|label|"
    r"sticker|message|page|menu|option|switch|position|folder|list|stamp|code|notice|line|lane|zone|entry|column|filter)"
    r"s?\b"
)
"""What stands right after it: the PLEASE RING sign."""
_NEAR = 80

_STRESSABLE = word_set(
    "is was are were be been being do does did done has have had will would shall should can could may might must "
    "cannot not no never none nothing nobody nowhere all any every each everyone everything both always only once "
    "twice again already still now today tomorrow yesterday then there here before after above below until within "
    "without immediately clearly strictly exactly absolutely completely entirely definitely simply actually "
    "really very too so such most more less least best worst last first second third fourth fifth sixth seventh "
    "eighth ninth tenth next final previous other another same different whole entire full empty clean clear new "
    "old big small large long short one two three four five six seven eight nine ten eleven twelve twenty thirty "
    "fifty hundred thousand dozen you your yours yourself we our ours they their them it its he she his her him "
    "who whose this that these those my me mine the an and or but if because since in on at by to from for of "
    "with up down out off over under into per what when where why how which please kindly sorry thank thanks read "
    "stop look listen wait think check see say said says tell tells told ask asked know knew go went gone come "
    "came get got give gave given take took taken make made keep kept let put pay paid send sent write wrote "
    "written sign signed call called bring brought buy bought use used need want like believe understand remember "
    "follow answer end closed open late early wrong right true false sure fault mistake reason rule rules policy "
    "terms bold price cost costs money free refund refunds time times day days week weeks month months year years "
    "hour hours minute minutes email emails mail mails letter letters form page bottom top team customer "
    "customers people person everybody somebody anyone anything just even ever also instead however blue red "
    "green black white print blank capital capitals yes ok easy hard enough much many few monday tuesday "
    "wednesday thursday friday saturday sunday original copy forbidden non nicht kein keine nie niemals immer "
    "sofort müssen sie ihr ihre jetzt schon alle jamais toujours pas rien vous votre tout tous maintenant nunca "
    "siempre usted todo todos ahora debe"
)
"""Words that nobody writes in capitals but to stress them."""
_INFLECTED = re.compile(r"[A-Z]{3,}(?:ED|ING|LY|MENT|NESS|TION|IBLE|ABLE|FUL|LESS|EST)")


@lru_cache(maxsize=8)  # the knowledge base is the same for every draft of a firm
def _in_capitals(text: str) -> frozenset[str]:
    return frozenset(match.group() for match in _CAPITALS.finditer(text))


def _stressed(text: str) -> Iterator[re.Match[str]]:
    """Words in capitals that neither name nor cite something."""
    for match in _CAPITALS.finditer(text):
        word = match.group()
        if (word.lower() in _STRESSABLE or _INFLECTED.fullmatch(word)) and not (
            _NAMING.search(text[max(0, match.start() - _NEAR) : match.start()])
            or _NAMED.match(text, match.end(), match.end() + _NEAR)
        ):
            yield match


def _named(context: CheckContext) -> frozenset[str]:
    """What the firm writes in capitals, and what the customer does but to shout."""
    mail = f"{context.case.message.subject} {context.case.message.text}"
    shouted = {match.group() for match in _stressed(_without_cited(mail))}
    ours = f"{context.firm.signature} {context.firm.name}"
    return _in_capitals(context.knowledge) | _in_capitals(ours) | (_in_capitals(mail) - shouted)


def _without_cited(text: str) -> str:
    return _CITED.sub(lambda match: " " * len(match.group()), text)


def check(context: CheckContext) -> list[CheckResult]:
    text = _without_cited(context.own)
    stressed = list(_stressed(text))
    named = _named(context) if stressed else frozenset()
    found: list[re.Match[str]] = [
        *(match for match in stressed if match.group() not in named),
        *(match for pattern in (_MARKS, _STACCATO, _SPACED, _STARRED, _DRAWN_OUT) for match in pattern.finditer(text)),
    ]
    found.sort(key=lambda one: one.start())
    return findings(NAME, CheckStatus.BLOCK, "this reads as shouting", found)
