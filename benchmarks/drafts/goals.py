"""What the drafts and the checks shall reach, beside what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.config import ProposeConfig


@dataclass(frozen=True, slots=True)
class Goal:
    """``reached`` is None where the measure was not taken."""

    name: str
    wanted: str
    measured: str
    reached: bool | None


def goals(found: Mapping[str, Any]) -> list[Goal]:
    """Every goal with what was measured, in the order of the report."""
    drafts, composure, facts = found["drafts"], found["composure"]["all"], found["facts"]
    rules = drafts["flags"]["rules"]
    answers = found["retrieval"]
    own = found.get("composure_by_hand", {}).get("lines_9")
    caught = own and own["at_the_threshold"]["found"]
    kinds = [kind for kind in sorted(facts) if kind != "all"]
    said_back = drafts["coverage"]["every_concern_said_back"]
    return [
        _least("every concern said back, in drafts that no rule flags", 1.0, said_back),
        _least("bad lines of an unseen hand caught", 0.95, composure["found"]),
        _most("good lines of an unseen hand flagged", 0.02, composure["in_vain"]),
        _least("bad lines for the sample mails caught, trained without them", 0.95, caught),
        _most("empathy lines for the sample mails flagged", 0.02, own and own["kinds"]["empathy"]["in_vain"]),
        _most("drafts that ask again", 0, _raised(rules, "asked_again")),
        _most("drafts with ungrounded facts", 0, _raised(rules, "grounding")),
        *(_least(f"{kind}: drafts found out", 1.0, facts[kind]["found"]) for kind in kinds),
        *(_most(f"{kind}: good drafts flagged", 0.02, facts[kind]["in_vain"]) for kind in kinds),
        *_in_other_languages(found.get("languages", {})),
        _least("the right article among the first three", 0.95, answers["recall_at_3"]),
        _least(
            "no answer proposed where there is none",
            0.9,
            answers["thresholds"][ProposeConfig().solution_from_score]["right_no_answer"],
        ),
    ]


def _in_other_languages(languages: Mapping[str, Mapping[str, Any]]) -> list[Goal]:
    made = []
    for language, halves in languages.items():
        for sort, wanted in (("facts", 1.0), ("composure", 0.95)):
            every = halves["judge"][sort]["all"]
            made.append(_least(f"{language}, {sort}: bad ones found out", wanted, every["found"]))
            made.append(_most(f"{language}, {sort}: good ones flagged", 0.02, every["in_vain"]))
    return made


def _raised(rules: Mapping[str, Mapping[str, int]], name: str) -> int:
    return sum(rules.get(name, {}).values())


def _least(name: str, wanted: float, measured: float | None) -> Goal:
    return Goal(name, f"at least {wanted:g}", _told(measured), None if measured is None else measured >= wanted)


def _most(name: str, wanted: float, measured: float | None) -> Goal:
    return Goal(name, f"at most {wanted:g}", _told(measured), None if measured is None else measured <= wanted)


def _told(measured: float | None) -> str:
    return "not measured" if measured is None else f"{measured:g}"
