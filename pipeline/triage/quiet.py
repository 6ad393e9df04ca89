"""A message without its manners: what is left for the model to judge urgency by.

Urgency is impact and clock. Courtesies, insults, cries for haste, capitals and exclamation marks are therefore taken
out before urgency and flags are read, so that adding them cannot change the result, by construction and not by
training alone. Tone and intensity are read from the message as it was written (see `volume`).

What says something about the matter stays: "no rush", "by Friday" and "right now my account is being emptied" are
clock; a sentence with an insult and a fact loses the insult alone.
"""

from __future__ import annotations

import re

from pipeline.triage.plain import lowered, on_one_line
from pipeline.triage.signal_rules import shipped_rules

_GREETING = (
    r"(?:dear|hello|hi|hey|hiya|good (?:morning|afternoon|evening|day)|greetings)(?: (?:there|all|team|guys|folks"
    r"|support(?: team)?|customer (?:service|care|support)(?: team)?|sirs?|madam|sir (?:or|and|/) madam))?(?=[ ,.:;!\-]|$)"
)
_COURTESIES = (
    r"please(?! and (?:thanks|thank you))|pls|plz|kindly|if you (?:would )?(?:please|don't mind|wouldn't mind|could be so kind|have a (?:moment|minute|second))",
    r"(?:please and )?(?:many |a big |big )?(?:thanks|thank you|thx|cheers)(?: (?:so|very) much| a lot| a million| again| in advance| kindly){0,4}"
    r"(?: for (?:your|the|all your) (?:time|help|patience|understanding|attention|support|assistance|consideration|kind help))?",
    r"(?:i am |i'm |i'd be |i would be |we would be )?(?:very |so |really )?(?:grateful|much obliged)(?: for (?:your|any) help)?",
    r"(?:i |i'd |i would |we |we would )?(?:really |greatly |much |very much )?appreciate (?:it|your (?:help|time|patience|support|assistance|work)|any help)",
    r"(?:i am |i'm |we are )?(?:(?:so|very) ){0,3}sorry (?:to (?:bother|trouble|disturb|pester)|for (?:bothering|troubling|disturbing)) you(?: (?:with this|again))?",
    r"(?:i |we )?hope (?:you are|you're|you all are|this (?:e-?mail|message|note) finds you|that you are) (?:all )?(?:well|keeping well|doing well|having a (?:good|nice|great|lovely) (?:day|week|weekend))",
    r"(?:have|wishing you|i wish you) a (?:nice|great|good|lovely|pleasant|wonderful) (?:day|week|weekend|evening|one)(?: ahead)?",
    r"(?:with )?(?:best|kind|kindest|warm|warmest|many) (?:regards|wishes)|yours (?:sincerely|faithfully|truly)|sincerely|regards|all the best",
    r"(?:i |we )?look(?:ing)? forward to (?:hearing from you|your (?:reply|answer|response|kind reply))(?: soon)?",
    r"you(?:'ve| have) (?:all )?been (?:so |very |really )?(?:kind|helpful|lovely|patient)",
    r"keep up the (?:good|great) work|take (?:good )?care(?! of)|god bless(?: you)?|bless you|much love",
    r"i know (?:you are|you're|you must be) (?:all )?(?:very |really |so )?busy|at your (?:earliest )?convenience",
)  # fmt: skip
_CRIES = (
    r"(?:(?:this|it) is |it's )?(?:extremely |very |super |most |so |really )?urgent(?:ly)?|urgency|a\.?s\.?a\.?p\b\.?|top priority|high(?:est)? priority|priority one|important",
    r"(?:treat|mark|handle|regard)(?: (?:this|it))? as(?: an?)?(?: matter of)?(?: (?:extremely|very|most|utmost))?(?: (?:urgent|urgency|(?:top|high) priority))",
    r"i (?:need|want|demand|expect) (?:an? )?(?:answer|reply|response|help)(?: (?:right )?(?:now|immediately|at once|instantly|this instant|today|soon))?",
    r"(?:immediate|urgent|prompt) (?:action|attention|reply|response|answer|help)(?: (?:is )?(?:required|needed|requested))?",
    r"action required|hurry(?: up)?|sos|mayday|hello\?+|omg|wtf|ffs|smh",
)  # fmt: skip
_COMMANDS = (
    r"(?:answer|reply|respond|help|act|do something|fix (?:it|this)|call(?: me)?|get back to me)(?: to me| me)? "
    r"(?:right )?(?:now|immediately|at once|instantly|this instant|straight away|asap|a\.s\.a\.p\.?|urgently)"
)
"""Cries only where they open a clause: "he needs help immediately" is no cry."""
_SWEARING = r"fuck(?:ing|in)|f\*+(?:ing)?|bloody|damn(?:ed)?|goddamn(?:ed)?|freaking|frigging|effing"
_STOP_WORDS = (
    "a an and are as at be been being bet both but by can could did do does doing done ever every for from get "
    "go had has have he her him his how i if in into is it its just least like look made make me met more most "
    "my no not of on only or other our out really she should so some such than that the their them then there "
    "these they thing this those to too was we were what when where which who whoever why will with would yes "
    "you your yours yourself yourselves i'm i've you're you've they're it's that's don't can't won't isn't "
    "aren't whole entire total complete absolute utter utterly totally completely absolutely actual actually "
    "bunch lot load pack shower bag pile gang crowd people person persons folks man men woman women guy guys "
    "human humans team staff support company firm outfit everyone anybody anyone all any here work useless "
    "worthless pathetic stupid dumb brain brains brainless thick dense lazy greedy incompetent clueless "
    "ignorant ugly fat hopeless ridiculous disgusting disgraceful filthy rotten damn damned bloody fucking "
    "fuckin fucked fuck shit shitty hell crap crappy worst biggest earth history planet hate screw off rid "
    "shame seriously honestly simply clearly obviously call think know run runs ashamed listen same also again "
    "very quite truly disgrace joke smarter bricks brick planks plank come up ask always even "
)
_STOP = frozenset(_STOP_WORDS.split())
"""Words that carry no matter beside an insult: a sentence of these and an insult is nothing but the insult."""
_MOST_WORDS = 14
_ADDRESSED = re.compile(r"(?<!\w)(?:you|your|yours|u|ur|y'all|whoever|only|what an?|such|lot|bunch|pack)(?!\w)")
_NO_MORE = 5
"""An insult in a sentence no longer than this needs no address to be nothing but an insult ("Useless clowns!")."""

_NEGATED = r"(?<!not )(?<!no )(?<!n't )(?<!isnt )(?<!nothing )"
_MANNERS = re.compile(
    rf"(?<![\w@#]){_NEGATED}(?:" + "|".join((_GREETING, *_COURTESIES, *_CRIES)) + r")(?!\w)"
    rf"|(?:(?<=^)|(?<=[.,;:!?] )|(?<=please ))(?:{_COMMANDS})(?!\w)|(?<!\w)(?:{_SWEARING})(?!\w)"
)
_INSULT = re.compile(rf"(?<!\w){shipped_rules().words['insult']}(?!\w)", re.IGNORECASE)
_NAMES = re.compile(
    rf"(?<!\w)(?:{shipped_rules().words['insult']}|thieves|thief|crooks?|liars?|scammers?|con artists?|parasites?|leech(?:es)?"
    r"|pigs?|swine|vermin)(?!\w)",
    re.IGNORECASE,
)
"""In a sentence that addresses somebody these are insults too; in another one they may have taken a card."""
_CALLED = re.compile(
    r"(?:(?:oh|well|honestly|seriously),? )?(?:you|u)(?: all| lot| people)?(?: are| r)?(?: an?)?"
    r" (?:absolute|utter|proper|complete and utter|bunch of|pack of|load of|shower of)(?: [a-z'-]+){1,2}[.!]*"
    r"|what an? (?:absolute |utter |complete |total )?(?:bunch|pack|load|shower) of [a-z'-]+(?: [a-z'-]+)?"
    r"(?: you(?: all| lot| people)? are)?[.!]*"
)
"""A sentence that does nothing but call somebody something, whatever the word: no list has them all."""
_SENTENCE = re.compile(r"(?:[^.!? \n]|[.!?]++(?!\s)| (?! ))+[.!?]*")
"""Cut without regard to capitals, unlike `sentences`: shouting must not move the cuts."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
_ENDS = re.compile(r"(?<![!.])[!.]++(?=[\s\"')\]]|$)|!+|(?<=\?)[?!.]+|\.{2,}")
_LOOSE = re.compile(r"(?<=\s)[,;:\-–—.]+(?=\s|$)|^[\s,;:\-–—.]+(?=\s)")


def hushed(text: str) -> str:
    """``text`` in lower case without the marks that end its sentences; the same length, so that offsets hold.

    What tone is read from: how loud it was is told apart (`volume.surface`).
    """
    return _ENDS.sub(_blank, lowered(on_one_line(text)))


def quiet(text: str) -> str:
    """`hushed` text with what is not matter blanked out: what urgency is read from.

    Where nothing with a letter or digit would be left (a bare "thank you"), it is the hushed text.
    """
    small = lowered(on_one_line(text))
    rest = _LOOSE.sub(_blank, _ENDS.sub(_blank, _MANNERS.sub(_blank, _without_insults(small))))
    return rest if any(character.isalnum() for character in rest) else _ENDS.sub(_blank, small)


def closed_up(text: str) -> str:
    """``text`` with single blanks: what is found by how near words stand must not see what was taken out between."""
    return " ".join(text.split())


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _without_insults(text: str) -> str:
    return _SENTENCE.sub(lambda match: _without_insult(match.group()), text)


def _without_insult(sentence: str) -> str:
    if _CALLED.fullmatch(sentence.strip()):
        return " " * len(sentence)
    if not _NAMES.search(sentence):
        return sentence
    addressed = _ADDRESSED.search(sentence) is not None
    rest = (_NAMES if addressed else _INSULT).sub(_blank, sentence)
    kept = _WORD.findall(rest)
    bare = rest != sentence and len(kept) <= _MOST_WORDS and all(word in _STOP for word in kept)
    alone = bare and (len(kept) <= _NO_MORE or addressed)
    return " " * len(sentence) if alone else rest
