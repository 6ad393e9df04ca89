"""How well the concerns found in mails fit the labelled ones, and the threshold that suits them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.learning.concern_gold import Alignment, ConcernExample, Gold
from pipeline.records import Concern
from pipeline.triage.concerns import Mail, find_concerns

FEWEST_CONCERNS = 20
"""On fewer a threshold would be guessed."""


@dataclass(frozen=True, slots=True)
class ConcernScores:
    """Counts over mails. ``right`` spans touch a concern; ``first`` are the first to do so for some concern."""

    mails: int
    gold: int
    unaligned: int
    found: int
    spans: int
    right: int
    first: int

    @property
    def recall(self) -> float:
        return self.found / max(self.gold, 1)

    @property
    def precision(self) -> float:
        return self.right / max(self.spans, 1)

    @property
    def strict_precision(self) -> float:
        """A second span on other sentences of the same concern counts as wrong."""
        return self.first / max(self.spans, 1)

    def __str__(self) -> str:
        return (
            f"concerns in {self.mails} mails: recall {self.recall:.3f} ({self.found}/{self.gold}; {self.unaligned} "
            f"more are unaligned), precision {self.precision:.3f} ({self.right}/{self.spans}), "
            f"strict precision {self.strict_precision:.3f}"
        )


AIMED_RECALL = 0.86
"""Of the thresholds that reach it the highest is taken: a concern that is missed is a customer who was not heard."""
_GRID = tuple(round(float(logit), 2) for logit in np.arange(-4.0, 3.0, 0.05))


def best_threshold(gold: Sequence[Gold], logits: Sequence[NDArray[np.float32]]) -> float | None:
    """The threshold (a logit) for sentences, on mails that were not trained on; None where there are too few."""
    if sum(len(one.alignment.concerns) for one in gold) < FEWEST_CONCERNS:
        return None
    short = bisect_left(_GRID, True, key=lambda value: score_margins(gold, logits, value).recall < AIMED_RECALL)
    return _GRID[max(short - 1, 0)]


def score_margins(
    gold: Sequence[Gold], logits: Sequence[NDArray[np.float32]], threshold: float, asks: Sequence[bool] | None = None
) -> ConcernScores:
    """Score what is found where sentences with these logits count from ``threshold`` upwards; ``asks`` says of each
    mail whether it asks for anything, by default that it does."""
    found = [
        find_concerns(one.example.original, asks=some, margins=own - np.float32(threshold))
        for one, own, some in zip(gold, logits, asks or [True] * len(gold), strict=True)
    ]
    return score_concerns([one.example for one in gold], [one.alignment for one in gold], found)


def score_concerns(
    examples: Sequence[ConcernExample], alignments: Sequence[Alignment], found: Sequence[Sequence[Concern]]
) -> ConcernScores:
    """Score found spans, given for each example.

    A span touches a concern if it overlaps one of its sentences. A concern is found once a span touches it; but a span
    over several sentences counts for one of them, so that it pays nothing to join what is distinct.
    """
    gold = hits = spans = right = first = 0
    for example, alignment, concerns in zip(examples, alignments, found, strict=True):
        taken: set[int] = set()
        for concern in concerns:
            sentences = _overlapped(example.mail, concern)
            touched = [{number for number, rests in enumerate(alignment.concerns) if one in rests} for one in sentences]
            fresh = max((one - taken for one in touched), key=len, default=set())
            right += not alignment.sentences.isdisjoint(sentences)
            first += bool(fresh)
            taken |= fresh
        gold, hits, spans = gold + len(alignment.concerns), hits + len(taken), spans + len(concerns)
    unaligned = sum(alignment.unaligned for alignment in alignments)
    return ConcernScores(len(examples), gold, unaligned, hits, spans, right, first)


def _overlapped(mail: Mail, concern: Concern) -> list[int]:
    return [
        place
        for place, sentence in enumerate(mail.sentences)
        if sentence.start < concern.end and concern.start < sentence.end
    ]
