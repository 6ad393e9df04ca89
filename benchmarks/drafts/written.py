"""The three drafts for mails of the project's own, as the sample firm would write them, and what they keep of the mail.

Two things are held apart: whether every concern that triage found is said back (what the product promises), and whether
every concern that a careful person wrote down is (what the customer wants), which also measures the triage.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.drafts.measures import share
from pipeline.drafting.register import plain
from pipeline.drafting.words import terms
from pipeline.engine.desk import Desk
from pipeline.learning.data import SEED
from pipeline.records import Case, CheckStatus, DraftSet, Message

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
"""When every mail is taken to have come: a Tuesday morning."""
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Written:
    """A mail with its drafts, and the concerns as a careful person said them back."""

    case: Case
    drafts: DraftSet
    gold: tuple[str, ...]


def mails() -> dict[str, dict[str, Any]]:
    """The mails that have gold restatements, by id."""
    found = {}
    for file in sorted(SEED.glob("mails_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found[row["id"]] = row
    return found


def write_drafts(desk: Desk, limit: int | None = None) -> list[Written]:
    """Triage and drafts of the mails with gold restatements, in the order of their ids."""
    rows = [json.loads(line) for line in (SEED / "restated.jsonl").read_text(encoding="utf-8").splitlines()]
    own = mails()
    chosen = [(own[row["id"]], tuple(row["restate"])) for row in rows][:limit]
    mailbox = next(iter(desk.config.mailboxes))
    messages = [Message(mail["id"], mail.get("subject", ""), mail["text"], mailbox) for mail, _ in chosen]
    triages = desk.triager.triage(messages, desk.config.thresholds.of)
    cases = [Case(message, triage, None, AT) for message, triage in zip(messages, triages, strict=True)]
    drafted = [
        desk.composer.draft(
            case,
            firm=desk.firm(mailbox),
            policy=desk.config.policy,
            thresholds=desk.config.thresholds.of(mailbox),
            knowledge=desk.knowledge(mailbox),
        )
        for case in cases
    ]
    return [Written(*one) for one in zip(cases, drafted, (gold for _, gold in chosen), strict=True)]


def said_back(concern: str, body: str) -> bool:
    """Whether one line of ``body`` has half of the words of ``concern``: another measure than that of the check."""
    words = frozenset(terms(plain(concern), numbers=True))
    lines = (frozenset(terms(line, numbers=True)) for line in body.splitlines() if line.strip())
    return not words or max((len(words & line) / len(words) for line in lines), default=0.0) >= HALF


def coverage(written: Sequence[Written]) -> dict[str, Any]:
    """Of all drafts that no rule flagged for it: the share that says every concern back, and of gold concerns."""
    unflagged, gold, flagged = [], [], 0
    for one in written:
        for draft in one.drafts.drafts:
            if _found(draft.checks, "concern_coverage"):
                flagged += 1
                continue
            unflagged.append(all(said_back(concern.text, draft.body) for concern in one.case.triage.concerns))
        if one.drafts.drafts and one.case.triage.language == "en":
            gold += [said_back(concern, one.drafts.drafts[0].body) for concern in one.gold]
    return {
        "drafts": len(unflagged) + flagged,
        "flagged": flagged,
        "every_concern_said_back": share(unflagged),
        "gold_concerns_said_back": share(gold),
        "escalated": sum(1 for one in written if one.drafts.escalate),
    }


def flags(written: Iterable[Written]) -> dict[str, Any]:
    """How often each rule warns or blocks in the drafts as they were written: nothing here was anybody's edit."""
    counts: dict[str, dict[str, int]] = {}
    drafts = clean = 0
    for one in written:
        for draft in one.drafts.drafts:
            drafts += 1
            raised = {(check.name, check.status) for check in draft.checks if check.status is not CheckStatus.PASS}
            clean += not raised
            for name, status in raised:
                counts.setdefault(name, {"warn": 0, "block": 0})[status] += 1
    return {"drafts": drafts, "without_any": clean, "rules": dict(sorted(counts.items()))}


def openings(written: Iterable[Written]) -> Mapping[str, int]:
    """How many drafts of each kind are proposed first."""
    counts: dict[str, int] = {}
    for one in written:
        name = str(one.drafts.proposed or "a person")
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def _found(checks: Iterable[Any], name: str) -> bool:
    return any(check.name == name and check.status is not CheckStatus.PASS for check in checks)
