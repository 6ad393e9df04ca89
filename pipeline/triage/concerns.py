"""The distinct things a customer wants answered or put right, in the words of the mail (P3).

A sentence is a concern when it asks, requests or reports that something is wrong. Greetings, sign-offs, signatures,
thanks and pure feeling are none. The rules give each sentence a weight; where a trained head is there
(`concern_head`), its margins decide instead. Recall comes first: a concern that is missed is a customer who was not
heard.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Concern
from pipeline.triage.concern_words import (
    ASIDE,
    ASKS,
    CONCRETE,
    CONTACT,
    FEELING,
    GREETING,
    POINTS_BACK,
    SIGN_OFF,
    STOP_WORDS,
    THANKS,
    WRONG,
)
from pipeline.triage.plain import straight
from pipeline.triage.sentences import Sentence, split_sentences

MAX_CONCERNS = 6
MAX_SENTENCES = 400
MAX_CHARACTERS = 240
"""A concern is quoted back to its writer: sentences are joined up to this length only."""
JUDGED_CHARACTERS = 2000
"""So much of a sentence is judged by its words; nobody writes longer ones."""
LEAST_WEIGHT = 0.7
PLAIN_QUESTION = 2.0


@dataclass(frozen=True, slots=True)
class Mail:
    """A message cut into sentences; ``text`` has straight quotes and the length of the original."""

    subject: str
    text: str
    sentences: tuple[Sentence, ...]

    @classmethod
    def of(cls, subject: str, text: str) -> Mail:
        plain = straight(text)
        return cls(subject, plain, split_sentences(plain)[:MAX_SENTENCES])


def find_concerns(
    text: str, *, asks: bool = True, margins: Sequence[float] | NDArray[np.float32] | None = None
) -> tuple[Concern, ...]:
    """The concerns in ``text`` in order, at most ``MAX_CONCERNS``.

    ``asks`` false means that the message as a whole was read as asking nothing: then only a plain question counts.
    ``margins`` has one number for each sentence of ``Mail.of``: it counts from 0 upwards. Without it the rules decide.
    """
    sentences = Mail.of("", text).sentences
    weights = [_weight(sentence.text[:JUDGED_CHARACTERS]) for sentence in sentences]
    scores = [weight - LEAST_WEIGHT for weight in weights] if margins is None else margins
    body = body_of(sentences)
    kept = [
        (sentence, float(score))
        for sentence, weight, score, inside in zip(sentences, weights, scores, body, strict=True)
        if inside and score >= 0 and (asks or weight >= PLAIN_QUESTION)
    ]
    merged = _merge(kept, _same_thing if margins is None else _goes_on)
    best = sorted(sorted(merged, key=lambda item: -item[2])[:MAX_CONCERNS])
    return tuple(Concern(text[start:end].strip(), start, end) for start, end, _ in best)


def body_of(sentences: Sequence[Sentence]) -> list[bool]:
    """For each sentence whether it is of the body: no greeting, no sign-off and no signature below it."""
    inside = [False] * len(sentences)
    for number, sentence in enumerate(sentences):
        short = len(sentence.text) < 70
        if number <= 1 and short and GREETING.match(sentence.text):
            continue
        if number >= len(sentences) - 6 and number and short and SIGN_OFF.match(sentence.text):
            if sentence.paragraph == sentences[-1].paragraph or number >= len(sentences) - 3:
                break
            continue
        inside[number] = True
    body = [number for number, kept in enumerate(inside) if kept]
    while len(body) > 1 and _is_signature(sentences[body[-1]].text[:JUDGED_CHARACTERS]):
        inside[body.pop()] = False
    return inside


def _is_signature(words: str) -> bool:
    """A short last line without a verb's company: a name, a role, a number to ring."""
    count = len(words.split())
    ended = words.endswith(("?", "!"))
    capitals = sum(word[:1].isupper() or not word[:1].isalpha() for word in words.split())
    return not ended and count <= 10 and not ASKS.search(words) and (
        bool(CONTACT.search(words)) or (capitals >= count * 0.6 and not WRONG.search(words))
    )  # fmt: skip


def _is_question(words: str) -> bool:
    return words.rstrip("\"')").endswith("?")


def _weight(words: str) -> float:
    """How much a sentence looks like a concern; from ``LEAST_WEIGHT`` it is one."""
    length = len(words.split())
    if length < 2 or (length < 4 and not words.endswith("?")):
        return 0.0
    weight = 0.0
    weight += 2.0 if _is_question(words) else 0.0
    weight += 1.5 if ASKS.search(words) else 0.0
    weight += 1.0 if WRONG.search(words) else 0.0
    weight += 0.5 if CONCRETE.search(words) else -0.25
    weight -= 0.75 if FEELING.search(words) else 0.0
    weight -= 1.0 if THANKS.search(words) else 0.0
    weight -= 0.75 if ASIDE.search(words) else 0.0
    weight += 0.25 if 5 <= length <= 30 else 0.0
    return weight


WORD_CLUES: dict[str, Callable[[str], object]] = {
    "question": _is_question,
    "asks": ASKS.search,
    "wrong": WRONG.search,
    "concrete": CONCRETE.search,
    "feeling": FEELING.search,
    "thanks": THANKS.search,
    "aside": ASIDE.search,
    "contact": CONTACT.search,
}
_OWN_CLUES = (
    "under_4_words", "under_7_words", "from_12_words", "over_25_words", "log_words", "body", "first", "second", "third",
    "place", "last_three", "last_two", "of_how_few", "exclaims", "colon", "number", "bullet", "opens_paragraph",
    "closes_paragraph", "is_weighed_in", "weight", "of_subject",
)  # fmt: skip
CLUES = (
    *WORD_CLUES,
    *_OWN_CLUES,
    *(f"before_{name}" for name in WORD_CLUES),
    *(f"after_{name}" for name in WORD_CLUES),
)
"""The names of the columns of ``clues``."""


def clues(mail: Mail) -> NDArray[np.float32]:
    """What the rules see in each sentence and in its neighbours, and where it stands: (sentences, CLUES)."""
    sentences = mail.sentences
    texts = [sentence.text[:JUDGED_CHARACTERS] for sentence in sentences]
    said = [[float(bool(clue(words))) for clue in WORD_CLUES.values()] for words in texts]
    nothing = [0.0] * len(WORD_CLUES)
    subject = _content(mail.subject[:JUDGED_CHARACTERS])
    body = body_of(sentences)
    rows = [
        said[place]
        + _own_clues(sentences, place, texts[place], body[place])
        + [len(subject & _content(texts[place])) / max(len(subject), 1)]
        + (said[place - 1] if place else nothing)
        + (said[place + 1] if place + 1 < len(said) else nothing)
        for place in range(len(sentences))
    ]
    return np.array(rows, np.float32).reshape(len(sentences), len(CLUES))


def _own_clues(sentences: Sequence[Sentence], place: int, words: str, inside: bool) -> list[float]:
    count, length, paragraph = len(sentences), len(words.split()), sentences[place].paragraph
    weight = _weight(words)
    found = (
        length < 4, length < 7, length >= 12, length > 25, min(math.log(max(length, 1)), 4.0), inside,
        place == 0, place == 1, place == 2, place / count, place >= count - 3, place >= count - 2, 1 / count,
        words.endswith("!"), words.endswith(":"), any(map(str.isdigit, words)), words[:1] in "->*•",
        place == 0 or sentences[place - 1].paragraph != paragraph,
        place + 1 == count or sentences[place + 1].paragraph != paragraph,
        weight >= LEAST_WEIGHT, weight / 3,
    )  # fmt: skip
    return [float(value) for value in found]


def _content(words: str) -> set[str]:
    return {word[:6] for word in re.findall(r"\w{4,}", words.lower())} - STOP_WORDS


def _merge(kept: Sequence[tuple[Sentence, float]], joins: Callable[[str, str], bool]) -> list[tuple[int, int, float]]:
    """Join a sentence to the one just before it when both are about the same thing."""
    found: list[tuple[int, int, float]] = []
    last: Sentence | None = None
    for sentence, score in kept:
        near = last is not None and sentence.start - last.end <= 2 and sentence.paragraph == last.paragraph
        if (
            near
            and last is not None
            and sentence.end - found[-1][0] < MAX_CHARACTERS
            and joins(last.text, sentence.text)
        ):
            start, _, before = found.pop()
            found.append((start, sentence.end, max(before, score)))
        else:
            found.append((sentence.start, sentence.end, score))
        last = sentence
    return found


def _same_thing(one: str, other: str) -> bool:
    short = len(other.split()) < 5 and not other.endswith("?")
    return short or len(_content(one) & _content(other)) >= 2


def _goes_on(one: str, other: str) -> bool:
    """Whether ``other``, a concern by its own score, leans on ``one``: short, of the same words, or pointing back."""
    opening = " ".join(other[:JUDGED_CHARACTERS].split()[:6])
    return len(other.split()) < 5 or bool(POINTS_BACK.search(opening)) or _same_thing(one, other)
