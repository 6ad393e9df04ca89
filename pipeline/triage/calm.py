"""Take the volume out of a text, and measure it apart.

Urgency is impact and clock, never volume: the encoder reads the calm text, so capitals (its vocabulary is uncased) and
rows of exclamation marks cannot move urgency. How loud the writer was goes to tone and intensity as a few numbers.
"""

from __future__ import annotations

import math
import re

from pipeline.triage.signals import count_insults, facts

_SHOUTS = re.compile(r"!+|\?(?=[?!])")
_WORD = re.compile(r"[^\W\d_]{2,}")

SURFACE_NAMES = ("shouted_words", "exclamations", "doubled_questions", "insults")


def joined(subject: str, text: str) -> str:
    """What the model reads of a message: the subject, an empty line, the text."""
    return f"{subject}\n\n{text}" if subject else text


def calm(text: str) -> str:
    """``text`` with every run of exclamation marks as one full stop; the same length, so that offsets hold."""
    return _SHOUTS.sub(_hush, text)


def _hush(match: re.Match[str]) -> str:
    run = match.group()
    return (" " if run[0] == "?" else ".") + " " * (len(run) - 1)


def surface(text: str) -> tuple[float, ...]:
    """How loud ``text`` is, one number in 0..1 for each of ``SURFACE_NAMES``."""
    words = [match.group() for match in _WORD.finditer(text)]
    shouted = sum(word.isupper() and len(word) > 2 for word in words)
    doubled = text.count("??") + text.count("?!") + text.count("!?")
    return (
        shouted / max(len(words), 1),
        _squash(text.count("!"), 8),
        _squash(doubled, 4),
        _squash(count_insults(text), 4),
    )


def _squash(count: int, full: int) -> float:
    return min(math.log1p(count) / math.log1p(full), 1.0)


def extras(text: str) -> tuple[float, ...]:
    """What the heads are told beside the encoder's vector: `surface`, then `signals.facts`."""
    return surface(text) + facts(text)
