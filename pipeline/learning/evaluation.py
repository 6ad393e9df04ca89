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
from pipeline.learning.concern_fit import cross_validated
from pipeline.learning.concern_gold import Gold, read_gold
from pipeline.learning.concern_measure import ConcernScores, score_margins
from pipeline.learning.data import Example, data_files, read_examples
from pipeline.learning.faithfulness import measure_faithfulness
from pipeline.learning.fit import Progress, Recipe
from pipeline.learning.invariance import measure_changes
from pipeline.learning.results import AuxiliaryScore, Prediction, Results, Trial
from pipeline.learning.scores import score_labels
from pipeline.learning.trainings import FOLDS, Training, begin_with, fold, readings
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.triage.concern_head import load_head
from pipeline.triage.encoder import Encoder
from pipeline.triage.reader import Reader
from pipeline.triage.volume import joined
from pipeline.triage.weights_file import load_heads, load_reader, read_card
from pipeline.triage.weights_folder import weights_folder

CURVE = (0.1, 0.25, 0.5)
"""Shares of the messages that the learning curve is drawn from, beside the whole."""
WHOLE = "everything"
MOST_EPOCHS = 8
TRIAL_EPOCHS = 2
"""What is compared with each other, and not with the goals, is trained for fewer epochs, all of it alike."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. ``seed`` is the project's own data, ``others`` further labelled data, ``auxiliary`` folders."""

    seed: Sequence[Path]
    others: Sequence[Path]
    auxiliary: Sequence[Path]
    runs: Path
    model: ModelConfig
    thresholds: Thresholds = field(default_factory=Thresholds)
    """Those of danger and of what asks for nothing are taken from here; labels are judged with even ones."""
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
    held_out = [example for example in examples if example.split == "test"]
    dev = [example for example in examples if example.split == "dev" and example.source in own]
    progress("finding the sentences that the labelled concerns rest on")
    gold = read_gold(reader.encoder, own_files)
    found = _predictions(reader, held_out)
    results = Results(
        card=read_card(folder),
        held_out=found,
        auxiliary=_auxiliary(plan.model.encoder, tasks, folder, progress),
        changes=measure_changes(reader, dev, progress),
        faithfulness=measure_faithfulness(reader, dev, progress),
        concerns=_concerns(reader, folder, found, gold, plan.thresholds),
        boundaries=boundary_scores(found, plan.thresholds),
    )
    missing = [] if tasks else ["the auxiliary heads: no auxiliary data was named (--auxiliary)"]
    left_out = [] if plan.cross_validate else ["cross-validation"]
    left_out += [] if plan.trials else ["learning curve", "ablations"]
    if left_out:
        missing.append(f"{', '.join(left_out)}: not asked for (--full)")
    if not (plan.cross_validate or plan.trials):
        return replace(results, missing=missing)
    encoder = Encoder.load(plan.model.encoder, torch.float32)
    start = begin_with(encoder, tasks, plan.recipe, plan.runs, progress)
    if start and not results.auxiliary:
        results = replace(results, auxiliary=_auxiliary(plan.model.encoder, tasks, start, progress))
    if plan.cross_validate:
        every = [_fold(number, examples, plan.recipe) for number in range(FOLDS)]
        crossed = [one for training in every for one in readings(encoder, training, plan.runs, progress)]
        boundaries = boundary_scores(crossed, plan.thresholds)
        progress("cross-validating the head of concerns")
        concerns = _crossed_concerns(reader.encoder, gold, examples, crossed, plan.thresholds)
        results = replace(results, cross_validated=crossed, concerns=concerns, boundaries=boundaries)
    if plan.trials:
        whole = _trial(_fold(0, examples, plan.recipe), WHOLE, TRIAL_EPOCHS)
        results = replace(
            results,
            learning_curve=_trials(encoder, [*_curve(whole), whole], plan, progress),
            ablations=_trials(encoder, [whole, *_ablations(whole, own), *_with(whole, start, tasks)], plan, progress),
        )
    return replace(results, missing=missing)


def _predictions(reader: Reader, examples: Sequence[Example]) -> list[Prediction]:
    texts = [joined(example.subject, example.text) for example in examples]
    return [
        Prediction(
            example.id, example.source, text, example.urgency, example.tone, example.intensity, example.flags,
            reading.scores, example.boundary,
        )
        for example, text, reading in zip(examples, texts, reader.read(texts), strict=True)
    ]  # fmt: skip


def _auxiliary(name: str, tasks: Sequence[Task], folder: Path, progress: Progress) -> list[AuxiliaryScore]:
    """The auxiliary heads that the weights in ``folder`` carry, on the dev rows of their tasks."""
    known = read_card(folder).get("auxiliary", {})
    able = [task for task in tasks if task.dev and known.get(task.name, {}).get("labels") == list(task.labels)]
    if not able:
        return []
    encoder = Encoder.load(name)
    heads = load_heads(encoder, folder, {task.name: len(task.labels) for task in able}).eval()
    found = []
    for task in able:
        progress(f"reading the {len(task.dev)} dev rows of {task.name}")
        found.append(auxiliary_score(heads, encoder, task))
    return found


def _concerns(
    reader: Reader, folder: Path, found: Sequence[Prediction], gold: Mapping[str, Gold], thresholds: Thresholds
) -> ConcernScores | None:
    """Of the mails whose concerns are labelled, how well they are found by the weights under test."""
    head, known = load_head(folder, reader.encoder), [gold[one.id] for one in found if one.id in gold]
    if head is None or not known:
        return None
    margins = head.margins(reader.encoder, [one.example.mail for one in known])
    asks = _asks(found, thresholds)
    return score_margins(known, margins, 0.0, [asks[one.example.id] for one in known])


def _crossed_concerns(
    encoder: Encoder,
    gold: Mapping[str, Gold],
    examples: Sequence[Example],
    found: Sequence[Prediction],
    thresholds: Thresholds,
) -> ConcernScores | None:
    known = {example.id: example for example in examples if example.id in gold}
    return cross_validated(
        encoder,
        [gold[name] for name in known],
        {name: fold(example) for name, example in known.items()},
        lambda name: known[name].split == "dev",
        _asks(found, thresholds),
    )


def _asks(found: Sequence[Prediction], thresholds: Thresholds) -> dict[str, bool]:
    """By id, whether a message is read as asking for anything."""
    return {one.id: one.scores["flags"]["no_ask"] < thresholds.flags["no_ask"] for one in found}


def _fold(number: int, examples: Sequence[Example], recipe: Recipe) -> Training:
    return Training(
        name=f"fold {number}",
        learn=[example for example in examples if fold(example) != number],
        judge=[example for example in examples if fold(example) == number],
        recipe=recipe,
    )


def _trial(training: Training, name: str, epochs: int) -> Training:
    return replace(training, name=name, recipe=replace(training.recipe, epochs=min(epochs, training.recipe.epochs)))


def _curve(whole: Training) -> list[Training]:
    """Trainings on shares of the messages, the smaller ones for more epochs, so that fewer messages are not also fewer
    steps."""
    order = np.random.default_rng(whole.recipe.seed).permutation(len(whole.learn))
    parts = {share: [whole.learn[place] for place in order[: int(share * len(order))]] for share in CURVE}
    return [
        replace(
            whole,
            name=f"{share:.0%} of the messages",
            learn=part,
            recipe=replace(whole.recipe, epochs=min(round(whole.recipe.epochs / share), MOST_EPOCHS)),
        )
        for share, part in parts.items()
    ]


def _ablations(whole: Training, own: set[str]) -> list[Training]:
    """The same training without one thing: a data set, the signals, the tuning itself."""
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
    frozen = replace(whole.recipe, frozen=True, epochs=2 * whole.recipe.epochs)
    return [*trainings, replace(whole, name="encoder frozen", recipe=frozen)]


def _with(whole: Training, start: Path | None, tasks: Sequence[Task]) -> list[Training]:
    """The same training after the auxiliary tasks, and with them repeated beside the messages as well."""
    if not tasks:
        return []
    after = replace(whole, name="with auxiliary data before", start=start)
    return [after, replace(after, name="with auxiliary data before and beside", tasks=tasks)]


def _trials(encoder: Encoder, trainings: Sequence[Training], plan: Plan, progress: Progress) -> list[Trial]:
    return [
        trial
        for training in trainings
        for trial in _by_group(training, readings(encoder, training, plan.runs, progress))
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
