"""One training of an evaluation: learn from some messages, read others that it never saw, remember what was read.

The readings are kept in a file named by data, recipe, rules and `VERSION`, so that an interrupted evaluation goes on
where it stopped and an unchanged one costs nothing. The file holds ids and scores, never a text.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from pipeline.learning.auxiliary import Task
from pipeline.learning.calibration import calibrate
from pipeline.learning.data import Example
from pipeline.learning.fit import Material, Progress, Recipe, fit
from pipeline.learning.results import Prediction
from pipeline.learning.rows import MessageRow, auxiliary_rows, message_rows
from pipeline.learning.train import logits_and_targets, new_heads, prepare
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import LABELS
from pipeline.triage.reader import UNCALIBRATED
from pipeline.triage.signal_rules import shipped_config
from pipeline.triage.volume import joined
from pipeline.triage.weights_file import save_weights

FOLDS = 5
VERSION = 2
"""Of how texts are prepared and models are fitted; raise it when that changes, and nothing kept is taken for new."""
_DIGITS = 5
_NO_LETTER = re.compile(r"[\W\d_]+")
_OPENING = 60


@dataclass(frozen=True, slots=True)
class Training:
    """What a training may learn from and which messages it is judged on."""

    name: str
    learn: Sequence[Example]
    judge: Sequence[Example]
    recipe: Recipe
    start: Path | None = None
    """Weights to begin with; None is the published encoder."""
    tasks: Sequence[Task] = ()
    signals: bool = True
    """Whether the heads hear which signals fired."""


def fold(example: Example) -> int:
    """0 to 4, by the hash of the pair, else of how a longer text opens (people send the same twice), else of the id."""
    opening = _NO_LETTER.sub("", example.text.lower())[:_OPENING]
    name = example.pair or (opening if len(opening) == _OPENING else example.id)
    return int(hashlib.sha256(f"fold:{name}".encode()).hexdigest(), 16) % FOLDS


def begin_with(encoder: Encoder, tasks: Sequence[Task], recipe: Recipe, runs: Path, progress: Progress) -> Path | None:
    """A weights folder trained on the auxiliary ``tasks`` alone; None where there are none."""
    if not tasks:
        return None
    alone = replace(recipe, epochs=0, layer_rate=0.0, batch=0, replay=0)
    folder = runs / f"auxiliary-{_key([VERSION, encoder.sha256, asdict(alone), [_digest(task) for task in tasks]])}"
    if not (folder / "model.json").is_file():
        torch.manual_seed(recipe.seed)
        heads = new_heads(encoder, tasks, None)
        rows = {task.name: auxiliary_rows(encoder, task, "train") for task in tasks}
        fit(heads, encoder, Material([], rows), recipe, progress)
        save_weights(folder, heads, _start_card(encoder, tasks))
    return folder


def _start_card(encoder: Encoder, tasks: Sequence[Task]) -> dict[str, Any]:
    return {
        "labels": {name: list(labels) for name, labels in LABELS.items()},
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        "auxiliary": {task.name: {"rows": len(task.train), "labels": list(task.labels)} for task in tasks},
    }


def readings(encoder: Encoder, training: Training, runs: Path, progress: Progress) -> list[Prediction]:
    """What the model so trained says of the messages it is judged on.

    Those of the learnt messages that lie in the dev split are not trained on: they set the calibration.
    """
    file = runs / f"{training.name.replace(' ', '-')}-{_fingerprint(encoder, training)}.json"
    if file.is_file():
        progress(f"{training.name}: read before")
        return _remembered(file, training.judge)
    progress(f"{training.name}: learning from {len(training.learn)} messages, judged on {len(training.judge)}")
    found = _run(encoder, training, lambda line: progress(f"{training.name}: {line}"))
    temporary = file.with_suffix(".new")
    temporary.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text(json.dumps({one.id: one.scores for one in found}), encoding="utf-8")
    os.replace(temporary, file)
    return found


def _run(encoder: Encoder, training: Training, progress: Callable[[str], None]) -> list[Prediction]:
    recipe = training.recipe
    held = [example for example in training.learn if example.split == "dev"]
    learnt = [example for example in training.learn if example.split != "dev"]
    torch.manual_seed(recipe.seed)
    heads = new_heads(encoder, training.tasks, training.start)
    material = prepare(encoder, learnt, training.tasks, recipe, progress)
    dev, judged = (message_rows(encoder, some) for some in (held, training.judge))
    if not training.signals:
        material = replace(material, messages=_deaf(material.messages))
        dev, judged = _deaf(dev), _deaf(judged)
    fit(heads, encoder, material, replace(recipe, auxiliary_epochs=0), progress)
    calibration = calibrate(*logits_and_targets(heads, encoder, dev)) if dev else UNCALIBRATED
    logits, _ = logits_and_targets(heads, encoder, judged)
    scores = {name: values.tolist() for name, values in calibration.probabilities(logits).items()}
    return [
        _prediction(
            example,
            {
                name: {label: round(scores[name][row][place], _DIGITS) for place, label in enumerate(labels)}
                for name, labels in LABELS.items()
            },
        )
        for row, example in enumerate(training.judge)
    ]


def _deaf(rows: Sequence[MessageRow]) -> list[MessageRow]:
    return [replace(row, facts=(0.0,) * len(row.facts)) for row in rows]


def _prediction(example: Example, scores: dict[str, dict[str, float]]) -> Prediction:
    return Prediction(
        id=example.id,
        source=example.source,
        text=joined(example.subject, example.text),
        urgency=example.urgency,
        tone=example.tone,
        intensity=example.intensity,
        flags=example.flags,
        boundary=example.boundary,
        scores=scores,
    )


def _remembered(file: Path, examples: Sequence[Example]) -> list[Prediction]:
    scores = json.loads(file.read_text(encoding="utf-8"))
    return [_prediction(example, scores[example.id]) for example in examples]


def _fingerprint(encoder: Encoder, training: Training) -> str:
    return _key(
        [
            VERSION,
            shipped_config().model_dump(mode="json"),
            encoder.sha256,
            [asdict(example) for example in training.learn],
            [(example.id, example.subject, example.text) for example in training.judge],
            asdict(training.recipe),
            training.start.name if training.start else "",
            [_digest(task) for task in training.tasks],
            training.signals,
        ]
    )


def _digest(task: Task) -> str:
    return _key([task.name, task.labels, task.train])


def _key(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
