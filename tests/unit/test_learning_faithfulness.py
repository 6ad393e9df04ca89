"""Whether evidence is what moved a label, measured on a model whose answers are known by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from pipeline.learning.data import Example
from pipeline.learning.faithfulness import DRAWS, measure_faithfulness
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.triage.reader import Reader, Reading, Shares
from tests.unit.learning_results import scores

TEXT = "Cold rain fell here. A fire broke out. Birds sang in there."
"""Three sentences of four words; the one in the middle is what the reader below hears."""


class FireReader:
    """Critical with 0.9 where "fire" stands, else with ``without``, or 0.5 where a shed is spoken of; the tone is the
    same whatever stands there. The word itself gives all of the logit."""

    def __init__(self, without: float = 0.3) -> None:
        self.without = without
        self.versions: list[str] = []

    def read(self, texts: Sequence[str], *, shares: bool = False, **_: Any) -> list[Reading]:
        self.versions += [] if shares else texts
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Reading:
        start = text.find("fire")
        spans = ((max(start, 0), max(start, 0) + len("fire")),)
        rest = 0.5 if "shed" in text else self.without
        urgency = np.zeros((1, len(URGENCY_LABELS)), np.float32)
        urgency[0, 0] = float(start >= 0)
        return Reading(
            {
                "urgency": scores(URGENCY_LABELS, "critical", 0.9 if start >= 0 else rest),
                "tone": scores(TONE_LABELS, "neutral", 0.8),
            },
            {"urgency": Shares(spans, urgency), "tone": Shares(spans, np.zeros((1, len(TONE_LABELS)), np.float32))},
        )


def example(text: str, subject: str = "") -> Example:
    return Example(text, subject, text, "critical", "neutral", 0, ())


def measured(reader: FireReader, *examples: Example, seed: int = 7) -> Any:
    return measure_faithfulness(cast(Reader, reader), examples, lambda line: None, seed)


def test_the_fall_without_the_evidence_is_that_of_the_label() -> None:
    reader = FireReader()
    urgency, _ = measured(reader, example(TEXT))
    assert (urgency.target, urgency.messages) == ("urgency", 1)
    assert urgency.without_evidence == pytest.approx(0.9 - 0.3)
    own, *chance = reader.versions[-1 - DRAWS :]
    assert own == "Cold rain fell here. Birds sang in there."
    hits = sum("fire" not in version for version in chance)
    assert hits < DRAWS
    assert urgency.without_random == pytest.approx(0.6 * hits / DRAWS)
    assert urgency.wins == 1.0


def test_chance_takes_out_as_many_words_as_are_shown() -> None:
    reader = FireReader()
    measured(reader, *(example(f"{TEXT} Number {number} there.") for number in range(6)))
    versions = reader.versions[-6 * (1 + DRAWS) :]
    assert {len(version.split()) for version in versions} == {15 - 4}


def test_a_target_without_evidence_is_not_measured() -> None:
    _, tone = measured(FireReader(), example(TEXT))
    assert (tone.target, tone.messages, tone.without_evidence, tone.without_random, tone.wins) == (
        "tone",
        0,
        0.0,
        0.0,
        0.0,
    )


def test_a_message_that_is_evidence_for_the_most_part_is_left_out() -> None:
    (urgency, _) = measured(FireReader(), example("A fire broke out. Help."), example(TEXT))
    assert urgency.messages == 1


def test_evidence_that_moves_nothing_is_none() -> None:
    urgency, _ = measured(FireReader(without=0.9), example(TEXT))
    assert urgency.messages == 0


def test_the_fall_is_the_mean_over_the_messages() -> None:
    """By hand: without the fire 0.3 is left of 0.9, and 0.5 where a shed is spoken of."""
    urgency, _ = measured(FireReader(), example(TEXT), example(TEXT, "The shed"))
    assert urgency.messages == 2
    assert urgency.without_evidence == pytest.approx((0.6 + 0.4) / 2)


def test_the_subject_stays_whatever_is_taken_out() -> None:
    reader = FireReader()
    measured(reader, example(TEXT, "The shed"))
    assert all(version.startswith("The shed\n\n") for version in reader.versions)


def test_the_same_seed_draws_the_same_words() -> None:
    readers = [FireReader() for _ in range(3)]
    for reader, seed in zip(readers, (1, 1, 2), strict=True):
        measured(reader, *(example(f"{TEXT} Number {number} there.") for number in range(6)), seed=seed)
    assert readers[0].versions == readers[1].versions != readers[2].versions
