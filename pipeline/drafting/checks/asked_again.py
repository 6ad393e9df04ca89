"""P13: nothing is asked for that the conversation already holds."""

from __future__ import annotations

import re

from pipeline.drafting.asks import conversation
from pipeline.drafting.checks.context import CheckContext, Said, findings
from pipeline.drafting.checks.slots import SLOTS, Slot
from pipeline.drafting.checks.told import parts, words_of
from pipeline.drafting.checks.wanted import means_another, told_share
from pipeline.drafting.clauses import sentences
from pipeline.drafting.words import terms
from pipeline.records import Case, CheckResult, CheckStatus

NAME = "asked_again"

_ASKS = re.compile(
    r"\?[\s\"”')]*$|\b(?:please|kindly|let (?:me|us) know|tell (?:me|us)|send (?:me|us)|give (?:me|us)|remind (?:me|"
    r"us)|"
    r"share with (?:me|us)|(?:reply|answer|write back|respond) with|provide|"
    r"(?:i|we)(?:['’]d|['’]ll)?\s+(?:(?:just|still|only|also|first|will|would|do|then|must|have to|shall)\s+){0,3}"
    r"(?:need|require|lack|miss|want to know|like to know|wonder|know first|could use|am missing|are missing|"
    r"(?:do not|don['’]t) (?:yet )?have (?:your|the|a|an)\b|cannot (?:see|find) (?:your|the|a|an)\b)|(?:is|are|"
    r"am) (?:still )?missing|is (?:all )?"
    r"(?:that )?lacking|(?:would|will|it) helps? (?:me |us )?(?:to|if|know)|all (?:that )?(?:i|"
    r"we) (?:still )?(?:need|lack)|"
    r"to (?:proceed|continue|help us|complete)|may i (?:ask|have)|can i (?:ask|have)|"
    r"(?:brauche|brauchen|benötige|benötigen|fehlt|fehlen|nennen sie|teilen sie|schicken sie|senden sie|wüsste|"
    r"bitte))\b",
    re.IGNORECASE,
)
_SPARED = re.compile(
    r"\b(?:no need|need not|needn['’]t|(?:do|does) not (?:have|need) to|don['’]t (?:have|need) to|without (?:having|"
    r"asking)|"
    r"not (?:be )?(?:ask|asked)|so you need|nothing (?:more|else|further)|no further)\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:another|second|further|newer|clearer|sharper|closer|better|different|remaining|else|as well|other|besides|"
    r"apart from|since then|in the meantime|instead|meanwhile|would you (?:like|prefer|rather)|(?:shall|should|may|can|"
    r"could) (?:i|we)\b(?! (?:\w+ )?(?:have|ask|know|get|trouble|check|confirm|see)\b)|"
    r"suit(?:s)? you|which of the two|either|whether it is the|prefer|"
    r"next|again tomorrow|in future|"
    r"convenient|if (?:it|they|that|this|the|you|there|any)\b[^.!?\n]{0,50}\b(?:not|n['’]t|changed|differ\w*|other|new|"
    r"both|too|moved|worse))\b",
    re.IGNORECASE,
)
_WISH = re.compile(r"\bwould you like (?:us|me) to do\b|\bwhat would you like\b|\bhow would you like\b", re.IGNORECASE)
_OF = re.compile(
    r"\b(?:photos?|pictures?|screenshots?|images?) of (?:the |your |its |both |"
    r"all )?(?:\w+ of (?:the )?)?(?P<what>\w+)",
    re.I,
)
_GENERIC = frozenset(
    terms(
        "happen happened start started begin began occur occurred notice noticed first exactly about roughly "
        "problem since ago broken broke break work working worked issue trouble fault it tell told say said "
        "let know please could would thing day date time order much long place many often number what went "
        "wrong remember chance exact rough approximate hear came go name speak spoke talk mind recall kindly "
        "might may stay stayed there spend spent supposed "
    )
)
_GERMAN = re.compile(r"\b(?:wann|welche\w*|wie viele?)\b", re.IGNORECASE)
_NOT_IT = re.compile(r"\b(?:not|rather than|except|nicht) (?:the |your |die |der )?$", re.IGNORECASE)
_VALUE = re.compile(r"\b[\w-]*\d[\w-]*\b")
_STORY = re.compile(
    r"\b(?:describe|explain|have you tried|again|once more|from the beginning|set out|"
    r"restart\w*|reinstall\w*)\b",
    re.IGNORECASE,
)
_WH = re.compile(r"\b(?:what (?!happened|took|went)|which|when|where|who|how)\b", re.IGNORECASE)
_WHEN = re.compile(r"(?<=\w)\s+when (?!did|was|were|is|are)[^,?]*", re.IGNORECASE)
_WH_WORD = re.compile(r"\b(?:what|which|where|who|how)\b", re.IGNORECASE)
_POLITE = frozenset(
    terms(
        "could please kindly let know tell send share provide number attach reply message back need phone help "
        "thing call"
    )
)
SHARE = 0.6
NEAR = 0.66
"""From this share of its words on, a request is a hint: a fact of its kind is told, of nearly the same."""


def _names_it(sentence: str, said: str) -> bool:
    """Whether the sentence itself gives a value the conversation holds: it confirms or chooses."""
    return any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said) for value in _VALUE.findall(sentence))


def _is_held(slot: Slot, sentence: str, said: str) -> bool:
    asked = frozenset(terms(sentence)) - _GENERIC - _POLITE
    if slot.name == "photo":
        shown = _OF.search(sentence)
        if (
            shown
            and not asked & frozenset(terms(shown["what"])) & frozenset(terms(said))
            and shown["what"] not in {"it", "what"}
        ):
            return False
    if not slot.about or not asked or _GERMAN.search(sentence):
        return slot.held(said)
    return asked <= words_of(said) and any(asked & words and slot.held(part) for part, words in parts(said))


def _asked_slots(sentence: str) -> list[Slot]:
    """What ``sentence`` asks for, without what it says it does not mean ("not the order number")."""
    return [
        slot
        for slot in SLOTS
        if any(not _NOT_IT.search(sentence[: match.start()]) for match in slot.asked.finditer(sentence))
    ]


def _repeats(sentence: str, said: frozenset[str]) -> bool:
    """Nearly all that is asked about stands in the mail already, or most of it where the story is to be told again."""
    if _WH.search(sentence):
        return False
    share = SHARE if _STORY.search(sentence) else 0.8
    asked = frozenset(terms(sentence)) - _POLITE
    return len(asked) >= 3 and len(asked & said) / len(asked) >= share


def _sureness(sentence: str, said: str) -> float:
    words = words_of(said)
    slots = _asked_slots(sentence)
    if any(_is_held(slot, sentence, said) for slot in slots) or (not slots and _repeats(sentence, words)):
        return 1.0
    return told_share(sentence, said, words)


def _spares(sentence: str, said: str) -> bool:
    """Whether it asks for something more, offers a choice, or says that nothing need be sent."""
    more = _MORE.search(sentence) and not _WISH.search(sentence)
    return bool(_SPARED.search(sentence) or more or _names_it(sentence, said) or means_another(sentence, said))


def asks_again(sentence: str, case: Case) -> bool:
    """Whether ``sentence`` certainly asks for what the conversation of ``case`` already holds."""
    return bool(_ASKS.search(sentence)) and _told_already(sentence, case) >= 1


def _when_cut(sentence: str) -> str:
    """Without the clause that only sets the scene: "where were you [when it was declined]"."""
    asked = _WH_WORD.search(sentence)
    scene = _WHEN.search(sentence, asked.end()) if asked else None
    return sentence[: scene.start()] + sentence[scene.end() :] if scene else sentence


def _told_already(sentence: str, case: Case) -> float:
    """How sure it is that the conversation of ``case`` holds what is asked, 0 to 1."""
    said = conversation(case)
    sentence = _when_cut(sentence.strip())
    return 0.0 if _spares(sentence, said) else _sureness(sentence, said)


def check(context: CheckContext) -> list[CheckResult]:
    heard = {one.start for one in context.performing("ask")}  # in words that are no question's
    again = []
    for match in sentences(context.own):
        if match.start() in heard or _ASKS.search(match.group()):
            sure = _told_already(match.group(), context.case)
            if sure >= NEAR:
                again.append(Said(*match.span(), sure >= 1))
    message = "the customer has already told this; use it instead of asking again"
    return findings(NAME, CheckStatus.WARN, message, again)
