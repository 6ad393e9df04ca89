"""Fitting layers and heads: it learns, leaves alone what it must, and repeats itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from pipeline.learning.auxiliary import Task, read_tasks
from pipeline.learning.data import Example, read_examples
from pipeline.learning.fit import SMOOTHING, Material, Recipe, class_weights, fit, message_logits, message_loss
from pipeline.learning.rows import MessageRow, Targets, auxiliary_rows, message_rows
from pipeline.records import URGENCY_LABELS
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import FOCUSED, LABELS, Heads
from tests.unit.tiny_model import clear_rows, tiny_encoder, write_irony, write_rows

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe(epochs=4, auxiliary_epochs=2, layer_rate=1e-3, auxiliary_layer_rate=1e-3, head_rate=5e-3, replay=8)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.load(str(tiny_encoder(tmp_path_factory.mktemp("encoder"))), torch.float32)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    (found,) = read_tasks([write_irony(tmp_path_factory.mktemp("data") / "irony")])
    return found


@pytest.fixture(scope="module")
def rows(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> list[MessageRow]:
    file = write_rows(tmp_path_factory.mktemp("data") / "rows.jsonl", clear_rows(32))
    return message_rows(encoder, read_examples([file]))


def no_progress(line: str) -> None:
    assert line


def new_heads(encoder: Encoder, auxiliary: Mapping[str, int] | None = None) -> Heads:
    torch.manual_seed(5)
    return Heads(encoder, auxiliary)


def weights(heads: Heads) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in heads.state_dict().items()}


def changed(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> set[str]:
    return {name for name, value in after.items() if not torch.equal(value, before[name])}


def losses(lines: Sequence[str], name: str) -> list[float]:
    return [float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")]


def trained(
    encoder: Encoder, material: Material, recipe: Recipe, progress: Callable[[str], None] = no_progress
) -> Heads:
    heads = new_heads(encoder, {name: 2 for name in material.auxiliary})
    fit(heads, encoder, material, recipe, progress)
    return heads


def test_the_loss_falls_from_epoch_to_epoch(encoder: Encoder, rows: list[MessageRow]) -> None:
    lines: list[str] = []
    trained(encoder, Material(rows, {}), RECIPE, lines.append)
    found = losses(lines, "epoch")
    assert len(found) == RECIPE.epochs
    assert found[-1] < 0.8 * found[0]


def test_the_auxiliary_tasks_come_first_and_are_learnt(encoder: Encoder, rows: list[MessageRow], task: Task) -> None:
    lines: list[str] = []
    auxiliary = {"irony": auxiliary_rows(encoder, task, "train") * 8}
    heads = trained(encoder, Material(rows, auxiliary), RECIPE, lines.append)
    assert [line.partition(":")[0] for line in lines] == [
        "auxiliary epoch 1 of 2", "auxiliary epoch 2 of 2", *(f"epoch {number} of 4" for number in (1, 2, 3, 4)),
    ]  # fmt: skip
    first, last = losses(lines, "auxiliary")
    assert last < first
    assert not any(weight.requires_grad for weight in heads.parameters())


def test_after_each_epoch_on_the_messages_its_number_is_told(
    encoder: Encoder, rows: list[MessageRow], task: Task
) -> None:
    told: list[int] = []
    auxiliary = {"irony": auxiliary_rows(encoder, task, "train")}
    heads = new_heads(encoder, {"irony": 2})
    fit(heads, encoder, Material(rows, auxiliary), replace(RECIPE, epochs=3), no_progress, told.append)
    assert told == [1, 2, 3]


def test_training_touches_every_layer_and_head_but_never_the_embeddings(
    encoder: Encoder, rows: list[MessageRow], task: Task
) -> None:
    heads = new_heads(encoder, {"irony": 2})
    before, published = weights(heads), {name: value.clone() for name, value in encoder.model.state_dict().items()}
    fit(heads, encoder, Material(rows, {"irony": auxiliary_rows(encoder, task, "train")}), RECIPE, no_progress)
    assert heads.frozen and all(".embeddings." in name for name in heads.frozen)
    untouched = before.keys() - changed(before, weights(heads))
    assert heads.frozen <= untouched
    assert {name for name in untouched - heads.frozen} <= {
        name
        for name in before
        if name.endswith("key.bias")  # a softmax over the keys does not feel them
    }
    assert not changed(published, encoder.model.state_dict())


def test_a_frozen_encoder_stays_and_the_heads_learn(encoder: Encoder, rows: list[MessageRow], task: Task) -> None:
    heads = new_heads(encoder, {"irony": 2})
    before = weights(heads)
    lines: list[str] = []
    material = Material(rows, {"irony": auxiliary_rows(encoder, task, "train")})
    fit(heads, encoder, material, replace(RECIPE, frozen=True), lines.append)
    found = changed(before, weights(heads))
    assert not any(name.startswith(("body.", "auxiliary.")) for name in found)
    assert {f"{name}.weight" for name in LABELS} <= found
    assert not losses(lines, "auxiliary")


def test_the_same_seed_gives_the_same_weights_and_another_one_others(
    encoder: Encoder, rows: list[MessageRow], task: Task
) -> None:
    material = Material(rows, {"irony": auxiliary_rows(encoder, task, "train")})
    one, same = (weights(trained(encoder, material, RECIPE)) for _ in range(2))
    other = weights(trained(encoder, material, replace(RECIPE, seed=8)))
    assert not changed(one, same)
    assert changed(one, other)


def test_all_heads_are_read_from_what_they_hear(encoder: Encoder, rows: list[MessageRow]) -> None:
    heads = new_heads(encoder).eval()
    with torch.inference_mode():
        found = message_logits(heads, encoder, rows[:5])
        moved = message_logits(
            heads, encoder, [replace(row, facts=tuple(1 - fact for fact in row.facts)) for row in rows[:5]]
        )
        louder = message_logits(heads, encoder, [replace(row, surface=(1.0,) * len(row.surface)) for row in rows[:5]])
    assert {name: tuple(values.shape) for name, values in found.items()} == {
        name: (5, len(labels)) for name, labels in LABELS.items()
    }
    assert {name for name in LABELS if not torch.equal(found[name], moved[name])} == set(FOCUSED)
    assert {name for name in LABELS if not torch.equal(found[name], louder[name])} == set(LABELS) - set(FOCUSED)


def test_in_training_a_batch_is_read_once_and_without_its_manners_for_matter_alone(
    encoder: Encoder, rows: list[MessageRow]
) -> None:
    heads = new_heads(encoder)
    drawn = [frozenset(message_logits(heads, encoder, rows[:2], random.Random(seed))) for seed in range(12)]
    assert set(drawn) == {frozenset(LABELS), frozenset(FOCUSED)}


def test_the_smoothing_of_urgency_sums_to_one_and_goes_to_the_neighbours_alone(
    encoder: Encoder, rows: list[MessageRow]
) -> None:
    """At even logits the gradient of a cross entropy is the even share less what is wanted."""
    for place, urgency in enumerate(URGENCY_LABELS):
        example = replace(rows[0].example, urgency=urgency)
        logits = {"urgency": torch.zeros((1, 4), requires_grad=True), "flags": torch.zeros((1, len(LABELS["flags"])))}
        message_loss(logits, [replace(rows[0], example=example)], {"urgency": torch.ones(4)}, Recipe()).backward()  # type: ignore[no-untyped-call]
        gradient = logits["urgency"].grad
        assert gradient is not None
        wanted = (0.25 - gradient[0]).tolist()
        assert sum(wanted) == pytest.approx(1)
        near = [number for number in (place - 1, place + 1) if 0 <= number < 4]
        expected = {place: 1 - SMOOTHING, **{number: SMOOTHING / len(near) for number in near}}
        assert wanted == pytest.approx([expected.get(number, 0.0) for number in range(4)], abs=1e-6)


def test_rare_labels_weigh_more_and_the_mean_over_the_rows_is_one() -> None:
    examples = [
        Example(str(number), "", "x", "normal" if number < 9 else "critical", "neutral", 0, ()) for number in range(10)
    ]
    targets = Targets.of(examples)
    found = class_weights(targets)
    assert found["urgency"][0] == pytest.approx(3 * float(found["urgency"][2]))
    assert all(float(weight[getattr(targets, name)].mean()) == pytest.approx(1) for name, weight in found.items())


def test_nothing_to_train_on_changes_nothing(encoder: Encoder, rows: list[MessageRow]) -> None:
    heads = new_heads(encoder)
    before = weights(heads)
    fit(heads, encoder, Material([], {}), RECIPE, no_progress)
    fit(heads, encoder, Material(rows, {}), replace(RECIPE, epochs=0), no_progress)
    assert not changed(before, weights(heads))
