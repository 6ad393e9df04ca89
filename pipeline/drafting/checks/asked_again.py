"""P13: nothing is asked for that the conversation already holds."""

from __future__ import annotations

import re

from pipeline.drafting.asks import EMAIL, ORDER_NUMBER, conversation
from pipeline.drafting.checks.context import CheckContext, findings, sentences
from pipeline.drafting.words import terms
from pipeline.records import CheckResult, CheckStatus

NAME = "asked_again"

_ASKS = re.compile(
    r"\?\s*$|\b(?:please|kindly|could you|can you|would you|let (?:me|us) know|tell (?:me|us)|send (?:me|us)|"
    r"we need|we will need|I need|"
    r"provide|to (?:proceed|continue|help us|complete))\b",
    re.IGNORECASE,
)
_PICTURE = r"\b(?:photo|picture|screenshot)s?\b"
_HELD = (
    (re.compile(r"\border (?:number|no\b|confirmation)|\bwhich order\b", re.IGNORECASE), ORDER_NUMBER),
    (re.compile(r"\b(?:your e-?mail address|address of your account)\b(?!.{0,40}if it is not)", re.IGNORECASE), EMAIL),
    (
        re.compile(r"\b(?:photo|picture|screenshot)s?\b", re.IGNORECASE),
        re.compile(rf"{_PICTURE}[^.!?\n]{{0,30}}\battached\b|\battached\b[^.!?\n]{{0,30}}{_PICTURE}", re.IGNORECASE),
    ),
)  # fmt: skip
_STORY = re.compile(
    r"\b(?:describe|explain|which|what|when|how much|have you tried|again|once more|from the beginning|set out|"
    r"restart\w*|reinstall\w*)\b",
    re.IGNORECASE,
)
SHARE = 0.6


def _held(sentence: str, said: str) -> bool:
    return any(asked.search(sentence) and known.search(said) for asked, known in _HELD)


def _repeats(sentence: str, said: frozenset[str]) -> bool:
    """Nearly all that is asked about stands in the mail already, or most of it where the story is to be told again."""
    share = SHARE if _STORY.search(sentence) else 0.8
    asked = frozenset(terms(sentence)) - _POLITE
    return len(asked) >= 3 and len(asked & said) / len(asked) >= share


_POLITE = frozenset(
    terms(
        "could please kindly let know tell send share provide number attach reply message back need phone help "
        "thing call"
    )
)


def check(context: CheckContext) -> list[CheckResult]:
    said = conversation(context.case)
    words = frozenset(terms(said))
    asking = [m for m in sentences(context.own) if _ASKS.search(m.group())]
    again = [m for m in asking if _held(m.group(), said) or _repeats(m.group(), words)]
    message = "the customer has already told this; use it instead of asking again"
    return findings(NAME, CheckStatus.WARN, message, again)
