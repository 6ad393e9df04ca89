"""The figures of an evaluation, worked out from predictions: over all messages, by kind and by source.

What is measured is the model: the likeliest label of each head, and flags from a score of 0.5. With the shipped
thresholds that is what is served, but that a rule which knows a danger may still raise the urgency.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.learning import bootstrap
from pipeline.learning.bootstrap import Interval
from pipeline.learning.results import Prediction, Results, Trial
from pipeline.learning.scores import (
    Alarm,
    Bin,
    HeadScores,
    alarm_curve,
    operating_point,
    reliability,
    risk_coverage,
    score_flags,
    score_labels,
)
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS

HEADS: Mapping[str, tuple[str, ...]] = {"urgency": URGENCY_LABELS, "tone": TONE_LABELS}
POOLED, WRITTEN, SHORT, REAL = "all messages", "written mails", "short messages", "care-real"
KINDS: Mapping[str, str] = {"mails_": WRITTEN, "messages_": SHORT}
"""Sources whose names start so were written for the project and are also measured together."""
SURE_SHARE = 0.7
WANTED_RECALL = 0.95
STATED_FALSE_ALARMS = 0.10
"""Of a hundred messages that are not critical, ten may be called so: a person sees at a glance that they are not."""
FLAG_THRESHOLD = 0.5
SHARES = tuple(number / 100 for number in range(1, 101))
_GRAVE = URGENCY_LABELS[:2]


@dataclass(frozen=True, slots=True)
class Confusion:
    """``count`` of ``rows`` messages labelled ``gold`` were taken for ``read``."""

    gold: str
    read: str
    count: int
    rows: int


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """One head on one group; ``coverage`` is the accuracy on the surest part of the rows, for each of `SHARES`."""

    labels: tuple[str, ...]
    scores: HeadScores
    macro_f1: Interval
    accuracy: Interval
    calibration_error: Interval
    bins: tuple[Bin, ...]
    coverage: tuple[float, ...]
    accuracy_when_sure: Interval

    @property
    def most_confused(self) -> Confusion | None:
        """What is taken for something else most often; None where all is right."""
        found = [
            Confusion(gold, guess, count, sum(row))
            for gold, row in zip(self.labels, self.scores.confusion, strict=True)
            for guess, count in zip(self.labels, row, strict=True)
            if count and gold != guess
        ]
        return max(found, key=lambda one: one.count, default=None)


@dataclass(frozen=True, slots=True)
class CriticalFigures:
    """How well the score of critical finds critical messages, whatever label is the likeliest.

    ``operating`` is the highest threshold with a recall of `WANTED_RECALL`; ``within`` the recall when at most
    `STATED_FALSE_ALARMS` of the other messages are called critical.
    """

    rows: int
    others: int
    curve: tuple[Alarm, ...]
    operating: Alarm | None
    within: Interval | None


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one group of messages; ``grave`` is the share of critical or high ones read as either of the two."""

    name: str
    rows: int
    heads: Mapping[str, HeadFigures]
    critical: CriticalFigures
    grave: Interval | None
    flags: Mapping[str, float]

    @property
    def accuracy_when_sure(self) -> float:
        """The mean over the heads."""
        return sum(head.accuracy_when_sure.value for head in self.heads.values()) / len(self.heads)


@dataclass(frozen=True, slots=True)
class ConfidentError:
    """A wrong label the model was sure of; ``text`` is empty unless the message is the project's own."""

    id: str
    source: str
    head: str
    gold: str
    read: str
    confidence: float
    text: str


@dataclass(frozen=True, slots=True)
class Delta:
    """What leaving something out of the full model changes: differences of macro-F1 on unseen rows."""

    name: str
    source: str
    held_out: int
    urgency: float
    tone: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Groups by name, each empty where nothing was predicted: all messages first, then kinds, then sources."""

    cross_validated: Mapping[str, Group]
    held_out: Mapping[str, Group]
    ablations: Sequence[Delta]


def figures(results: Results) -> Figures:
    """All figures of an evaluation. Pure: equal results give equal figures."""
    return Figures(groups(results.cross_validated), groups(results.held_out), deltas(results.ablations))


def groups(predictions: Sequence[Prediction]) -> dict[str, Group]:
    sources: dict[str, list[Prediction]] = {}
    for prediction in sorted(predictions, key=lambda one: one.source):
        sources.setdefault(prediction.source, []).append(prediction)
    kinds = {
        kind: [one for name, rows in sources.items() if name.startswith(prefix) for one in rows]
        for prefix, kind in KINDS.items()
    }
    named = {POOLED: list(predictions), **kinds, **sources}
    return {name: group(name, rows) for name, rows in named.items() if rows}


def group(name: str, predictions: Sequence[Prediction]) -> Group:
    """Figures of at least one prediction."""
    heads = {head: _head(head, labels, predictions) for head, labels in HEADS.items()}
    grave = [read(one, "urgency")[0] in _GRAVE for one in predictions if one.urgency in _GRAVE]
    flags = score_flags(
        [frozenset(one.flags) for one in predictions], [raised_flags(one) for one in predictions], FLAG_LABELS
    )
    found = bootstrap.share(sum(grave), len(grave)) if grave else None
    return Group(name, len(predictions), heads, _critical(predictions), found, flags)


def read(prediction: Prediction, head: str) -> tuple[str, float]:
    """The likeliest label, of equals the gravest, and its probability."""
    scores = prediction.scores[head]
    label = max(HEADS[head], key=lambda name: scores[name])
    return label, scores[label]


def gold(prediction: Prediction, head: str) -> str:
    return prediction.urgency if head == "urgency" else prediction.tone


def raised_flags(prediction: Prediction) -> frozenset[str]:
    return frozenset(flag for flag, score in prediction.scores["flags"].items() if score >= FLAG_THRESHOLD)


def _head(head: str, labels: tuple[str, ...], predictions: Sequence[Prediction]) -> HeadFigures:
    truths = [gold(one, head) for one in predictions]
    guesses, confidences = zip(*(read(one, head) for one in predictions), strict=True)
    hits = [truth == guess for truth, guess in zip(truths, guesses, strict=True)]
    scores = score_labels(truths, guesses, labels)
    return HeadFigures(
        labels,
        scores,
        bootstrap.macro_f1(scores.confusion),
        bootstrap.share(sum(hits), len(hits)),
        bootstrap.expected_calibration_error(confidences, hits),
        tuple(reliability(confidences, hits)),
        tuple(risk_coverage(confidences, hits, SHARES)),
        bootstrap.accuracy_when_sure(confidences, hits, SURE_SHARE),
    )


def _critical(predictions: Sequence[Prediction]) -> CriticalFigures:
    scores = [one.scores["urgency"]["critical"] for one in predictions]
    wanted = [one.urgency == "critical" for one in predictions]
    curve = tuple(alarm_curve(scores, wanted))
    return CriticalFigures(
        sum(wanted),
        len(wanted) - sum(wanted),
        curve,
        operating_point(curve, WANTED_RECALL),
        bootstrap.recall_within(scores, wanted, STATED_FALSE_ALARMS),
    )


def confident_errors(
    predictions: Sequence[Prediction], head: str, own_sources: Collection[str], most: int = 15
) -> list[ConfidentError]:
    """The wrong labels with the highest probability, the surest first; texts of ``own_sources`` alone."""
    found = [
        ConfidentError(
            one.id, one.source, head, gold(one, head), label, confidence, one.text if one.source in own_sources else ""
        )
        for one in predictions
        for label, confidence in [read(one, head)]
        if label != gold(one, head)
    ]
    return sorted(found, key=lambda error: (-error.confidence, error.id))[:most]


def deltas(trials: Sequence[Trial]) -> list[Delta]:
    """Each trial against the first one of the same source, which is that of the full model."""
    full: dict[str, Trial] = {}
    for trial in trials:
        full.setdefault(trial.source, trial)
    return [
        Delta(
            trial.name,
            trial.source,
            trial.held_out,
            trial.urgency - full[trial.source].urgency,
            trial.tone - full[trial.source].tone,
        )
        for trial in trials
        if trial is not full[trial.source]
    ]
