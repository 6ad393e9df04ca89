"""Labelled messages: read, checked and split.

A row is a JSON object with ``id``, ``text``, ``urgency`` and ``tone``, optionally ``subject``,
``intensity``, ``flags``, ``pair`` and ``boundary``.
The split is by the hash of the id, so a row stays on its side whatever is added beside it. Rows with the same ``pair``
(variants of one text, messages of one conversation) stay together: their split hangs on that name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import RecordError
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.triage.heads import LABELS

T = TypeVar("T")
_PARTS = ("train", "dev", "val", "test")
SEED = Path(__file__).resolve().parent / "seed"
"""The project's own labelled messages, which training starts from when nothing else is named."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message with the labels of the rubric; ``intensity`` is 0..3, ``pair`` what it must not be parted from."""

    id: str
    subject: str
    text: str
    urgency: str
    tone: str
    intensity: int
    flags: tuple[str, ...]
    pair: str = ""
    boundary: str = ""
    """What no ordinary draft may answer, or none; empty where nobody said."""
    source: str = ""
    """The data set: the file's name, or its folder's where the file is called for its part (`dev.jsonl`)."""

    @property
    def split(self) -> str:
        """``dev`` or ``test`` for one row in ten each, never trained on; ``train`` for the others."""
        place = int(hashlib.sha256((self.pair or self.id).encode()).hexdigest(), 16) % 10
        return {0: "dev", 1: "test"}.get(place, "train")


def data_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and of a folder every ``*.jsonl`` whose first line has text, urgency and tone."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += [file for file in sorted(path.glob("*.jsonl")) if _is_labelled(file)]
        elif path.is_file():
            files.append(path)
        else:
            raise RecordError(f"{path}: no such file or folder")
    if not files:
        raise RecordError(f"no labelled messages in {', '.join(map(str, paths))}")
    return files


def _is_labelled(file: Path) -> bool:
    with file.open(encoding="utf-8", errors="replace") as stream:
        line = stream.readline()
    return all(key in line for key in ('"text"', '"urgency"', '"tone"'))


def read_examples(files: Iterable[Path]) -> list[Example]:
    """All rows of ``files``; RecordError naming file and line for one that cannot be used."""
    examples: list[Example] = []
    seen: dict[str, str] = {}
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise RecordError(f"{file}: cannot be read: {error}") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{file} line {number}"
            example = replace(_example(line, where), source=_source(file))
            if example.id in seen:
                raise RecordError(f"{where}: id {example.id!r} stands at {seen[example.id]} already")
            seen[example.id] = where
            examples.append(example)
    return examples


def _source(file: Path) -> str:
    return file.resolve().parent.name if file.stem in _PARTS else file.stem


def _example(line: str, where: str) -> Example:
    try:
        row: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise RecordError(f"{where}: not JSON: {error.msg}") from None
    if not isinstance(row, dict):
        raise RecordError(f"{where}: not a JSON object")
    for key in ("id", "text"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise RecordError(f"{where}: {key} must be a text that is not empty")
    for key in ("subject", "pair"):
        if not isinstance(row.get(key, ""), str):
            raise RecordError(f"{where}: {key} must be a text")
    for key in ("id", "text", "subject", "pair"):
        if any("\ud800" <= character <= "\udfff" for character in row.get(key, "")):
            raise RecordError(f"{where}: {key} holds half a character (a lone surrogate)")
    flags = row.get("flags", [])
    if not isinstance(flags, list):
        raise RecordError(f"{where}: flags must be a list")
    intensity = row.get("intensity", 0)
    return Example(
        id=row["id"],
        subject=row.get("subject", ""),
        text=row["text"],
        urgency=_known(row.get("urgency"), URGENCY_LABELS, "urgency", where),
        tone=_known(row.get("tone"), TONE_LABELS, "tone", where),
        intensity=_known(intensity, (0, 1, 2, 3), "intensity", where),
        flags=tuple(_known(flag, FLAG_LABELS, "flag", where) for flag in flags),
        pair=row.get("pair", ""),
        boundary=_known(row["boundary"], LABELS["boundary"], "boundary", where) if "boundary" in row else "",
    )


def _known(value: object, labels: tuple[T, ...], name: str, where: str) -> T:
    for label in labels:
        if type(value) is type(label) and value == label:
            return label
    raise RecordError(f"{where}: unknown {name} {value!r}; known: {', '.join(map(str, labels))}")
