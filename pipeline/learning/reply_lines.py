"""What reads sentences of replies learns from: good and bad lines, and speech acts.

A row is a JSON object:

    lines_*.jsonl   ``text``, ``bad`` and ``kind``, the fault it has or is a near miss of; good rows may have other
                    kinds. What rests on the thread (facts asked for again) is no fault of a sentence and is left out
    acts_*.jsonl    ``text`` and ``acts``, those it performs, often none
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import RecordError
from pipeline.learning.data import SEED
from pipeline.triage.reply_reader import ACTS, FAULTS, HEADS, LABELS

REPLIES = SEED / "replies"
JUDGES = ("lines_2.jsonl", "lines_14.jsonl")
"""By a hand of its own; never trained on."""
QUESTIONS = tuple(HEADS)
_FILES = dict(zip(("lines", "acts"), QUESTIONS, strict=True))
_OF_THE_THREAD = "ask_again"


@dataclass(frozen=True, slots=True)
class Line:
    """A text with the answer to one question: the number of its label, or one truth for each act.

    ``kind`` is what a line has or nearly has.
    """

    text: str
    question: str
    target: tuple[int, ...]
    kind: str = ""

    @property
    def bad(self) -> bool:
        """Whether anything is to be found in it."""
        return any(self.target)


def line_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and of a folder all that are called as above but those to judge by."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = (file for name in _FILES for file in path.glob(f"{name}_*.jsonl"))
            files += sorted(file for file in found if file.name not in JUDGES)
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
        read = _READERS[_FILES.get(file.name.partition("_")[0], "faults")]
        for number, row in enumerate(rows, start=1):
            line = _line(row, read, f"{file}:{number}") if row else None
            found += [line] if line else []
    return found


def _line(row: str, read: Callable[[Any], Line | None], where: str) -> Line | None:
    try:
        line = read(json.loads(row))
    except (KeyError, TypeError) as error:
        raise RecordError(f"{where}: not such a row: {error}") from error
    except ValueError as error:
        raise RecordError(f"{where}: {error}") from error
    if line and not line.text.strip():
        raise RecordError(f"{where}: text must be a sentence")
    return line


def _fault(row: Any) -> Line | None:
    text, bad, kind = str(row["text"]), row["bad"], row["kind"]
    if not isinstance(bad, bool):
        raise ValueError("bad must be true or false")
    if bad and kind == _OF_THE_THREAD:
        return None
    if bad and kind not in FAULTS:
        raise ValueError(f"unknown kind {kind!r}; one of {', '.join(FAULTS)}")
    return Line(text, "faults", (LABELS.index(kind) if bad else 0,), str(kind))


def _acts(row: Any) -> Line:
    acts = row["acts"]
    unknown = set(acts) - set(ACTS)
    if unknown:
        raise ValueError(f"unknown act {min(unknown)!r}; those known are {', '.join(ACTS)}")
    return Line(str(row["text"]), "acts", tuple(int(act in acts) for act in ACTS))


_READERS: dict[str, Callable[[Any], Line | None]] = {"faults": _fault, "acts": _acts}


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
