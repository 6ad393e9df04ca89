"""Which mails the knowledge base could not answer, likest together: what the writer of articles reads first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.propose import may_be_answered, question_of
from pipeline.engine.desk import Desk
from pipeline.records import Case, Source

ALIKE = 0.55
"""Cosine from which a question joins a group: its sentence vector with the mean of the group's."""
LONGEST_SHOWN = 400
"""Characters of the customer's question that are shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A mail and the ``ticket`` it is known by: its number in the store, or the id of its line."""

    ticket: int | str
    case: Case


def unanswered(asked: Sequence[Asked], desk: Desk) -> list[dict[str, Any]]:
    """Of ``asked`` those that no article answers today, as JSON objects, the largest group of like ones first."""
    askable = [one for one in asked if may_be_answered(one.case.triage)]
    found = [
        (one, best) for one, best in zip(askable, _best(askable, desk), strict=True) if not _answers(one, best, desk)
    ]
    if not found:
        return []
    groups = group(np.asarray(desk.triager.embed([shown(one.case) for one, _ in found])))
    return [
        _to_json(number, len(members), *found[place])
        for number, members in enumerate(groups, start=1)
        for place in members
    ]


def _best(asked: Sequence[Asked], desk: Desk) -> list[Source | None]:
    """The article that comes nearest to each, however far it is."""
    best: list[Source | None] = [None] * len(asked)
    for mailbox in dict.fromkeys(one.case.message.mailbox for one in asked):
        places = [place for place, one in enumerate(asked) if one.case.message.mailbox == mailbox]
        questions = [question_of(asked[place].case) for place in places]
        for place, found in zip(places, desk.knowledge(mailbox).search_many(questions, 1), strict=True):
            best[place] = found[0] if found else None
    return best


def _answers(asked: Asked, best: Source | None, desk: Desk) -> bool:
    floor = desk.config.thresholds.of(asked.case.message.mailbox).propose.solution_from_score
    return best is not None and best.score >= floor


def group(vectors: NDArray[np.float32]) -> list[list[int]]:
    """The places of like rows together, the largest group first; ``vectors`` are of length 1, one row a text.

    Each joins the group whose mean it is nearest to, where that is near enough, or opens one: Leader clustering
    (Hartigan 1975) with a moving mean, one pass and the same result for the same order.
    """
    sums: list[NDArray[np.float32]] = []
    members: list[list[int]] = []
    for place, vector in enumerate(vectors):
        near = [float(vector @ total) / float(np.linalg.norm(total)) for total in sums]
        nearest = int(np.argmax(near)) if near else -1
        if near and near[nearest] >= ALIKE:
            sums[nearest] = sums[nearest] + vector
            members[nearest].append(place)
        else:
            sums.append(vector)
            members.append([place])
    return sorted(members, key=len, reverse=True)


def shown(case: Case) -> str:
    """The customer's question: the concerns that triage found, else the beginning of the mail."""
    concerns = " ".join(dict.fromkeys(concern.text for concern in case.triage.concerns))
    return (concerns or case.message.text or case.message.subject)[:LONGEST_SHOWN]


def _to_json(number: int, size: int, asked: Asked, best: Source | None) -> dict[str, Any]:
    message = asked.case.message
    return {
        "group": number,
        "in_group": size,
        "ticket": asked.ticket,
        "mailbox": message.mailbox,
        "date": asked.case.received_at.astimezone(UTC).isoformat(),
        "urgency": asked.case.triage.urgency.label,
        "subject": message.subject,
        "question": shown(asked.case),
        "best": {"id": best.id, "title": best.title, "score": best.score} if best else None,
    }
