"""P1: the reply is never hotter than the mail, and even however hot the mail is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from pipeline.drafting import elsewhere
from pipeline.drafting.checks.context import CheckContext, findings, patterns
from pipeline.records import CheckResult, CheckStatus

NAME = "register"

_MARKS = (
    ("exclamation marks", re.compile(r"!+"), 1, 1),
    ("words in capitals", re.compile(r"(?<![\w-])[A-Z]{2,}(?: [A-Z]{2,}){1,20}(?![\w-])"), 0, 0),
    (
        "strengthening words",
        patterns(
            r"(?:very|really|extremely|absolutely|totally|completely|utterly|incredibly|truly|deeply|terribly|awfully|"
            r"so so|"
            r"enormously|immensely|hugely|profoundly|sincerely|super|beyond)\b",
            rf"(?:{elsewhere.words('strengthening')})\b",
        ),
        1,
        2,
    ),
    (
        "emotive words",
        patterns(
            r"(?:terribl[ey]|awful|horribl[ey]|horrif\w+|horrendous|dreadful|nightmare\w*|disast\w+|catastroph\w+|"
            r"tragic|"
            r"heart-?br\w+|devastat\w+|appall\w+|outrage\w*|shock(?:ing|ed)|disgust\w*|disgrace\w*|shameful|ashamed|"
            r"mortified|furious|infuriat\w+|unforgivable|inexcusable|unacceptable|scandal\w*|insane|crazy|hell(?:ish)?|"
            r"unbelievabl[ey]|gutted|desperate\w*|thrilled|ecstatic|amazing|awesome|fantastic)\b",
            rf"(?:{elsewhere.words('emotive')})\b",
        ),
        0,
        1,
    ),
)
"""What heats a text, how much of it any reply may have, and how much a reply to the hottest mail."""


def check(context: CheckContext) -> list[CheckResult]:
    own, mail = context.own, f"{context.case.message.subject}\n{context.case.message.text}"
    known = f"{context.firm.name} {context.firm.signature} {context.knowledge} {mail}"
    heat = _heat(mail)
    results = []
    for what, pattern, least, most in _MARKS:
        allowed = min(max(least, heat[what]), most)
        found = [match for match in pattern.finditer(own) if match.group().islower() or not _is_name(match, known)]
        message = f"the reply has more {what} than an even reply to this mail"
        results += findings(NAME, CheckStatus.WARN, message, found[allowed:])
    return results


@lru_cache(maxsize=8)  # the mail is the same for all its drafts
def _heat(mail: str) -> Mapping[str, int]:
    return {what: len(pattern.findall(mail)) for what, pattern, _, _ in _MARKS}


def _is_name(match: re.Match[str], known: str) -> bool:
    """An acronym that the mail, the firm or its knowledge base writes in capitals too."""
    return match.group().isupper() and match.group() in known
