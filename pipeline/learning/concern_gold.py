"""Which sentences of a mail a labelled concern rests on.

Where a person marked them they are read from `PLACES`. Elsewhere, as for a desk's own mails, the paraphrases that
the concerns are labelled with are aligned: a sentence scores the cosine of its vector with the concern's, and half the
share of the concern's words it holds (the mean over the wordings where there are several). A concern rests on the best
sentence, if that reaches ``LEAST``; on up to two others that come near it; on a neighbour that brings the pair closer
to the concern than the best sentence alone; and on a question that follows one of these at once and belongs to no other
concern.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import RecordError
from pipeline.triage.concern_words import STOP_WORDS
from pipeline.triage.concerns import Mail
from pipeline.triage.encoder import Encoder

LEAST, NEAR, PAIR_GAIN, MOST = 0.45, 0.55, 0.02, 3
RESTATED, PLACES = "restated.jsonl", "concern_places.jsonl"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person marked: for each concern where its sentences begin, the best first, and sentences that raise
    ``more`` than the labelled concerns do."""

    places: tuple[tuple[int, ...], ...]
    more: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConcernExample:
    """A mail with its concerns, each in one or more wordings, and the marks of a person where there are any."""

    id: str
    mail: Mail
    original: str
    concerns: tuple[tuple[str, ...], ...]
    marks: Marks | None = None


@dataclass(frozen=True, slots=True)
class Alignment:
    """The sentences (numbers) each concern rests on, the best first; ``unaligned`` concerns rest on none; sentences
    that raise ``more`` are rightly found, but nothing is missed where they are not."""

    concerns: tuple[tuple[int, ...], ...]
    unaligned: int
    more: tuple[int, ...] = ()

    @property
    def sentences(self) -> frozenset[int]:
        """All that a reader should find."""
        return frozenset(place for concern in (*self.concerns, self.more) for place in concern)


@dataclass(frozen=True, slots=True)
class Gold:
    """A mail with the sentences that its labelled concerns rest on."""

    example: ConcernExample
    alignment: Alignment


def read_gold(encoder: Encoder, files: Iterable[Path]) -> dict[str, Gold]:
    """By id, every mail of ``files`` whose concerns are labelled; `RESTATED` and `PLACES` beside a file tell more.

    Whoever asks for something has a concern: an empty list says so only where the message is flagged as asking nothing.

    RecordError names file and line of a bad row.
    """
    named = [file for file in files if file.name not in (RESTATED, PLACES)]
    folders = sorted({file.parent for file in named})
    restated = _beside(folders, RESTATED, _wordings)
    marked = _beside(folders, PLACES, _marks)
    rows = [row for file in named for row in _rows(file, _checked) if "concerns" in row]
    examples = [
        _example(row, restated.get(row["id"], []), marked.get(row["id"]))
        for row in rows
        if row["concerns"] or "no_ask" in row.get("flags", ())
    ]
    unmarked = iter(align(encoder, [example for example in examples if example.marks is None]))
    return {
        example.id: Gold(example, next(unmarked) if example.marks is None else _as_marked(example.mail, example.marks))
        for example in examples
    }


def shortened(one: Gold) -> Gold:
    """The mail cut down to its marked sentences, its first and its last: as a writer of few words would put it."""
    mail = one.example.mail
    kept = sorted({0, *one.alignment.sentences, len(mail.sentences) - 1})
    text, places = "", []
    for number, sentence in enumerate(mail.sentences[place] for place in kept):
        apart = number and sentence.paragraph != mail.sentences[kept[number - 1]].paragraph
        text += ("\n\n" if apart else " " if number else "") + sentence.text
        if kept[number] in one.alignment.sentences:
            places.append(len(text) - len(sentence.text))
    short = Mail.of(mail.subject, text)
    example = replace(one.example, mail=short, original=text, marks=None)
    return Gold(example, Alignment((_sentences_at(short, places),), 0))


def _beside(folders: Sequence[Path], name: str, read: Callable[[dict[str, Any], str], T]) -> dict[str, T]:
    """By id, what ``read`` makes of each row of the files ``name`` in ``folders``, where there are any."""
    files = [folder / name for folder in folders if (folder / name).is_file()]
    return {key: found for file in files for key, found in _rows(file, lambda row, at: (row["id"], read(row, at)))}


def _rows(file: Path, read: Callable[[dict[str, Any], str], T]) -> Iterator[T]:
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{file} line {number}"
        try:
            row: Any = json.loads(line)
        except json.JSONDecodeError as error:
            raise RecordError(f"{where}: not JSON: {error.msg}") from None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise RecordError(f"{where}: not a JSON object with an id")
        yield read(row, where)


def _checked(row: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(row.get("text"), str):
        raise RecordError(f"{where}: text must be a text")
    if "concerns" in row:
        _list_of(row["concerns"], str, f"{where}: concerns")
    return row


def _wordings(row: dict[str, Any], where: str) -> list[str]:
    return _list_of(row.get("restate"), str, f"{where}: restate")


def _marks(row: dict[str, Any], where: str) -> Marks:
    places = _list_of(row.get("places"), list, f"{where}: places")
    return Marks(
        tuple(tuple(_list_of(own, int, f"{where}: places")) for own in places),
        tuple(_list_of(row.get("more", []), int, f"{where}: more")),
    )


def _list_of(value: Any, kind: type[T], where: str) -> list[T]:
    if not isinstance(value, list) or not all(type(one) is kind for one in value):
        raise RecordError(f"{where} must be a list of {_NAMES[kind]}")
    return value


_NAMES: Mapping[type, str] = {str: "texts", int: "whole numbers", list: "lists"}


def _example(row: dict[str, Any], restated: list[str], marks: Marks | None) -> ConcernExample:
    concerns = row["concerns"]
    others = restated if len(restated) == len(concerns) else [""] * len(concerns)
    wordings = tuple((one, other) if other else (one,) for one, other in zip(concerns, others, strict=True))
    fitting = marks if marks and len(marks.places) == len(concerns) else None
    return ConcernExample(row["id"], Mail.of(row.get("subject", ""), row["text"]), row["text"], wordings, fitting)


def _as_marked(mail: Mail, marks: Marks) -> Alignment:
    rests = [found for own in marks.places if (found := _sentences_at(mail, own))]
    return Alignment(tuple(rests), len(marks.places) - len(rests), _sentences_at(mail, marks.more))


def _sentences_at(mail: Mail, places: Sequence[int]) -> tuple[int, ...]:
    """The numbers of the sentences that hold these places, each once, in the order of ``places``."""
    found = [
        number
        for place in places
        for number, sentence in enumerate(mail.sentences)
        if sentence.start <= place < sentence.end
    ]
    return tuple(dict.fromkeys(found))


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
