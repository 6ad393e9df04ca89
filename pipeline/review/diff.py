"""What differs between two texts, word by word, as segments that a template can mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_WORDS = 3_000
"""Of longer texts whole lines are compared: the comparison is quadratic."""
MOST_LINES = 3_000


@dataclass(frozen=True, slots=True)
class Change:
    """A run of text that both have (``kind`` "same"), or only the new ("added") or only the old one ("removed")."""

    kind: str
    text: str


def changes(old: str, new: str) -> list[Change]:
    """Joined without what is removed they give ``new``, without what is added ``old``. [] where nothing differs."""
    if old == new:
        return []
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        before, after = _LINES.findall(old), _LINES.findall(new)
    if max(len(before), len(after)) > MOST_LINES:
        return [Change("removed", old), Change("added", new)]
    return list(_changes(before, after))


def _changes(before: list[str], after: list[str]) -> Iterator[Change]:
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Change("same", "".join(after[new_start:new_end]))
            continue
        if old_start < old_end:
            yield Change("removed", "".join(before[old_start:old_end]))
        if new_start < new_end:
            yield Change("added", "".join(after[new_start:new_end]))
