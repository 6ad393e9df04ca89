"""How often a rewriting moved urgency, counted on a model whose answers are known by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from pipeline.learning.data import Example
from pipeline.learning.invariance import CHANGES, CRIES, INSULTS, measure_changes, urgencies
from pipeline.learning.results import Change
from pipeline.triage.heads import LABELS
from pipeline.triage.reader import Reader, Reading
from tests.unit.learning_results import scores


class CountingReader:
    """Reads urgency off the number of the word "lamp": none is low, one normal, two high, more critical."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, texts: Sequence[str], **_: Any) -> list[Reading]:
        self.texts += texts
        return [Reading(self.scores(text), {}) for text in texts]

    @staticmethod
    def scores(text: str) -> Mapping[str, Mapping[str, float]]:
        label = ("low", "normal", "high", "critical")[min(text.split().count("lamp"), 3)]
        likeliest = {"urgency": label, "tone": "neutral", "intensity": "0", "boundary": "none"}
        return {
            name: scores(labels, likeliest.get(name, ""), 0.9) for name, labels in LABELS.items() if name in likeliest
        } | {"flags": dict.fromkeys(LABELS["flags"], 0.1)}


def as_reader(reader: CountingReader) -> Reader:
    return cast(Reader, reader)


def example(number: int, text: str, subject: str = "") -> Example:
    return Example(str(number), subject, text, "normal", "neutral", 0, ())


LAMPS = [example(number, " ".join(["It is a dim", *["lamp"] * number])) for number in range(4)]


def test_what_moved_is_counted_by_direction() -> None:
    """By hand: of 0, 1, 2 and 3 lamps, one more raises the first three, one less lowers the last three."""
    changes = {
        "one more": lambda text, number: f"{text} lamp",
        "one less": lambda text, number: text.removesuffix(" lamp"),
        "one more of every other": lambda text, number: f"{text} lamp" if number % 2 == 0 else text,
        "nothing": lambda text, number: text,
    }
    lines: list[str] = []
    assert measure_changes(as_reader(CountingReader()), LAMPS, lines.append, changes) == [
        Change("one more", 4, same=1, raised=3, lowered=0),
        Change("one less", 4, same=1, raised=0, lowered=3),
        Change("one more of every other", 4, same=2, raised=2, lowered=0),
        Change("nothing", 4, same=4, raised=0, lowered=0),
    ]
    assert lines == ["rewriting 4 messages in 4 ways that must not matter"]


def test_the_subject_is_read_but_not_rewritten() -> None:
    reader = CountingReader()
    measure_changes(
        as_reader(reader), [example(1, "It is dim", "One lamp")], print, {"loud": lambda text, number: text.upper()}
    )
    assert reader.texts == ["One lamp\n\nIt is dim", "One lamp\n\nIT IS DIM"]


def test_urgency_is_taken_with_the_rules_that_override_the_model() -> None:
    assert urgencies(as_reader(CountingReader()), ["It is dim", "I want to end my life"]) == ["low", "critical"]


def test_without_a_message_nothing_is_counted() -> None:
    assert measure_changes(as_reader(CountingReader()), [], print, {"x": CHANGES["all in capitals"]}) == [
        Change("x", 0, 0, 0, 0)
    ]


@pytest.mark.parametrize("name", CHANGES)
def test_every_rewriting_changes_the_text_and_keeps_its_words(name: str) -> None:
    text = "The lamp is dim. Where is it"
    found = CHANGES[name](text, 0)
    assert found != text
    assert "the lamp is dim" in found.lower() and "where is it" in found.lower()


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("all in capitals", 0, "IT IS DIM. WHERE IS IT"),
        ("every full stop as !!!", 0, "It is dim!!! Where is it"),
        ("!!! at the end", 0, "It is dim. Where is it!!!"),
        ("an insult at the end", 1, f"It is dim. Where is it. {INSULTS[1]}"),
        ("an insult at the start", len(INSULTS), f"{INSULTS[0]} It is dim. Where is it"),
        ("a cry for haste", 1, f"{CRIES[1]} It is dim. Where is it"),
        ("a courtesy at the start", 4, "Kind regards. It is dim. Where is it"),
    ],
)
def test_the_rewritings_are_what_they_are_called(name: str, number: int, expected: str) -> None:
    assert CHANGES[name]("It is dim. Where is it", number) == expected
