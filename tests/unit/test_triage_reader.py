"""The model as it is served, on a tiny encoder: what each head reads, sums by hand, weights on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.errors import ModelError
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.triage.encoder import BATCH_TOKENS, Encoder, batches
from pipeline.triage.heads import FOCUSED, LABELS, Heads, Summary
from pipeline.triage.reader import READ_AT_ONCE, UNCALIBRATED, Calibration, Reader
from pipeline.triage.signals import FACTS
from pipeline.triage.volume import SURFACE_NAMES
from pipeline.triage.weights_file import load_heads, load_reader, save_weights
from tests.unit.tiny_model import WIDTH, tiny_encoder

pytestmark = pytest.mark.usefixtures("one_thread")

PLAIN = "The shirt came in the wrong size. How do I send it back?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder.load(str(folder), torch.float32)


@pytest.fixture(scope="module")
def heads(encoder: Encoder) -> Heads:
    torch.manual_seed(2)
    return Heads(encoder)


@pytest.fixture(scope="module")
def reader(encoder: Encoder, heads: Heads) -> Reader:
    return Reader(encoder, heads, UNCALIBRATED)


def card_of(encoder: Encoder) -> dict[str, Any]:
    return {
        "labels": {name: list(labels) for name, labels in LABELS.items()},
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        "calibration": {
            "temperature": {name: 2.0 for name in LABELS},
            "bias": {name: {label: 0.5 for label in labels} for name, labels in LABELS.items()},
        },
    }


def test_the_order_is_kept_over_many_texts_of_all_lengths(reader: Reader) -> None:
    texts = [f"{'lamp ' * (number * 7 % 40)}number {number}" for number in range(READ_AT_ONCE + 20)]
    found = reader.read(texts)
    for place in (0, 1, 17, READ_AT_ONCE - 1, READ_AT_ONCE, len(texts) - 1):
        (alone,) = reader.read([texts[place]])
        for name in LABELS:
            assert found[place].scores[name] == pytest.approx(alone.scores[name], abs=1e-4)
    assert reader.read([]) == []


@pytest.mark.parametrize(
    "loud", [PLAIN.upper(), f"{PLAIN}!!!", f"URGENT!!! {PLAIN}", f"{PLAIN} You idiots!", f"Please, {PLAIN}"]
)
def test_manners_reach_tone_but_neither_urgency_nor_flags(reader: Reader, loud: str) -> None:
    plain, other = reader.read([PLAIN, loud])
    for name in FOCUSED:
        assert other.scores[name] == pytest.approx(plain.scores[name], abs=1e-4)
    assert other.scores["tone"] != pytest.approx(plain.scores["tone"], abs=1e-4)


def test_scores_sum_to_one_but_for_the_flags(reader: Reader) -> None:
    (found,) = reader.read([PLAIN])
    for name, labels in LABELS.items():
        assert tuple(found.scores[name]) == labels
        assert all(0 <= score <= 1 for score in found.scores[name].values())
        assert name == "flags" or sum(found.scores[name].values()) == pytest.approx(1, abs=1e-5)


def test_a_calibration_divides_and_adds() -> None:
    calibration = replace(
        UNCALIBRATED,
        temperature={**UNCALIBRATED.temperature, "urgency": 2.0, "flags": 2.0},
        bias={**UNCALIBRATED.bias, "urgency": (1.0, 0.0, 0.0, 0.0), "flags": (1.0,) * len(LABELS["flags"])},
    )
    logits = {"urgency": torch.tensor([[0.0, 2.0, 0.0, 0.0]]), "flags": torch.zeros((1, len(LABELS["flags"])))}
    found = calibration.probabilities(logits)
    high = np.e / (2 * np.e + 2)
    assert found["urgency"][0].tolist() == pytest.approx([high, high, 1 / (2 * np.e + 2), 1 / (2 * np.e + 2)])
    assert found["flags"][0].tolist() == pytest.approx([np.e / (1 + np.e)] * len(LABELS["flags"]))


def test_a_message_is_the_mean_over_its_tokens_and_their_maximum() -> None:
    """By hand: message 0 has two windows of 1 and 3 tokens, message 1 one window."""
    summary = Summary(
        mean=torch.tensor([[4.0], [8.0], [1.0]]),
        top=torch.tensor([[4.0], [9.0], [-1.0]]),
        tokens=torch.tensor([1.0, 3.0, 2.0]),
        owners=torch.tensor([0, 0, 1]),
        messages=2,
    )
    whole = summary.whole()
    assert whole.tolist() == [[7.0, 9.0], [1.0, -1.0]]
    assert summary.by_window(whole).tolist() == [[4.0, 9.0], [8.0, 9.0], [1.0, -1.0]]


def test_padding_counts_neither_in_the_mean_nor_in_the_maximum(heads: Heads) -> None:
    states = torch.tensor([[[1.0], [3.0], [99.0]], [[-2.0], [-4.0], [-6.0]]])
    mask = torch.tensor([[True, True, False], [True, True, True]])
    summary = heads.summary(states, mask, torch.tensor([0, 1]), 2)
    assert summary.mean.tolist() == [[2.0], [-4.0]]
    assert summary.top.tolist() == [[3.0], [-2.0]]
    assert summary.tokens.tolist() == [2.0, 3.0]


def test_the_shares_add_up_to_the_logits(encoder: Encoder, heads: Heads, reader: Reader) -> None:
    """But for a part that is the same for every text with the same signals and no volume."""
    texts = ["the lamp is dim today", "we sat by the river. " * 60]
    gaps = []
    for reading in reader.read(texts, shares=True):
        for name, labels in (("urgency", URGENCY_LABELS), ("tone", TONE_LABELS)):
            logits = np.log([reading.scores[name][label] for label in labels])
            gaps.append(logits - reading.shares[name].values.sum(0) - heads.tuned()[f"{name}.bias"].numpy())
    for gap in gaps:  # a softmax forgets a common part
        assert gap - gap.mean() == pytest.approx(np.zeros(len(gap)), abs=1e-3)


def test_the_windows_of_a_text_share_a_batch_within_the_limit(encoder: Encoder) -> None:
    texts = ["The parcel has not come. " * 150] * 4 + ["lamp"] * 300
    found = list(batches(encoder.windows(texts)))
    owners = [{window.owner for window in batch} for batch in found]
    assert sum(map(len, owners)) == len(texts)
    assert all(len(batch) * max(len(window.ids) for window in batch) <= BATCH_TOKENS for batch in found)


def test_weights_come_back_from_their_folder(folder: Path, encoder: Encoder, heads: Heads, tmp_path: Path) -> None:
    save_weights(tmp_path / "deep" / "weights", heads, card_of(encoder))
    assert sorted(file.name for file in (tmp_path / "deep" / "weights").iterdir()) == [
        "model.json",
        "model.safetensors",
    ]
    found = load_heads(encoder, tmp_path / "deep" / "weights")
    assert all(torch.equal(value, heads.tuned()[name].half().float()) for name, value in found.tuned().items())
    reader = load_reader(str(folder), str(tmp_path / "deep" / "weights"))
    assert reader.calibration == Calibration(
        dict.fromkeys(LABELS, 2.0), {name: (0.5,) * len(labels) for name, labels in LABELS.items()}
    )


def test_the_shared_embeddings_are_not_stored(encoder: Encoder, heads: Heads) -> None:
    assert not any("embeddings" in name for name in heads.tuned())
    body: Any = heads.body
    assert body.get_input_embeddings() is encoder.model.get_input_embeddings()


def test_each_head_hears_the_states_beside_its_own_numbers(heads: Heads) -> None:
    for name, numbers in (("urgency", FACTS), ("flags", FACTS), ("tone", SURFACE_NAMES), ("intensity", SURFACE_NAMES)):
        assert heads.tuned()[f"{name}.weight"].shape == (len(LABELS[name]), 2 * WIDTH + len(numbers))


def test_tensors_that_do_not_fit_are_refused(heads: Heads) -> None:
    tensors = dict(heads.tuned())
    tensors.pop("urgency.bias")
    with pytest.raises(RuntimeError, match=r"urgency\.bias"):
        heads.load_tuned(tensors)
    with pytest.raises(RuntimeError, match="other"):
        heads.load_tuned({**heads.tuned(), "other": torch.zeros(1)})


@pytest.mark.parametrize(
    "broken",
    [
        {"calibration": None}, {"calibration": {}}, {"calibration": {"temperature": {}, "bias": {}}},
        {"calibration": {"temperature": dict.fromkeys(LABELS, "x"), "bias": {}}},
        {"encoder": None}, {"encoder": {}}, {"encoder": "all"},
    ],
)  # fmt: skip
def test_a_card_without_what_it_must_say_is_refused_by_name(
    folder: Path, encoder: Encoder, heads: Heads, tmp_path: Path, broken: dict[str, Any]
) -> None:
    save_weights(tmp_path, heads, card_of(encoder))
    (tmp_path / "model.json").write_text(json.dumps({**card_of(encoder), **broken}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"model\.json"):
        load_reader(str(folder), str(tmp_path))
