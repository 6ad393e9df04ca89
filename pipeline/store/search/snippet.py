"""The words that were found, in their place: runs of text of which some are marked. Templates escape them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.store.search.query import Term
from pipeline.store.search.words import WORD, fold

BEFORE, LENGTH = 60, 220
_LOOKED_THROUGH = 20_000
"""Characters of a text in which the words are looked for."""


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    marked: bool = False


def snippet(text: str, terms: Sequence[Term]) -> tuple[Run, ...]:
    """The part of ``text`` around the first word that ``terms`` look for, or its beginning; all of them marked."""
    text = text[:_LOOKED_THROUGH]
    spots = [found.span() for found in WORD.finditer(text) if _sought(fold(found.group()), terms)]
    start = max(spots[0][0] - BEFORE, 0) if spots else 0
    if start:
        start = text.find(" ", start, spots[0][0]) + 1 or start  # not in the middle of a word
    end = min(start + LENGTH, len(text))
    runs, at = [Run("… ")] if start else [], start
    for left, right in spots:
        if right > end:
            break
        runs += [Run(text[at:left]), Run(text[left:right], marked=True)]
        at = right
    runs.append(Run(text[at:end] + (" …" if end < len(text) else "")))
    return tuple(run for run in runs if run.text)


def _sought(word: str, terms: Sequence[Term]) -> bool:
    return any(
        word in term.words or (term.prefix and word.startswith(term.words[-1])) for term in terms if not term.excluded
    )
