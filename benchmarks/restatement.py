"""How concerns are said back: the share rewritten, likeness to gold restatements, and faults that simple rules find.

    python -m benchmarks.restatement MAILS... -- RESTATED...

Both are JSON lines: mails with id, subject and text; restatements with id and ``restate``, and, where they have it,
``empathy``. JSON goes to stdout. The model reads each mail, so concerns it misses count against the likeness.

    rewritten       share of the concerns said back by rewriting at least in part, the rest being quoted whole
    rouge_l         mean over gold restatements of the best F-measure with one line of the draft: longest common
                    subsequence of words (Lin 2004)
    faults          lines in which a rule finds a fault of grammar or person, by kind
    insults         lines with a word that a reply must not repeat
    stake_named     share of the mails with a stake whose empathy comes from a stake and not from the tone
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.config import load_config
from pipeline.drafting.compose import restated_concerns
from pipeline.drafting.register import contains_insult
from pipeline.drafting.stakes import find_stakes
from pipeline.records import Case, Message, Triage
from pipeline.triage.triager import Triager

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
FAULTS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "disagreement": r"(?i)\b(?:you|we) (?:am|is|was|has|does)\b",
        "double_verb": r"(?i)\b(?:do|does|did) (?:is|are|was|were|has|had|did|does)\b|\b(\w{3,}) \1\b",
        "customers_first_person": r"\b(?:I|me|my|mine|myself)\b(?!\.)",
        "greeting": r"(?i)^(?:you write: )?“?(?:hi|hello|hey|dear|good morning|regards|thanks|cheers)\b",
        "broken_end": r"(?i)\b(?:and|but|or|the|a|an|to|of|because|if|that)$|[,;:–-]$",
        "question_as_statement": r"(?i)(?:^|; )(?:why|how|is|are|do|does|did|can|could|will|would)\b.*\b(?:you|we)\b",
        "command_to_reader": r"(?i)(?:^|; )(?:send|refund|fix|give|tell|call|stop|put|take|get|make|let|do not)\b",
        "very_short": r"^\W*\w+\W*$",
    }.items()
}
_QUOTED_WHOLE = re.compile(r"^you (?:write|ask): “[^“”]*”$")


def rouge_l(one: str, other: str) -> float:
    """F-measure of the longest common subsequence of the words of two lines."""
    left, right = (re.findall(r"[^\W_]+", text.lower()) for text in (one, other))
    row = [0] * (len(right) + 1)
    for word in left:
        before = 0
        for place, other_word in enumerate(right, start=1):
            above = row[place]
            row[place] = before + 1 if word == other_word else max(row[place], row[place - 1])
            before = above
    return 2 * row[-1] / (len(left) + len(right)) if left and right else 0.0


def faults(line: str) -> list[str]:
    """The kinds of fault in a line, quotations left out."""
    own = re.sub(r"“[^“”]*”", "Q", line)
    if _QUOTED_WHOLE.match(line):
        return []
    return [kind for kind, pattern in FAULTS.items() if pattern.search(own)]


def measure(cases: Sequence[Case], gold: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    lines, likeness, found, insults, stakes = 0, [], Counter[str](), 0, []
    quoted = 0
    for case, row in zip(cases, gold, strict=True):
        if case.triage.escalate or case.triage.language != "en":
            continue
        said = restated_concerns(case)
        lines += len(said)
        quoted += sum(bool(_QUOTED_WHOLE.match(line)) for line in said)
        likeness += [max((rouge_l(line, wanted) for line in said), default=0.0) for wanted in row["restate"]]
        found.update(kind for line in said for kind in faults(line))
        insults += sum(contains_insult(line) for line in said)
        if case.triage.stake:
            stakes.append(bool(find_stakes(case)))
    return {
        "lines": lines,
        "rewritten": round(1 - quoted / max(lines, 1), 3),
        "rouge_l": round(sum(likeness) / max(len(likeness), 1), 3),
        "faults": dict(found),
        "insults": insults,
        "stake_named": round(sum(stakes) / max(len(stakes), 1), 3),
        "mails_with_stake": len(stakes),
    }


def _rows(files: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for file in files for line in Path(file).read_text(encoding="utf-8").splitlines()]


def main() -> None:
    split = sys.argv.index("--")
    mails = {row["id"]: row for row in _rows(sys.argv[1:split])}
    gold = [row for row in _rows(sys.argv[split + 1 :]) if row["id"] in mails]
    config = load_config(Path("config"), {})
    messages = [Message(row["id"], mails[row["id"]].get("subject") or "", mails[row["id"]]["text"]) for row in gold]
    triages: Iterable[Triage] = Triager.load(config.calmdesk.model).triage(messages, config.thresholds.of)
    cases = [Case(message, triage, None, AT) for message, triage in zip(messages, triages, strict=True)]
    print(json.dumps(measure(cases, gold), indent=2))


if __name__ == "__main__":
    main()
