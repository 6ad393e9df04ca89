"""Labelled texts as tensors: tokenised once, then put into batches of like length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor

from pipeline.learning.auxiliary import Task
from pipeline.learning.calibration import UNKNOWN
from pipeline.learning.data import Example
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.triage.encoder import Encoder, Window
from pipeline.triage.heads import LABELS, NO_BOUNDARY
from pipeline.triage.quiet import closed_up, hushed, quiet
from pipeline.triage.signals import facts
from pipeline.triage.volume import joined, surface

AUXILIARY_TOKENS = 128


@dataclass(frozen=True, slots=True)
class MessageRow:
    """An example as the model reads it: ``loud`` for tone and intensity, ``calm`` for urgency and flags."""

    example: Example
    loud: tuple[Window, ...]
    calm: tuple[Window, ...]
    surface: tuple[float, ...]
    facts: tuple[float, ...]

    @property
    def tokens(self) -> int:
        return max(len(window.ids) for window in self.loud)


@dataclass(frozen=True, slots=True)
class AuxiliaryRow:
    task: str
    window: Window
    target: Tensor = field(compare=False)

    @property
    def tokens(self) -> int:
        return len(self.window.ids)


Row = TypeVar("Row", MessageRow, AuxiliaryRow)


def message_rows(encoder: Encoder, examples: Sequence[Example]) -> list[MessageRow]:
    texts = [joined(example.subject, example.text) for example in examples]
    calm = [quiet(text) for text in texts]
    loud, still = (
        [tuple(own) for own in _by_owner(encoder, some, texts)] for some in ([hushed(text) for text in texts], calm)
    )
    return [
        MessageRow(example, one, other, surface(text), facts(closed_up(rest)))
        for example, one, other, text, rest in zip(examples, loud, still, texts, calm, strict=True)
    ]


def _by_owner(encoder: Encoder, texts: Sequence[str], cut_by: Sequence[str] | None = None) -> list[list[Window]]:
    found: list[list[Window]] = [[] for _ in texts]
    for window in encoder.windows(texts, cut_by):
        found[window.owner].append(window)
    return found


def auxiliary_rows(encoder: Encoder, task: Task, part: str) -> list[AuxiliaryRow]:
    """The rows ``train`` or ``dev`` of a task, each cut to `AUXILIARY_TOKENS`."""
    rows = task.train if part == "train" else task.dev
    windows = _by_owner(encoder, [hushed(text) for text, _ in rows])
    return [
        AuxiliaryRow(task.name, _cut(own[0]), _target(task, labels))
        for own, (_, labels) in zip(windows, rows, strict=True)
    ]


def _cut(window: Window) -> Window:
    if len(window.ids) <= AUXILIARY_TOKENS:
        return window
    keep = AUXILIARY_TOKENS - 1
    return Window(window.owner, (*window.ids[:keep], window.ids[-1]), (*window.spans[:keep], window.spans[-1]))


def _target(task: Task, labels: Sequence[int]) -> Tensor:
    if not task.many:
        return torch.tensor(labels[0])
    target = torch.zeros(len(task.labels))
    target[list(labels)] = 1
    return target


def in_batches(rows: Sequence[Row], tokens: int, most: int, generator: random.Random) -> list[list[Row]]:
    """``rows`` in random order, those of a batch about equally long: at most ``most``, and ``tokens`` with padding."""
    found: list[list[Row]] = []
    batch: list[Row] = []
    for row in sorted(rows, key=lambda row: row.tokens * generator.uniform(0.85, 1.18)):
        longest = max([row.tokens, *(other.tokens for other in batch)])
        if batch and (len(batch) == most or (len(batch) + 1) * longest > tokens):
            found.append(batch)
            batch = []
        batch.append(row)
    found += [batch] if batch else []
    generator.shuffle(found)
    return found


@dataclass(frozen=True, slots=True)
class Targets:
    """Labels of a batch of messages: (n,) each, flags (n, labels); a boundary may be `UNKNOWN`."""

    urgency: Tensor
    tone: Tensor
    intensity: Tensor
    flags: Tensor
    boundary: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Targets:
        return cls(
            torch.tensor([URGENCY_LABELS.index(example.urgency) for example in examples]),
            torch.tensor([TONE_LABELS.index(example.tone) for example in examples]),
            torch.tensor([example.intensity for example in examples]),
            torch.tensor([[float(flag in example.flags) for flag in FLAG_LABELS] for example in examples]),
            torch.tensor([_boundary(example) for example in examples]),
        )


def _boundary(example: Example) -> int:
    """The labelled boundary; where nobody said, none if nothing points to one, else `UNKNOWN`."""
    if example.boundary:
        return LABELS["boundary"].index(example.boundary)
    hints = {"safety", "physical_harm", "vulnerable", "personal_loss"} & set(example.flags)
    return UNKNOWN if hints or example.tone == "abusive" else LABELS["boundary"].index(NO_BOUNDARY)


def pieces(rows: Sequence[MessageRow], version: str) -> Iterator[tuple[int, Window]]:
    """The windows of the ``loud`` or ``calm`` version of each row, with the number of the row."""
    for number, row in enumerate(rows):
        for window in row.loud if version == "loud" else row.calm:
            yield number, window
