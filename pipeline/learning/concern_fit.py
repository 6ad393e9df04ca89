"""Fit the head that says which sentences are concerns, once the layers stand still.

A logistic regression by L-BFGS on the states of whole training mails and the rules' clues: there are too few mails for
the head to settle in the few steps that the layers get. The weights are drawn to zero, those on states more than those
on clues, as each state has hundreds of numbers and each clue one.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pipeline.learning.fit import sentence_inputs
from pipeline.learning.rows import MessageRow
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import Heads

STATE_DECAY, CLUE_DECAY = 11.0, 0.4
"""Of the squared weights, over the number of sentences; chosen by cross-validation on training mails."""
_AT_ONCE = 16


def fit_concerns(heads: Heads, encoder: Encoder, rows: Sequence[MessageRow]) -> None:
    """Set ``heads.concern`` from the rows that have sentences; leaves it as it is where there are none."""
    known = [row for row in rows if row.sentences is not None]
    if not known:
        return
    heads.eval()
    with torch.no_grad():
        parts = [sentence_inputs(heads, encoder, known[at : at + _AT_ONCE]) for at in range(0, len(known), _AT_ONCE)]
    states, clues = (torch.cat([part[number] for part in parts]).cpu() for number in (0, 1))
    wanted = torch.cat([row.sentences.wanted for row in known if row.sentences is not None])
    mean = states.mean(0)
    decay = torch.tensor([STATE_DECAY] * states.shape[1] + [CLUE_DECAY] * clues.shape[1])
    weights, bias = _logistic_regression(torch.cat([states - mean, clues], dim=1), wanted, decay)
    with torch.no_grad():
        heads.concern.weight.copy_(weights.unsqueeze(0))
        heads.concern.bias.fill_(float(bias - mean @ weights[: len(mean)]))


def _logistic_regression(inputs: Tensor, targets: Tensor, decay: Tensor) -> tuple[Tensor, Tensor]:
    """Weights and bias with the least log loss plus ``decay * weights ** 2 / rows``."""
    weights = torch.zeros(inputs.shape[1], requires_grad=True)
    bias = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        fit = nn.functional.binary_cross_entropy_with_logits(inputs @ weights + bias, targets)
        total = fit + (decay * weights.square()).sum() / len(targets)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach(), bias.detach()
