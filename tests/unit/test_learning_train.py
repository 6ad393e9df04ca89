"""Training on a handful of messages: it learns, repeats itself, goes on from weights, and writes all or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from pipeline.config import ModelConfig
from pipeline.errors import ModelError, RecordError
from pipeline.learning.fit import Recipe
from pipeline.learning.train import train
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import LABELS
from pipeline.triage.weights_file import load_heads, load_reader, read_card
from tests.unit.tiny_model import CLEAR, clear_rows, tiny_encoder, write_irony, write_rows

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe(epochs=5, auxiliary_epochs=1, layer_rate=1e-3, head_rate=5e-3, replay=8)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelConfig:
    return ModelConfig(encoder=str(tiny_encoder(tmp_path_factory.mktemp("encoder"))), threads=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "data" / "rows.jsonl", clear_rows(60)).parent


def test_training_learns_reports_and_repeats_itself(tmp_path: Path, model: ModelConfig, data: Path) -> None:
    lines: list[str] = []
    report = train([data], tmp_path / "one", model=model, progress=lines.append, recipe=RECIPE)
    train([data], tmp_path / "two", model=model, progress=lines.append, recipe=RECIPE)
    first, second = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "two"))
    assert first == second
    assert any(line.startswith("epoch 5 of 5") for line in lines)
    assert sum(line.startswith("dev macro-F1: urgency ") for line in lines) == 2 * RECIPE.epochs
    assert (report.trained_on, report.dev.rows, report.test.rows) == tuple(
        read_card(tmp_path / "one")["split"][name] for name in ("train", "dev", "test")
    )
    for _, _, _, _, text in CLEAR:
        (reading,) = load_reader(model.encoder, str(tmp_path / "one")).read([text])
        critical = reading.scores["urgency"]["critical"] > reading.scores["urgency"]["low"]
        assert critical == (text == CLEAR[0][4])


def test_the_report_is_made_to_be_read(tmp_path: Path, model: ModelConfig, data: Path) -> None:
    report = train([data], tmp_path / "out", model=model, progress=lambda line: None, recipe=RECIPE)
    first, *rest = str(report).splitlines()
    assert first == f"{tmp_path / 'out'}: trained on {report.trained_on} messages"
    assert f"dev: {report.dev.rows} messages" in rest
    assert f"test: {report.test.rows} messages" in rest
    assert f"  urgency: macro-F1 {report.dev.urgency.macro_f1:.3f}, accuracy {report.dev.urgency.accuracy:.3f}" in rest
    json.dumps([report.dev.as_dict(), report.test.as_dict()])


def test_the_card_says_what_the_weights_come_from(tmp_path: Path, model: ModelConfig, data: Path) -> None:
    train([data], tmp_path / "out", model=model, progress=lambda line: None, recipe=replace(RECIPE, epochs=1))
    card = read_card(tmp_path / "out")
    assert [(one["file"], one["rows"]) for one in card["data"]] == [("rows.jsonl", 60)]
    assert sum(card["split"].values()) == 60
    assert card["encoder"] == {"name": model.encoder, "sha256": Encoder.load(model.encoder).sha256}
    assert (card["training"]["epochs"], card["training"]["seed"]) == (1, RECIPE.seed)
    assert card["auxiliary"] == {}
    assert not (tmp_path / "out" / "concerns.safetensors").exists()
    assert set(card["calibration"]["temperature"]) == set(LABELS)
    assert {name: tuple(added) for name, added in card["calibration"]["bias"].items()} == {
        name: labels for name, labels in LABELS.items()
    }
    assert card["scores"]["dev"]["rows"] == card["split"]["dev"]
    assert set(card["thresholds"]["flags"]) == set(LABELS["flags"])


def test_the_seed_of_the_recipe_counts(tmp_path: Path, model: ModelConfig, data: Path) -> None:
    files = []
    for seed in (1, 2):
        recipe = replace(RECIPE, epochs=1, seed=seed)
        train([data], tmp_path / str(seed), model=model, progress=lambda line: None, recipe=recipe)
        files.append((tmp_path / str(seed) / "model.safetensors").read_bytes())
    assert files[0] != files[1]


def test_training_goes_on_from_the_weights_it_is_given(tmp_path: Path, model: ModelConfig, data: Path) -> None:
    train([data], tmp_path / "one", model=model, progress=lambda line: None, recipe=RECIPE)
    nothing = replace(RECIPE, epochs=0)
    train([data], tmp_path / "same", model=model, progress=lambda line: None, recipe=nothing, start=tmp_path / "one")
    train([data], tmp_path / "new", model=model, progress=lambda line: None, recipe=nothing)
    one, same, new = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "same", "new"))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], new[name]) for name in one)
    train([data], tmp_path / "more", model=model, progress=lambda line: None, recipe=RECIPE, start=tmp_path / "one")
    more = load_file(tmp_path / "more" / "model.safetensors")
    assert not all(torch.equal(one[name], more[name]) for name in one)


def test_weights_that_are_not_there_cannot_be_gone_on_from(tmp_path: Path, model: ModelConfig, data: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        train([data], tmp_path / "out", model=model, progress=lambda line: None, start=tmp_path / "nowhere")


def test_an_auxiliary_task_has_its_head_in_the_file_and_its_name_in_the_card(
    tmp_path: Path, model: ModelConfig, data: Path
) -> None:
    lines: list[str] = []
    irony = write_irony(tmp_path / "irony")
    recipe = replace(RECIPE, epochs=1)
    train([data], tmp_path / "out", model=model, progress=lines.append, recipe=recipe, auxiliary=[irony])
    assert any(line.startswith("auxiliary epoch 1 of 1") for line in lines)
    assert read_card(tmp_path / "out")["auxiliary"] == {"irony": {"rows": 20, "labels": ["plain", "ironic"]}}
    stored = load_file(tmp_path / "out" / "model.safetensors")
    assert stored["auxiliary.of_irony.weight"].shape[0] == 2
    encoder = Encoder.load(model.encoder, torch.float32)
    known = load_heads(encoder, tmp_path / "out", {"irony": 2, "other": 3})
    tuned = known.tuned()
    assert torch.equal(tuned["auxiliary.of_irony.weight"].half(), stored["auxiliary.of_irony.weight"])
    assert tuned["auxiliary.of_other.weight"].shape[0] == 3
    assert not load_heads(encoder, tmp_path / "out").auxiliary
    assert load_reader(model.encoder, str(tmp_path / "out")).read(["Where is it?"])


def test_an_interrupted_run_leaves_the_old_weights(tmp_path: Path, model: ModelConfig, data: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "model.json").write_text("old", encoding="utf-8")

    def interrupt(line: str) -> None:
        if line.startswith("epoch 1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train([data], out, model=model, progress=interrupt, recipe=RECIPE)
    assert [file.name for file in out.iterdir()] == ["model.json"]
    assert (out / "model.json").read_text(encoding="utf-8") == "old"


def test_too_few_messages_are_refused(tmp_path: Path, model: ModelConfig) -> None:
    file = write_rows(tmp_path / "rows.jsonl", clear_rows(2))
    with pytest.raises(RecordError, match="no message falls into the"):
        train([file], tmp_path / "out", model=model, progress=lambda line: None)
    assert not (tmp_path / "out").exists()


def test_bad_auxiliary_data_are_refused_before_anything_is_loaded(tmp_path: Path, data: Path) -> None:
    with pytest.raises(RecordError, match="no auxiliary data found"):
        train(
            [data],
            tmp_path / "out",
            model=ModelConfig(encoder="none"),
            progress=lambda line: None,
            auxiliary=[tmp_path],
        )
