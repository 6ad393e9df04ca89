"""Auxiliary tasks: other labelled data that the layers are trained on beside the messages, each with its own head.

A folder is read by its form, which is that of the published data sets:

    labels.txt, train.tsv, dev.tsv                          GoEmotions: text, label numbers with commas, id; many labels
    mapping.txt, train_text.txt, train_labels.txt, val_*    TweetEval: one text a line, one label number a line
    train.txt                                               EmailIntentDataSet: Yes or No, a tab, a sentence (Latin-1)

None of these data belong to the project and none ship with it; they are named by path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import RecordError


@dataclass(frozen=True, slots=True)
class Task:
    """One question with its labels. A row is a text and the numbers of its labels, one of them unless ``many``."""

    name: str
    labels: tuple[str, ...]
    many: bool
    train: tuple[tuple[str, tuple[int, ...]], ...]
    dev: tuple[tuple[str, tuple[int, ...]], ...]


def read_tasks(folders: Sequence[Path]) -> list[Task]:
    """The task in each folder; RecordError names the folder, or file and line, of what cannot be used."""
    tasks = [_read(folder) for folder in folders]
    names = [task.name for task in tasks]
    for name in names:
        if names.count(name) > 1:
            raise RecordError(f"two auxiliary data sets are called {name}", remedy="rename one of the folders")
    return tasks


def _read(folder: Path) -> Task:
    name = "".join(letter if letter.isalnum() else "_" for letter in folder.resolve().name.lower())
    if (folder / "train.tsv").is_file():
        labels = tuple(_lines(folder / "labels.txt"))
        parts = [_tab_separated(folder / f"{part}.tsv", len(labels)) for part in ("train", "dev")]
        return Task(name, labels, True, parts[0], parts[1])
    if (folder / "train_text.txt").is_file():
        labels = tuple(line.split("\t")[-1] for line in _lines(folder / "mapping.txt"))
        parts = [_side_by_side(folder, part, len(labels)) for part in ("train", "val")]
        return Task(name, labels, False, parts[0], parts[1])
    if (folder / "train.txt").is_file():
        return Task(name, ("no", "yes"), False, _yes_or_no(folder / "train.txt"), ())
    raise RecordError(
        f"{folder}: no auxiliary data found", remedy="name a folder with train.tsv, train_text.txt or train.txt"
    )


def _lines(file: Path, encoding: str = "utf-8") -> list[str]:
    try:
        return file.read_text(encoding=encoding).removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{file}: cannot be read: {error}") from error


def _tab_separated(file: Path, labels: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
    rows = []
    for number, line in enumerate(_lines(file), start=1):
        cells = line.split("\t")
        where = f"{file} line {number}"
        if len(cells) < 2:
            raise RecordError(f"{where}: text and labels must be parted by a tab")
        rows.append((cells[0], _numbers(cells[1].split(","), labels, where)))
    return tuple(rows)


def _side_by_side(folder: Path, part: str, labels: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
    texts, numbers = (_lines(folder / f"{part}_{kind}.txt") for kind in ("text", "labels"))
    if len(texts) != len(numbers):
        raise RecordError(f"{folder}: {len(texts)} texts but {len(numbers)} labels in {part}")
    return tuple(
        (text, _numbers([label], labels, f"{folder}/{part}_labels.txt line {number}"))
        for number, (text, label) in enumerate(zip(texts, numbers, strict=True), start=1)
    )


def _yes_or_no(file: Path) -> tuple[tuple[str, tuple[int, ...]], ...]:
    rows = []
    for number, line in enumerate(_lines(file, "latin-1"), start=1):
        answer, _, text = line.partition("\t")
        if answer not in ("Yes", "No") or not text:
            raise RecordError(f"{file} line {number}: must be Yes or No, a tab and a sentence")
        rows.append((text, (int(answer == "Yes"),)))
    return tuple(rows)


def _numbers(words: Sequence[str], labels: int, where: str) -> tuple[int, ...]:
    if not all(word.strip().isdecimal() and int(word) < labels for word in words):
        raise RecordError(f"{where}: {','.join(words)!r} are not label numbers from 0 to {labels - 1}")
    return tuple(int(word) for word in words)
