"""Training on a handful of messages: it learns, repeats itself, and writes all or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from pipeline.config import ModelConfig
from pipeline.errors import RecordError
from pipeline.learning.train import train
from pipeline.triage.weights_file import load_reader, read_card

MODEL = ModelConfig(threads=1)
KINDS = [
    ("critical", "worried", ["security"], "Somebody is in my account and moves the money out right now, block it"),
    ("low", "positive", ["no_ask"], "Thank you for the lovely lamp, what a friendly shop"),
]


def write_rows(folder: Path, count: int) -> Path:
    rows = [
        {"id": f"row-{number}", "subject": "", "text": f"{text}, number {number}.", "urgency": urgency, "tone": tone,
         "intensity": 2, "flags": flags}
        for number in range(count)
        for urgency, tone, flags, text in [KINDS[number % 2]]
    ]  # fmt: skip
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_training_learns_reports_and_repeats_itself(tmp_path: Path) -> None:
    data = write_rows(tmp_path, 40)
    lines: list[str] = []
    report = train([data], tmp_path / "one", model=MODEL, progress=lines.append, epochs=3)
    train([data], tmp_path / "two", model=MODEL, progress=lines.append, epochs=3)
    first, second = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "two"))
    assert first == second
    assert any(line.startswith("epoch 3 of 3") for line in lines)
    assert "urgency: macro-F1" in str(report)
    card = read_card(tmp_path / "one")
    assert card["data"][0]["file"] == "rows.jsonl"
    assert card["data"][0]["rows"] == 40
    assert sum(card["split"].values()) == 40
    (reading,) = load_reader(MODEL.encoder, str(tmp_path / "one")).read([KINDS[0][3]])
    assert reading.scores["urgency"]["critical"] > reading.scores["urgency"]["low"]


def test_an_interrupted_run_leaves_the_old_weights(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "model.json").write_text("old", encoding="utf-8")

    def interrupt(line: str) -> None:
        if line.startswith("epoch 1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train([write_rows(tmp_path, 40)], out, model=MODEL, progress=interrupt, epochs=2)
    assert [file.name for file in out.iterdir()] == ["model.json"]
    assert (out / "model.json").read_text(encoding="utf-8") == "old"


def test_too_few_messages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no message falls into the"):
        train([write_rows(tmp_path, 2)], tmp_path / "out", model=MODEL, progress=lambda line: None)
