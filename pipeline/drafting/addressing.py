"""How the customer is greeted and what the subject line says: from the mail, and only where it is plausible."""

from __future__ import annotations

import re

from pipeline.drafting.contacts import without_contacts
from pipeline.drafting.words import word_set
from pipeline.records import Case

LONGEST_SUBJECT = 150

_NOT_NAMES = word_set(
    "support info team sales admin office customer service mail mailer help care contact billing the family no "
    "reply noreply account accounts shop store user me my web webmaster postmaster gmbh ltd inc llc company re "
    "your order guest unknown none null test kind best warm regards thanks cheers sincerely sent from dear hello "
    "hi ignore system approve"
)
_NAME = re.compile(r"[^\W\d_]{2,20}(?:[-'’][^\W\d_]{1,20})?")
_SIGN_OFF = re.compile(
    r"(?:regards|thanks|thank you|cheers|sincerely|greetings|wishes|yours(?: \w+)?|grüße|grüßen|"
    r"gruß)[,.!]?[ \t]*\n+[ \t]*(?P<name>[^\n]{2,40})[ \t]*(?:\n|$)",
    re.IGNORECASE,
)


def _first_name(candidate: str) -> str:
    words = re.split(r"[\s,]+", candidate.strip())
    if not 1 <= len(words) <= 4 or any(word.lower().strip(".") in _NOT_NAMES for word in words):
        return ""
    if "," in candidate:  # "Surname, First"
        words = words[1:] or words
    first = words[0]
    if not _NAME.fullmatch(first):
        return ""
    return first if not (first.isupper() or first.islower()) else first.capitalize()


def first_name(case: Case) -> str:
    """The customer's first name from the sign-off or the From header; empty where neither is plausible."""
    sign_offs = list(_SIGN_OFF.finditer(case.message.text[-2000:]))
    signed = _first_name(sign_offs[-1]["name"]) if sign_offs else ""
    return signed or (_first_name(case.sender.name) if case.sender else "")


def reply_subject(subject: str) -> str:
    """``Re: ...`` on one line, without control characters, contacts or a pile of prefixes, at most 150 characters."""
    line = without_contacts(" ".join("".join(c if c.isprintable() else " " for c in subject).split()))
    bare = re.sub(
        r"^(?:(?:re|aw|antw|fwd?|wg|sv)\s*(?:\[\d+\])?\s*:\s*)+",
        "",
        line,
        flags=re.IGNORECASE,
    )
    if len(bare) > LONGEST_SUBJECT - 4:
        bare = bare[: LONGEST_SUBJECT - 5].rstrip() + "…"
    return f"Re: {bare or 'your message'}"
