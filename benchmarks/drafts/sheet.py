"""The page: the goals, the figures, and 40 mails with their drafts side by side, for a person to read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from benchmarks.drafts.goals import Goal
from benchmarks.drafts.written import Written
from pipeline.records import CheckStatus, Draft

TEMPLATE = Path(__file__).with_name("sheet.html.jinja")
MAILS = 40


def chosen(written: Sequence[Written]) -> list[Written]:
    """Forty mails that were drafted for, of every tone as evenly as there are any, the same at every call."""
    by_tone: dict[str, list[Written]] = {}
    for one in sorted(written, key=_place):
        if one.drafts.drafts:
            by_tone.setdefault(one.case.triage.tone.label, []).append(one)
    found: list[Written] = []
    while len(found) < MAILS and any(by_tone.values()):
        for waiting in by_tone.values():
            if waiting and len(found) < MAILS:
                found.append(waiting.pop(0))
    return found


def _place(one: Written) -> str:
    return hashlib.sha256(one.case.message.id.encode()).hexdigest()


def raised(draft: Draft) -> list[Any]:
    return [check for check in draft.checks if check.status is not CheckStatus.PASS]


def render(found: Mapping[str, Any], goals: Sequence[Goal], sheet: Sequence[Written]) -> str:
    """The page as HTML; every text is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters["raised"] = raised
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(found=found, goals=goals, sheet=sheet)
