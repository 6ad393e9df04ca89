"""P5: an empathy sentence is said once: not twice in a draft, nor again after an earlier reply of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.drafting.checks.context import CheckContext, findings
from pipeline.drafting.clauses import sentences
from pipeline.records import CheckResult, CheckStatus

NAME = "empathy_repeated"

_FEELING = re.compile(
    r"\b(?:sorry|apolog\w*|regret\w*|understand\w*|appreciate|imagine|empath\w*|sympath\w*|can see|can hear|can tell|"
    r"feel\w*|"
    r"upset\w*|frustrat\w*|disappoint\w*|worr\w*|angry|anger|distress\w*|stress\w*|hard|tiring|tiresome|wearing|"
    r"alarm\w*|"
    r"frighten\w*|fright|unsettling|uneas\w*|patience|trouble|strain|pressure|matters?|mean to you|deserves?|"
    r"only right|"
    r"only fair|good reason|no wonder|weighs?|burden|counts?|had hoped|trusted|safety|wise|surprise|annoy\w*|hurt\w*|"
    r"injury|painful|difficult|puzzling|in mind|to think of|makes sense|guess\w*|kind words|how good of you|welcome|"
    r"clear\w*|"
    r"last thing|the right thing|on its merits|account for|takes away|nobody can|into work|time and thought)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
FEWEST_WORDS = 4
SAME = 0.75
"""From this share of common words two sentences are the same to a reader (Jaccard index)."""


def _words(sentence: str) -> frozenset[str]:
    return frozenset(_WORD.findall(sentence.casefold()))


def _said_before(context: CheckContext) -> Iterator[frozenset[str]]:
    for turn in context.case.thread:
        if turn.ours:
            yield from (_words(match.group()) for match in sentences(turn.text))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME * len(one | other)


def check(context: CheckContext) -> list[CheckResult]:
    said = [words for words in _said_before(context) if len(words) >= FEWEST_WORDS]
    again = []
    for match in sentences(context.own):
        words = _words(match.group())
        if len(words) < FEWEST_WORDS or not _FEELING.search(match.group()):
            continue
        if any(_same(words, earlier) for earlier in said):
            again.append(match)
        said.append(words)
    message = "this was said before in the same words, which makes a formula of it"
    return findings(NAME, CheckStatus.WARN, message, again)
