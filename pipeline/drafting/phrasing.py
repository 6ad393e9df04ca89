"""The sentences of feeling: empathy that names the stake (P5) and the three speech acts of an apology (P7-P9).

Nothing is random: a sentence is chosen by a hash of the message id, and one that already stands in the thread is
passed over. The sentences say what the mail shows and nothing about what the firm has done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.config import LiabilityConfig
from pipeline.drafting.readability import reading_ease
from pipeline.drafting.stakes import GRAVE, Stake, find_stakes
from pipeline.records import Case, Fault, Manner, Wish

AS_EVER = Manner()

_STAKES: Mapping[str, tuple[str, ...]] = {
    "harm": (
        "Being hurt is upsetting as well as painful, and your message deserves a careful answer.",
        "An injury matters more than anything else in your message, and I am reading it as such.",
    ),
    "allergy": (
        "With an allergy in the picture, asking first is wise, and the answer has to be clear.",
        "An allergy leaves no room for guessing, and it is good that you ask.",
    ),
    "safety": (
        "What you describe would alarm anyone, and keeping people from harm comes before everything else.",
        "You were right to write about this straight away; nothing in it matters more than safety.",
        "That is a frightening thing to be faced with, and it comes first today.",
    ),
    "security": (
        "Not knowing who else can see or use what is yours is unsettling, and you were right to write straight away.",
        "It is an uneasy feeling to find a stranger's hand in something that is yours, and it deserves a quick answer.",
        "You noticed this and told us at once, which was exactly the right thing to do.",
    ),
    "keepsake": (
        "I understand that this is about much more than a fault: it is about {phrase}.",
        "{Phrase} are not something that can simply be made again, so I understand how hard this is.",
        "It is {phrase} we are talking about, and I can see how much they mean to you.",
    ),
    "occasion": (
        "You have {phrase} to think of, and this is the last thing you needed on top of it.",
        "This is about {phrase}, and I can see how much that matters to you.",
        "Nobody can move {phrase} to suit a problem like this, and I understand the pressure that puts on you.",
    ),
    "mourning": (
        "I am very sorry for your loss, and I am reading your message with that in mind.",
        "Please accept my sympathy; at such a time nothing like this should weigh on you as well.",
    ),
    "event": (
        "This is about {phrase}, and I can see how much that matters to you.",
        "{Phrase} comes only once, and I understand why this weighs on you.",
    ),
    "named": (
        "This is about {phrase}, and I can see why you want to be certain.",
        "With {phrase} at stake, I understand that you need a clear answer.",
    ),
    "occasion_ahead": (
        "With {phrase} coming up, it makes sense that you want this settled in time.",
        "This is about {phrase}, and I have the date in mind.",
        "It is good to hear of this before {phrase}, while there is still time.",
    ),
    "dignity": (
        "Nobody should have to feel small in front of others, and I understand how deeply this went.",
        "To be shown up like that stays with a person, and I am reading your message in that light.",
    ),
    "depending": (
        "{Phrase} depend on this as well, and I understand the pressure that puts on you.",
        "This reaches {phrase} as well as you, and I can see why it cannot simply wait.",
    ),
    "livelihood": (
        "This is about {phrase}, and I can see that there is little room for things to go wrong.",
        "With {phrase} hanging on this, I understand why it leaves you no peace.",
        "When it comes to {phrase}, uncertainty is the last thing you can use.",
    ),
    "without": (
        "Living without {phrase} makes every day harder, and I understand that this cannot go on for you.",
        "Doing without {phrase} reaches into everything at home, and I can see why you want an end to it.",
    ),
    "home": (
        "It is {phrase} that bears the marks of this, and I understand how it feels to see it every day.",
        "This is your home, and I can see why what happened to {phrase} upsets you.",
    ),
    "effort": (
        "{Phrase} is a great deal of effort to have spent on this, and I understand how tiresome it has become.",
        "After {phrase}, it is only natural that you want this to be the last time you explain it.",
        "{Phrase} and still no end in sight: that would wear out anyone's patience.",
    ),
    "loyalty": (
        "After {phrase} with us, I can see why this is all the harder to take.",
        "{Phrase} is a long time to place your trust in us, and I understand that it has been shaken.",
    ),
    "person": (
        "You have {phrase} to think of, and I can see why this weighs on you.",
        "With {phrase} in the middle of this, your concern is easy to understand.",
        "This touches {phrase} as well as you, and I am reading it with that in mind.",
    ),
    "outage": (
        "While this stands still, so does what you need it for, and I understand that every hour counts.",
        "You have people depending on this, and I can see how much hangs on it working again.",
    ),
    "deadline": (
        "With {phrase} as the limit, time is the one thing you cannot spare, and I have that in mind.",
        "I can see that {phrase} is what counts here, and why you need an answer well before then.",
    ),
    "repeat": (
        "Having to raise the same thing again takes time and patience that you should not have to spend.",
        "You have already told this once, and I understand how tiring it is to tell it again.",
        "Being left to ask a second time is wearing, and I can see why your patience has run thin.",
    ),
    "money": (
        "{Phrase} is your money, and it is only right that you want to know exactly where it stands.",
        "Nobody likes to see {phrase} hanging in the air, and I understand that you want this settled.",
        "You should be able to account for {phrase} without having to chase anybody for it.",
    ),
    "wait": (
        "{Phrase} is a long time to be left in the dark, and it is only fair that you want a clear answer.",
        "After {phrase}, it is no wonder that you want to know where you stand.",
        "To be kept waiting for {phrase} would try anyone's patience.",
    ),
}

_TONES: Mapping[str, tuple[str, ...]] = {
    "abusive": (
        "I can see how strongly you feel about this, and I would like to get to the bottom of it with you.",
        "Your message makes plain how far this has gone for you, and it will be dealt with on its merits.",
    ),
    "angry": (
        "I can see how angry this has made you, and I understand why.",
        "You have good reason to want this taken seriously, and I do.",
        "Your anger is understandable, and I would like to turn to what caused it.",
    ),
    "worried": (
        "Not knowing how this will turn out is hard, and I understand why you want an answer soon.",
        "I can see that this has been on your mind, and that it needs a clear answer.",
        "It is quite natural to be uneasy about this, and it was right to ask.",
    ),
    "frustrated": (
        "This has cost you time and patience that you would rather have spent on something else.",
        "I can see how much effort you have already put into this, and how tiresome it has become.",
        "It is wearing when something that should work keeps getting in your way.",
    ),
    "disappointed": (
        "You had hoped for something better from us, and I can understand the let-down.",
        "I can see that you had been looking forward to this, and that makes it all the more disappointing.",
        "You trusted us with this, and I understand how it feels to be let down.",
    ),
    "confused": (
        "That is a fair thing to ask, and you should not have to guess at the answer.",
        "I can see why this is puzzling, and it deserves a plain explanation.",
        "It makes sense that you would want this made clear.",
    ),
    "positive": (
        "Thank you for your kind words; they are a pleasure to read.",
        "How good of you to take the time to tell us.",
        "Your message is a very welcome one.",
    ),
    "neutral": (
        "Thank you for setting this out so clearly.",
        "Thank you for the clear description, which makes this easier to follow.",
        "Your message is clear, and that is a help.",
    ),
}

_REGRET: Mapping[str, tuple[str, ...]] = {
    "harm": ("I am sorry to read that you have been hurt.",),
    "safety": ("I am sorry for the fright this has given you.",),
    "security": ("I am sorry for the worry that this is giving you.",),
    "keepsake": ("I am sorry for the distress of not finding {phrase} where you left them.",),
    "occasion": ("I am sorry that this has come between you and {phrase}.",),
    "person": ("I am sorry for the strain this puts on you and on {phrase}.",),
    "mourning": ("I am very sorry for your loss, and that you have had to deal with this on top of it.",),
    "event": ("I am sorry that this has cast a shadow over {phrase}.",),
    "named": ("I am sorry for the worry over {phrase}.",),
    "dignity": ("I am sorry for how deeply this has hurt.",),
    "depending": ("I am sorry for the strain this puts on you and on {phrase}.",),
    "livelihood": ("I am sorry for the worry over {phrase}.",),
    "without": ("I am sorry that you have had to do without {phrase}.",),
    "home": ("I am sorry to read what has become of {phrase}.",),
    "effort": ("I am sorry that this has taken you {phrase}.",),
    "loyalty": ("I am sorry that this is what you meet with after {phrase}.",),
    "repeat": ("I am sorry that you have had to come back to us about the same thing.",),
    "money": ("I am sorry for the trouble and the uncertainty over your money.",),
    "wait": ("I am sorry for the {phrase} of uncertainty this has meant for you.",),
    "": (
        "I am sorry for the trouble this has brought you.",
        "I am sorry that this has gone so differently from what you had every right to expect.",
    ),
}

_IMPACT: Mapping[str, tuple[str, ...]] = {
    "harm": ("An injury reaches into everything, from work to the simplest task at home.",),
    "safety": ("Safety is something that nobody should have to wonder about.",),
    "security": ("It takes away the ease of using something that is your own.",),
    "occasion": ("It has added worry to days that were meant to be happy ones.",),
    "repeat": ("Each message costs you time that nobody can give back.",),
    "money": ("Money that is not where it should be has to be made up somewhere else, and that burden falls on you.",),
    "wait": ("It is hard to plan anything while you do not know what comes next.",),
    "": (
        "What should have been simple has turned into work for you.",
        "It has taken up time and thought that belonged to other things.",
    ),
}

RESPONSIBILITY = "The fault is ours, and putting it right is our task, not yours."
NOT_KNOWN = "I do not yet know how this came about, and I would rather find out than guess."
CLEAR_ANSWER = "Wherever the cause lies, you should have a clear answer from us."


@dataclass(frozen=True, slots=True)
class Feeling:
    """What a draft says about the customer's experience; any part may be empty. ``note`` is for the reviewer."""

    empathy: str
    regret: str
    impact: str
    responsibility: str
    note: str


def _number(message_id: str, salt: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}\0{message_id}".encode()).digest()[:4], "big")


def _fill(sentence: str, stake: Stake) -> str:
    return sentence.format(phrase=stake.phrase, Phrase=stake.phrase[:1].upper() + stake.phrase[1:])


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()


def _choose(case: Case, salt: str, sets: Sequence[tuple[str, ...]], manner: Manner = AS_EVER) -> str:
    """The first set's sentence by hash; the next one, then the next set, where the thread already holds it.

    Asked for other words, so many further on; asked for less, the shortest of the set, or the one that reads easiest.
    """
    said = _squeezed(" ".join(turn.text for turn in case.thread if turn.ours))
    left = [[one for one in _turned(each, case, salt) if _squeezed(one) not in said] for each in sets]
    first = next(filter(None, left), [])
    if manner.wish is Wish.SHORTER:
        return min(first, key=len, default="")
    if manner.wish is Wish.PLAINER:
        return max(first, key=lambda sentence: reading_ease([sentence]) or 0.0, default="")
    every = [sentence for each in left for sentence in each]
    return every[manner.variation % len(every)] if every else ""


def _turned(sentences: tuple[str, ...], case: Case, salt: str) -> tuple[str, ...]:
    start = _number(case.message.id, salt) % len(sentences) if sentences else 0
    return sentences[start:] + sentences[:start]


def felt_tone(case: Case) -> str:
    """The tone to answer. Thanks for kind words would mock somebody whose praise is meant to sting, so praise counts
    only where nothing else in the mail speaks of trouble."""
    tone, trouble = case.triage.tone.label, set(case.triage.flags) - {"no_ask"}
    if tone != "positive" or not trouble:
        return tone
    return "frustrated" if trouble & {"repeat_contact", "sarcasm", "churn_risk"} else "neutral"


def _sets(case: Case, by_stake: Mapping[str, tuple[str, ...]], otherwise: tuple[str, ...]) -> list[tuple[str, ...]]:
    friendly = case.triage.tone.label == "positive"
    stakes = [stake for stake in find_stakes(case) if stake.kind in by_stake and (stake.kind in GRAVE or not friendly)]
    filled = [tuple(_fill(sentence, stake) for sentence in by_stake[stake.kind]) for stake in stakes]
    return [otherwise, *filled] if felt_tone(case) == "positive" else [*filled, otherwise]


def empathy(case: Case, manner: Manner = AS_EVER) -> str:
    """One sentence that names the stake, or the feeling where no stake shows; empty if all were used in the thread."""
    return _choose(case, "empathy", _sets(case, _STAKES, _of_tone(case)), manner)


def _of_tone(case: Case) -> tuple[str, ...]:
    return _TONES.get(felt_tone(case), _TONES["neutral"])


def _warmer(case: Case, sentence: str) -> str:
    """``sentence`` and one more of feeling, if there is one that it does not hold."""
    others = tuple(one for one in _of_tone(case) if one != sentence)
    return " ".join(filter(None, (sentence, _choose(case, "warmth", [others]))))


def may_take_responsibility(case: Case, liability: LiabilityConfig) -> bool:
    """Only with the fault confirmed by a person, and never in the cases that a person has to word (P8)."""
    return case.fault is Fault.CONFIRMED and not liability.forbids(case.triage.flags)


def _responsibility(case: Case, liability: LiabilityConfig) -> tuple[str, str]:
    """(sentence, note) by the state of the fault."""
    if may_take_responsibility(case, liability):
        return RESPONSIBILITY, ""
    if case.fault is Fault.CONFIRMED:
        return (
            "",
            "fault is confirmed, but legal or injury matters are worded by a person, so no responsibility is taken",
        )
    return (NOT_KNOWN if case.fault is Fault.UNKNOWN else CLEAR_ANSWER), ""


def _impact_of_tone(case: Case) -> tuple[str, ...]:
    tone = case.triage.tone.label
    return _TONES[tone] if tone in {"angry", "worried", "disappointed"} else _IMPACT[""]


def feeling(case: Case, liability: LiabilityConfig, manner: Manner = AS_EVER) -> Feeling:
    """Empathy, regret, impact and responsibility for ``case``, by stake and fault state."""
    responsibility, note = _responsibility(case, liability)
    heard = empathy(case, manner)
    impact = _choose(case, "impact", _sets(case, _IMPACT, _impact_of_tone(case)), manner)
    warmer = manner.wish is Wish.WARMER
    return Feeling(
        empathy=_warmer(case, heard) if warmer else heard,
        regret=_choose(case, "regret", _sets(case, _REGRET, _REGRET[""]), manner),
        impact=_warmer(case, impact) if warmer else "" if manner.wish is Wish.SHORTER else impact,
        responsibility=responsibility,
        note=note,
    )
