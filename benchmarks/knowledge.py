"""How well the search of the knowledge base holds on firms whose questions it was not fitted on, and its numbers.

    python -m benchmarks.knowledge

Invented firms with their articles and questions (`pipeline/learning/seed/replies/firms`) and the questions for
development to the sample firm. For the encoder as it was published, the weights of `pipeline.drafting.knowledge.index`
are fitted as a choice among the passages and "none of them"; each firm is then judged by the weights of the others,
the sample firm by those of all. JSON goes to stdout:

    fitted    weights and middle to be written into index.py, where nine of ten questions without an answer stay below
    left_out  the firms, and the sample firm: recall among the first 1 and 3 articles, right no-answer and answered
    shipped   the trained search (`calmdesk train --questions`) as it is served: the sample firm, of which it never saw
              a question; how it does on firms left out stands in its card
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.drafting.knowledge.articles import read_articles
from pipeline.drafting.knowledge.index import FEATURES, Index, Search, read_questions
from pipeline.learning.search_firms import FIRMS, QUESTIONS, Firm, firm_folders, read_firm
from pipeline.learning.search_measure import Compared, measured, middle_of, ranked, surprise
from pipeline.triage.encoder import Encoder
from pipeline.triage.search_encoder import load_search
from pipeline.triage.weights_folder import SHIPPED

SAMPLE, SAMPLE_FOLDER = "fernhollow", Path("config/knowledge")
PULL = 0.002
"""L2 on the weights: the features are much alike and would else take turns."""


def compared(folder: Path, firm: Firm, search: Search) -> Compared:
    """As the index compares the questions of ``firm`` with the articles of ``folder``."""
    articles, _ = read_articles(sorted(folder.glob("*.md")), {})
    index = Index([passage for group in articles.values() for passage in group], search)
    asked = read_questions(firm.questions, search.embed)
    return Compared(np.stack([index.features(one) for one in asked]), firm.right, firm.articles)


def fit(firms: Iterable[Compared]) -> tuple[NDArray[np.float64], float]:
    """Weights and the score of "none"."""
    data = [(torch.tensor(firm.features), torch.tensor(firm.right)) for firm in firms]
    numbers = torch.tensor([4.0] * len(FEATURES) + [7.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([numbers], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        lost = torch.cat([surprise(features @ numbers[:-1], numbers[-1], right) for features, right in data])
        total = lost.mean() + PULL * (numbers[:-1] ** 2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    found = numbers.detach().numpy()
    return found[:-1], float(found[-1])


def evaluate(firms: Mapping[str, Compared], sample: Compared) -> dict[str, Any]:
    """The fit on all ``firms`` and what each would have been judged by the others."""
    others = [
        one
        for name, firm in firms.items()
        for one in ranked(firm, fit(other for key, other in firms.items() if key != name)[0])
    ]
    weights, _ = fit(firms.values())
    own = ranked(sample, weights)
    middle = max(middle_of(others), middle_of(own))
    return {
        "fitted": {"weights": dict(zip(FEATURES, weights.round(2).tolist(), strict=True)), "middle": round(middle, 2)},
        "left_out": {"firms": measured(others, middle), SAMPLE: measured(own, middle)},
    }


def main() -> None:
    encoder = Encoder.load()
    published = Search(encoder.embed)
    firms = {
        folder.name: compared(folder, read_firm(folder, folder / QUESTIONS), published)
        for folder in firm_folders([FIRMS])
    }
    asked = read_firm(SAMPLE_FOLDER, FIRMS.parent / "questions_dev.jsonl")
    found = evaluate(firms, compared(SAMPLE_FOLDER, asked, published))
    if trained := load_search(encoder, SHIPPED):
        search = Search.tuned(trained.embed, trained.weights, trained.middle)
        own = ranked(compared(SAMPLE_FOLDER, asked, search), np.array(search.weights))
        found["shipped"] = {SAMPLE: measured(own, search.middle)}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
