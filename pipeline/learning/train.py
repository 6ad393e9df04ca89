"""``calmdesk train``: tune the encoder's layers and the heads on labelled messages, with auxiliary tasks beside them.

Nothing is written before training ends; an interrupted run leaves what stood there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import safetensors
import torch
import transformers
from torch import Tensor

from pipeline.config import ModelConfig
from pipeline.errors import RecordError
from pipeline.learning.augment import augmented
from pipeline.learning.auxiliary import Task, read_tasks
from pipeline.learning.calibration import calibrate
from pipeline.learning.concern_fit import fit_concerns, hear, hear_to_learn
from pipeline.learning.concern_gold import Gold, read_gold
from pipeline.learning.data import Example, data_files, read_examples
from pipeline.learning.evaluate import Report, as_text, evaluate, read_all
from pipeline.learning.fit import Material, Progress, Recipe, fit, message_logits
from pipeline.learning.rows import MessageRow, Targets, auxiliary_rows, message_rows
from pipeline.learning.scores import f1_score
from pipeline.records import FLAG_LABELS
from pipeline.triage.concern_head import save_head
from pipeline.triage.encoder import Encoder, file_sha256
from pipeline.triage.heads import LABELS, MANY, Heads
from pipeline.triage.reader import UNCALIBRATED, Calibration, Reader, Reading
from pipeline.triage.weights_file import load_heads, load_reader, save_weights


@dataclass(frozen=True, slots=True)
class TrainReport:
    """Where the weights went and how they score on the rows that were never trained on."""

    out: Path
    trained_on: int
    dev: Report
    test: Report

    def __str__(self) -> str:
        return "\n".join(
            [f"{self.out}: trained on {self.trained_on} messages", as_text("dev", self.dev), as_text("test", self.test)]
        )


def train(
    paths: Sequence[Path], out: Path, *, model: ModelConfig, progress: Progress, recipe: Recipe | None = None,
    auxiliary: Sequence[Path] = (), start: Path | None = None,
) -> TrainReport:  # fmt: skip
    """Train on ``paths`` (files, or folders of them) and write the weights to the folder ``out``.

    ``auxiliary`` are folders of auxiliary data; ``start`` is a weights folder to go on from instead of the published
    encoder. RecordError names file and line of a bad row; ModelError where the encoder cannot be loaded.
    """
    recipe = recipe or Recipe()
    files = data_files(paths)
    examples = read_examples(files)
    split = {name: [row for row in examples if row.split == name] for name in ("train", "dev", "test")}
    for name, rows in split.items():
        progress(f"{name}: {len(rows)} messages")
        if not rows:
            raise RecordError(f"no message falls into the {name} split", remedy="give more labelled messages")
    tasks = read_tasks(auxiliary)
    if model.threads:
        torch.set_num_threads(model.threads)
    torch.manual_seed(recipe.seed)
    encoder = Encoder.load(model.encoder, torch.float32)
    heads = new_heads(encoder, tasks, start)
    material = prepare(encoder, split["train"], tasks, recipe, progress)
    dev = message_rows(encoder, split["dev"])
    fit(heads, encoder, material, recipe, progress, lambda _: progress(_told(heads, encoder, dev)))
    save_weights(out, heads, _card(files, examples, encoder, tasks, UNCALIBRATED, recipe))
    calibration = calibrate(*served_logits(load_reader(model.encoder, str(out)), split["dev"]))
    card = _card(files, examples, encoder, tasks, calibration, recipe)
    save_weights(out, heads, card)
    reader = load_reader(model.encoder, str(out))
    progress("fitting the head of concerns")
    gold = read_gold(reader.encoder, files)
    learnt = hear_to_learn(reader.encoder, _of(gold, split["train"]))
    save_head(out, fit_concerns(learnt, hear(reader.encoder, _of(gold, split["dev"]))), reader.encoder)
    readings = {name: read_all(reader, split[name]) for name in ("dev", "test")}
    card["thresholds"] = {"flags": _flag_thresholds(split["dev"], readings["dev"])}
    reports = {name: evaluate(split[name], found) for name, found in readings.items()}
    card["scores"] = {name: found.as_dict() for name, found in reports.items()}
    save_weights(out, heads, card)
    return TrainReport(out, len(split["train"]), reports["dev"], reports["test"])


def new_heads(encoder: Encoder, tasks: Sequence[Task], start: Path | None) -> Heads:
    """Untrained heads on the published encoder, or those of the weights folder ``start``."""
    outputs = {task.name: len(task.labels) for task in tasks}
    return load_heads(encoder, start, outputs) if start else Heads(encoder, outputs)


def prepare(
    encoder: Encoder,
    examples: Sequence[Example],
    tasks: Sequence[Task],
    recipe: Recipe,
    progress: Progress,
) -> Material:
    """Everything to train on, as tokens: ``examples``, their rewritten copies, and the rows of ``tasks``."""
    progress("preparing the texts")
    messages = message_rows(encoder, examples)
    rewritten = message_rows(encoder, augmented(list(examples), recipe.seed))
    return Material([*messages, *rewritten], {task.name: auxiliary_rows(encoder, task, "train") for task in tasks})


def logits_and_targets(
    heads: Heads, encoder: Encoder, rows: Sequence[MessageRow]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Logits (n, labels) and targets of each head, in the order of ``rows``."""
    heads.eval()
    order = sorted(range(len(rows)), key=lambda number: rows[number].tokens)
    parts = [order[first : first + 32] for first in range(0, len(order), 32)]
    with torch.inference_mode():
        found = [message_logits(heads, encoder, [rows[number] for number in part]) for part in parts]
    place = torch.tensor(order).argsort()
    targets = Targets.of([row.example for row in rows])
    return (
        {name: torch.cat([part[name] for part in found]).float().cpu()[place].clone() for name in LABELS},
        {name: getattr(targets, name) for name in LABELS},
    )


def served_logits(reader: Reader, examples: Sequence[Example]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Logits (n, labels) but for a constant, and targets, of an uncalibrated ``reader``: as it is served, rounded to
    the precision of file and processor."""
    scores = [reading.scores for reading in read_all(reader, examples)]
    found = {
        name: torch.tensor([[own[name][label] for label in labels] for own in scores], dtype=torch.double)
        for name, labels in LABELS.items()
    }
    targets = Targets.of(examples)
    return (
        {
            name: torch.logit(values, 1e-9) if name == MANY else values.clamp(min=1e-12).log()
            for name, values in found.items()
        },
        {name: getattr(targets, name) for name in LABELS},
    )


def _of(gold: Mapping[str, Gold], examples: Sequence[Example]) -> list[Gold]:
    return [gold[example.id] for example in examples if example.id in gold]


def _told(heads: Heads, encoder: Encoder, rows: Sequence[MessageRow]) -> str:
    logits, targets = logits_and_targets(heads, encoder, rows)
    found = []
    for name in ("urgency", "tone"):
        read = logits[name].argmax(1)
        hits = [int(((read == label) & (targets[name] == label)).sum()) for label in range(len(LABELS[name]))]
        called, there = (torch.bincount(some, minlength=len(LABELS[name])).tolist() for some in (read, targets[name]))
        scores = [f1_score(*counts) for counts in zip(hits, called, there, strict=True) if counts[1] or counts[2]]
        found.append(f"{name} {sum(scores) / len(scores):.3f}")
    return f"dev macro-F1: {', '.join(found)}"


def _flag_thresholds(examples: Sequence[Example], readings: Sequence[Reading]) -> dict[str, float]:
    """For each flag the threshold with the best F1 on ``examples``; 0.5 where it occurs fewer than five times."""
    found = {}
    for flag in FLAG_LABELS:
        gold = [flag in example.flags for example in examples]
        scores = [reading.scores["flags"][flag] for reading in readings]
        found[flag] = _best_threshold(gold, scores) if sum(gold) >= 5 else 0.5
    return found


def _best_threshold(gold: Sequence[bool], scores: Sequence[float]) -> float:
    def quality(threshold: float) -> float:
        raised = [score >= threshold for score in scores]
        hits = sum(one and other for one, other in zip(gold, raised, strict=True))
        return f1_score(hits, sum(raised), sum(gold))

    grid = [round(0.2 + 0.05 * step, 2) for step in range(11)]
    return max(grid, key=lambda threshold: (quality(threshold), -abs(threshold - 0.5)))


def _card(
    files: Sequence[Path], examples: Sequence[Example], encoder: Encoder, tasks: Sequence[Task],
    calibration: Calibration, recipe: Recipe,
) -> dict[str, Any]:  # fmt: skip
    return {
        "labels": {name: list(labels) for name, labels in LABELS.items()},
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        "calibration": {
            "temperature": dict(calibration.temperature),
            "bias": {name: dict(zip(LABELS[name], added, strict=True)) for name, added in calibration.bias.items()},
        },
        "data": [{"file": file.name, "rows": _rows(file), "sha256": file_sha256(file)} for file in files],
        "auxiliary": {task.name: {"rows": len(task.train), "labels": list(task.labels)} for task in tasks},
        "split": {name: sum(row.split == name for row in examples) for name in ("train", "dev", "test")},
        "training": {**asdict(recipe), "date": datetime.now(UTC).date().isoformat()},
        "versions": {
            "torch": str(torch.__version__),
            "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
        },
    }


def _rows(file: Path) -> int:
    return sum(bool(line.strip()) for line in file.read_text(encoding="utf-8").splitlines())
