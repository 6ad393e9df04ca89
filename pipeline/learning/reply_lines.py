"""Good and bad sentences of replies: read, checked, and measured against.

A row is a JSON object with ``text``, ``bad`` and ``kind``, the fault it has or is a near miss of; good rows may have
other kinds. What rests on the thread (facts asked for again) is no fault of a sentence and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import RecordError
from pipeline.learning.data import SEED
from pipeline.triage.reply_reader import FAULTS, FINE

REPLIES = SEED / "replies"
JUDGE = "lines_2.jsonl"
"""By a hand of its own; never trained on."""
_OF_THE_THREAD = "ask_again"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a reply; ``label`` is its fault or ``fine``, ``kind`` what it has or nearly has."""

    text: str
    label: str
    kind: str

    @property
    def bad(self) -> bool:
        return self.label != FINE


def line_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and of a folder every ``lines_*.jsonl`` but the one to judge by."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.glob("lines_*.jsonl") if file.name != JUDGE)
        elif path.is_file():
            files.append(path)
        else:
            raise RecordError(f"{path}: no such file or folder")
    if not files:
        raise RecordError(f"no lines of replies in {', '.join(map(str, paths))}")
    return files


def read_lines(files: Iterable[Path]) -> list[Line]:
    """All rows of ``files``; RecordError naming file and line for one that cannot be used."""
    found: list[Line] = []
    for file in files:
        try:
            rows = file.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise RecordError(f"{file}: cannot be read: {error}") from error
        found += [line for number, row in enumerate(rows, start=1) if row and (line := _line(row, f"{file}:{number}"))]
    return found


def _line(row: str, where: str) -> Line | None:
    try:
        found: dict[str, Any] = json.loads(row)
        text, bad, kind = found["text"], found["bad"], found["kind"]
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{where}: needs text, bad and kind: {error}") from error
    if not isinstance(text, str) or not text.strip() or not isinstance(bad, bool):
        raise RecordError(f"{where}: text must be a sentence, bad true or false")
    if bad and kind == _OF_THE_THREAD:
        return None
    if bad and kind not in FAULTS:
        raise RecordError(f"{where}: unknown kind {kind!r}", remedy=f"one of {', '.join(FAULTS)}")
    return Line(text, kind if bad else FINE, str(kind))


def threshold_at(false_alarms: float, lines: Sequence[Line], suspicion: Sequence[float]) -> float:
    """The least suspicion above which at most so many of the good lines would be flagged."""
    good = sorted((score for line, score in zip(lines, suspicion, strict=True) if not line.bad), reverse=True)
    return good[min(int(false_alarms * len(good)), len(good) - 1)] if good else 1.0


def found_share(lines: Sequence[Line], suspicion: Sequence[float], threshold: float) -> tuple[float, float]:
    """Of the bad lines the share above ``threshold``, and of the good ones."""
    shares = []
    for wanted in (True, False):
        flags = [score > threshold for line, score in zip(lines, suspicion, strict=True) if line.bad is wanted]
        shares.append(sum(flags) / max(len(flags), 1))
    return shares[0], shares[1]
