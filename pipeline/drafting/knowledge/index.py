"""The search index: each passage as several vectors and as words, and how well a question fits each passage.

An article names a matter in its heading, and often once more in one step. So a question is compared with each passage
as a whole, with its heading, and with the sentence or tag of it that comes nearest; BM25 (Robertson and Zaragoza 2009)
adds the rare words that vectors blur. A logistic model weighs these into one chance. Encoder and weights are trained
together where `Search` says so. (Comparing the question sentence by sentence as well found no more on firms left out,
and costs the encoder a call a sentence.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import bm25s  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.knowledge.articles import Passage
from pipeline.drafting.words import terms
from pipeline.errors import ConfigError

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit-length sentence embeddings, one row a text."""
Vectors = NDArray[np.float32]

LONGEST_QUESTION = 2000
"""Characters of a question that are read: of a novel the beginning."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_ADORNMENT = " \t\"'*-–_>#0123456789."
FEWEST_WORDS = 3
"""A shorter sentence ("Help!", "1.") says too little and joins the one before."""


def sentences(text: str) -> list[str]:
    """The sentences and list items of ``text``, without bullets and numbers."""
    found: list[str] = []
    for piece in _SENTENCE.findall(text):
        words = piece.strip(_ADORNMENT).strip()
        if found and len(words.split()) < FEWEST_WORDS:
            found[-1] = f"{found[-1]} {words}".strip()
        elif words:
            found.append(words)
    return found


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be compared; ``vector`` is None where there is no encoder."""

    terms: tuple[str, ...]
    vector: Vectors | None = None


def read_questions(texts: Sequence[str], embed: Embed | None) -> list[Question]:
    """Every text as a question, with one call of the encoder for all of them."""
    texts = [text[:LONGEST_QUESTION] for text in texts]
    vectors = embed(texts) if embed and texts else [None] * len(texts)
    words = (tuple(dict.fromkeys(terms(text))) for text in texts)
    return [Question(known, vector) for known, vector in zip(words, vectors, strict=True)]


@dataclass(frozen=True)
class _PassageVectors:
    """The passages' vectors: wholes and headings one row a passage, ``lines`` the sentences and tags of all of them
    in order, those of passage i from ``first[i]`` on."""

    wholes: Vectors
    headings: Vectors
    lines: Vectors
    first: NDArray[np.intp]


def _lines(passage: Passage) -> list[str]:
    return [f"{passage.label}. {line}" for line in sentences(passage.text)] + list(passage.tags) or [passage.label]


def compared_texts(passage: Passage) -> Iterator[str]:
    """What questions are compared with: the whole passage, its heading, then its lines."""
    yield f"{passage.title}. {passage.heading}. {passage.text}"
    yield f"{passage.title}. {passage.label}"
    yield from _lines(passage)


def _vectors(passages: Sequence[Passage], embed: Embed) -> _PassageVectors:
    texts = [list(compared_texts(passage)) for passage in passages]
    found = embed([text for group in texts for text in group])
    starts = np.cumsum([0, *(len(group) for group in texts)])[:-1]
    lines = np.ones(len(found), dtype=bool)
    lines[starts] = lines[starts + 1] = False
    return _PassageVectors(found[starts], found[starts + 1], found[lines], starts - 2 * np.arange(len(starts)))


FEATURES = ("whole", "line", "heading", "words")
"""Cosine of the question with the whole passage, its nearest line and its heading; and BM25, squeezed."""
WEIGHTS = (4.87, 5.0, 4.0, 2.44)
MIDDLE = 6.9
"""For the encoder as it was published, fitted by ``python -m benchmarks.knowledge`` on questions to invented firms."""
LEXICAL_MIDDLE, LEXICAL_WIDTH = 2.6, 0.5
"""The same for BM25 where there is no encoder."""


@dataclass(frozen=True, slots=True)
class Search:
    """An encoder, what each of `FEATURES` counts with it, and the score from which on a passage more likely answers
    than not."""

    embed: Embed
    weights: tuple[float, ...] = WEIGHTS
    middle: float = MIDDLE

    @classmethod
    def tuned(cls, embed: Embed, weights: Mapping[str, float], middle: float) -> Search:
        """As it was trained; ConfigError where that was for other features."""
        if set(weights) != set(FEATURES):
            raise ConfigError(f"the search was trained for {sorted(weights)}, not for {sorted(FEATURES)}")
        return cls(embed, tuple(weights[name] for name in FEATURES), middle)


class Index:
    """The passages of one folder, ready to be compared; immutable, so threads may go on searching it."""

    def __init__(self, passages: Sequence[Passage], search: Search | None) -> None:
        self._search = search
        self.passages = tuple(passages)
        self._words = bm25s.BM25()
        if self.passages:
            corpus = [terms(passage.searchable) or ["-"] for passage in self.passages]
            self._words.index(corpus, show_progress=False)
        self._vectors = _vectors(self.passages, search.embed) if search and self.passages else None

    def scores(self, question: Question) -> NDArray[np.float64]:
        """For each passage the chance, 0 to 1, that it answers ``question``."""
        if not self.passages:
            return np.zeros(0)
        if self._search is None:
            return _logistic((self._lexical(question) - LEXICAL_MIDDLE) / LEXICAL_WIDTH)
        return _logistic(self.features(question) @ np.array(self._search.weights) - self._search.middle)

    def features(self, question: Question) -> NDArray[np.float64]:
        """(passages, `FEATURES`); all but the last 0 where there are no vectors."""
        words = np.log1p(self._lexical(question)) / 3
        vectors = self._vectors
        if vectors is None or question.vector is None:
            return np.stack([np.zeros_like(words)] * (len(FEATURES) - 1) + [words], axis=1)
        whole, heading = vectors.wholes @ question.vector, vectors.headings @ question.vector
        line = np.maximum.reduceat(vectors.lines @ question.vector, vectors.first)
        return np.stack([whole, line, heading, words], axis=1, dtype=np.float64)

    def _lexical(self, question: Question) -> NDArray[np.float64]:
        known = [term for term in question.terms if term in self._words.vocab_dict]
        if not known:
            return np.zeros(len(self.passages))
        return np.asarray(self._words.get_scores(known), dtype=np.float64)


def _logistic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-values)))
