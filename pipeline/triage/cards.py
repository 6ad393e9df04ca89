"""What the cards beside the weights say: made when, from what, how well they did. Nothing here loads a model.

A card is what `calmdesk train` wrote. What one does not say stays empty; nothing is made up for it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.config import ModelConfig
from pipeline.errors import ModelError
from pipeline.triage.weights_folder import SHIPPED, weights_folder

TRIAGE, REPLIES, SEARCH = "triage", "replies", "search"
_FILES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    TRIAGE: ("model.json", ("model.safetensors", "concerns.safetensors")),
    REPLIES: ("replies.json", ("replies.safetensors",)),
    SEARCH: ("search.json", ("search.safetensors",)),
}
"""By model, its card and its weights."""
_Z = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A score from 0 to 1. ``low`` and ``high``, its 95 % interval, only where the card has the ``number`` it is of."""

    name: str
    value: float
    number: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """``about``: measured on what, how."""

    about: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file of weights, or of data that was trained with; ``size`` is in octets or rows, None where not told."""

    name: str
    size: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Card:
    """One model. ``shipped``: it came with the package. ``trained`` is the date as written, "" where it is not."""

    name: str
    shipped: bool
    encoder: str
    encoder_sha256: str
    trained: str
    rows: Mapping[str, int]
    """How many were trained with and kept apart, by name."""
    data: tuple[File, ...]
    figures: tuple[Figures, ...]
    flags: Mapping[str, float]
    """The thresholds of flags that suited these weights best."""
    limits: tuple[str, ...]
    weights: tuple[File, ...]


def cards_of(model: ModelConfig) -> tuple[Card, ...]:
    """Those of the weights that ``model`` names, in the order of their work; ModelError where one cannot be read.

    Like the weights, a card that the folder lacks, or that is of another encoder, is taken from the package.
    """
    folder = weights_folder(model.weights)
    triage = read_card(folder, TRIAGE)
    beside = ((folder, name) for name in (REPLIES, SEARCH))
    return (triage, *(card for folder, name in beside if (card := _fitting(folder, name, triage.encoder_sha256))))


def read_card(folder: Path, name: str) -> Card:
    """The card of one model in a folder of weights; ModelError where it is missing or broken."""
    file, weights = folder / _FILES[name][0], _FILES[name][1]
    try:
        return _card(name, folder, json.loads(file.read_text(encoding="utf-8")), weights)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{file}: not a card of weights: {error}", remedy="install again or train again with `calmdesk train`"
        ) from error


def interval(share: float, number: int) -> tuple[float, float]:
    """The 95 % interval of a ``share`` found in ``number`` independent trials (Wilson's score interval)."""
    middle, spread = (
        share + _Z**2 / (2 * number),
        _Z * math.sqrt(share * (1 - share) / number + (_Z / (2 * number)) ** 2),
    )
    whole = 1 + _Z**2 / number
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def _fitting(folder: Path, name: str, encoder_sha256: str) -> Card | None:
    for one in (folder, SHIPPED):
        if (one / _FILES[name][0]).is_file() and (card := read_card(one, name)).encoder_sha256 == encoder_sha256:
            return card
    return None


def _card(name: str, folder: Path, said: Mapping[str, Any], weights: Sequence[str]) -> Card:
    return Card(
        name=name,
        shipped=folder == SHIPPED,
        encoder=str(said["encoder"].get("name", "")),
        encoder_sha256=str(said["encoder"]["sha256"]),
        trained=str(said.get("made") or said.get("training", {}).get("date", "")),
        rows={str(kind): int(number) for kind, number in said.get("split", {}).items()},
        data=tuple(
            File(str(one.get("file") or one.get("firm", "")), one.get("rows"), str(one["sha256"]))
            for one in said.get("data", ())
        ),
        figures=tuple(_triage_figures(said["scores"]) if name == TRIAGE else _other_figures(said["scores"])),
        flags={str(flag): float(at) for flag, at in said.get("thresholds", {}).get("flags", {}).items()},
        limits=tuple(str(limit) for limit in said.get("limits", ())),
        weights=tuple(_file(folder / one) for one in weights if (folder / one).is_file()),
    )


def _triage_figures(scores: Mapping[str, Any]) -> Iterator[Figures]:
    """Those of the rows on which nothing was chosen, else of those on which the confidence was."""
    split = "test" if "test" in scores else "dev"
    found = scores[split]
    where = f"{found['rows']} {split} rows"
    for task in ("urgency", "tone", "intensity"):
        number = sum(map(sum, found[task]["confusion"]))
        accuracy = float(found[task]["accuracy"])
        overall = [_of("accuracy", accuracy, number), Figure("macro-F1", float(found[task]["macro_f1"]))]
        if task in found.get("calibration_error", {}):
            overall.append(Figure("calibration error (0 is best)", float(found["calibration_error"][task])))
        rows = zip(found[task]["f1"], found[task]["confusion"], strict=True)
        recalls = [
            _of(f"{label}: found of those labelled so", row[place] / sum(row), sum(row))
            for place, (label, row) in enumerate(rows)
            if sum(row)
        ]
        yield Figures(f"{task}, {where}", (*overall, *recalls))
    flags = tuple(Figure(flag, float(value)) for flag, value in found["flags"].items())
    yield Figures(f"flags, F1 at 0.5 without rules, {where}", flags)


def _other_figures(scores: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterator[Figures]:
    """Cards of the smaller models: by group and task the shares, each of ``rows`` where they are counted."""
    for group, tasks in scores.items():
        figures = []
        for task, said in tasks.items():
            if not isinstance(said, Mapping):  # the group is the task
                figures.append(Figure(_words(task), float(said)))
                continue
            number = int(said["rows"]) if "rows" in said else None
            figures += [
                _of(f"{task}: {_words(name)}", float(value), number)
                for name, value in said.items()
                if name not in ("rows", "others")
            ]
        yield Figures(group, tuple(figures))


def _words(name: str) -> str:
    """ "found_at_0.02" -> "found with 2 % false alarms"; any other name with spaces."""
    head, at, share = name.partition("_at_0.")
    if head == "found" and at and share.isdecimal():
        return f"found with {float('0.' + share):.0%} false alarms".replace("%", " %")
    return name.replace("_", " ")


def _of(name: str, share: float, number: int | None) -> Figure:
    return Figure(name, share, number, *interval(share, number)) if number else Figure(name, share)


def _file(file: Path) -> File:
    stat = file.stat()
    return File(file.name, stat.st_size, _sha256(file, stat.st_size, stat.st_mtime_ns))


@lru_cache(maxsize=16)
def _sha256(file: Path, size: int, changed: int) -> str:
    """Of a file as it was with that size at that time: tens of megabytes are read once."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
