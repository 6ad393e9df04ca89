"""What is read of a message, and how loud it is.

Volume is feeling, never urgency: the encoder reads the text without it (`quiet`), and tone and intensity are told of it
as a few numbers.
"""

from __future__ import annotations

import math
import re

from pipeline.triage.signals import count_insults

_WORD = re.compile(r"[^\W\d_]{2,}")

SURFACE_NAMES = ("shouted_words", "exclamations", "doubled_questions", "insults")


def joined(subject: str, text: str) -> str:
    """What the model reads of a message: the subject, an empty line, the text."""
    return f"{subject}\n\n{text}" if subject else text


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
