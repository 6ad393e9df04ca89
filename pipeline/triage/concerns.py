"""The distinct things a customer wants answered or put right, in the words of the mail (P3).

A sentence is a concern when it asks, requests or reports that something is wrong. Greetings, sign-offs, signatures,
thanks and pure feeling are none. Recall comes first: a concern that is missed is a customer who was not heard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.records import Concern
from pipeline.triage.concern_words import (
    ASIDE,
    ASKS,
    CONCRETE,
    CONTACT,
    FEELING,
    GREETING,
    SIGN_OFF,
    STOP_WORDS,
    THANKS,
    WRONG,
)
from pipeline.triage.sentences import Sentence, split_sentences
from pipeline.triage.signals import straight

MAX_CONCERNS = 6
MAX_SENTENCES = 400
LEAST_WEIGHT = 0.7


def find_concerns(text: str, *, asks: bool = True) -> tuple[Concern, ...]:
    """The concerns in ``text`` in order, at most ``MAX_CONCERNS``.

    ``asks`` false means that the message as a whole was read as asking nothing: then only a plain question counts.
    """
    sentences = _body(split_sentences(straight(text))[:MAX_SENTENCES])
    weighed = [(sentence, _weight(sentence.text)) for sentence in sentences]
    kept = [(sentence, weight) for sentence, weight in weighed if weight >= (LEAST_WEIGHT if asks else 2.0)]
    merged = _merge(kept)
    best = sorted(sorted(merged, key=lambda item: -item[2])[:MAX_CONCERNS])
    return tuple(Concern(text[start:end].strip(), start, end) for start, end, _ in best)


def _body(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Without greetings, sign-offs and the signature below them."""
    body: list[Sentence] = []
    for number, sentence in enumerate(sentences):
        if number <= 1 and len(sentence.text) < 70 and GREETING.match(sentence.text):
            continue
        if number >= len(sentences) - 6 and number and len(sentence.text) < 70 and SIGN_OFF.match(sentence.text):
            if sentence.paragraph == sentences[-1].paragraph or number >= len(sentences) - 3:
                break
            continue
        body.append(sentence)
    while len(body) > 1 and _is_signature(body[-1].text):
        body.pop()
    return body


def _is_signature(words: str) -> bool:
    """A short last line without a verb's company: a name, a role, a number to ring."""
    count = len(words.split())
    ended = words.endswith(("?", "!"))
    capitals = sum(word[:1].isupper() or not word[:1].isalpha() for word in words.split())
    return not ended and count <= 10 and not ASKS.search(words) and (
        bool(CONTACT.search(words)) or (capitals >= count * 0.6 and not WRONG.search(words))
    )  # fmt: skip


def _weight(words: str) -> float:
    """How much a sentence looks like a concern; from ``LEAST_WEIGHT`` it is one."""
    length = len(words.split())
    if length < 2 or (length < 4 and not words.endswith("?")):
        return 0.0
    weight = 0.0
    weight += 2.0 if words.rstrip("\"')").endswith("?") else 0.0
    weight += 1.5 if ASKS.search(words) else 0.0
    weight += 1.0 if WRONG.search(words) else 0.0
    weight += 0.5 if CONCRETE.search(words) else -0.25
    weight -= 0.75 if FEELING.search(words) else 0.0
    weight -= 1.0 if THANKS.search(words) else 0.0
    weight -= 0.75 if ASIDE.search(words) else 0.0
    weight += 0.25 if 5 <= length <= 30 else 0.0
    return weight


def _content(words: str) -> set[str]:
    return {word[:6] for word in re.findall(r"\w{4,}", words.lower())} - STOP_WORDS


def _merge(kept: Sequence[tuple[Sentence, float]]) -> list[tuple[int, int, float]]:
    """Join a sentence to the one just before it when both are about the same thing."""
    found: list[tuple[int, int, float]] = []
    last: Sentence | None = None
    for sentence, weight in kept:
        near = last is not None and sentence.start - last.end <= 2 and sentence.paragraph == last.paragraph
        if near and last is not None and _same_thing(last.text, sentence.text) and sentence.end - found[-1][0] < 240:
            start, _, before = found.pop()
            found.append((start, sentence.end, max(before, weight)))
        else:
            found.append((sentence.start, sentence.end, weight))
        last = sentence
    return found


def _same_thing(one: str, other: str) -> bool:
    left, right = _content(one), _content(other)
    short = len(other.split()) < 5 and not other.endswith("?")
    return short or len(left & right) >= 2
