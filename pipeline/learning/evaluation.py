"""``calmdesk evaluate``: measure the model, and how the way of training it does on messages it never saw.

Weights are judged on their own dev and test rows. The way of training is judged by cross-validation, which says what
weights trained on everything can be expected to do on more messages of the same kinds; then by smaller and poorer
trainings on one fold, which say what would help next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from pipeline.config import ModelConfig, Thresholds
from pipeline.learning.auxiliary import Task, read_tasks
from pipeline.learning.auxiliary_scores import auxiliary_score
from pipeline.learning.boundary_scores import boundary_scores
from pipeline.learning.concern_measure import ConcernScores, Gold, read_gold, score_margins
from pipeline.learning.data import Example, data_files, read_examples
from pipeline.learning.faithfulness import measure_faithfulness
from pipeline.learning.fit import Progress, Recipe
from pipeline.learning.invariance import measure_changes
from pipeline.learning.results import AuxiliaryScore, Prediction, Results, Trial
from pipeline.learning.scores import score_labels
from pipeline.learning.trainings import FOLDS, Training, begin_with, fold, readings
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.triage.encoder import Encoder
from pipeline.triage.reader import Reader
from pipeline.triage.volume import joined
from pipeline.triage.weights_file import load_heads, load_reader, read_card, weights_folder

CURVE = (0.1, 0.25, 0.5)
"""Shares of the messages that the learning curve is drawn from; the whole is a fold of the cross-validation."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. ``seed`` is the project's own data, ``others`` further labelled data, ``auxiliary`` folders."""

    seed: Sequence[Path]
    others: Sequence[Path]
    auxiliary: Sequence[Path]
    runs: Path
    model: ModelConfig
    recipe: Recipe = field(default_factory=Recipe)
    cross_validate: bool = False
    trials: bool = False


def evaluate_all(plan: Plan, progress: Progress) -> Results:
    """Everything ``plan`` asks for; what it leaves out, and why, stands in ``missing``."""
    if plan.model.threads:
        torch.set_num_threads(plan.model.threads)
    own_files = data_files(plan.seed)
    examples = read_examples([*own_files, *(data_files(plan.others) if plan.others else [])])
    tasks = read_tasks(plan.auxiliary)
    folder = weights_folder(plan.model.weights)
    progress("reading the held-out messages with the weights under test")
    reader = load_reader(plan.model.encoder, plan.model.weights)
    own = {file.stem for file in own_files}
    split = {example.id: example.split for example in examples}
    held_out = [example for example in examples if example.split != "train"]
    dev = [example for example in examples if example.split == "dev" and example.source in own]
    progress("finding the sentences that the labelled concerns rest on")
    gold = read_gold(reader.encoder, own_files)
    found = _predictions(reader, held_out, gold)
    results = Results(
        card=read_card(folder),
        held_out=found,
        auxiliary=_auxiliary(plan, tasks, folder, progress),
        changes=measure_changes(reader, dev, progress),
        faithfulness=measure_faithfulness(reader, dev, progress),
        concerns=_concerns([one for one in found if split[one.id] == "test"], gold),
    )
    results = replace(results, boundaries=boundary_scores(results.held_out, Thresholds()))
    missing = [] if tasks else ["the auxiliary heads: no auxiliary data was named (--auxiliary)"]
    if not (plan.cross_validate or plan.trials):
        return replace(
            results, missing=[*missing, "cross-validation, learning curve, ablations: not asked for (--full)"]
        )
    encoder = Encoder.load(plan.model.encoder, torch.float32)
    start = begin_with(encoder, tasks, plan.recipe, plan.runs, progress)
    if plan.cross_validate:
        every = [_fold(number, examples, plan, start, tasks) for number in range(FOLDS)]
        crossed = [one for training in every for one in readings(encoder, training, gold, plan.runs, progress)]
        results = replace(results, cross_validated=crossed, concerns=_concerns(crossed, gold))
        results = replace(results, boundaries=boundary_scores(crossed, Thresholds()))
    if plan.trials:
        whole = _fold(0, examples, plan, start, tasks)
        results = replace(
            results,
            learning_curve=_trials(encoder, [*_curve(whole), replace(whole, name="fold 0")], gold, plan, progress),
            ablations=_trials(encoder, [replace(whole, name="fold 0"), *_ablations(whole, own)], gold, plan, progress),
        )
    return replace(results, missing=missing)


def _predictions(reader: Reader, examples: Sequence[Example], gold: Mapping[str, Gold]) -> list[Prediction]:
    readings = reader.read(
        [joined(example.subject, example.text) for example in examples],
        mails=[gold[example.id].example.mail if example.id in gold else None for example in examples],
    )
    return [
        Prediction(
            example.id, example.source, example.text, example.urgency, example.tone, example.intensity, example.flags,
            reading.scores, example.boundary, None if reading.margins is None else tuple(reading.margins.tolist()),
        )
        for example, reading in zip(examples, readings, strict=True)
    ]  # fmt: skip


def _auxiliary(plan: Plan, tasks: Sequence[Task], folder: Path, progress: Progress) -> list[AuxiliaryScore]:
    """The heads that the weights carry, on the dev rows of their tasks."""
    known = read_card(folder).get("auxiliary", {})
    able = [task for task in tasks if task.dev and known.get(task.name, {}).get("labels") == list(task.labels)]
    if not able:
        return []
    encoder = Encoder.load(plan.model.encoder)
    heads = load_heads(encoder, folder, {task.name: len(task.labels) for task in able}).eval()
    found = []
    for task in able:
        progress(f"reading the {len(task.dev)} dev rows of {task.name}")
        found.append(auxiliary_score(heads, encoder, task))
    return found


def _concerns(found: Sequence[Prediction], gold: Mapping[str, Gold]) -> ConcernScores | None:
    """Of the mails whose concerns are labelled, how well they were found."""
    known = [(gold[one.id], one) for one in found if one.id in gold and one.margins is not None]
    if not known:
        return None
    margins = [np.array(one.margins, np.float32) for _, one in known]
    return score_margins([right for right, _ in known], margins, 0.0)


def _fold(number: int, examples: Sequence[Example], plan: Plan, start: Path | None, tasks: Sequence[Task]) -> Training:
    return Training(
        name=f"fold {number}",
        learn=[example for example in examples if fold(example) != number],
        judge=[example for example in examples if fold(example) == number],
        recipe=plan.recipe,
        start=start,
        tasks=tasks,
    )


def _curve(whole: Training) -> list[Training]:
    order = np.random.default_rng(whole.recipe.seed).permutation(len(whole.learn))
    parts = {share: [whole.learn[place] for place in order[: int(share * len(order))]] for share in CURVE}
    return [replace(whole, name=f"{share:.0%} of the messages", learn=part) for share, part in parts.items()]


def _ablations(whole: Training, own: set[str]) -> list[Training]:
    """The same training without one thing: a data set, the signals, the auxiliary tasks, the tuning itself."""
    groups = {
        "own mails": {name for name in own if name.startswith("mails")},
        "own short messages": {name for name in own if not name.startswith("mails")},
    } | {name: {name} for name in sorted({example.source for example in whole.learn} - own)}
    trainings = [
        replace(whole, name=f"without {name}", learn=[one for one in whole.learn if one.source not in members])
        for name, members in groups.items()
        if any(one.source in members for one in whole.learn)
    ]
    trainings.append(replace(whole, name="without signals", signals=False))
    if whole.tasks:
        trainings.append(replace(whole, name="without auxiliary data", start=None, tasks=()))
        trainings.append(replace(whole, name="without repeating auxiliary data", tasks=()))
    frozen = replace(whole.recipe, frozen=True, epochs=2 * whole.recipe.epochs)
    return [*trainings, replace(whole, name="encoder frozen", start=None, tasks=(), recipe=frozen)]


def _trials(
    encoder: Encoder, trainings: Sequence[Training], gold: Mapping[str, Gold], plan: Plan, progress: Progress
) -> list[Trial]:
    return [
        trial
        for training in trainings
        for trial in _by_group(training, readings(encoder, training, gold, plan.runs, progress))
    ]


def _by_group(training: Training, found: Sequence[Prediction]) -> list[Trial]:
    groups: dict[str, list[Prediction]] = {}
    for one in found:
        groups.setdefault(source_group(one.source), []).append(one)
    return [
        Trial(training.name, group, len(training.learn), len(rows), _macro_f1(rows, "urgency"), _macro_f1(rows, "tone"))
        for group, rows in sorted(groups.items())
    ]


def source_group(source: str) -> str:
    """The kind of message that a data set holds."""
    kind = source.partition("_")[0]
    return {"mails": "written mails", "messages": "short messages"}.get(kind, source)


def _macro_f1(rows: Sequence[Prediction], head: str) -> float:
    labels = URGENCY_LABELS if head == "urgency" else TONE_LABELS
    read = [max(row.scores[head], key=lambda label: row.scores[head][label]) for row in rows]
    return score_labels([getattr(row, head) for row in rows], read, labels).macro_f1
