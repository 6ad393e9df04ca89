"""The answer of the model, read strictly: a JSON object with three keys, and plain sentences in them.

    {"opening": "...", "concerns": ["...", ...], "bridge": "..."}

Whatever else it is, it is refused by a named rule; a refusal costs nothing but the composed text in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from pipeline.drafting.restate import lower_first
from pipeline.drafting.writer.brief import Brief
from pipeline.drafting.writer.limits import broken_rule
from pipeline.errors import AnswerRefused

KEYS = ("opening", "concerns", "bridge")
LONGEST_ANSWER = 20_000
LONGEST_PART = 600


@dataclass(frozen=True, slots=True)
class Prose:
    """What the model contributes. ``concerns`` read on after "As I understand it, "; ``bridge`` may be empty."""

    opening: str
    concerns: tuple[str, ...]
    bridge: str

    def parts(self) -> Iterator[str]:
        yield from filter(None, (self.opening, *self.concerns, self.bridge))


def read_prose(answer: str, brief: Brief, prompt: str) -> Prose:
    """The prose in ``answer``; AnswerRefused names the first rule it breaks. ``prompt`` is what may not be repeated."""
    prose = _parsed(answer, len(brief.restated))
    for part in prose.parts():
        if rule := broken_rule(part, brief, prompt):
            raise AnswerRefused(rule.name, rule.message, part)
    return prose


_FENCE = re.compile(r"\A```(?:json)?\n(.*)\n```\Z", re.DOTALL)


def _parsed(answer: str, concerns: int) -> Prose:
    if len(answer) > LONGEST_ANSWER:
        _refuse(f"the answer has more than {LONGEST_ANSWER} characters")
    fenced = _FENCE.match(answer.strip())
    try:
        data = json.loads(fenced[1] if fenced else answer)
    except (ValueError, RecursionError):
        _refuse("the answer is not one JSON object")
    if not isinstance(data, dict) or set(data) != set(KEYS):
        _refuse(f"the answer must have the keys {', '.join(KEYS)} and no other")
    said = data["concerns"]
    if not isinstance(said, list) or len(said) != concerns:
        _refuse(f"concerns must be a list of {concerns}, one for each concern in the data, in the same order")
    return Prose(
        opening=_sentence(data["opening"], "opening"),
        concerns=tuple(lower_first(_sentence(each, "concerns")).rstrip(". ") for each in said),
        bridge=_sentence(data["bridge"], "bridge", empty=True),
    )


def _sentence(value: object, key: str, *, empty: bool = False) -> str:
    if not isinstance(value, str):
        _refuse(f"{key} must be text")
    text = value.strip()
    if not text and not empty:
        _refuse(f"{key} is empty")
    if len(text) > LONGEST_PART:
        _refuse(f"{key} has more than {LONGEST_PART} characters")
    return text


def _refuse(message: str) -> NoReturn:
    raise AnswerRefused("answer_form", message)
