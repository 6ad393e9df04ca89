"""What is at stake for the customer behind the technical problem (P5), found in the mail's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.drafting.register import without_shouting
from pipeline.records import Case


@dataclass(frozen=True, slots=True)
class Stake:
    """``kind`` names the set of sentences in `phrasing`; ``phrase`` is the stake in second person, or empty."""

    kind: str
    phrase: str = ""


_OWNER = r"\b(?P<owner>my|our)\s+"
_RELATIVE = (
    r"(?:mother|mum|mom|father|dad|wife|husband|partner|daughter|son|sister|brother|grandmother|grandma|gran|nan|"
    r"nana|"
    r"grandfather|grandad|grandpa|aunt|uncle|parents|kids|children|child|baby|twins|toddler|newborn|grandson|"
    r"granddaughter|"
    r"friend|boss|colleagues?|team)"
)
_OCCASION = re.compile(
    rf"(?:{_OWNER})?(?P<who>{_RELATIVE}(?:'s|’s|s'|s’)\s+)?(?P<number>\d{{1,2}}(?:st|nd|rd|th)\s+)?"
    r"(?P<what>birthday(?:\s+party)?|wedding(?:\s+anniversary)?|anniversary|christening|communion|funeral|"
    r"graduation|baby\s+shower|"
    r"housewarming|christmas(?:\s+(?:dinner|eve|day))?|easter|thanksgiving|opening\s+(?:day|night)|"
    r"family\s+visit|dinner\s+party)\b"
    r"(?P<when>\s+(?:(?:is\s+)?(?:on\s+)?(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"tomorrow|this\s+weekend)))?",
    re.IGNORECASE,
)
_UNOWNED = re.compile(r"\b(?:for|by|before|at|until)\s+(?:christmas|easter|thanksgiving)", re.IGNORECASE)
_KEEPSAKE = re.compile(
    rf"{_OWNER}(?P<what>(?:late\s+)?(?:{_RELATIVE}(?:'s|’s|s'|s’)\s+)?(?:(?:old|own|family|saved|handwritten|"
    rf"favourite|baby|"
    r"wedding|holiday)\s+)?(?:photos|pictures|recipes|videos|recordings|letters|notes))\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    rf"{_OWNER}(?P<what>(?:\d+[- ]year[- ]old\s+|elderly\s+|little\s+|new\s+)?"
    r"(?:baby|twins|toddler|newborn|daughter|son|child|children|kids|mother|mum|mom|father|dad|grandmother|gran|"
    r"wife|husband))\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?:[€£$]\s?\d{1,3}(?:[.,]?\d{3})*(?:[.,]\d{2})?|\b\d{1,3}(?:[.,]?\d{3})*(?:[.,]\d{2})?\s?(?:€|£|\$|euros?|"
    r"pounds|dollars|eur|gbp|usd)(?!\w))",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"\b(?:for|after|waited|waiting|wait(?:ed|ing)?\s+for)\s+(?:over\s+|almost\s+|nearly\s+|about\s+|more\s+than\s+)?"
    r"(?P<span>(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|several)\s+(?:days|weeks|months))\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\b(?:by|before|until|on)\s+(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|"
    r"tonight|the\s+weekend)\b",
    re.IGNORECASE,
)
_REPEAT = re.compile(
    r"\b(?:(?:second|third|fourth|fifth|2nd|3rd|4th|5th|sixth)\s+(?:time|e-?mail|mail|message|request|attempt|"
    r"letter)|"
    r"(?:wrote|written|called|emailed|contacted|asked)\b[^.!?\n]{0,40}\b(?:twice|three times|before|already|"
    r"\d\s*(?:times|x))|still no (?:reply|answer|response)|"
    r"no(?:body|\s+one)\s+(?:has\s+)?(?:answers|answered|replied|replies)|keep\s+(?:writing|calling|asking))\b",
    re.IGNORECASE,
)
_DANGER = re.compile(
    r"\b(?:smok(?:e|ing|ed)|burn(?:t|ing|ed)?\s+smell|smell(?:s|ed|ing)?\s+(?:of\s+)?burn|sparks?|"
    r"electric\s+shock|caught\s+fire|"
    r"overheat\w*|melt(?:ed|ing)|gas\s+(?:leak|smell)|smell\s+of\s+gas|on\s+fire|explo(?:de|ded|sion)|"
    r"unsafe|(?:is|be|it)\s+safe|danger(?:ous)?|hazard\w*|injur\w*|carbon\s+monoxide|chok(?:e|ed|ing))\b",
    re.IGNORECASE,
)
_ALLERGY = re.compile(r"\ballerg(?:y|ic|ies|en|ens)\b", re.IGNORECASE)
_INTRUSION = re.compile(
    r"\b(?:hacked|someone\s+else|somebody\s+else|not\s+me|wasn['’]?t\s+me|don['’]?t\s+recogni[sz]e|"
    r"did\s+not\s+(?:order|place|make)|"
    r"didn['’]?t\s+(?:order|place|make)|stranger|phishing|fraud\w*)\b",
    re.IGNORECASE,
)


_NUMBER = (
    r"(?<![\d.,])(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|"
    r"fifty)"
)
_TRIES = re.compile(
    rf"\b(?P<visits>{_NUMBER}\s+(?:phone\s+|separate\s+|different\s+|wasted\s+)?(?:visits|appointments|calls|attempts|"
    r"e-?mails|agents|technicians|repairs|chats))\b"
    rf"|\b(?P<waits>{_NUMBER}\s+(?:minutes|hours)\s+(?:on\s+hold|on\s+the\s+(?:phone|line)|in\s+(?:the|your)\s+queue))\b",
    re.IGNORECASE,
)
_GONE_WITHOUT = re.compile(
    r"\b(?:without|(?:have|had|got|been)\s+no)\s+(?:any\s+|a\s+|an\s+|my\s+|our\s+|the\s+)?(?:(?P<mass>heating|hot\s+water|"
    r"running\s+water|water|power|electricity|internet|broadband|wifi|gas)|(?P<thing>phone|telephone|fridge|freezer|"
    r"washing\s+machine|car|cooker|bathroom|toilet|kitchen))\b(?!\s+(?:problem|number|bill|call|line|tower|meter))",
    re.IGNORECASE,
)
_LIVELIHOOD = re.compile(
    rf"{_OWNER}(?P<what>(?:rent|wages?|salary|pension|savings|mortgage|income|livelihood|deposit|thesis|degree|exam|"
    r"visa|surgery|operation|interview|court\s+date))\b",
    re.IGNORECASE,
)
_DEPENDING = re.compile(
    rf"{_OWNER}(?P<what>(?:(?:paying|elderly|regular|youngest)\s+)?(?:customers|guests|patients|pupils|students|clients|"
    r"tenants|residents|staff|employees|readers|members|drivers|crew|viewers|followers))\b",
    re.IGNORECASE,
)
_LOYALTY = re.compile(
    r"\b(?:customers?|members?|subscribers?|with\s+you|loyal|banked|insured|paid|paying|premiums)\b[^.!?\n]{0,30}\bfor\s+"
    rf"(?:over\s+|almost\s+|nearly\s+|about\s+|more\s+than\s+)?(?P<span>{_NUMBER}(?:-\w+)?\s+years)\b",
    re.IGNORECASE,
)
_PART_OF_HOME = (
    rf"{_OWNER}(?P<what>(?:(?:new|oak|oiled|wooden|dining\s+room|living\s+room|front|back|bedroom|kitchen)\s+){{0,2}}"
    r"(?:floor|walls?|ceiling|carpet|garden|fence|bathroom|hallway|lawn|hedge|driveway))\b"
)
_DAMAGE = (
    r"\b(?:drilled|dragged|scratch\w*|ruined|flooded|cracked|dented|damaged|holes?|dripp\w*|stain\w*|smashed|tore|torn|"
    r"broke|broken|mould|mold|groove)\b"
)
_HOME = re.compile(rf"{_DAMAGE}[^.!?\n]{{0,40}}?{_PART_OF_HOME}", re.IGNORECASE)
_SHAMED = re.compile(
    r"\b(?:humiliat\w*|in\s+front\s+of\s+(?:my|our|the|other|all(?:\s+the)?)?\s*(?:everyone|everybody|customers|guests|"
    r"colleagues|family|children|kids|neighbours|neighbors|strangers|class|queue|whole\s+\w+)|"
    r"accused\s+(?:me|us)|like\s+a\s+(?:thief|criminal|liar))\b",
    re.IGNORECASE,
)
_MOURNING = re.compile(
    rf"\b(?:my|our)\s+(?:late\s+|dear\s+)?{_RELATIVE}\b[^.!?\n]{{0,25}}\b(?:died|passed\s+away|'s\s+death)\b"
    rf"|\b(?:my|our)\s+{_RELATIVE}(?:'s|’s)\s+(?:funeral|death|wake)\b|\b(?:death|funeral)\s+of\s+(?:my|our)\s+{_RELATIVE}\b",
    re.IGNORECASE,
)
_OF_THE_EVENT = re.compile(
    r"\s+(?:scans?|photos?|pictures?|dress|album|cake|cards?|list|video|presents?|ring)\b", re.IGNORECASE
)
_NAMED = re.compile(r"(?:my|our)\s+(?P<what>[\w'’-]+(?:\s+[\w'’-]+){0,5})", re.IGNORECASE)
_LIMIT = re.compile(r"(?:by|before|until)\s+(?P<when>[\w: ]{3,30})", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:is|are|was|were|has|have|will)\b", re.IGNORECASE)
_PRESSING = frozenset({"outage", "deadline", "money", "security", "safety", "repeat_contact", "vulnerable"})
_COOL = frozenset({"neutral", "positive", "confused"})
GRAVE = frozenset({"harm", "safety", "security", "allergy"})
"""Stakes that are named in a friendly mail too."""


def _tries(text: str) -> str:
    match = _TRIES.search(text)
    return " ".join((match["visits"] or match["waits"]).lower().split()) if match else ""


def _without(text: str) -> str:
    match = _GONE_WITHOUT.search(text)
    if match is None:
        return ""
    return " ".join((match["mass"] or f"a {match['thing']}").lower().split())


def _named(stake: str) -> Stake | None:
    """The stake in the words that triage found, where they are a plain noun phrase or a limit of time."""
    limit, named = _LIMIT.fullmatch(stake), _NAMED.fullmatch(stake)
    if limit:
        return Stake("deadline", limit["when"])
    if named and not _CLAUSE.search(stake):
        return Stake("named", f"your {named['what']}")
    return None


def _occasion(text: str) -> str:
    for match in _OCCASION.finditer(text):
        if not match["owner"] and not _UNOWNED.search(text[max(0, match.start() - 12) : match.end()]):
            continue
        if _OF_THE_EVENT.match(text, match.end()):
            continue
        name = match["what"] if match["what"][:1].isupper() and not match["owner"] else match["what"].lower()
        who = (match["who"] or "").lower()
        phrase = who + (match["number"] or "").lower() + (name.capitalize() if name.isupper() else name)
        day = (match["day"] or "").lower()
        on = f" {day}" if day in {"tomorrow", "this weekend"} else f" on {day.capitalize()}" if day else ""
        return ("your " if match["owner"] else "") + phrase + on
    return ""


def _owned(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return f"your {match['what'].lower()}" if match else ""


def _day(text: str) -> str:
    match = _DEADLINE.search(text)
    day = match["day"].lower() if match else ""
    return day if day in {"", "tomorrow", "tonight", "the weekend"} else day.capitalize()


def _kind_of_occasion(occasion: str, heated: bool) -> str:
    """Only a day that is named is known to lie ahead."""
    dated = re.search(r" (?:on [A-Z]|tomorrow$|this weekend$)", occasion)
    return "event" if not dated else "occasion" if heated else "occasion_ahead"


def find_stakes(case: Case) -> tuple[Stake, ...]:
    """What is at stake in the mail, weightiest first; triage's flags decide where words alone would mislead."""
    triage = case.triage
    return _stakes(
        f"{case.message.subject}\n{case.message.text}\n{triage.stake}",
        triage.stake,
        " ".join(concern.text for concern in triage.concerns),
        frozenset(triage.flags),
        triage.tone.label not in _COOL,
    )


@lru_cache(maxsize=64)  # the search for sources asks, for a batch of mails, and then each draft
def _stakes(text: str, stake: str, concerns: str, flags: frozenset[str], heated: bool) -> tuple[Stake, ...]:
    wait, loyal = _WAIT.search(text), _LOYALTY.search(text)
    occasion, named = _occasion(text), _named(stake)
    amount = _AMOUNT.search(concerns)
    found = (
        ("physical_harm" in flags, Stake("harm")),
        (bool(_DANGER.search(text)), Stake("safety")),
        ("security" in flags or bool(_INTRUSION.search(text)), Stake("security")),
        (bool(_ALLERGY.search(text)), Stake("allergy")),
        (
            bool(flags & {"personal_loss", "data_loss"}) and bool(_KEEPSAKE.search(text)),
            Stake("keepsake", _owned(_KEEPSAKE, text)),
        ),
        (bool(_MOURNING.search(text)), Stake("mourning")),
        (bool(occasion), Stake(_kind_of_occasion(occasion, heated), occasion)),
        (
            "vulnerable" in flags and bool(_PERSON.search(text)),
            Stake("person", _owned(_PERSON, text)),
        ),
        (heated and bool(_SHAMED.search(text)), Stake("dignity")),
        (bool(_DEPENDING.search(text)) and bool(flags & _PRESSING), Stake("depending", _owned(_DEPENDING, text))),
        ("outage" in flags, Stake("outage")),
        (heated and bool(_without(text)), Stake("without", _without(text))),
        (
            bool(_LIVELIHOOD.search(text)) and (heated or bool(flags & _PRESSING)),
            Stake("livelihood", _owned(_LIVELIHOOD, text)),
        ),
        (heated and bool(_HOME.search(text)), Stake("home", _owned(_HOME, text))),
        (heated and bool(_tries(text)), Stake("effort", _tries(text))),
        ("deadline" in flags and bool(_day(text)), Stake("deadline", _day(text))),
        ("repeat_contact" in flags or (heated and bool(_REPEAT.search(text))), Stake("repeat")),
        (
            "money" in flags and amount is not None,
            Stake("money", amount.group().strip() if amount else ""),
        ),
        (wait is not None, Stake("wait", wait["span"].lower() if wait else "")),
        (heated and loyal is not None, Stake("loyalty", loyal["span"].lower() if loyal else "")),
    )
    present = [stake for holds, stake in found if holds]
    if named and not any(stake.phrase for stake in present):
        present.append(named)
    return tuple(Stake(stake.kind, without_shouting(stake.phrase)) for stake in present)
