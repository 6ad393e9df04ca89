"""Turn logits into probabilities that can be believed, fitted on rows that no training saw.

A temperature for each head (Guo et al. 2017) and an addition to each label's logit (vector scaling with one common
slope), drawn towards zero so that rare labels are not fitted to a few rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from pipeline.triage.heads import LABELS, MANY
from pipeline.triage.reader import Calibration

UNKNOWN = -100
"""The target of a row whose label is not known (as in `torch.nn.functional.cross_entropy`)."""
DRAWN_TO_ZERO = 0.02
"""Weight of the squared additions beside the mean log loss."""


LEAST_TEMPERATURE, MOST_TEMPERATURE = 0.25, 10.0
"""Few rows that happen to agree, or not at all, would have the model wholly sure or wholly unsure."""


def calibrate(logits: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Calibration:
    """The calibration with the least log loss.

    ``logits`` (n, labels); ``targets`` (n,), of flags (n, labels); rows whose target is `UNKNOWN` are left out.
    """
    temperature, bias = {}, {}
    for name in LABELS:
        known = targets[name] != UNKNOWN if name != MANY else slice(None)
        slope, added = _fitted(logits[name][known].double(), targets[name][known], many=name == MANY)
        temperature[name], bias[name] = slope, added
    return Calibration(temperature, bias)


def _fitted(logits: Tensor, targets: Tensor, *, many: bool) -> tuple[float, tuple[float, ...]]:
    if not len(targets):
        return 1.0, (0.0,) * logits.shape[1]
    drawn = DRAWN_TO_ZERO / logits.shape[1] if many else DRAWN_TO_ZERO
    log_temperature = torch.zeros(1, dtype=torch.double, requires_grad=True)
    bias = torch.zeros(logits.shape[1], dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        scaled = logits / log_temperature.exp() + bias
        if many:
            fit = nn.functional.binary_cross_entropy_with_logits(scaled, targets.double())
        else:
            fit = nn.functional.cross_entropy(scaled, targets)
        value = fit + drawn * bias.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    slope = min(max(float(log_temperature.detach().exp()), LEAST_TEMPERATURE), MOST_TEMPERATURE)
    centred = bias.detach() if many else bias.detach() - bias.detach().mean()
    return round(slope, 4), tuple(round(value, 4) for value in centred.tolist())
