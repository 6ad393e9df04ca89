"""Labelled data: what is read, what is refused and by which name, and splits that stay put."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import pipeline.learning.train
from pipeline.cli import app
from pipeline.errors import RecordError
from pipeline.learning.augment import JOINED, MOST_ASIDES, SURROUNDED, augmented, join, small_talk
from pipeline.learning.data import SEED, Example, data_files, read_examples
from pipeline.learning.fit import Recipe
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS

ROW = {"id": "a", "subject": "Lamp", "text": "It is dim.", "urgency": "normal", "tone": "neutral", "flags": []}


def write(file: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_row_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", {**ROW, "flags": ["money"], "extra": 1}, "")
    assert read_examples([file]) == [
        Example("a", "Lamp", "It is dim.", "normal", "neutral", 0, ("money",), source="rows")
    ]


def test_the_source_is_the_file_or_its_folder_where_the_file_is_called_for_its_part(tmp_path: Path) -> None:
    folder = tmp_path / "care_calls"
    folder.mkdir()
    files = [tmp_path / "mails_9.jsonl", *(folder / f"{part}.jsonl" for part in ("train", "dev", "val", "test"))]
    rows = [write(file, {**ROW, "id": str(number)}) for number, file in enumerate(files)]
    assert [row.source for row in read_examples(rows)] == ["mails_9", *["care_calls"] * 4]


def test_a_boundary_is_read_where_somebody_said(tmp_path: Path) -> None:
    rows = [{**ROW, "id": "a", "boundary": "danger"}, {**ROW, "id": "b", "boundary": "none"}, {**ROW, "id": "c"}]
    assert [row.boundary for row in read_examples([write(tmp_path / "rows.jsonl", *rows)])] == ["danger", "none", ""]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ({**ROW, "id": ""}, "id must be"),
        ({**ROW, "text": " "}, "text must be"),
        ({**ROW, "subject": 3}, "subject must be"),
        ({**ROW, "pair": 4}, "pair must be"),
        ({**ROW, "urgency": "soon"}, "unknown urgency 'soon'"),
        ({**ROW, "tone": None}, "unknown tone None"),
        ({**ROW, "intensity": 7}, "unknown intensity 7"),
        ({**ROW, "intensity": True}, "unknown intensity True"),
        ({**ROW, "flags": "money"}, "flags must be a list"),
        ({**ROW, "flags": ["cash"]}, "unknown flag 'cash'"),
        ({**ROW, "boundary": ""}, "unknown boundary ''"),
        ({**ROW, "boundary": "insult"}, "unknown boundary 'insult'"),
        ({**ROW, "text": "half \ud83d"}, "text holds half a character"),
        ({**ROW, "subject": "half \udc00"}, "subject holds half a character"),
        (ROW, "stands at"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(tmp_path: Path, row: object, problem: str) -> None:
    file = write(tmp_path / "rows.jsonl", ROW, row)
    with pytest.raises(RecordError) as caught:
        read_examples([file])
    assert f"{file} line 2: " in str(caught.value)
    assert problem in str(caught.value)


def test_of_a_folder_only_labelled_files_are_taken(tmp_path: Path) -> None:
    labelled = write(tmp_path / "b.jsonl", ROW)
    write(tmp_path / "a.jsonl", {"id": "a", "restate": []})
    write(tmp_path / "notes.txt", "no")
    assert data_files([tmp_path]) == [labelled]


def test_missing_and_empty_places_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="nowhere"):
        data_files([tmp_path / "nowhere"])
    with pytest.raises(RecordError, match="no labelled messages"):
        data_files([tmp_path])


@given(st.text(min_size=1, max_size=40))
def test_a_row_keeps_its_split_whatever_it_says(name: str) -> None:
    one = Example(name, "", "x", "low", "neutral", 0, ())
    other = Example(name, "s", "y", "high", "angry", 3, ("money",))
    assert one.split == other.split
    assert one.split in ("train", "dev", "test")


def test_rewritten_messages_keep_their_urgency_and_flags() -> None:
    rows = [Example(str(number), "Lamp", "It is dim.", "high", "worried", 1, ("money",)) for number in range(200)]
    copies = augmented(rows, seed=3)
    assert copies == augmented(rows, seed=3)
    assert {(copy.urgency, copy.flags) for copy in copies} == {("high", ("money",))}
    assert {copy.tone for copy in copies} == {"worried", "abusive"}
    assert all("It is dim." in copy.text for copy in copies)


def test_two_messages_in_one_are_as_urgent_as_the_more_urgent_and_felt_as_the_stronger() -> None:
    trifle = Example("a", "Leaflet", "A comma is missing.", "low", "positive", 1, ("no_ask",), boundary="none")
    grave = Example("b", "", "The money is going out.", "critical", "worried", 2, ("security",), boundary="none")
    for one, other in ((trifle, grave), (grave, trifle)):
        found = join(one, other)
        assert (found.id, found.subject) == (one.id, one.subject)
        assert found.text == f"{one.text}\n\n{other.text}"
        assert (found.urgency, found.tone, found.intensity) == ("critical", "worried", 2)
        assert (found.flags, found.boundary) == (("security",), "none")
    assert join(trifle, trifle).flags == ("no_ask",)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [("none", "none", "none"), ("none", "danger", "danger"), ("danger", "", ""), ("danger", "threat", "")],
)
def test_a_boundary_is_claimed_of_two_messages_only_where_it_is_sure(one: str, other: str, both: str) -> None:
    row = Example("a", "", "x", "low", "neutral", 0, ())
    assert join(replace(row, boundary=one), replace(row, boundary=other)).boundary == both


def test_some_copies_stand_among_small_talk_and_keep_their_labels() -> None:
    rows = [Example(str(number), "Lamp", "It is dim.", "high", "worried", 1, ("money",)) for number in range(1000)]
    surrounded = [copy for copy in augmented(rows, seed=3) if any(aside in copy.text for aside in small_talk())]
    assert 0.5 * SURROUNDED * len(rows) < len(surrounded) < 2 * SURROUNDED * len(rows)
    places = set()
    for copy in surrounded:
        paragraphs = copy.text.split("\n\n")
        places.add((paragraphs[0] == "It is dim.", paragraphs[-1] == "It is dim."))
        assert 3 <= len(paragraphs) <= MOST_ASIDES + 1
        assert set(paragraphs) - {"It is dim."} <= set(small_talk())
        assert (copy.urgency, copy.tone, copy.intensity, copy.flags) == ("high", "worried", 1, ("money",))
    assert places == {(True, False), (False, True), (False, False)}
    joined = [copy for copy in augmented(rows, seed=3) if copy.text.count("It is dim.") == 2]
    assert 0.5 * JOINED * len(rows) < len(joined) < 2 * JOINED * len(rows)


@given(st.text(min_size=1, max_size=40), st.lists(st.text(min_size=1, max_size=40), min_size=2, max_size=6))
def test_rows_of_a_pair_are_never_parted(pair: str, names: list[str]) -> None:
    rows = [Example(name, "", "x", "low", "neutral", 0, (), pair) for name in names]
    assert len({row.split for row in rows}) == 1


def test_a_pair_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", {**ROW, "pair": "p"}, {**ROW, "id": "b"})
    assert [row.pair for row in read_examples([file])] == ["p", ""]


def test_the_seed_set_holds_every_label_in_every_split() -> None:
    rows = read_examples(data_files([SEED]))
    assert len(rows) >= 2156
    for split in ("train", "dev", "test"):
        found = [row for row in rows if row.split == split]
        assert {row.urgency for row in found} == set(URGENCY_LABELS)
        assert {row.tone for row in found} == set(TONE_LABELS)
    assert {flag for row in rows if row.split == "train" for flag in row.flags} == set(FLAG_LABELS)


def test_the_short_messages_of_the_seed_set_have_enough_of_each_label_and_no_doubles() -> None:
    rows = read_examples([SEED / "messages_1.jsonl"])
    assert min(Counter(row.urgency for row in rows).values()) >= 40
    assert min(Counter(row.tone for row in rows).values()) >= 40
    assert all((row.intensity == 0) == (row.tone == "neutral") for row in rows)
    everything = [row.text.casefold() for row in read_examples(data_files([SEED]))]
    assert len(set(everything)) == len(everything)


class Stopped(Exception):
    pass


@pytest.fixture
def given_to_train(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Path], dict[str, Any]]]:
    """What the command gives to the training, which then stops."""
    calls: list[tuple[list[Path], dict[str, Any]]] = []

    def stop(paths: list[Path], out: Path, **options: Any) -> None:
        calls.append((list(paths), {"out": out, **options}))
        raise Stopped

    monkeypatch.setattr(pipeline.learning.train, "train", stop)
    return calls


def test_training_takes_the_seed_set_when_no_data_is_named(
    given_to_train: list[tuple[list[Path], dict[str, Any]]], tmp_path: Path
) -> None:
    for arguments in ([], [str(tmp_path)]):
        result = CliRunner().invoke(app, ["train", *arguments, "--out", str(tmp_path / "weights")])
        assert isinstance(result.exception, Stopped)
    assert [paths for paths, _ in given_to_train] == [[SEED], [tmp_path]]
    assert given_to_train[0][1]["out"] == tmp_path / "weights"
    assert given_to_train[0][1]["auxiliary"] == []
    assert given_to_train[0][1]["start"] is None
    assert given_to_train[0][1]["recipe"] == Recipe()


def test_the_options_of_the_command_reach_the_training(
    given_to_train: list[tuple[list[Path], dict[str, Any]]], tmp_path: Path
) -> None:
    options = [
        "--auxiliary", str(tmp_path / "one"), "--auxiliary", str(tmp_path / "two"), "--start", str(tmp_path / "weights"),
        "--seed", "3", "--epochs", "2", "--auxiliary-epochs", "0",
    ]  # fmt: skip
    result = CliRunner().invoke(app, ["train", str(tmp_path), "--out", str(tmp_path / "out"), *options])
    assert isinstance(result.exception, Stopped)
    ((_, given_options),) = given_to_train
    assert given_options["auxiliary"] == [tmp_path / "one", tmp_path / "two"]
    assert given_options["start"] == tmp_path / "weights"
    assert given_options["recipe"] == Recipe(epochs=2, auxiliary_epochs=0, seed=3)


@pytest.mark.parametrize(
    "wrong", [["--epochs", "-1"], ["--epochs", "101"], ["--auxiliary-epochs", "-1"], ["--seed", "x"], ["--rate", "1"]]
)
def test_options_that_cannot_be_are_refused(
    given_to_train: list[tuple[list[Path], dict[str, Any]]], tmp_path: Path, wrong: list[str]
) -> None:
    result = CliRunner().invoke(app, ["train", str(tmp_path), "--out", str(tmp_path / "out"), *wrong])
    assert result.exit_code == 2
    assert not given_to_train
