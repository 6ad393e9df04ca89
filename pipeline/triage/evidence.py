"""The phrases of a message that moved its urgency and its tone.

The logit of a label is a sum over tokens (see `heads`), which proposes the sentences that gave most. Each proposal is
then taken out of the message and the rest is read again by the same model (occlusion, Zeiler and Fergus 2014): only
sentences without which the score really falls are shown, narrowed to the stretch of words that gave most.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from pipeline.records import Evidence
from pipeline.triage.heads import LABELS
from pipeline.triage.reader import Reading
from pipeline.triage.sentences import split_sentences
from pipeline.triage.volume import joined

PROPOSED = 3
LEAST_DROP = 0.25
"""In log-odds: where the model is sure, each of several reasons moves the probability but little."""
LEAST_SHARE = 0.25
"""Of the greatest drop: beside a plain reason a faint one is noise."""
_SUREST = 1e-6
PHRASE_WORDS = 12
_CLAUSE = re.compile(r"[,;:]\s+|\s[-–—]\s+|\s+(?=(?:and|but|because|so|which|while)\b)", re.IGNORECASE)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Question:
    """A read message and the label chosen for each target."""

    subject: str
    text: str
    reading: Reading
    chosen: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Proposal:
    question: int
    target: str
    label: str
    start: int
    end: int


class Read(Protocol):
    """The served model (`Reader.read`): texts, and the heads asked of each, to readings."""

    def __call__(self, texts: Sequence[str], *, asked: Sequence[Collection[str]]) -> Sequence[Reading]: ...


def find_evidence(questions: Sequence[Question], read: Read) -> list[tuple[Evidence, ...]]:
    """Evidence for each question, at most `PROPOSED` phrases for each target; ``read`` is the served model."""
    proposals = [proposal for number, question in enumerate(questions) for proposal in _proposals(number, question)]
    asked: dict[tuple[int, int, int], list[str]] = {}
    for proposal in proposals:
        asked.setdefault((proposal.question, proposal.start, proposal.end), []).append(proposal.target)
    rests = [_without(questions[number], start, end) for number, start, end in asked]
    occluded = dict(zip(asked, read(rests, asked=list(asked.values())), strict=True))
    drops = {
        proposal: _drop(
            proposal, questions[proposal.question], occluded[proposal.question, proposal.start, proposal.end]
        )
        for proposal in proposals
    }
    greatest: dict[tuple[int, str], float] = {}
    for proposal, drop in drops.items():
        key = (proposal.question, proposal.target)
        greatest[key] = max(greatest.get(key, 0.0), drop)
    found: list[list[Evidence]] = [[] for _ in questions]
    for proposal, drop in drops.items():
        if drop >= max(LEAST_DROP, LEAST_SHARE * greatest[proposal.question, proposal.target]):
            start, end = _phrase(questions[proposal.question], proposal)
            found[proposal.question].append(Evidence(start, end, proposal.target))
    return [tuple(sorted(set(rows), key=lambda one: (one.target != "urgency", one.start))) for rows in found]


def _drop(proposal: _Proposal, question: Question, rest: Reading) -> float:
    """By how much the log-odds of the label fall when only ``rest`` is read."""
    before, after = (one.scores[proposal.target][proposal.label] for one in (question.reading, rest))
    return _log_odds(before) - _log_odds(after)


def _log_odds(probability: float) -> float:
    kept = min(max(probability, _SUREST), 1 - _SUREST)
    return math.log(kept / (1 - kept))


def _without(question: Question, start: int, end: int) -> str:
    return joined(question.subject, f"{question.text[:start]} {question.text[end:]}".strip())


def _proposals(number: int, question: Question) -> list[_Proposal]:
    """The sentences (or, of a single sentence, clauses) that gave most to each chosen label."""
    parts = [(sentence.start, sentence.end) for sentence in split_sentences(question.text)]
    if len(parts) == 1:
        parts = _clauses(question.text, *parts[0])
    found = []
    for target, label in question.chosen:
        gains = _gains(question, target, label, parts)
        best = sorted(range(len(parts)), key=lambda part: -gains[part])[:PROPOSED]
        found += [_Proposal(number, target, label, *parts[part]) for part in best if gains[part] > 0]
    return found


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [match.end() for match in _CLAUSE.finditer(text, start, end)]
    edges = [start, *(cut for cut in cuts if cut < end), end]
    return [(left, right) for left, right in pairwise(edges) if text[left:right].strip()]


def _gains(question: Question, target: str, label: str, parts: Sequence[tuple[int, int]]) -> list[float]:
    """For each part (a span of the text) how much more its tokens give to ``label`` than to the others on average."""
    shares = question.reading.shares[target]
    spans = np.array(shares.spans).reshape(-1, 2) - (len(joined(question.subject, question.text)) - len(question.text))
    real = spans[:, 0] < spans[:, 1]
    values = shares.values[real]
    lead = np.concatenate([[0.0], np.cumsum(values[:, LABELS[target].index(label)] - values.mean(axis=1))])
    starts, ends = spans[real, 0], spans[real, 1]
    edges = np.array(parts).reshape(-1, 2)
    first, last = np.searchsorted(starts, edges[:, 0]), np.searchsorted(ends, edges[:, 1], side="right")
    gains: list[float] = (lead[np.maximum(first, last)] - lead[first]).tolist()
    return gains


def _phrase(question: Question, proposal: _Proposal) -> tuple[int, int]:
    """The run of at most `PHRASE_WORDS` words inside a proposal that gave most; the whole where it is short."""
    words = [match.span() for match in _WORD.finditer(question.text, proposal.start, proposal.end)]
    if len(words) > PHRASE_WORDS:
        gains = _gains(question, proposal.target, proposal.label, words)
        sums = np.convolve(gains, np.ones(PHRASE_WORDS), mode="valid")
        first = int(np.argmax(sums))
        words = words[first : first + PHRASE_WORDS]
    return words[0][0], words[-1][1]
