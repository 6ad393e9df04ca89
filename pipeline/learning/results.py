"""What an evaluation found, as plain records: written by `evaluation`, read by the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.learning.concern_measure import ConcernScores


@dataclass(frozen=True, slots=True)
class Prediction:
    """One message that the model never trained on, as labelled and as read.

    ``source`` names the data it comes from; ``scores`` are calibrated probabilities by head and label.
    """

    id: str
    source: str
    text: str
    urgency: str
    tone: str
    intensity: int
    flags: tuple[str, ...]
    scores: Mapping[str, Mapping[str, float]]
    boundary: str = ""


@dataclass(frozen=True, slots=True)
class AuxiliaryScore:
    """Macro-F1 of an auxiliary head on the task's own dev rows; ``note`` says how thresholds were set."""

    task: str
    rows: int
    macro_f1: float
    by_label: Mapping[str, float]
    note: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One training for a learning curve or an ablation: macro-F1 on one source of the held-out fold."""

    name: str
    source: str
    trained_on: int
    held_out: int
    urgency: float
    tone: float


@dataclass(frozen=True, slots=True)
class Change:
    """A rewriting that must not matter: how many messages kept their urgency, had it raised or lowered."""

    name: str
    rows: int
    same: int
    raised: int
    lowered: int


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """Mean fall of the chosen label's score without its evidence, and without as many random words of the message."""

    target: str
    messages: int
    without_evidence: float
    without_random: float
    wins: float
    """Share of messages where the evidence's fall is the larger one."""


@dataclass(frozen=True, slots=True)
class BoundaryScore:
    """Messages labelled ``boundary``: how many were found as such, and how many were handed to a named person for this
    or another boundary, by rules and model together and by the rules alone."""

    boundary: str
    messages: int
    found: int
    handed_over: int
    by_rules_alone: int


@dataclass(frozen=True, slots=True)
class Results:
    """Everything measured in one evaluation; what was not measured stands, with its reason, in ``missing``."""

    card: Mapping[str, Any]
    held_out: Sequence[Prediction] = ()
    """The weights under test on their own test rows."""
    cross_validated: Sequence[Prediction] = ()
    """Every message once, read by a model that was trained on the other folds."""
    auxiliary: Sequence[AuxiliaryScore] = ()
    learning_curve: Sequence[Trial] = ()
    ablations: Sequence[Trial] = ()
    changes: Sequence[Change] = ()
    faithfulness: Sequence[Faithfulness] = ()
    concerns: ConcernScores | None = None
    boundaries: Sequence[BoundaryScore] = ()
    missing: Sequence[str] = field(default_factory=tuple)
