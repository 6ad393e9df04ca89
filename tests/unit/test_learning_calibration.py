"""Calibration: what it recovers, and that it never makes the probabilities worse."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from pipeline.learning.calibration import UNKNOWN, calibrate
from pipeline.triage.heads import LABELS, MANY
from pipeline.triage.reader import UNCALIBRATED, Calibration

BIAS = (0.5, -0.5, 0.2, -0.2)


def drawn(
    rows: int, seed: int, temperature: float, bias: tuple[float, ...] = BIAS
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Logits of a model that is off by ``temperature`` (and, of urgency, by ``bias``), and labels drawn as they truly fall."""
    generator = torch.Generator().manual_seed(seed)
    logits, targets = {}, {}
    for name, labels in LABELS.items():
        true = torch.randn((rows, len(labels)), generator=generator) * 1.5
        if name == "flags":
            targets[name] = torch.bernoulli(torch.sigmoid(true), generator=generator)
            logits[name] = true * temperature
        else:
            targets[name] = torch.multinomial(torch.softmax(true, 1), 1, generator=generator).squeeze(1)
            added = torch.tensor(bias) if name == "urgency" else torch.zeros(len(labels))
            logits[name] = (true - added) * temperature
    return logits, targets


def log_loss(calibration: Calibration, logits: dict[str, Tensor], targets: dict[str, Tensor]) -> dict[str, float]:
    found = {}
    for name, scores in calibration.probabilities(logits).items():
        if name == "flags":
            found[name] = float(nn.functional.binary_cross_entropy(scores.double(), targets[name].double()))
        else:
            found[name] = float(nn.functional.nll_loss(scores.double().log(), targets[name]))
    return found


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_a_known_temperature_is_recovered(temperature: float) -> None:
    found = calibrate(*drawn(3000, 1, temperature))
    assert found.temperature == pytest.approx(dict.fromkeys(LABELS, temperature), rel=0.1)


def test_a_known_bias_is_recovered_but_for_the_pull_towards_zero() -> None:
    found = calibrate(*drawn(3000, 2, 2.0))
    assert found.bias["urgency"] == pytest.approx(BIAS, abs=0.2)
    assert all(abs(got) > 0.1 and got * true > 0 for got, true in zip(found.bias["urgency"], BIAS, strict=True))
    assert all(abs(got) < 0.15 for name in ("tone", "intensity") for got in found.bias[name])


def test_every_head_with_one_label_has_a_centred_bias() -> None:
    found = calibrate(*drawn(200, 3, 1.5))
    assert set(found.temperature) == set(LABELS)
    assert {name: len(added) for name, added in found.bias.items()} == {
        name: len(labels) for name, labels in LABELS.items()
    }
    assert all(sum(added) == pytest.approx(0, abs=1e-3) for name, added in found.bias.items() if name != MANY)


@settings(max_examples=15)
@given(st.integers(5, 200), st.integers(0, 1000), st.floats(0.2, 5.0))
def test_the_log_loss_of_the_rows_at_hand_is_never_worse(rows: int, seed: int, temperature: float) -> None:
    logits, targets = drawn(rows, seed, temperature)
    before = log_loss(UNCALIBRATED, logits, targets)
    after = log_loss(calibrate(logits, targets), logits, targets)
    assert all(after[name] <= before[name] + 1e-3 for name in LABELS)


def test_rows_whose_label_nobody_knows_are_left_out() -> None:
    logits, targets = drawn(300, 5, 2.0)
    doubled = {name: torch.cat([values, values * 9]) for name, values in logits.items()}
    unknown = torch.full((300,), UNKNOWN)
    known = {name: torch.cat([labels, labels if name == "flags" else unknown]) for name, labels in targets.items()}
    one, other = calibrate(logits, targets), calibrate(doubled, known)
    for name in set(LABELS) - {MANY}:
        assert other.bias[name] == one.bias[name]
        assert other.temperature[name] == one.temperature[name]


def test_a_head_without_a_known_label_is_left_as_it_is() -> None:
    logits, targets = drawn(50, 6, 2.0)
    found = calibrate(logits, {**targets, "boundary": torch.full((50,), UNKNOWN)})
    assert found.temperature["boundary"] == UNCALIBRATED.temperature["boundary"]
    assert found.bias["boundary"] == UNCALIBRATED.bias["boundary"]


def test_flags_that_never_occur_are_calibrated_too() -> None:
    logits, targets = drawn(100, 4, 1.0)
    found = calibrate(logits, {**targets, "flags": torch.zeros_like(targets["flags"])})
    assert 0 < found.temperature["flags"] < float("inf")
