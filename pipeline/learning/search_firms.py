"""Firms with their articles and questions, to train and judge the search of the knowledge base with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.knowledge.articles import Passage, read_articles
from pipeline.drafting.knowledge.index import FEATURES, LONGEST_QUESTION, Index, compared_texts, read_questions
from pipeline.errors import RecordError
from pipeline.learning.data import SEED
from pipeline.triage.volume import joined

FIRMS = SEED / "replies" / "firms"
QUESTIONS = "questions.jsonl"


@dataclass(frozen=True)
class Firm:
    """``texts`` are what questions are compared with, those of passage i from ``first[i]`` on: the whole, the heading,
    the lines. ``words`` (questions, passages) is the feature that needs no vectors; ``right`` (questions, passages)
    tells which passages answer, ``articles`` the article of each passage."""

    name: str
    texts: tuple[str, ...]
    first: tuple[int, ...]
    questions: tuple[str, ...]
    words: NDArray[np.float64]
    right: NDArray[np.bool_]
    articles: tuple[str, ...]


def firm_folders(paths: Sequence[Path]) -> list[Path]:
    """The folders named, or those in them, that hold a ``questions.jsonl``; RecordError where there is none."""
    found = [folder for path in paths for folder in (path, *path.glob("*")) if (folder / QUESTIONS).is_file()]
    if not found:
        raise RecordError(f"no folder with articles and {QUESTIONS} in {', '.join(map(str, paths))}")
    return sorted(set(found))


def read_firm(folder: Path, questions: Path) -> Firm:
    """The articles of ``folder`` with ``questions`` to them.

    ConfigError names an article that cannot be read, RecordError file and line of a bad question.
    """
    articles, faults = read_articles(sorted(folder.glob("*.md")), {})
    if faults:
        raise faults[0]
    passages = [passage for group in articles.values() for passage in group]
    rows = _rows(questions, {passage.article for passage in passages})
    asked = [joined(row["subject"], row["text"])[:LONGEST_QUESTION] for row in rows]
    texts = [list(compared_texts(passage)) for passage in passages]
    return Firm(
        name=folder.name,
        texts=tuple(text for group in texts for text in group),
        first=tuple(np.cumsum([0, *(len(group) for group in texts)])[:-1].tolist()),
        questions=tuple(asked),
        words=_words(passages, asked),
        right=np.array([[one.article in {row["article"], *row["also"]} for one in passages] for row in rows]),
        articles=tuple(passage.article for passage in passages),
    )


def _words(passages: Sequence[Passage], asked: Sequence[str]) -> NDArray[np.float64]:
    index, place = Index(passages, None), FEATURES.index("words")
    return np.stack([index.features(question)[:, place] for question in read_questions(asked, None)])


def _rows(file: Path, articles: set[str]) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            named = {row["article"], *row["also"]} - {""}
            if not isinstance(row["subject"] + row["text"], str):
                raise TypeError("subject and text must be text")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"{file}:{number}: not a question: {error!r}") from None
        if not named <= articles:
            raise RecordError(f"{file}:{number}: no such article: {', '.join(sorted(map(str, named - articles)))}")
        rows.append(row)
    if not rows:
        raise RecordError(f"{file}: no questions")
    return rows
