"""Train the learnt part of finding concerns: a logistic regression on sentences, its threshold by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pipeline.errors import RecordError
from pipeline.learning.concern_measure import (
    FOLDS,
    Alignment,
    ConcernExample,
    ConcernScores,
    align,
    read_concern_examples,
    score_concerns,
)
from pipeline.records import Concern
from pipeline.triage.concern_head import ConcernHead, half_way, save_head, sentence_states
from pipeline.triage.concerns import CLUES, clues, find_concerns
from pipeline.triage.encoder import Encoder, file_sha256

STATE_DECAY, CLUE_DECAY = 11.0, 0.4
"""How strongly weights are drawn to zero; chosen by cross-validation on the training mails."""
AIMED_RECALL = 0.86
"""In cross-validation; of the thresholds that reach it the highest is taken."""
GRID = tuple(round(float(logit), 2) for logit in np.arange(-3.0, 2.0, 0.05))


@dataclass(frozen=True, slots=True)
class ConcernReport:
    """Where the head went and how it does on mails it never saw, beside the rules alone."""

    file: Path
    trained_on: int
    cross_validated: ConcernScores
    dev: ConcernScores
    dev_rules: ConcernScores


@dataclass(frozen=True, slots=True)
class _Prepared:
    example: ConcernExample
    alignment: Alignment
    states: NDArray[np.float32]
    clues: NDArray[np.float32]

    @property
    def targets(self) -> NDArray[np.float32]:
        wanted = {place for concern in self.alignment.concerns for place in concern}
        return np.array([place in wanted for place in range(len(self.states))], np.float32)


def train_concerns(
    files: Sequence[Path], out: Path, encoder: Encoder, progress: Callable[[str], None]
) -> ConcernReport:
    """Train on labelled mails and write the head to the weights folder ``out``. RecordError where there are too few."""
    examples = read_concern_examples(files)
    if not any(one.is_dev for one in examples) or {one.fold for one in examples if not one.is_dev} != set(range(FOLDS)):
        raise RecordError("too few mails with concerns to train on", remedy="give more labelled mails")
    progress(f"reading {len(examples)} mails and aligning their concerns")
    prepared = _prepare(encoder, examples)
    train = [row for row in prepared if not row.example.is_dev]
    dev = [row for row in prepared if row.example.is_dev]
    margins = _cross_validated(encoder, train)
    threshold = _threshold(train, margins)
    crossed = _score(train, [margin - threshold for margin in margins])
    head = _fit(encoder, train, threshold)
    scores = _score(dev, [_logits(head, row) - threshold for row in dev])
    rules = _score(dev, None)
    progress(f"cross-validated: {crossed}\ndev: {scores}\ndev, rules alone: {rules}")
    note = {
        "data": [{"file": file.name, "sha256": file_sha256(file)} for file in files],
        "mails": {"train": len(train), "dev": len(dev)},
        "date": datetime.now(UTC).date().isoformat(),
        "scores": {"cross_validated": str(crossed), "dev": str(scores), "dev_rules_alone": str(rules)},
    }
    return ConcernReport(save_head(out, head, encoder, note), len(train), crossed, scores, rules)


def _prepare(encoder: Encoder, examples: Sequence[ConcernExample]) -> list[_Prepared]:
    states = sentence_states(encoder, half_way(encoder), [example.mail for example in examples])
    rows = zip(examples, align(encoder, examples), states, strict=True)
    return [_Prepared(example, aligned, state, clues(example.mail)) for example, aligned, state in rows]


def _fit(encoder: Encoder, rows: Sequence[_Prepared], threshold: float = 0.0) -> ConcernHead:
    states = np.concatenate([row.states for row in rows])
    mean = states.mean(0)
    width = encoder.width
    inputs = torch.tensor(np.hstack([states - mean, np.concatenate([row.clues for row in rows])]))
    targets = torch.tensor(np.concatenate([row.targets for row in rows]))
    decay = torch.tensor([STATE_DECAY] * width + [CLUE_DECAY] * len(CLUES))
    weights, bias = logistic_regression(inputs, targets, decay)
    return ConcernHead(half_way(encoder), mean, weights[:width], weights[width:], bias, threshold)


def logistic_regression(
    inputs: torch.Tensor, targets: torch.Tensor, decay: torch.Tensor
) -> tuple[NDArray[np.float32], float]:
    """Weights and bias with the least log loss plus ``decay * weights ** 2 / rows``, by L-BFGS."""
    weights = torch.zeros(inputs.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        fit = nn.functional.binary_cross_entropy_with_logits(inputs @ weights + bias, targets)
        total = fit + (decay * weights * weights).sum() / len(targets)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), float(bias.detach())


def _logits(head: ConcernHead, row: _Prepared) -> NDArray[np.float32]:
    return (row.states - head.mean) @ head.states + row.clues @ head.clues + np.float32(head.bias)


def _cross_validated(encoder: Encoder, rows: Sequence[_Prepared]) -> list[NDArray[np.float32]]:
    heads = [_fit(encoder, [row for row in rows if row.example.fold != fold]) for fold in range(FOLDS)]
    return [_logits(heads[row.example.fold], row) for row in rows]


def _threshold(rows: Sequence[_Prepared], logits: Sequence[NDArray[np.float32]]) -> float:
    def recall(threshold: float) -> float:
        return _score(rows, [logit - threshold for logit in logits]).recall

    return max((value for value in GRID if recall(value) >= AIMED_RECALL), default=GRID[0])


def _score(rows: Sequence[_Prepared], margins: Sequence[NDArray[np.float32]] | None) -> ConcernScores:
    found: list[Sequence[Concern]] = [
        find_concerns(row.example.original, margins=None if margins is None else margins[number])
        for number, row in enumerate(rows)
    ]
    return score_concerns([row.example for row in rows], [row.alignment for row in rows], found)
