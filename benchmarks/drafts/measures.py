"""What the checks find and the search answers, on sentences, drafts and questions that no rule was written with."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline.config import Config
from pipeline.drafting.checks import CheckContext, Judge, run_checks
from pipeline.drafting.checks.context import judged
from pipeline.drafting.checks.promises import commitments
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.engine.desk import Desk
from pipeline.learning.data import SEED
from pipeline.learning.reply_lines import JUDGES
from pipeline.records import Case, CheckStatus, DraftKind, Fault, Judgement, Message, ThreadTurn, Triage
from pipeline.triage.volume import joined

COMPOSURE = (
    "blame", "command", "minimise", "doubt", "sarcasm", "shouting", "excuse", "policy_first", "hollow_apology",
    "dismissal", "liability", "overpromise",
)  # fmt: skip
RULES_OF: Mapping[str, tuple[str, ...]] = {
    "concession": ("concessions",),
    "claimed_action": ("claimed_action",),
    "ungrounded": ("grounding",),
    "fault": ("liability",),
    "asked_again": ("asked_again",),
    "other_customer": ("other_customer",),
    "promise": ("promises",),
}
LANGUAGES = ("de", "fr", "es")
"""Beside English: their rows say themselves which half they are of."""
ANSWERS_FROM = (0.3, 0.5, 0.7, 0.9)
FOUND = 3
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def rows(name: str) -> list[dict[str, Any]]:
    text = (SEED / "replies" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def context(config: Config, row: Mapping[str, Any]) -> CheckContext:
    """The draft of ``row``, alone or with its thread, as the sample firm would send it.

    What the thread quotes (lines with ">") is the firm's earlier turn, as intake would take it apart. The knowledge
    is what a draft may rest on; it is not shown as a source, since sources are blanked where they stand word by word.
    """
    calm = Judgement("neutral", 1.0, {"neutral": 1.0})
    normal = Judgement("normal", 1.0, {"normal": 1.0})
    triage = Triage(row.get("id", "-"), row.get("lang", "en"), normal, calm, 0, (), False, (), (), (), "")
    lines = row.get("thread", "").splitlines()
    quoted = "\n".join(line.lstrip("> ") for line in lines if line.startswith(">"))
    message = Message(triage.id, "", "\n".join(line for line in lines if not line.startswith(">")))
    now = datetime.fromisoformat(row["now"]).astimezone(UTC) if "now" in row else MONDAY
    thread = (ThreadTurn(True, quoted),) if quoted else ()
    return CheckContext(
        body=row.get("draft", row.get("text", "")),
        kind=DraftKind.SOLUTION,
        case=Case(message, triage, None, now, Fault(row.get("fault", "unknown")), thread),
        firm=next(iter(config.mailboxes.values())).firm,
        policy=config.policy,
        now=now,
        knowledge=row.get("knowledge", ""),
    )


def fires(rules: Iterable[str], draft: CheckContext, judge: Judge | None = None) -> bool:
    wanted = frozenset(rules)
    return any(found.name in wanted and found.status is not CheckStatus.PASS for found in run_checks(draft, judge))


def meets(start: int, end: int, draft: CheckContext, span: str) -> bool:
    """Whether ``start`` to ``end`` lies on the words that are wrong; anything does where a row names none."""
    at = draft.body.find(span)
    return at < 0 or (start < at + len(span) and end > at)


def flags(draft: CheckContext, row: Mapping[str, Any], judge: Judge | None = None) -> bool:
    """Whether the rule of the row's kind finds something, on the words that are wrong where there are any.

    Of promises the row says that they have to be found, not that they are bad.
    """
    if row["kind"] == "promise":
        found = commitments(judged(draft, judge))
        return any(meets(one.start, one.end, draft, row["span"]) for one in found)
    return any(
        one.name in RULES_OF[row["kind"]]
        and one.status is not CheckStatus.PASS
        and meets(one.start or 0, one.end or len(draft.body), draft, row["span"])
        for one in run_checks(draft, judge)
    )


def part(row: Mapping[str, Any]) -> str:
    """Half of the rows are developed on, half judged by; which is which is decided by the id alone."""
    return "judge" if hashlib.sha256(row["id"].encode()).digest()[0] % 2 else "develop"


def shares(judged: Iterable[tuple[str, bool, bool]]) -> dict[str, dict[str, Any]]:
    """Of (kind, to be flagged, flagged): by kind and over all, how many were found and how many in vain."""
    counts: dict[str, list[list[bool]]] = defaultdict(lambda: [[], []])
    for kind, wanted, flagged in judged:
        for name in (kind, "all"):
            counts[name][wanted].append(flagged)
    return {
        name: {"found": share(wanted), "in_vain": share(fine), "bad": len(wanted), "good": len(fine)}
        for name, (fine, wanted) in sorted(counts.items())
    }


def share(flags: Sequence[bool]) -> float | None:
    return round(sum(flags) / len(flags), 3) if flags else None


def retrieval(knowledge: KnowledgeBase, questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = knowledge.search_many([joined(one["subject"], one["text"]) for one in questions], FOUND)
    first, among = [], []
    best: dict[bool, list[float]] = {True: [], False: []}
    for question, sources in zip(questions, found, strict=True):
        right = {question["article"], *question["also"]} - {""}
        best[bool(right)].append(sources[0].score if sources else 0.0)
        if right:
            first.append(any(source.id in right for source in sources[:1]))
            among.append(any(source.id in right for source in sources))
    return {
        "recall_at_1": share(first),
        f"recall_at_{FOUND}": share(among),
        "thresholds": {
            threshold: {
                "answered": share([score >= threshold for score in best[True]]),
                "right_no_answer": share([score < threshold for score in best[False]]),
            }
            for threshold in ANSWERS_FROM
        },
    }


def owned(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A good line may own a slip, which is good where a person has confirmed the fault; lines on liability are judged
    with the facts still open."""
    return row if row["bad"] or row["kind"] == "liability" else {**row, "fault": "confirmed"}


def measured_checks(desk: Desk) -> dict[str, Any]:
    """The rules on composure, with the model and without, on lines to judge by; the rules on facts on their drafts."""
    judge = desk.triager.reply_reader(desk.config.calmdesk.model)
    found = {name: composed(desk, used) for name, used in (("composure", judge), ("composure_rules_alone", None))}
    facts = {
        half: shares(
            (row["kind"], row["must_flag"], flags(context(desk.config, row), row, judge))
            for row in rows("facts.jsonl")
            if row["kind"] in RULES_OF and part(row) == half
        )
        for half in ("develop", "judge")
    }
    return {**found, "facts": facts["judge"], "facts_developed_on": facts["develop"]}


def composed(desk: Desk, judge: Judge | None) -> dict[str, dict[str, Any]]:
    """The lines to judge by: all of them and by kind, then by the hand that wrote them."""
    flagged = {
        Path(name).stem: [
            (row["kind"], row["bad"], fires(COMPOSURE, context(desk.config, owned(row)), judge))
            for row in rows(name)
            if row["kind"] != "ask_again"
        ]
        for name in JUDGES
    }
    hands = {hand: shares(found)["all"] for hand, found in flagged.items()}
    return shares(chain.from_iterable(flagged.values())) | hands


def measured_languages(config: Config) -> dict[str, dict[str, Any]]:
    """By language and half: what the rules alone, since no model knows the language, find on facts and composure."""
    return {
        language: {
            half: {
                "facts": shares(
                    (row["kind"], row["must_flag"], flags(context(config, row), row))
                    for row in rows(f"facts_{language}.jsonl")
                    if row["part"] == half
                ),
                "composure": shares(
                    (row["kind"], row["bad"], fires(COMPOSURE, context(config, owned(row))))
                    for row in rows(f"composure_{language}.jsonl")
                    if row["part"] == half
                ),
            }
            for half in ("develop", "judge")
        }
        for language in LANGUAGES
    }


def measured_retrieval(desk: Desk) -> dict[str, Any]:
    return retrieval(desk.knowledge(next(iter(desk.config.mailboxes))), rows("questions.jsonl"))
