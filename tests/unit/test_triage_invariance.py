"""Over the whole dev split: capitals, insults, cries, exclamation marks and courtesies never move urgency."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.learning.data import SEED, Example, data_files, read_examples
from pipeline.learning.invariance import CHANGES, measure_changes, urgencies
from pipeline.triage.quiet import closed_up, quiet
from pipeline.triage.volume import joined
from pipeline.triage.weights_file import load_reader

BY_LISTS = {name: change for name, change in CHANGES.items() if name != "an insult that no list knows"}
DEV = [example for example in read_examples(data_files([SEED])) if example.split == "dev"]


@pytest.mark.parametrize("name", BY_LISTS)
def test_what_urgency_is_read_from_stays_the_same(name: str) -> None:
    def read(example: Example, text: str) -> str:
        return closed_up(quiet(joined(example.subject, text)))

    moved = [
        example.id
        for number, example in enumerate(DEV)
        if read(example, example.text) != read(example, BY_LISTS[name](example.text, number))
    ]
    assert len(DEV) > 400
    assert len(moved) <= len(DEV) * 0.02, moved


@pytest.mark.usefixtures("one_thread")
def test_the_urgency_that_is_served_stays_the_same() -> None:
    """Each message of the split under one of the changes, in turn."""
    reader = load_reader("all-minilm-l6-v2", "")
    names = list(BY_LISTS)
    plain = urgencies(reader, [joined(example.subject, example.text) for example in DEV])
    changed = urgencies(
        reader,
        [
            joined(example.subject, BY_LISTS[names[number % len(names)]](example.text, number))
            for number, example in enumerate(DEV)
        ],
    )
    assert [example.id for example, one, other in zip(DEV, plain, changed, strict=True) if one != other] == []


def test_the_measure_tells_a_change_that_matters_apart() -> None:
    reader = load_reader("all-minilm-l6-v2", "")
    low = [replace(example, subject="") for example in DEV if example.urgency == "low"][:12]
    emergency = "Somebody is in my account and moves the money out right now, block it."
    (found,) = measure_changes(reader, low, lambda line: None, {"an emergency instead": lambda text, number: emergency})
    assert found.raised > len(low) / 2
