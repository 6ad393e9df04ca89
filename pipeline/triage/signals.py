"""Readable rules beside the model: deadlines, money, outage, danger and the rest, with the words they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.triage.patterns import BOUNDARIES, FIGURATIVE, OVERRIDES, SIGNALS

MAX_CHARACTERS = 20_000
"""Longer texts are read at both ends only."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that fired on the characters ``start`` to ``end``. ``name`` is a flag, a boundary or an override."""

    name: str
    start: int
    end: int


def _compile(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)


_FIGURATIVE = re.compile("|".join(FIGURATIVE), re.IGNORECASE)
_SIGNALS = {name: _compile(patterns) for name, patterns in SIGNALS.items()}
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'"})
_BLANKS = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\xa0": " "})


def straight(text: str) -> str:
    """``text`` with straight apostrophes and, if it is very long, its middle blank; offsets hold."""
    if len(text) > MAX_CHARACTERS:
        half = MAX_CHARACTERS // 2
        text = text[:half] + " " * (len(text) - MAX_CHARACTERS) + text[-half:]
    return text.translate(_APOSTROPHES)


def plain(text: str) -> str:
    """`straight` text on one line; offsets hold."""
    return straight(text).translate(_BLANKS)


def literal(text: str) -> str:
    """``plain`` text with manners of speaking ("this app is killing me") blanked out; offsets hold."""
    return _FIGURATIVE.sub(lambda match: "~" * len(match.group()), plain(text))


def find_signals(text: str) -> tuple[Signal, ...]:
    """Every rule that fires on ``text``, by place."""
    ready = literal(text)
    found = [
        Signal(name, match.start(), match.end())
        for name, pattern in _SIGNALS.items()
        for match in pattern.finditer(ready)
    ]
    return tuple(sorted(found, key=lambda signal: (signal.start, signal.name)))


def count_insults(text: str) -> int:
    return sum(1 for _ in _SIGNALS["insult"].finditer(literal(text)))


def flags_of(signals: Iterable[Signal]) -> frozenset[str]:
    """The flags that signals stand for; boundaries are none."""
    return frozenset(signal.name for signal in signals) - frozenset((*BOUNDARIES, *OVERRIDES))


FACTS = tuple(name for name in SIGNALS if name not in ("insult", "threat", *OVERRIDES))
"""The signals that may speak for urgency: insults and threats are tone."""


def facts(text: str) -> tuple[float, ...]:
    """1 or 0 for each of ``FACTS``."""
    fired = {signal.name for signal in find_signals(text)}
    return tuple(float(name in fired) for name in FACTS)
