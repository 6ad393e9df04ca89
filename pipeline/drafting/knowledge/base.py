"""The passages of one folder, with a hybrid search that says when nothing fits.

Steps are carried into a draft verbatim, with the id of the article they come from; nothing is ever written that stands
in no passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from pipeline.drafting.knowledge.articles import Articles, Passage, read_articles
from pipeline.drafting.knowledge.index import Index, Search, read_questions
from pipeline.errors import ConfigError
from pipeline.records import Source

log = structlog.get_logger(__name__)

Signature = tuple[tuple[str, int, int], ...]


def _signature(folder: Path) -> Signature | None:
    """Name, time and size of every article; None where the folder cannot be read."""
    try:
        if not folder.is_dir():
            return None
        stats = [(file.name, file.stat()) for file in sorted(folder.glob("*.md"))]
    except OSError:
        return None
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@dataclass(frozen=True)
class _State:
    """What was read and when; replaced as a whole when files change."""

    signature: Signature | None
    articles: Articles
    index: Index


def _index(articles: Articles, search: Search | None) -> Index:
    return Index([one for passages in articles.values() for one in passages if not one.internal], search)


def _today() -> date:
    return datetime.now(UTC).date()


class KnowledgeBase:
    """A folder of articles. Changed files are read again by themselves; a faulty one is reported once and keeps what
    it said before."""

    def __init__(self, folder: Path, search: Search | None, state: _State) -> None:
        self.folder = folder
        self._search = search
        self._state = state

    @classmethod
    def load(cls, folder: Path, search: Search | None = None) -> KnowledgeBase:
        """Read every ``*.md`` in ``folder``; ConfigError naming the file that cannot be used. Without ``search`` words
        alone are compared."""
        signature = _signature(folder)
        if signature is None:
            raise ConfigError(f"{folder}: no such knowledge folder")
        articles, faults = read_articles([folder / name for name, _, _ in signature], {})
        if faults:
            raise faults[0]
        return cls(folder, search, _State(signature, articles, _index(articles, search)))

    @property
    def passages(self) -> tuple[Passage, ...]:
        """What a draft may rest on today."""
        today = _today()
        return tuple(passage for passage in self._fresh().passages if passage.usable_on(today))

    def _fresh(self) -> Index:
        signature = _signature(self.folder)
        if signature != self._state.signature:
            self._state = self._read_again(signature)
        return self._state.index

    def _read_again(self, signature: Signature | None) -> _State:
        if signature is None:
            log.error("knowledge folder gone, its articles stay in use", folder=str(self.folder))
            return replace(self._state, signature=None)
        files = [self.folder / name for name, _, _ in signature]
        articles, faults = read_articles(files, self._state.articles)
        for fault in faults:
            log.error("article not used", reason=fault.message)
        if articles == self._state.articles:
            return replace(self._state, signature=signature)
        return _State(signature, articles, _index(articles, self._search))

    def search(self, question: str, k: int = 3, day: date | None = None) -> list[Source]:
        """The best passage of each of the ``k`` articles that fit ``question`` best, best first, of those that may be
        used on ``day`` (default: today in UTC); ``score`` reads as the chance that the passage answers."""
        return self.search_many([question], k, None if day is None else [day])[0]

    def search_many(
        self, questions: Sequence[str], k: int = 3, days: Sequence[date] | None = None
    ) -> list[list[Source]]:
        """`search` for several questions with one call of the encoder."""
        index = self._fresh()
        if not index.passages:
            return [[] for _ in questions]
        days = days or [_today()] * len(questions)
        read = read_questions(questions, self._search.embed if self._search else None)
        return [_best(index, index.scores(one), k, day) for one, day in zip(read, days, strict=True)]


def _best(index: Index, scores: NDArray[np.float64], k: int, day: date) -> list[Source]:
    found: dict[str, Source] = {}
    for passage, score in _ranked(index, scores):
        if len(found) == k:
            break
        if passage.usable_on(day) and passage.article not in found and score > 0:
            found[passage.article] = Source(passage.article, passage.label, passage.text, round(score, 4))
    return list(found.values())


def _ranked(index: Index, scores: NDArray[np.float64]) -> Iterator[tuple[Passage, float]]:
    for place in np.argsort(-scores, kind="stable"):
        yield index.passages[place], float(scores[place])
