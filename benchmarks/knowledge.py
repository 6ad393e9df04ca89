"""How well the search of the knowledge base holds on firms whose questions it was not fitted on, and its numbers.

    python -m benchmarks.knowledge

Ten invented firms with their articles and questions (`pipeline/learning/seed/replies/firms`) and the questions for
development to the sample firm. The weights of `pipeline.drafting.knowledge.index` are fitted as a choice among the
passages and "none of them" (conditional logit, McFadden 1974); each of the ten firms is then judged by the weights
of the other nine, the sample firm by those of all ten. JSON goes to stdout:

    fitted    weights and middle to be written into index.py, where nine of ten questions without an answer stay below
    left_out  the ten firms, and the sample firm: recall among the first 1 and 3 articles, right no-answer and answered
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.drafting.knowledge.articles import read_articles
from pipeline.drafting.knowledge.index import FEATURES, Embed, Index, read_questions
from pipeline.learning.data import SEED
from pipeline.triage.encoder import Encoder
from pipeline.triage.volume import joined

REPLIES = SEED / "replies"
SAMPLE = "fernhollow"
RIGHT_NO_ANSWER = 0.9
PULL = 0.002
"""L2 on the weights: the features are much alike and would else take turns."""


@dataclass(frozen=True)
class Firm:
    """Features (questions, passages, features), which passages are right, and the article of each passage."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    articles: tuple[str, ...]


def read_firm(folder: Path, questions: Path, embed: Embed) -> Firm:
    articles, faults = read_articles(sorted(folder.glob("*.md")), {})
    if faults:
        raise faults[0]
    index = Index([passage for group in articles.values() for passage in group], embed)
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    asked = read_questions([joined(row["subject"], row["text"]) for row in rows], embed)
    names = tuple(passage.article for passage in index.passages)
    right = [[name in {row["article"], *row["also"]} for name in names] for row in rows]
    return Firm(np.stack([index.features(one) for one in asked]), np.array(right), names)


def fit(firms: Iterable[Firm]) -> tuple[NDArray[np.float64], float]:
    """Weights and the score of "none"."""
    data = [(torch.tensor(firm.features), torch.tensor(firm.right)) for firm in firms]
    numbers = torch.tensor([4.0] * len(FEATURES) + [7.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([numbers], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        lost = torch.cat([_surprise(features @ numbers[:-1], numbers[-1], right) for features, right in data])
        total = lost.mean() + PULL * (numbers[:-1] ** 2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    found = numbers.detach().numpy()
    return found[:-1], float(found[-1])


def _surprise(scores: torch.Tensor, none: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """- log of the chance that was given to the right passages, or to none where there is none."""
    every = torch.cat([scores, none.expand(len(scores), 1)], dim=1)
    chosen = torch.cat([right, ~right.any(dim=1, keepdim=True)], dim=1)
    return torch.logsumexp(every, 1) - torch.logsumexp(every.masked_fill(~chosen, -torch.inf), 1)


def best_and_rank(firm: Firm, weights: NDArray[np.float64]) -> list[tuple[bool, float, int]]:
    """For each question: whether there is an answer, the best score, the place of the right article from 0."""
    found = []
    for features, right in zip(firm.features, firm.right, strict=True):
        scores = features @ weights
        order = np.argsort(-scores, kind="stable")
        articles = list(dict.fromkeys(firm.articles[place] for place in order))
        wanted = {firm.articles[place] for place in np.flatnonzero(right)}
        rank = next((place for place, article in enumerate(articles) if article in wanted), len(articles))
        found.append((bool(wanted), float(scores.max()), rank))
    return found


def measured(found: Sequence[tuple[bool, float, int]], middle: float) -> Mapping[str, float]:
    ranks = np.array([rank for answerable, _, rank in found if answerable])
    best = {kind: np.array([score for answerable, score, _ in found if answerable is kind]) for kind in (True, False)}
    values = {
        "recall_at_1": (ranks < 1).mean(),
        "recall_at_3": (ranks < 3).mean(),
        "right_no_answer": (best[False] < middle).mean(),
        "answered": (best[True] >= middle).mean(),
    }
    return {name: round(float(value), 3) for name, value in values.items()}


def quantile(found: Sequence[tuple[bool, float, int]]) -> float:
    return float(np.quantile([score for answerable, score, _ in found if not answerable], RIGHT_NO_ANSWER))


def evaluate(firms: Mapping[str, Firm], sample: Firm) -> dict[str, Any]:
    """The fit on all ``firms`` and what each would have been judged by the others."""
    others = [
        one
        for name, firm in firms.items()
        for one in best_and_rank(firm, fit(other for key, other in firms.items() if key != name)[0])
    ]
    weights, _ = fit(firms.values())
    own = best_and_rank(sample, weights)
    middle = max(quantile(others), quantile(own))
    return {
        "fitted": {"weights": dict(zip(FEATURES, weights.round(2).tolist(), strict=True)), "middle": round(middle, 2)},
        "left_out": {"firms": measured(others, middle), SAMPLE: measured(own, middle)},
    }


def main() -> None:
    embed = Encoder.load().embed
    folders = sorted(folder for folder in (REPLIES / "firms").iterdir() if folder.is_dir())
    firms = {folder.name: read_firm(folder, folder / "questions.jsonl", embed) for folder in folders}
    sample = read_firm(Path("config/knowledge"), REPLIES / "questions_dev.jsonl", embed)
    print(json.dumps(evaluate(firms, sample), indent=2))


if __name__ == "__main__":
    main()
