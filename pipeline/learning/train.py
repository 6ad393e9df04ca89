"""``calmdesk train``: tune the upper encoder layers and the heads on labelled messages.

The lower layers stay frozen, so their output is computed once. Deterministic for a seed on one machine. Nothing is
written before the end; an interrupted run leaves what stood there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import torch
import transformers
from torch import Tensor, nn

from pipeline.config import ModelConfig
from pipeline.errors import RecordError
from pipeline.learning.augment import augmented
from pipeline.learning.data import Example, data_files, read_examples
from pipeline.learning.evaluate import Report, as_text, evaluate, read_all
from pipeline.learning.scores import f1_score
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.triage.calm import calm, extras, joined
from pipeline.triage.encoder import BATCH_TOKENS, Encoder, Window, file_sha256
from pipeline.triage.heads import LABELS, Heads, Reader
from pipeline.triage.weights_file import load_reader, save_weights

TUNED_LAYERS = 3
EPOCHS = 6
BATCH = 16
LAYER_RATE, HEAD_RATE = 1e-4, 1e-3
LOSS_WEIGHTS = {"urgency": 1.0, "tone": 1.0, "intensity": 0.4, "flags": 2.0}
FLAG_RECALL_WEIGHT = 2.0
"""A missed flag costs as much as this many false ones."""

Progress = Callable[[str], None]


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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An example with the output of the frozen layers: one tensor (tokens, width) for each window."""

    example: Example
    states: tuple[Tensor, ...]
    extra: tuple[float, ...]


def train(
    paths: Sequence[Path], out: Path, *, model: ModelConfig, seed: int = 7, progress: Progress, epochs: int = EPOCHS
) -> TrainReport:
    """Train on ``paths`` (files, or folders of them) and write the weights to the folder ``out``.

    RecordError names file and line of a bad row; ModelError where the encoder cannot be loaded.
    """
    files = data_files(paths)
    examples = read_examples(files)
    split = {name: [row for row in examples if row.split == name] for name in ("train", "dev", "test")}
    for name, rows in split.items():
        progress(f"{name}: {len(rows)} messages")
        if not rows:
            raise RecordError(f"no message falls into the {name} split", remedy="give more labelled messages")
    if model.threads:
        torch.set_num_threads(model.threads)
    torch.manual_seed(seed)
    encoder = Encoder.load(model.encoder)
    heads = Heads(encoder, min(TUNED_LAYERS, len(encoder.layers)))
    progress("reading the training messages with the frozen layers")
    prepared = _prepare(encoder, heads.split, split["train"] + augmented(split["train"], seed))
    _fit(heads, prepared, epochs, seed, progress, lambda: evaluate(Reader(encoder, heads), split["dev"]))
    temperature = _temperatures(heads, _prepare(encoder, heads.split, split["dev"]))
    card = _card(files, examples, encoder, heads, temperature, seed, epochs)
    save_weights(out, heads, card)
    reader = load_reader(model.encoder, str(out))
    card["thresholds"] = {"flags": _flag_thresholds(reader, split["dev"])}
    reports = {name: evaluate(reader, split[name]) for name in ("dev", "test")}
    card["scores"] = {name: found.as_dict() for name, found in reports.items()}
    save_weights(out, heads, card)
    return TrainReport(out, len(split["train"]), reports["dev"], reports["test"])


def _prepare(encoder: Encoder, layers: int, examples: Sequence[Example]) -> list[_Prepared]:
    texts = [joined(example.subject, example.text) for example in examples]
    states: list[list[Tensor]] = [[] for _ in texts]
    windows = encoder.windows([calm(text) for text in texts])
    with torch.no_grad():
        for batch in _by_length(windows):
            lower, _ = encoder.lower(batch, layers)
            for row, window in enumerate(batch):
                states[window.owner].append(lower[row, : len(window.ids)].clone())
    return [
        _Prepared(example, tuple(rows), extras(text))
        for example, rows, text in zip(examples, states, texts, strict=True)
    ]


def _by_length(windows: Sequence[Window]) -> Iterator[list[Window]]:
    ordered = sorted(windows, key=lambda window: len(window.ids))
    size = BATCH_TOKENS // 256
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def _forward(heads: Heads, batch: Sequence[_Prepared]) -> dict[str, Tensor]:
    windows = [(owner, states) for owner, row in enumerate(batch) for states in row.states]
    lower = nn.utils.rnn.pad_sequence([states for _, states in windows], batch_first=True)
    lengths = torch.tensor([len(states) for _, states in windows])
    mask = torch.arange(lower.shape[1])[None, :] < lengths[:, None]
    owners = torch.tensor([owner for owner, _ in windows])
    found: dict[str, Tensor] = heads(lower, mask, owners, torch.tensor([row.extra for row in batch]))
    return found


def _targets(batch: Sequence[_Prepared]) -> dict[str, Tensor]:
    rows = [prepared.example for prepared in batch]
    return {
        "urgency": torch.tensor([URGENCY_LABELS.index(row.urgency) for row in rows]),
        "tone": torch.tensor([TONE_LABELS.index(row.tone) for row in rows]),
        "intensity": torch.tensor([row.intensity for row in rows]),
        "flags": torch.tensor([[float(flag in row.flags) for flag in FLAG_LABELS] for row in rows]),
    }


def _class_weights(targets: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rare labels weigh more: the inverse square root of their share, with a mean of one over the rows."""
    weights = {}
    for name in ("urgency", "tone", "intensity"):
        count = torch.bincount(targets[name], minlength=len(LABELS[name])).float().clamp(min=1)
        weight = count.rsqrt()
        weights[name] = weight / (weight[targets[name]].mean())
    return weights


def _loss(logits: dict[str, Tensor], targets: dict[str, Tensor], weights: dict[str, Tensor]) -> Tensor:
    total = LOSS_WEIGHTS["flags"] * nn.functional.binary_cross_entropy_with_logits(
        logits["flags"], targets["flags"], pos_weight=torch.tensor(FLAG_RECALL_WEIGHT)
    )
    for name, weight in weights.items():
        loss = nn.functional.cross_entropy(logits[name], targets[name], weight=weight, label_smoothing=0.05)
        total = total + LOSS_WEIGHTS[name] * loss
    return total


def _fit(
    heads: Heads, rows: list[_Prepared], epochs: int, seed: int, progress: Progress, measure: Callable[[], Report]
) -> None:
    weights = _class_weights(_targets(rows))
    layers = list(heads.layers.parameters())
    known = {id(parameter) for parameter in layers}
    others = [parameter for parameter in heads.parameters() if id(parameter) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": layers, "lr": LAYER_RATE}, {"params": others, "lr": HEAD_RATE}], weight_decay=0.01
    )
    steps = epochs * -(-len(rows) // BATCH)
    warm = max(steps // 10, 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (steps - step) / max(steps - warm, 1))
    )
    generator = random.Random(seed)
    for epoch in range(1, epochs + 1):
        heads.train()
        total = 0.0
        for batch in _shuffled(rows, generator):
            loss = _loss(_forward(heads, batch), _targets(batch), weights)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(heads.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        found = measure()
        progress(
            f"epoch {epoch} of {epochs}: loss {total / len(rows):.3f}, dev macro-F1 urgency "
            f"{found.urgency.macro_f1:.3f}, tone {found.tone.macro_f1:.3f}"
        )
    heads.eval()


def _shuffled(rows: list[_Prepared], generator: random.Random) -> Iterator[list[_Prepared]]:
    """Batches in random order, of messages that are about equally long."""
    ordered = sorted(rows, key=lambda row: len(row.states[0]) * generator.uniform(0.8, 1.25))
    found = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    generator.shuffle(found)
    return iter(found)


def _temperatures(heads: Heads, rows: list[_Prepared]) -> dict[str, float]:
    """For each head the temperature with the least log loss on ``rows``."""
    heads.eval()
    with torch.no_grad():
        parts = [_forward(heads, rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)]
        logits = {name: torch.cat([part[name] for part in parts]) for name in LABELS}
    targets = _targets(rows)
    grid = [round(float(value), 3) for value in np.geomspace(0.3, 4.0, 60)]

    def log_loss(name: str, temperature: float) -> float:
        scaled = logits[name] / temperature
        if name == "flags":
            return nn.functional.binary_cross_entropy_with_logits(scaled, targets[name]).item()
        return nn.functional.cross_entropy(scaled, targets[name]).item()

    return {name: min(grid, key=lambda value, name=name: log_loss(name, value)) for name in LABELS}  # type: ignore[misc]


def _flag_thresholds(reader: Reader, examples: Sequence[Example]) -> dict[str, float]:
    """For each flag the threshold with the best F1 on ``examples``; 0.5 where it occurs fewer than five times."""
    readings = read_all(reader, examples)
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
    files: Sequence[Path],
    examples: Sequence[Example],
    encoder: Encoder,
    heads: Heads,
    temperature: dict[str, float],
    seed: int,
    epochs: int,
) -> dict[str, Any]:
    return {
        "labels": {name: list(labels) for name, labels in LABELS.items()},
        "encoder": {"name": encoder.name, "sha256": encoder.sha256, "tuned_layers": len(heads.layers)},
        "temperature": temperature,
        "data": [{"file": file.name, "rows": _rows(file), "sha256": file_sha256(file)} for file in files],
        "split": {name: sum(row.split == name for row in examples) for name in ("train", "dev", "test")},
        "training": {"seed": seed, "epochs": epochs, "date": datetime.now(UTC).date().isoformat()},
        "versions": {
            "torch": str(torch.__version__),
            "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
        },
    }


def _rows(file: Path) -> int:
    return sum(bool(line.strip()) for line in file.read_text(encoding="utf-8").splitlines())
