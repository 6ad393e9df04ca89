"""What is at stake for the customer behind the technical problem (P5), found in the mail's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


def _occasion(text: str) -> str:
    for match in _OCCASION.finditer(text):
        if not match["owner"] and not _UNOWNED.search(text[max(0, match.start() - 12) : match.end()]):
            continue
        name = match["what"] if match["what"][:1].isupper() and not match["owner"] else match["what"].lower()
        phrase = "".join(filter(None, (match["who"], match["number"]))) + name
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


def find_stakes(case: Case) -> tuple[Stake, ...]:
    """What is at stake in the mail, weightiest first; triage's flags decide where words alone would mislead."""
    text = f"{case.message.subject}\n{case.message.text}\n{case.triage.stake}"
    flags = set(case.triage.flags)
    wait, amount = (
        _WAIT.search(text),
        _AMOUNT.search(" ".join(concern.text for concern in case.triage.concerns)),
    )
    found = (
        ("physical_harm" in flags, Stake("harm")),
        (bool(_DANGER.search(text)), Stake("safety")),
        ("security" in flags or bool(_INTRUSION.search(text)), Stake("security")),
        (bool(_ALLERGY.search(text)), Stake("allergy")),
        (
            bool(flags & {"personal_loss", "data_loss"}) and bool(_KEEPSAKE.search(text)),
            Stake("keepsake", _owned(_KEEPSAKE, text)),
        ),
        (bool(_occasion(text)), Stake("occasion", _occasion(text))),
        (
            "vulnerable" in flags and bool(_PERSON.search(text)),
            Stake("person", _owned(_PERSON, text)),
        ),
        ("outage" in flags, Stake("outage")),
        ("deadline" in flags and bool(_day(text)), Stake("deadline", _day(text))),
        ("repeat_contact" in flags or bool(_REPEAT.search(text)), Stake("repeat")),
        (
            "money" in flags and amount is not None,
            Stake("money", amount.group().strip() if amount else ""),
        ),
        (wait is not None, Stake("wait", wait["span"].lower() if wait else "")),
    )
    return tuple(stake for present, stake in found if present)
