"""Labelled texts as tensors: what each row holds, and batches that lose and double nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learning.calibration import UNKNOWN
from pipeline.learning.data import Example
from pipeline.learning.rows import (
    AuxiliaryRow,
    Targets,
    in_batches,
    message_rows,
    pieces,
)
from pipeline.triage.encoder import Encoder, Window
from pipeline.triage.heads import LABELS
from pipeline.triage.quiet import hushed, quiet
from pipeline.triage.signals import FACTS, facts
from pipeline.triage.volume import surface
from tests.unit.tiny_model import tiny_encoder

LOUD = Example(
    "loud",
    "Kettle",
    "You idiots! My card was charged twice, and the account is EMPTY!!!",
    "high",
    "abusive",
    3,
    ("money",),
)
PLAIN = Example("plain", "", "the lamp is dim", "low", "neutral", 0, ())


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.load(str(tiny_encoder(tmp_path_factory.mktemp("encoder"))), torch.float32)


def row(number: int, tokens: int) -> AuxiliaryRow:
    return AuxiliaryRow("task", Window(number, (0,) * tokens, ((0, 0),) * tokens), torch.tensor(0))


lengths = st.lists(st.integers(2, 256), max_size=60)


@given(lengths, st.integers(256, 4096), st.integers(1, 20), st.integers(0, 99))
def test_batches_hold_every_row_once_within_the_limits(sizes: list[int], tokens: int, most: int, seed: int) -> None:
    rows = [row(number, size) for number, size in enumerate(sizes)]
    found = in_batches(rows, tokens, most, random.Random(seed))
    assert sorted(one.window.owner for batch in found for one in batch) == list(range(len(rows)))
    assert all(1 <= len(batch) <= most for batch in found)
    assert all(len(batch) * max(one.tokens for one in batch) <= tokens for batch in found)


@given(lengths, st.integers(0, 99))
def test_the_same_seed_gives_the_same_batches(sizes: list[int], seed: int) -> None:
    rows = [row(number, size) for number, size in enumerate(sizes)]
    assert in_batches(rows, 512, 8, random.Random(seed)) == in_batches(rows, 512, 8, random.Random(seed))


def test_a_row_over_the_limit_stands_alone() -> None:
    found = in_batches([row(0, 300), row(1, 300), row(2, 10)], 256, 8, random.Random(0))
    assert sorted(len(batch) for batch in found) == [1, 1, 1]


def test_rows_of_a_batch_are_about_equally_long() -> None:
    rows = [row(number, 10 + number % 190) for number in range(800)]
    found = in_batches(rows, 10**6, 16, random.Random(3))
    spread = [max(one.tokens for one in batch) - min(one.tokens for one in batch) for batch in found]
    assert sum(spread) / len(spread) < 80


def test_another_seed_gives_other_batches() -> None:
    rows = [row(number, 10 + number) for number in range(50)]
    assert in_batches(rows, 512, 8, random.Random(1)) != in_batches(rows, 512, 8, random.Random(2))


def test_a_message_is_read_hushed_for_tone_and_without_its_manners_for_urgency(encoder: Encoder) -> None:
    whole = f"{LOUD.subject}\n\n{LOUD.text}"
    found, _ = message_rows(encoder, [LOUD, PLAIN])
    (loud,), (calm,) = encoder.windows([hushed(whole)]), encoder.windows([quiet(whole)])
    assert ([one.ids for one in found.loud], [one.ids for one in found.calm]) == ([loud.ids], [calm.ids])
    assert len(calm.ids) < len(loud.ids)
    assert found.surface == surface(whole)
    assert found.facts == facts(quiet(whole))
    assert found.tokens == len(loud.ids)


def test_a_long_message_has_several_windows_and_pieces_tell_whose_they_are(encoder: Encoder) -> None:
    long = Example("long", "", "The parcel has not come. " * 150, "normal", "neutral", 0, ())
    rows = message_rows(encoder, [PLAIN, long, LOUD])
    for version in ("loud", "calm"):
        owners = [owner for owner, _ in pieces(rows, version)]
        assert owners == sorted(owners)
        assert owners.count(0) == owners.count(2) == 1 < owners.count(1)


def test_targets_are_the_places_of_the_labels() -> None:
    found = Targets.of([LOUD, PLAIN])
    assert found.urgency.tolist() == [1, 3]
    assert found.tone.tolist() == [0, 7]
    assert found.intensity.tolist() == [3, 0]
    assert found.flags.sum(1).tolist() == [1.0, 0.0]
    assert found.flags[0, 0] == 1


@pytest.mark.parametrize(
    ("example", "label"),
    [
        (PLAIN, "none"),
        (replace(PLAIN, boundary="threat"), "threat"),
        (replace(PLAIN, boundary="none", flags=("safety",)), "none"),
        (replace(PLAIN, flags=("money",)), "none"),
        (replace(PLAIN, flags=("physical_harm",)), None),
        (replace(PLAIN, tone="abusive"), None),
        (replace(PLAIN, tone="abusive", boundary="abuse"), "abuse"),
    ],
)
def test_a_boundary_that_nobody_labelled_is_unknown_where_something_points_to_one(
    example: Example, label: str | None
) -> None:
    (found,) = Targets.of([example]).boundary.tolist()
    assert found == (UNKNOWN if label is None else LABELS["boundary"].index(label))


def test_facts_have_their_width(encoder: Encoder) -> None:
    assert len(message_rows(encoder, [PLAIN])[0].facts) == len(FACTS)
