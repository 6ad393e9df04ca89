"""What the checks find and the search answers, on sentences, drafts and questions that no rule was written with."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.config import Config
from pipeline.drafting.checks import CheckContext, Judge, run_checks
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.engine.desk import Desk
from pipeline.learning.data import SEED
from pipeline.learning.reply_lines import JUDGE
from pipeline.records import Case, CheckStatus, DraftKind, Fault, Judgement, Message, Source, Triage
from pipeline.triage.volume import joined

COMPOSURE = (
    "blame", "command", "minimise", "doubt", "sarcasm", "shouting", "excuse", "policy_first", "hollow_apology",
    "dismissal", "liability", "overpromise",
)  # fmt: skip
RULES_OF: Mapping[str, tuple[str, ...]] = {
    "claimed_action": ("claimed_action",),
    "ungrounded": ("grounding",),
    "fault": ("liability",),
    "asked_again": ("asked_again",),
    "other_customer": ("grounding",),
}
ANSWERS_FROM = (0.3, 0.5, 0.7, 0.9)
FOUND = 3
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def rows(name: str) -> list[dict[str, Any]]:
    text = (SEED / "replies" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def context(config: Config, row: Mapping[str, Any]) -> CheckContext:
    """The draft of ``row``, alone or with its thread, as the sample firm would send it."""
    calm = Judgement("neutral", 1.0, {"neutral": 1.0})
    normal = Judgement("normal", 1.0, {"normal": 1.0})
    triage = Triage(row.get("id", "-"), "en", normal, calm, 0, (), False, (), (), (), "")
    message = Message(triage.id, "", row.get("thread", ""))
    known = row.get("knowledge", "")
    return CheckContext(
        body=row.get("draft", row.get("text", "")),
        kind=DraftKind.SOLUTION,
        case=Case(message, triage, None, MONDAY, Fault(row.get("fault", "unknown"))),
        firm=next(iter(config.mailboxes.values())).firm,
        policy=config.policy,
        now=MONDAY,
        sources=(Source("known", "", known, 1.0),) if known else (),
        knowledge=known,
    )


def fires(rules: Iterable[str], draft: CheckContext, judge: Judge | None = None) -> bool:
    wanted = frozenset(rules)
    return any(found.name in wanted and found.status is not CheckStatus.PASS for found in run_checks(draft, judge))


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


def measured_checks(desk: Desk) -> dict[str, Any]:
    """The rules on composure, with the model and without, on lines to judge by; the rules on facts on their drafts."""
    lines = [row for row in rows(JUDGE) if row["kind"] != "ask_again"]
    judges = {"composure": desk.triager.reply_reader(desk.config.calmdesk.model), "composure_rules_alone": None}
    found = {
        name: shares((row["kind"], row["bad"], fires(COMPOSURE, context(desk.config, row), judge)) for row in lines)
        for name, judge in judges.items()
    }
    facts = (
        (row["kind"], row["must_flag"], fires(RULES_OF[row["kind"]], context(desk.config, row)))
        for row in rows("facts.jsonl")
        if row["kind"] in RULES_OF and row.get("lang", "en") == "en"
    )
    return {**found, "facts": shares(facts)}


def measured_retrieval(desk: Desk) -> dict[str, Any]:
    return retrieval(desk.knowledge(next(iter(desk.config.mailboxes))), rows("questions.jsonl"))
