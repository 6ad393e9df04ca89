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
    r"gruß|cordialement|salutations|merci|bien à vous|saludos?|atentamente|gracias)"
    r"[,.!]?[ \t]*\n+[ \t]*(?P<name>[^\n]{2,40})[ \t]*(?:\n|$)",
    re.IGNORECASE,
)


def _name_words(candidate: str) -> list[str]:
    """The words of a plausible name, first name first; none where it is not plausible."""
    words = re.split(r"[\s,]+", candidate.strip())
    if not 1 <= len(words) <= 4 or any(word.lower().strip(".") in _NOT_NAMES for word in words):
        return []
    if "," in candidate:  # "Surname, First"
        words = [*words[1:], words[0]]
    if not _NAME.fullmatch(words[0]):
        return []
    return [word.capitalize() if word.isupper() or word.islower() else word for word in words]


def _names(case: Case) -> list[list[str]]:
    """What the sign-off and the From header give, those without a plausible name left out."""
    sign_offs = list(_SIGN_OFF.finditer(case.message.text[-2000:]))
    candidates = [sign_offs[-1]["name"] if sign_offs else "", case.sender.name if case.sender else ""]
    return [words for words in map(_name_words, candidates) if words]


def first_name(case: Case) -> str:
    """The customer's first name from the sign-off or the From header; empty where neither is plausible."""
    return next((words[0] for words in _names(case)), "")


def full_name(case: Case) -> str:
    """First name and surname, for a formal greeting; empty where no source gives both."""
    whole = [words for words in _names(case) if len(words) > 1 and all(map(_NAME.fullmatch, words))]
    return " ".join(whole[0]) if whole else ""


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
