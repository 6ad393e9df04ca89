"""How well an auxiliary head does on the dev rows of its own task.

Where a row can have many labels, each label needs a threshold. It is found on the other half of the dev rows (the
halves alternate), so no row helps to set the threshold that it is judged with.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.learning.auxiliary import Task
from pipeline.learning.fit import auxiliary_logits
from pipeline.learning.results import AuxiliaryScore
from pipeline.learning.rows import AuxiliaryRow, auxiliary_rows
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import Heads

_GRID = np.arange(0.05, 0.7, 0.02)
_BATCH = 64


def auxiliary_score(heads: Heads, encoder: Encoder, task: Task) -> AuxiliaryScore:
    """Macro-F1 over the labels of ``task``, whose head ``heads`` must have."""
    rows = auxiliary_rows(encoder, task, "dev")
    logits = _logits(heads, encoder, rows)
    gold = np.zeros(logits.shape, dtype=bool)
    for number, (_, labels) in enumerate(task.dev):
        gold[number, list(labels)] = True
    if task.many:
        called = _called(torch.sigmoid(logits).numpy(), gold)
        note = "thresholds by label from the other half of the dev rows"
    else:
        called = np.eye(len(task.labels), dtype=bool)[logits.argmax(1).numpy()]
        note = "the likeliest label"
    scores = _f1(called, gold)
    by_label = dict(zip(task.labels, scores.tolist(), strict=True))
    return AuxiliaryScore(task.name, len(rows), float(scores.mean()), by_label, note)


def _logits(heads: Heads, encoder: Encoder, rows: Sequence[AuxiliaryRow]) -> Tensor:
    order = sorted(range(len(rows)), key=lambda number: rows[number].tokens)
    with torch.inference_mode():
        parts = [
            auxiliary_logits(heads, encoder, [rows[number] for number in order[start : start + _BATCH]])
            for start in range(0, len(order), _BATCH)
        ]
    return torch.cat(parts).float().cpu()[torch.tensor(order).argsort()].clone()


def _called(scores: NDArray[np.float32], gold: NDArray[np.bool_]) -> NDArray[np.bool_]:
    half = np.arange(len(gold)) % 2 == 0
    called = np.zeros_like(gold)
    for part in (half, ~half):
        quality = np.array([_f1(scores[~part] >= threshold, gold[~part]) for threshold in _GRID])
        called[part] = scores[part] >= _GRID[quality.argmax(0)]
    return called


def _f1(called: NDArray[np.bool_], gold: NDArray[np.bool_]) -> NDArray[np.float64]:
    hits = (called & gold).sum(0)
    found: NDArray[np.float64] = 2 * hits / np.maximum(called.sum(0) + gold.sum(0), 1)
    return found
