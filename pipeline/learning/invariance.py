"""Rewritings that must not change how urgent a message is: volume, insults, cries for haste, courtesy.

Urgency is taken as it is served, rules included, from the message as labelled and from each rewriting of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from pipeline.config import Thresholds
from pipeline.learning.data import Example
from pipeline.learning.fit import Progress
from pipeline.learning.results import Change
from pipeline.records import URGENCY_LABELS
from pipeline.triage.decide import decide
from pipeline.triage.language import ENGLISH
from pipeline.triage.reader import Reader
from pipeline.triage.signals import find_signals
from pipeline.triage.volume import joined

INSULTS = (
    "You are all complete idiots.", "What a bunch of clowns.", "You utter morons!",
    "Only a cretin runs a firm like this.",
    "You people are pathetic losers.", "Liars and crooks, the lot of you.",
)  # fmt: skip
UNLISTED_INSULTS = (
    "You absolute walnuts.", "What a bunch of spoons you are.", "Your mothers must be so proud of you nincompoops.",
    "A potato would do your job better.",
)  # fmt: skip
CRIES = ("URGENT!!!", "ASAP!!!", "This is URGENT.", "I need an answer IMMEDIATELY!!", "Top priority please!")
COURTESIES = (
    "Thank you very much in advance for your help.", "Please and thank you.", "Sorry to bother you with this.",
    "I really appreciate your help.", "Kind regards", "I hope this message finds you well.", "Thanks so much!",
)  # fmt: skip

Rewriting = Callable[[str, int], str]


def _at_end(sentences: Sequence[str]) -> Rewriting:
    return lambda text, number: f"{_closed(text)} {sentences[number % len(sentences)]}"


def _at_start(sentences: Sequence[str]) -> Rewriting:
    return lambda text, number: f"{_closed(sentences[number % len(sentences)])} {text}"


def _closed(text: str) -> str:
    stripped = text.rstrip()
    return stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."


CHANGES: Mapping[str, Rewriting] = {
    "all in capitals": lambda text, number: text.upper(),
    "every full stop as !!!": lambda text, number: re.sub(r"\.(?=\s|$)", "!!!", text),
    "!!! at the end": lambda text, number: f"{text.rstrip()}!!!",
    "an insult at the end": _at_end(INSULTS),
    "an insult at the start": _at_start(INSULTS),
    "an insult that no list knows": _at_end(UNLISTED_INSULTS),
    "a cry for haste": _at_start(CRIES),
    "a courtesy at the end": _at_end(COURTESIES),
    "a courtesy at the start": _at_start(COURTESIES),
}


def measure_changes(
    reader: Reader, examples: Sequence[Example], progress: Progress, changes: Mapping[str, Rewriting] = CHANGES
) -> list[Change]:
    """For each rewriting how many of ``examples`` kept their urgency."""
    progress(f"rewriting {len(examples)} messages in {len(changes)} ways that must not matter")
    before = urgencies(reader, [joined(example.subject, example.text) for example in examples])
    found = []
    for name, change in changes.items():
        texts = [joined(one.subject, change(one.text, number)) for number, one in enumerate(examples)]
        after = urgencies(reader, texts)
        moved = [
            URGENCY_LABELS.index(one) - URGENCY_LABELS.index(other) for one, other in zip(before, after, strict=True)
        ]
        same, raised = sum(step == 0 for step in moved), sum(step > 0 for step in moved)
        found.append(Change(name, len(moved), same, raised, len(moved) - same - raised))
    return found


def urgencies(reader: Reader, texts: Sequence[str]) -> list[str]:
    """The urgency of each text as it is served with the default thresholds."""
    return [
        decide(reading.scores, Thresholds(), text=text, signals=find_signals(text), language=ENGLISH).urgency.label
        for reading, text in zip(reader.read(texts), texts, strict=True)
    ]
