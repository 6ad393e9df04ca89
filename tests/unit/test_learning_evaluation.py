"""A whole evaluation on a handful of messages: everything is measured, judged fairly, and goes on where it stopped."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import ModelConfig
from pipeline.errors import RecordError
from pipeline.learning import evaluation, trainings
from pipeline.learning.data import Example, data_files, read_examples
from pipeline.learning.evaluation import CURVE, WHOLE, Plan, evaluate_all
from pipeline.learning.fit import Recipe
from pipeline.learning.invariance import CHANGES
from pipeline.learning.results import Results
from pipeline.learning.train import prepare, train
from pipeline.learning.trainings import FOLDS, Training
from tests.unit.tiny_model import clear_rows, tiny_encoder, write_irony, write_rows

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe(epochs=1, auxiliary_epochs=1, replay=8)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Own mails and short messages, further data with pairs, an auxiliary task, and weights to be measured."""
    folder = tmp_path_factory.mktemp("plan")
    mails = clear_rows(24, "mail")
    for row in mails:
        row["concerns"] = [row["text"][:-1]]
    write_rows(folder / "seed" / "mails_9.jsonl", mails)
    write_rows(folder / "seed" / "messages_9.jsonl", clear_rows(16, "short"))
    pairs = [{**row, "pair": f"pair-{number // 2}"} for number, row in enumerate(clear_rows(20, "call"))]
    write_rows(folder / "calls" / "train.jsonl", pairs)
    irony = write_irony(folder / "irony")
    encoder = str(tiny_encoder(folder / "encoder"))
    bare = ModelConfig(encoder=encoder, threads=1)
    train([folder / "seed"], folder / "weights", model=bare, progress=said, recipe=RECIPE, auxiliary=[irony])
    return Plan(
        seed=[folder / "seed"],
        others=[folder / "calls"],
        auxiliary=[irony],
        runs=folder / "runs",
        model=ModelConfig(encoder=encoder, weights=str(folder / "weights"), threads=1),
        recipe=RECIPE,
        cross_validate=True,
        trials=True,
    )


def said(line: str) -> None:
    assert line


@dataclass(frozen=True)
class Run:
    results: Results
    trainings: list[Training]
    learnt: list[list[Example]]
    """Of each training that was run what it was really fitted on."""


@pytest.fixture(scope="module")
def run(plan: Plan) -> Run:
    """The first run, with everything that was trained."""
    asked: list[Training] = []
    learnt: list[list[Example]] = []

    def spied(encoder: Any, examples: list[Example], *rest: Any) -> Any:
        learnt.append(examples)
        return prepare(encoder, examples, *rest)

    def readings(encoder: Any, training: Training, *rest: Any) -> Any:
        asked.append(training)
        return trainings.readings(encoder, training, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainings, "prepare", spied)
        patch.setattr(evaluation, "readings", readings)
        return Run(evaluate_all(plan, said), asked, learnt)


def everything(plan: Plan) -> list[Example]:
    return read_examples(data_files([*plan.seed, *plan.others]))


def test_every_message_is_judged_exactly_once(plan: Plan, run: Run) -> None:
    assert Counter(one.id for one in run.results.cross_validated) == Counter(one.id for one in everything(plan))
    for one, example in zip(
        sorted(run.results.cross_validated, key=lambda one: one.id),
        sorted(everything(plan), key=lambda one: one.id),
        strict=True,
    ):
        assert (one.text, one.urgency, one.tone, one.source) == (
            example.text,
            example.urgency,
            example.tone,
            example.source,
        )


def test_no_message_is_judged_by_a_model_that_learnt_it_or_its_pair(run: Run) -> None:
    folds = run.trainings[:FOLDS]
    assert [training.name for training in folds] == [f"fold {number}" for number in range(FOLDS)]
    for training, learnt in zip(folds, run.learnt, strict=False):
        assert {one.id for one in learnt} <= {one.id for one in training.learn}
        assert not {one.id for one in learnt} & {one.id for one in training.judge}
        assert not {one.pair for one in training.learn if one.pair} & {one.pair for one in training.judge if one.pair}
    assert any(one.pair for training in folds for one in training.judge)


def test_trials_are_judged_on_the_first_fold_and_never_learn_from_it(run: Run) -> None:
    judged = {one.id for one in run.trainings[0].judge}
    for training in run.trainings[FOLDS:]:
        assert {one.id for one in training.judge} == judged
        assert not {one.id for one in training.learn} & judged


def test_the_learning_curve_grows_to_the_whole_fold(run: Run) -> None:
    whole = len(run.trainings[0].learn)
    sizes = list(dict.fromkeys(trial.trained_on for trial in run.results.learning_curve))
    assert sizes == [*(int(share * whole) for share in CURVE), whole]
    assert {trial.name for trial in run.results.learning_curve} == {
        "10% of the messages", "25% of the messages", "50% of the messages", WHOLE,
    }  # fmt: skip
    assert all(0 <= score <= 1 for trial in run.results.learning_curve for score in (trial.urgency, trial.tone))


def test_each_ablation_lacks_or_has_what_it_is_called_for(run: Run) -> None:
    by_name = {training.name: training for training in run.trainings}
    assert set(dict.fromkeys(trial.name for trial in run.results.ablations)) == {
        WHOLE, "without own mails", "without own short messages", "without calls", "without signals",
        "encoder frozen", "with auxiliary data before", "with auxiliary data before and beside",
    }  # fmt: skip
    for name, source in (("own mails", "mails_9"), ("own short messages", "messages_9"), ("calls", "calls")):
        learn = by_name[f"without {name}"].learn
        assert learn and source not in {one.source for one in learn}
    assert not by_name["without signals"].signals
    assert by_name[WHOLE].start is None and not by_name[WHOLE].tasks
    before, beside = by_name["with auxiliary data before"], by_name["with auxiliary data before and beside"]
    assert before.start == beside.start is not None
    assert not before.tasks and [task.name for task in beside.tasks] == ["irony"]
    assert by_name["encoder frozen"].recipe.frozen
    groups = {trial.source: trial.held_out for trial in run.results.ablations if trial.name == WHOLE}
    assert set(groups) <= {"written mails", "short messages", "calls"}
    assert sum(groups.values()) == len(run.trainings[0].judge)


def test_the_weights_under_test_are_measured_on_what_they_never_saw(plan: Plan, run: Run) -> None:
    results = run.results
    assert [one.id for one in results.held_out] == [one.id for one in everything(plan) if one.split == "test"]
    assert results.card["auxiliary"] == {"irony": {"rows": 20, "labels": ["plain", "ironic"]}}
    assert [(score.task, score.rows) for score in results.auxiliary] == [("irony", 20)]
    own_dev = [one for one in everything(plan) if one.split == "dev" and one.source != "calls"]
    assert own_dev
    assert [(change.name, change.rows) for change in results.changes] == [(name, len(own_dev)) for name in CHANGES]
    assert [one.target for one in results.faithfulness] == ["urgency", "tone"]
    assert results.missing == []


def test_where_the_weights_carry_no_auxiliary_heads_those_trained_alone_are_measured(
    plan: Plan, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (start,) = plan.runs.glob("auxiliary-*")
    shutil.copytree(start, tmp_path / start.name)
    weights = Path(plan.model.weights)
    bare = shutil.copytree(weights, tmp_path / "weights")
    card = json.loads((bare / "model.json").read_text(encoding="utf-8"))
    (bare / "model.json").write_text(json.dumps({**card, "auxiliary": {}}), encoding="utf-8")
    monkeypatch.setattr(evaluation, "_trials", lambda *_: [])
    other = replace(
        plan, runs=tmp_path, model=plan.model.model_copy(update={"weights": str(bare)}), cross_validate=False
    )
    assert [(score.task, score.rows) for score in evaluate_all(other, said).auxiliary] == [("irony", 20)]
    assert evaluate_all(replace(other, trials=False), said).auxiliary == []


def test_a_second_run_trains_nothing_and_finds_the_same(plan: Plan, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("nothing may be trained")

    monkeypatch.setattr(trainings, "fit", fail)
    again = evaluate_all(plan, said)
    assert again.cross_validated == run.results.cross_validated
    assert again.learning_curve == run.results.learning_curve
    assert again.ablations == run.results.ablations
    assert again.concerns == run.results.concerns


def test_an_interrupted_run_goes_on_where_it_stopped(plan: Plan, run: Run, tmp_path: Path) -> None:
    (start,) = plan.runs.glob("auxiliary-*")
    shutil.copytree(start, tmp_path / start.name)
    other = replace(plan, runs=tmp_path, trials=False)

    def interrupt(line: str) -> None:
        if line.startswith("fold 2: epoch"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_all(other, interrupt)
    lines: list[str] = []
    found = evaluate_all(other, lines.append)
    assert [line for line in lines if line.endswith(": read before")] == ["fold 0: read before", "fold 1: read before"]
    assert [line.partition(":")[0] for line in lines if ": learning from" in line] == ["fold 2", "fold 3", "fold 4"]
    assert found.cross_validated == run.results.cross_validated


def test_what_is_kept_holds_no_text_of_a_message(plan: Plan, run: Run) -> None:
    kept = [file for file in plan.runs.rglob("*") if file.is_file()]
    assert len([file for file in kept if file.suffix == ".json"]) > FOLDS
    for file in kept:
        content = file.read_bytes().lower()
        assert not any(word in content for word in (b"somebody", b"account", b"lovely", b"lamp", b"money out"))


def test_without_being_asked_nothing_is_trained(plan: Plan, tmp_path: Path) -> None:
    results = evaluate_all(replace(plan, runs=tmp_path, auxiliary=[], cross_validate=False, trials=False), said)
    assert not list(tmp_path.iterdir())
    assert not results.cross_validated and not results.ablations and not results.auxiliary
    assert results.held_out
    assert [reason.partition(":")[0] for reason in results.missing] == [
        "the auxiliary heads", "cross-validation, learning curve, ablations",
    ]  # fmt: skip


def test_further_data_with_an_id_of_the_seed_set_are_refused(plan: Plan, tmp_path: Path) -> None:
    write_rows(tmp_path / "double.jsonl", clear_rows(2, "mail"))
    with pytest.raises(RecordError, match="stands at"):
        evaluate_all(replace(plan, others=[tmp_path]), said)
