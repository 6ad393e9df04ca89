"""Whether the evidence shown for a label is what moved it: the comprehensiveness test of DeYoung et al. 2020.

The phrases shown are taken out and the message is read again; so it is without as many words taken out elsewhere at
random. Evidence that is faithful costs the label more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np

from pipeline.learning.data import Example
from pipeline.learning.fit import Progress
from pipeline.learning.results import Faithfulness
from pipeline.records import Evidence
from pipeline.triage.evidence import Question, find_evidence
from pipeline.triage.reader import Reader
from pipeline.triage.volume import joined

DRAWS = 5
_WORD = re.compile(r"\S+")
_TARGETS = ("urgency", "tone")


def measure_faithfulness(
    reader: Reader, examples: Sequence[Example], progress: Progress, seed: int = 7
) -> list[Faithfulness]:
    """For urgency and tone, over the messages that have evidence and as many words besides."""
    progress(f"taking the evidence out of {len(examples)} messages")
    generator = random.Random(seed)
    texts = [joined(example.subject, example.text) for example in examples]
    questions = []
    for example, reading in zip(examples, reader.read(texts, shares=True), strict=True):
        best = {name: max(reading.scores[name].items(), key=lambda item: item[1])[0] for name in _TARGETS}
        questions.append(Question(example.subject, example.text, reading, tuple(best.items())))
    evidence = find_evidence(questions, reader.read)
    return [_measured(reader, target, questions, evidence, generator) for target in _TARGETS]


def _measured(
    reader: Reader, target: str, questions: Sequence[Question], evidence: Sequence[tuple[Evidence, ...]],
    generator: random.Random,
) -> Faithfulness:  # fmt: skip
    places, versions = [], []
    for question, found in zip(questions, evidence, strict=True):
        words = [match.span() for match in _WORD.finditer(question.text)]
        shown = {
            number
            for number, (start, end) in enumerate(words)
            if any(one.target == target and one.start < end and start < one.end for one in found)
        }
        if shown and 2 * len(shown) <= len(words):
            places.append(question)
            versions.append(_without(question, words, shown))
            versions += [_without(question, words, _others(len(words), shown, generator)) for _ in range(DRAWS)]
    if not places:
        return Faithfulness(target, 0, 0.0, 0.0, 0.0)
    readings = reader.read(versions)
    falls = np.zeros((len(places), 1 + DRAWS))
    for number, question in enumerate(places):
        label = dict(question.chosen)[target]
        whole = question.reading.scores[target][label]
        own = readings[number * (1 + DRAWS) : (number + 1) * (1 + DRAWS)]
        falls[number] = [whole - reading.scores[target][label] for reading in own]
    chance = falls[:, 1:].mean(1)
    return Faithfulness(
        target, len(places), float(falls[:, 0].mean()), float(chance.mean()), float((falls[:, 0] > chance).mean())
    )


def _others(words: int, shown: set[int], generator: random.Random) -> set[int]:
    """As many of the other words as are shown, in one stretch that begins anywhere and wraps around."""
    rest = [word for word in range(words) if word not in shown]
    start = generator.randrange(len(rest))
    return {rest[(start + step) % len(rest)] for step in range(len(shown))}


def _without(question: Question, words: Sequence[tuple[int, int]], left_out: set[int]) -> str:
    kept = " ".join(question.text[start:end] for place, (start, end) in enumerate(words) if place not in left_out)
    return joined(question.subject, kept)
