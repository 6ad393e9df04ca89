"""The firm's knowledge base: Markdown files, cut into passages by heading, found by words and by meaning.

A plain file is enough: the id defaults to the file's name, the title to its first heading. Steps are carried into a
draft verbatim, with the id of the article they come from; nothing is ever written that stands in no passage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s  # type: ignore[import-untyped]
import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.drafting.words import terms
from pipeline.errors import ConfigError
from pipeline.records import Source

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit-length sentence embeddings, one row a text."""

Signature = tuple[tuple[str, int, int], ...]


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of an article; ``text`` is verbatim Markdown without the heading."""

    article: str
    title: str
    heading: str
    text: str
    tags: tuple[str, ...]

    @property
    def searchable(self) -> str:
        return " ".join((self.title, self.heading, *self.tags, self.text))

    @property
    def label(self) -> str:
        return self.heading or self.title


_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*\S)[ \t#]*$", re.MULTILINE)


def _split_front_matter(text: str, file: Path) -> tuple[_FrontMatter, str]:
    if not text.startswith("---\n"):
        return _FrontMatter(), text
    head, separator, body = text[4:].partition("\n---\n")
    if not separator:
        raise ConfigError(f"{file}: front matter opened with --- is never closed")
    try:
        return _FrontMatter.model_validate(yaml.safe_load(head) or {}), body
    except yaml.YAMLError:
        raise ConfigError(f"{file}: front matter is not valid YAML") from None
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ConfigError(f"{file}: front matter: {key}: {error.errors()[0]['msg']}") from None


def _sections(body: str) -> Iterator[tuple[str, str]]:
    """(heading, text) in order; the text before the first heading comes with an empty heading."""
    headings = list(_HEADING.finditer(body))
    yield "", body[: headings[0].start()] if headings else body
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        yield (
            heading[2],
            body[heading.end() : following.start() if following else len(body)],
        )


def read_article(file: Path) -> tuple[Passage, ...]:
    """The passages of one Markdown file; ConfigError naming the file where it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from None
    front, body = _split_front_matter(text, file)
    first = _HEADING.search(body)
    title = front.title or (first[2] if first else file.stem)
    return tuple(
        Passage(
            front.id or file.stem,
            title,
            "" if heading == title else heading,
            content.strip(),
            front.tags,
        )
        for heading, content in _sections(body)
        if content.strip()
    )


def _signature(folder: Path) -> Signature:
    try:
        stats = [(file.name, file.stat()) for file in sorted(folder.glob("*.md"))]
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read: {error.strerror}") from None
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@dataclass(frozen=True)
class _Index:
    """An immutable index, replaced as a whole when files change so that threads may go on searching."""

    signature: Signature
    passages: tuple[Passage, ...]
    words: bm25s.BM25 | None
    vectors: NDArray[np.float32] | None

    def lexical(self, query: list[str]) -> NDArray[np.float64]:
        known = [term for term in dict.fromkeys(query) if self.words and term in self.words.vocab_dict]
        if not known or self.words is None:
            return np.zeros(len(self.passages))
        return np.asarray(self.words.get_scores(known), dtype=np.float64)


def _meaning(passage: Passage) -> str:
    """What the encoder reads of a passage: the tags are the customers' words for what the firm calls otherwise."""
    return f"{passage.title}. {passage.heading}. {', '.join(passage.tags)}. {passage.text}"


def _build(folder: Path, embed: Embed | None) -> _Index:
    signature = _signature(folder)
    passages = tuple(passage for name, _, _ in signature for passage in read_article(folder / name))
    if not passages:
        return _Index(signature, (), None, None)
    words = bm25s.BM25()
    words.index(
        [terms(passage.searchable) or ["-"] for passage in passages],
        show_progress=False,
    )
    vectors = embed([_meaning(passage) for passage in passages]) if embed else None
    return _Index(signature, passages, words, vectors)


# Where a passage becomes as likely as not to answer: BM25 alone, and cosine with a little BM25 on top. Set on questions
# of the project's own, worded unlike the articles.
LEXICAL_MIDDLE, LEXICAL_WIDTH = 2.6, 0.5
HYBRID_MIDDLE, HYBRID_WIDTH, LEXICAL_SHARE = 0.42, 0.03, 0.01


def _logistic(values: NDArray[np.float64], middle: float, width: float) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-(values - middle) / width)))


class KnowledgeBase:
    """The passages of one folder, with a hybrid search that says when nothing fits."""

    def __init__(self, folder: Path, embed: Embed | None, index: _Index) -> None:
        self.folder = folder
        self._embed = embed
        self._index = index

    @classmethod
    def load(cls, folder: Path, embed: Embed | None = None) -> KnowledgeBase:
        """Read every ``*.md`` in ``folder``; ConfigError naming the file that cannot be used."""
        if not folder.is_dir():
            raise ConfigError(f"{folder}: no such knowledge folder")
        return cls(folder, embed, _build(folder, embed))

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self._fresh().passages

    def _fresh(self) -> _Index:
        if _signature(self.folder) != self._index.signature:
            self._index = _build(self.folder, self._embed)
        return self._index

    def search(self, query: str, k: int = 3) -> list[Source]:
        """The ``k`` best passages for ``query``, best first; ``score`` reads as the chance that the passage answers."""
        return self.search_many([query], k)[0]

    def search_many(self, queries: Sequence[str], k: int = 3) -> list[list[Source]]:
        """`search` for several queries with one call of the encoder."""
        index = self._fresh()
        if not index.passages:
            return [[] for _ in queries]
        encoded = self._embed(list(queries)) if self._embed is not None and index.vectors is not None else None
        vectors = encoded if encoded is not None else [None] * len(queries)
        return [self._best(index, query, vector, k) for query, vector in zip(queries, vectors, strict=True)]

    def _best(self, index: _Index, query: str, vector: NDArray[np.float32] | None, k: int) -> list[Source]:
        scores = self._scores(index, query, vector)
        best = np.argsort(-scores, kind="stable")[:k]
        return [self._source(index.passages[i], float(scores[i])) for i in best if scores[i] > 0.01]

    @staticmethod
    def _scores(index: _Index, query: str, vector: NDArray[np.float32] | None) -> NDArray[np.float64]:
        lexical = index.lexical(terms(query))
        if index.vectors is None or vector is None:
            return _logistic(lexical, LEXICAL_MIDDLE, LEXICAL_WIDTH)
        similarity = np.asarray(index.vectors @ vector, dtype=np.float64)
        return _logistic(similarity + LEXICAL_SHARE * lexical, HYBRID_MIDDLE, HYBRID_WIDTH)

    @staticmethod
    def _source(passage: Passage, score: float) -> Source:
        return Source(passage.article, passage.label, passage.text, round(score, 4))
