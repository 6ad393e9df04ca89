"""One training of an evaluation: what it learns from, what it is judged on, and what it remembers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learning import trainings
from pipeline.learning.auxiliary import Task, read_tasks
from pipeline.learning.data import Example, read_examples
from pipeline.learning.fit import Material, Recipe, fit
from pipeline.learning.trainings import FOLDS, Training, begin_with, fold, readings
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import LABELS
from pipeline.triage.weights_file import load_heads
from tests.unit.tiny_model import clear_rows, tiny_encoder, write_irony, write_rows

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe(epochs=1, auxiliary_epochs=1, replay=8)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.load(str(tiny_encoder(tmp_path_factory.mktemp("encoder"))), torch.float32)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = clear_rows(60)
    for row in rows:
        row["concerns"] = [row["text"][:-1]]
    return write_rows(tmp_path_factory.mktemp("data") / "mails_9.jsonl", rows)


@pytest.fixture(scope="module")
def training(file: Path) -> Training:
    examples = read_examples([file])
    learn, judge = ([one for one in examples if (fold(one) == 0) == wanted] for wanted in (False, True))
    return Training("fold 0", learn, judge, RECIPE, None)


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    return read_tasks([write_irony(tmp_path / "irony")])


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[Material]:
    """What is trained on while the test runs."""
    seen: list[Material] = []

    def spy(heads: Any, encoder: Encoder, material: Material, *rest: Any) -> None:
        seen.append(material)
        fit(heads, encoder, material, *rest)

    monkeypatch.setattr(trainings, "fit", spy)
    return seen


def quiet(line: str) -> None:
    assert line


@given(st.text(max_size=20), st.text(max_size=20), st.text(min_size=1, max_size=10))
def test_rows_of_a_pair_share_their_fold(one: str, other: str, pair: str) -> None:
    rows = [Example(name, "", "x", "low", "neutral", 0, (), pair) for name in (one, other)]
    assert fold(rows[0]) == fold(rows[1]) in range(FOLDS)


def test_a_text_that_was_sent_twice_shares_its_fold() -> None:
    said = "@SomeFirm hello, a friend told me to write to you about the state of my channel, can you help me"
    rows = [Example(f"row-{number}", "", text, "low", "neutral", 0, ())
            for number, text in enumerate((said, f"{said.upper()}!! link", f"  {said} 14"))]  # fmt: skip
    assert len({fold(row) for row in rows}) == 1
    short = [Example(f"row-{number}", "", "thanks", "low", "neutral", 0, ()) for number in range(40)]
    assert len({fold(row) for row in short}) == FOLDS


def test_the_folds_are_about_equally_large() -> None:
    counts = [0] * FOLDS
    for number in range(2000):
        counts[fold(Example(f"row-{number}", "", "x", "low", "neutral", 0, ()))] += 1
    assert all(330 < count < 470 for count in counts)


def test_what_is_judged_is_read_with_probabilities_of_every_label(
    encoder: Encoder, training: Training, tmp_path: Path
) -> None:
    found = readings(encoder, training, tmp_path, quiet)
    assert [one.id for one in found] == [one.id for one in training.judge]
    for one, example in zip(found, training.judge, strict=True):
        assert (one.text, one.urgency, one.tone, one.flags) == (
            example.text,
            example.urgency,
            example.tone,
            example.flags,
        )
        assert {name: tuple(scores) for name, scores in one.scores.items()} == dict(LABELS)
        assert all(
            sum(scores.values()) == pytest.approx(1, abs=1e-3) for name, scores in one.scores.items() if name != "flags"
        )


def test_dev_rows_are_held_back_and_judged_rows_never_seen(
    encoder: Encoder, training: Training, tmp_path: Path, fitted: list[Material]
) -> None:
    readings(encoder, training, tmp_path, quiet)
    (material,) = fitted
    seen = {row.example.id for row in material.messages}
    assert seen == {one.id for one in training.learn if one.split != "dev"}
    assert not seen & {one.id for one in training.judge}


def test_what_was_read_before_is_not_trained_again(
    encoder: Encoder, training: Training, tmp_path: Path, fitted: list[Material]
) -> None:
    lines: list[str] = []
    first = readings(encoder, training, tmp_path, lines.append)
    assert readings(encoder, training, tmp_path, lines.append) == first
    assert len(fitted) == 1
    assert lines[-1] == "fold 0: read before"


def changed(training: Training, what: str) -> Training:
    learn, judge = training.learn, training.judge
    return {
        "a learnt text": replace(training, learn=[replace(learn[0], text="Other words."), *learn[1:]]),
        "a learnt label": replace(training, learn=[replace(learn[0], tone="angry"), *learn[1:]]),
        "one message less": replace(training, learn=learn[1:]),
        "a judged text": replace(training, judge=[replace(judge[0], text="Other words."), *judge[1:]]),
        "a judged subject": replace(training, judge=[replace(judge[0], subject="Other words."), *judge[1:]]),
        "the seed": replace(training, recipe=replace(training.recipe, seed=8)),
        "the signals": replace(training, signals=False),
    }[what]


@pytest.mark.parametrize(
    "what",
    [
        "a learnt text",
        "a learnt label",
        "one message less",
        "a judged text",
        "a judged subject",
        "the seed",
        "the signals",
    ],
)
def test_where_something_changed_it_is_trained_again(
    encoder: Encoder, training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    runs = trained_names(monkeypatch)
    for one in (training, changed(training, what)):
        readings(encoder, one, tmp_path, quiet)
    assert runs == ["fold 0", "fold 0"]


def test_a_label_of_what_is_judged_may_be_corrected_without_training_again(
    encoder: Encoder, training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = [replace(one, tone="angry") for one in training.judge]
    readings(encoder, training, tmp_path, quiet)
    runs = trained_names(monkeypatch)
    found = readings(encoder, replace(training, judge=judge), tmp_path, quiet)
    assert not runs
    assert {one.tone for one in found} == {"angry"}


def trained_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the trainings that run from now on; they learn nothing and read nothing."""
    names: list[str] = []

    def run(encoder: Encoder, training: Training, *_: Any) -> Sequence[Any]:
        names.append(training.name)
        scores = {name: dict.fromkeys(labels, 0.5) for name, labels in LABELS.items()}
        return [trainings._prediction(example, scores) for example in training.judge]

    monkeypatch.setattr(trainings, "_run", run)
    return names


def test_the_file_holds_ids_and_scores_and_never_a_text(encoder: Encoder, training: Training, tmp_path: Path) -> None:
    readings(encoder, training, tmp_path, quiet)
    (file,) = tmp_path.iterdir()
    stored: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert set(stored) == {one.id for one in training.judge}
    written = file.read_text(encoding="utf-8").lower()
    assert any("Somebody" in one.text for one in training.judge) and any("lovely" in one.text for one in training.judge)
    assert not any(word in written for word in ("somebody", "account", "lovely", "lamp", "number"))


def test_an_interrupted_training_leaves_no_file(encoder: Encoder, training: Training, tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        if "epoch 1" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        readings(encoder, training, tmp_path, interrupt)
    assert not list(tmp_path.glob("*.json"))


def test_without_signals_no_head_hears_them(
    encoder: Encoder, training: Training, tmp_path: Path, fitted: list[Material]
) -> None:
    texts = ["I will sue you if the refund is not here by Friday."] * len(training.learn)
    learn = [replace(one, text=text) for one, text in zip(training.learn, texts, strict=True)]
    for signals in (True, False):
        readings(encoder, replace(training, learn=learn, signals=signals), tmp_path, quiet)
    heard, deaf = ([any(row.facts) for row in material.messages] for material in fitted)
    assert any(heard) and not any(deaf)


def test_nothing_begins_on_auxiliary_tasks_where_there_are_none(encoder: Encoder, tmp_path: Path) -> None:
    assert begin_with(encoder, [], RECIPE, tmp_path, quiet) is None
    assert not list(tmp_path.iterdir())


def test_the_weights_to_begin_with_are_trained_once_and_used(
    encoder: Encoder, training: Training, tasks: list[Task], tmp_path: Path, fitted: list[Material]
) -> None:
    start = begin_with(encoder, tasks, RECIPE, tmp_path / "runs", quiet)
    assert start is not None
    assert begin_with(encoder, tasks, RECIPE, tmp_path / "runs", quiet) == start
    assert len(fitted) == 1
    assert not fitted[0].messages and len(fitted[0].auxiliary["irony"]) == 20
    assert "of_irony" in load_heads(encoder, start, {"irony": 2}).auxiliary
    readings(encoder, replace(training, start=start, tasks=tasks), tmp_path / "runs", quiet)
    assert len(fitted[1].auxiliary["irony"]) == 20


def test_other_auxiliary_data_or_another_seed_begin_anew(
    encoder: Encoder, tasks: list[Task], tmp_path: Path, fitted: list[Material]
) -> None:
    found = {
        begin_with(encoder, some, recipe, tmp_path / "runs", quiet)
        for some, recipe in [
            (tasks, RECIPE), (tasks, replace(RECIPE, seed=8)), ([replace(tasks[0], train=tasks[0].train[1:])], RECIPE),
        ]
    }  # fmt: skip
    assert len(found) == len(fitted) == 3
