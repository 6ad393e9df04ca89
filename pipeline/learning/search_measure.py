"""How well the search of the knowledge base does: what is found first, and what is rightly not answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

RIGHT_NO_ANSWER = 0.9
"""The share of the questions that nothing answers which shall stay below the middle."""


@dataclass(frozen=True)
class Compared:
    """Features (questions, passages, features), which passages are right, and the article of each passage."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Of one question: whether there is an answer, the best score, the place of the right article from 0."""

    answerable: bool
    score: float
    rank: int


def surprise(scores: Tensor, none: Tensor, right: Tensor) -> Tensor:
    """(questions,): - log of the chance given to the right passages, or to none where there is none; a conditional
    logit (McFadden 1974) of ``scores`` (questions, passages) and the score of ``none``."""
    every = torch.cat([scores, none.expand(len(scores), 1)], dim=1)
    chosen = torch.cat([right, ~right.any(dim=1, keepdim=True)], dim=1)
    return torch.logsumexp(every, 1) - torch.logsumexp(every.masked_fill(~chosen, -torch.inf), 1)


def ranked(firm: Compared, weights: NDArray[np.float64], none: float = 0.0) -> list[Found]:
    """Each question judged by ``weights``; scores are told above ``none``."""
    found = []
    for features, right in zip(firm.features, firm.right, strict=True):
        scores = features @ weights
        order = np.argsort(-scores, kind="stable")
        articles = list(dict.fromkeys(firm.articles[place] for place in order))
        wanted = {firm.articles[place] for place in np.flatnonzero(right)}
        rank = next((place for place, article in enumerate(articles) if article in wanted), len(articles))
        found.append(Found(bool(wanted), float(scores.max()) - none, rank))
    return found


def measured(found: Sequence[Found], middle: float) -> dict[str, float]:
    """Recall among the first 1 and 3 articles; right no-answer and answered at ``middle``."""
    ranks = np.array([one.rank for one in found if one.answerable])
    best = {kind: np.array([one.score for one in found if one.answerable is kind]) for kind in (True, False)}
    values: Mapping[str, float] = {
        "recall_at_1": (ranks < 1).mean(),
        "recall_at_3": (ranks < 3).mean(),
        "right_no_answer": (best[False] < middle).mean(),
        "answered": (best[True] >= middle).mean(),
    }
    return {name: round(float(value), 3) for name, value in values.items()}


def middle_of(found: Sequence[Found]) -> float:
    """The score below which `RIGHT_NO_ANSWER` of the questions stay that nothing answers."""
    return float(np.quantile([one.score for one in found if not one.answerable], RIGHT_NO_ANSWER))
