"""Labelled data: what is read, what is refused and by which name, and splits that stay put."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RecordError
from pipeline.learning.augment import augmented
from pipeline.learning.data import Example, data_files, read_examples

ROW = {"id": "a", "subject": "Lamp", "text": "It is dim.", "urgency": "normal", "tone": "neutral", "flags": []}


def write(file: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_row_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", {**ROW, "flags": ["money"], "extra": 1}, "")
    assert read_examples([file]) == [Example("a", "Lamp", "It is dim.", "normal", "neutral", 0, ("money",))]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ({**ROW, "id": ""}, "id must be"),
        ({**ROW, "text": " "}, "text must be"),
        ({**ROW, "subject": 3}, "subject must be"),
        ({**ROW, "urgency": "soon"}, "unknown urgency 'soon'"),
        ({**ROW, "tone": None}, "unknown tone None"),
        ({**ROW, "intensity": 7}, "unknown intensity 7"),
        ({**ROW, "intensity": True}, "unknown intensity True"),
        ({**ROW, "flags": "money"}, "flags must be a list"),
        ({**ROW, "flags": ["cash"]}, "unknown flag 'cash'"),
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
