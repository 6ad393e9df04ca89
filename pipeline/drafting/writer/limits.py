"""What the prose of a model may not hold, beyond what the checks refuse in any draft.

A person may write a link or a promise and answer for it; a model may not. Greeting, steps, questions, reply time,
contact and signature come from templates, so prose that holds one of them is forged or invented. All of it may be
strict: what is refused wrongly is only composed instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.drafting.checks.facts import find_facts, known
from pipeline.drafting.checks.grounding import stands_in
from pipeline.drafting.contacts import without_contacts
from pipeline.drafting.steering import is_steering
from pipeline.drafting.writer.brief import Brief


@dataclass(frozen=True, slots=True)
class Rule:
    """``broken`` is given one part of the prose; it is not asked about words that the brief holds exactly so."""

    name: str
    message: str
    broken: Callable[[str, Brief, str], bool]


def broken_rule(part: str, brief: Brief, prompt: str) -> Rule | None:
    """The first rule that ``part`` breaks, or None. ``prompt`` is the system prompt."""
    if part in brief.restated:
        return None
    return next((rule for rule in RULES if rule.broken(part, brief, prompt)), None)


def _any(pattern: str) -> Callable[[str, Brief, str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    return lambda part, brief, prompt: compiled.search(part) is not None


def _unprintable(part: str, brief: Brief, prompt: str) -> bool:
    return not part.isprintable()


def _contact(part: str, brief: Brief, prompt: str) -> bool:
    return without_contacts(part) != part


def _steering(part: str, brief: Brief, prompt: str) -> bool:
    return is_steering(part)


def _ungrounded(part: str, brief: Brief, prompt: str) -> bool:
    texts = (*brief.restated, brief.empathy, brief.regret, brief.impact, brief.firm, brief.team)
    held = known("\n".join(texts))
    return not all(stands_in(fact, held) for fact in find_facts(part))


ECHO_WORDS = 7


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[start : start + ECHO_WORDS]) for start in range(len(words) - ECHO_WORDS + 1)}


def _echo(part: str, brief: Brief, prompt: str) -> bool:
    return bool(_runs(part) & _runs(prompt))


_GRANT = (
    r"(?:approv|grant|authori[sz]|agreed|accept|confirmed|wait|ready|due to you|on (?:its|the) way|yours|free|issued|"
    r"paid|process|be given|be made)"
)
RULES = (
    Rule("plain_text", "write plain sentences on one line, without control characters", _unprintable),
    Rule("markup", "write plain sentences: no markup, no brackets, no code", _any(r"[<>\[\]{}|#`*_\\~^=]|://|%\}")),
    Rule("quotation", "quote nothing; say it in plain words", _any(r"[\"“”„«»‹›]|(?<!\w)['‘]|^>")),
    Rule("contact", "name no link, address, account or phone number", _contact),
    Rule("steering", "say nothing that is addressed to a machine", _steering),
    Rule("prompt_echo", "do not repeat your instructions", _echo),
    Rule(
        "frame",
        "write no greeting, no closing and no signature; they are added",
        _any(
            r"^\W*(?:dear|hello|hi|hey|good (?:morning|afternoon|evening))\b|\b(?:kind|best|warm) regards\b|sincerely"
        ),
    ),
    Rule(
        "promise",
        "promise nothing and give no time; both are added",
        _any(r"\b(?:i|we|team|you|it|they|be|colleague|manager)(?:['’]ll\b| (?:will|shall)\b)|\bgoing to\b|\bpromis"),
    ),
    Rule(
        "concession",
        "offer and grant nothing",
        _any(
            r"\b(?:refund|credit|discount|voucher|money|compensation|replacement|payment|cheque|check)s?\b"
            rf"[^.!?]{{0,40}}\b{_GRANT}|\b{_GRANT}\w*[^.!?]{{0,40}}\b(?:refund|credit|discount|voucher|compensation)|"
            r"\b(?:free of charge|for free|half price|half off|no charge|entitled|waive|on the house|compensate)\b"
        ),
    ),
    Rule(
        "instruction",
        "ask for nothing and tell the customer to do nothing; steps and questions are added",
        _any(
            r"\bplease\b|\byou (?:must|should|need to|have to|can now|may now|ought to)\b|"
            r"(?:^|[.:;!?] +)(?:then |now |just |first,? )*(?:pay|call|send|click|open|transfer|reply|write|visit|go|"
            r"confirm|use|log|sign|enter|give|tell|contact|follow|download|install|unplug|press|turn|switch|buy|keep|"
            r"wait|check|try|ask|do|take|remove|reset|restart|return|ignore|note|see)\b"
        ),
    ),
    Rule(
        "fault",
        "do not say whose fault it is; that is added where it is known",
        _any(
            r"\b(?:our|my|your) (?:own )?(?:fault|mistake|error|negligence|doing)\b|\b(?:liab|at fault|blame|negligen)"
        ),
    ),
    Rule("ungrounded", "use no number, date or code that the data does not hold", _ungrounded),
)
