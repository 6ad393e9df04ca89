"""Which sentences of a mail a labelled concern rests on, and how well found spans fit them.

Gold concerns are paraphrases of at most twelve words, so they are first aligned: a sentence scores the cosine of its
vector with the concern's, and half the share of the concern's words it holds (the mean over the wordings where there
are several). A concern rests on the best sentence, if that reaches ``LEAST``; on up to two others that come near it;
on a neighbour that brings the pair closer to the concern than the best sentence alone; and on a question that follows
one of these at once and belongs to no other concern. Read by hand, of 60 concerns aligned so 56 rested on the right
sentences, and three of four of the questions that follow were part of the concern (the others rhetorical).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import RecordError
from pipeline.records import Concern
from pipeline.triage.concern_words import STOP_WORDS
from pipeline.triage.concerns import Mail, find_concerns
from pipeline.triage.encoder import Encoder

LEAST, NEAR, PAIR_GAIN, MOST = 0.45, 0.55, 0.02, 3
RESTATED = "restated.jsonl"
UNLABELLED_CHANNEL = "chat"
FEWEST_CONCERNS = 20
"""On fewer a threshold would be guessed."""


@dataclass(frozen=True, slots=True)
class ConcernExample:
    """A mail with its concerns, each in one or more wordings."""

    id: str
    mail: Mail
    original: str
    concerns: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The sentences (numbers) each concern rests on, the best first; ``unaligned`` concerns rest on none."""

    concerns: tuple[tuple[int, ...], ...]
    unaligned: int


@dataclass(frozen=True, slots=True)
class Gold:
    """A mail with the sentences that its labelled concerns rest on."""

    example: ConcernExample
    alignment: Alignment


@dataclass(frozen=True, slots=True)
class ConcernScores:
    """Counts over mails. ``right`` spans touch a concern; ``first`` are the first to do so for some concern."""

    mails: int
    gold: int
    unaligned: int
    found: int
    spans: int
    right: int
    first: int

    @property
    def recall(self) -> float:
        return self.found / max(self.gold, 1)

    @property
    def precision(self) -> float:
        return self.right / max(self.spans, 1)

    @property
    def strict_precision(self) -> float:
        """A second span on other sentences of the same concern counts as wrong."""
        return self.first / max(self.spans, 1)

    def __str__(self) -> str:
        return (
            f"concerns in {self.mails} mails: recall {self.recall:.3f} ({self.found}/{self.gold}; {self.unaligned} "
            f"more are unaligned), precision {self.precision:.3f} ({self.right}/{self.spans}), "
            f"strict precision {self.strict_precision:.3f}"
        )


def read_concern_examples(files: Iterable[Path]) -> list[ConcernExample]:
    """Rows with ``text`` and ``concerns``; those with ``id`` and ``restate`` give further wordings of the same.

    Chats are left out, the rubric labels no concerns there. RecordError names file and line of a bad row.
    """
    rows: list[dict[str, Any]] = []
    restated: dict[str, list[str]] = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            if not line.strip():
                continue
            row = _row(line, f"{file} line {number}")
            if "restate" in row:
                restated[row["id"]] = row["restate"]
            elif "concerns" in row and row.get("channel") != UNLABELLED_CHANNEL:
                rows.append(row)
    return [_example(row, restated.get(row["id"], [])) for row in rows]


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise RecordError(f"{where}: not JSON: {error.msg}") from None
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise RecordError(f"{where}: not a JSON object with an id")
    for key in ("concerns", "restate"):
        found = row.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise RecordError(f"{where}: {key} must be a list of texts")
    if "restate" not in row and not isinstance(row.get("text"), str):
        raise RecordError(f"{where}: text must be a text")
    return row


def _example(row: dict[str, Any], restated: list[str]) -> ConcernExample:
    concerns = row["concerns"]
    others = restated if len(restated) == len(concerns) else [""] * len(concerns)
    wordings = tuple((one, other) if other else (one,) for one, other in zip(concerns, others, strict=True))
    return ConcernExample(row["id"], Mail.of(row.get("subject", ""), row["text"]), row["text"], wordings)


def read_gold(encoder: Encoder, files: Iterable[Path]) -> dict[str, Gold]:
    """By id, every mail of ``files`` whose concerns are labelled; a `RESTATED` beside a file gives further wordings."""
    named = list(files)
    beside = {file.parent / RESTATED for file in named if file.name != RESTATED}
    examples = read_concern_examples([*named, *sorted(file for file in beside if file.is_file())])
    aligned = align(encoder, examples)
    return {example.id: Gold(example, one) for example, one in zip(examples, aligned, strict=True)}


def align(encoder: Encoder, examples: Sequence[ConcernExample]) -> list[Alignment]:
    """The sentences that the concerns of each example rest on, in the order of ``examples``."""
    texts: dict[str, int] = {}
    for example in examples:
        words = [sentence.text for sentence in example.mail.sentences]
        for text in (*words, *_pairs(words), *(wording for concern in example.concerns for wording in concern)):
            texts.setdefault(text, len(texts))
    vectors = encoder.embed(list(texts)) if texts else np.zeros((0, encoder.width), np.float32)
    return [_aligned(example, texts, vectors) for example in examples]


def _pairs(words: Sequence[str]) -> list[str]:
    return [f"{one} {other}" for one, other in pairwise(words)]


def _aligned(example: ConcernExample, texts: dict[str, int], vectors: NDArray[np.float32]) -> Alignment:
    words = [sentence.text for sentence in example.mail.sentences]
    if not words:
        return Alignment((), len(example.concerns))
    single = vectors[[texts[text] for text in words]]
    pairs = vectors[[texts[text] for text in _pairs(words)]]
    rests: list[list[int]] = []
    for concern in example.concerns:
        wordings = vectors[[texts[wording] for wording in concern]].mean(0)
        shared = np.array([[_share(wording, text) for text in words] for wording in concern]).mean(0)
        alone = single @ wordings
        rests += _rests_on(alone + 0.5 * shared, alone, pairs @ wordings)
    _add_questions(example.mail, rests)
    return Alignment(tuple(map(tuple, rests)), len(example.concerns) - len(rests))


def _rests_on(scores: NDArray[Any], alone: NDArray[Any], pairs: NDArray[Any]) -> list[list[int]]:
    order = np.argsort(-scores)[:MOST]
    best = int(order[0])
    if scores[best] < LEAST:
        return []
    found = [int(place) for place in order if scores[place] >= max(LEAST, NEAR * scores[best])]
    for other in (best - 1, best + 1):
        inside = 0 <= other < len(scores) and other not in found
        if inside and pairs[min(best, other)] - alone[best] >= PAIR_GAIN:
            found.append(other)
    return [found]


def _add_questions(mail: Mail, rests: list[list[int]]) -> None:
    used = {place for concern in rests for place in concern}
    for place in range(1, len(mail.sentences)):
        before, sentence = mail.sentences[place - 1], mail.sentences[place]
        asks = sentence.text.rstrip("\"')").endswith("?") and sentence.paragraph == before.paragraph
        if asks and place not in used:
            for concern in rests:
                if place - 1 in concern:
                    concern.append(place)


def _share(wording: str, text: str) -> float:
    """The share of the wording's content words (by their first letters) and numbers that the text holds."""
    wanted = _content(wording)
    return len(wanted & _content(text)) / max(len(wanted), 1)


def _content(text: str) -> set[str]:
    found = re.findall(r"[^\W\d_]{4,}|\d[\d.,:]*\d|\d", text.lower())
    return {word[:5] for word in found if word not in STOP_WORDS}


AIMED_RECALL = 0.87
"""Of the thresholds that reach it the highest is taken: a concern that is missed is a customer who was not heard."""
_GRID = tuple(round(float(logit), 2) for logit in np.arange(-4.0, 3.0, 0.05))


def best_threshold(gold: Sequence[Gold], logits: Sequence[NDArray[np.float32]]) -> float | None:
    """The threshold (a logit) for sentences, on mails that were not trained on; None where there are too few."""
    if sum(len(one.alignment.concerns) for one in gold) < FEWEST_CONCERNS:
        return None
    short = bisect_left(_GRID, True, key=lambda value: score_margins(gold, logits, value).recall < AIMED_RECALL)
    return _GRID[max(short - 1, 0)]


def score_margins(gold: Sequence[Gold], logits: Sequence[NDArray[np.float32]], threshold: float) -> ConcernScores:
    """Score what is found where sentences with these logits count from ``threshold`` upwards."""
    found = [
        find_concerns(one.example.original, margins=own - np.float32(threshold))
        for one, own in zip(gold, logits, strict=True)
    ]
    return score_concerns([one.example for one in gold], [one.alignment for one in gold], found)


def score_concerns(
    examples: Sequence[ConcernExample], alignments: Sequence[Alignment], found: Sequence[Sequence[Concern]]
) -> ConcernScores:
    """Score found spans, given for each example.

    A span touches a concern if it overlaps one of its sentences. A concern is found once a span touches it; but a span
    over several sentences counts for one of them, so that it pays nothing to join what is distinct.
    """
    gold = hits = spans = right = first = 0
    for example, alignment, concerns in zip(examples, alignments, found, strict=True):
        taken: set[int] = set()
        for concern in concerns:
            touched = _touched(example.mail, alignment, concern)
            fresh = max((one - taken for one in touched), key=len, default=set())
            right += any(touched)
            first += bool(fresh)
            taken |= fresh
        gold, hits, spans = gold + len(alignment.concerns), hits + len(taken), spans + len(concerns)
    unaligned = sum(alignment.unaligned for alignment in alignments)
    return ConcernScores(len(examples), gold, unaligned, hits, spans, right, first)


def _touched(mail: Mail, alignment: Alignment, concern: Concern) -> list[set[int]]:
    """For each sentence the span overlaps, the concerns that rest on it."""
    return [
        {number for number, rests in enumerate(alignment.concerns) if place in rests}
        for place, sentence in enumerate(mail.sentences)
        if sentence.start < concern.end and concern.start < sentence.end
    ]
