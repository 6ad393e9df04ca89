"""Rewritten training messages that teach what must not matter, and what must wherever it stands.

Insults, cries of urgency and a missing subject change nothing in how soon somebody must act. Neither does what a
message stands among: copies are put between paragraphs of small talk, and two messages are joined into one, which is as
urgent as the more urgent of them and felt as the stronger of them, by the order of the rubric.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from pipeline.learning.data import SEED, Example
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.triage.heads import NO_BOUNDARY

INSULTS = (
    "You are a bunch of idiots.",
    "What a shower of clowns you are.", "You useless morons.", "Are you people brain dead?",
    "Only an imbecile could come up with this.", "You lot are pathetic, thick as planks.", "Listen, you cretins.",
    "Whoever did this is a halfwit.", "Scum, the lot of you.", "You greedy bastards.", "Get lost, you muppets.",
    "I have met bricks smarter than you morons.", "You people are worthless parasites.", "Shame on you, you crooks.",
    "Your staff are lazy slobs.", "Do you hire only idiots?", "You stupid, stupid people.", "Go to hell, all of you.",
)  # fmt: skip
CRIES = (
    "URGENT!!! Please answer ASAP!!!", "THIS IS URGENT!!", "Answer me at once!!!", "I need an answer IMMEDIATELY!",
    "ASAP please!!", "Top priority!!!", "Please treat as extremely urgent.", "Reply NOW!",
)  # fmt: skip
REWRITTEN, JOINED, SURROUNDED = 0.3, 0.12, 0.05
"""The shares of messages that get a copy of each kind."""
ASIDES = SEED / "asides.txt"
MOST_ASIDES = 20
SHORT = 90
"""Words: two messages up to this long are joined."""
TAGS = ("URGENT: ", "URGENT!!! ", "ASAP - ", "Urgent - ", "!!! ", "HIGH PRIORITY: ", "Important: ")


def augmented(examples: Sequence[Example], seed: int) -> list[Example]:
    """Changed copies of some of ``examples``, chosen by ``seed``."""
    generator = random.Random(seed)
    short = [example for example in examples if len(example.text.split()) <= SHORT]
    copies = [_rewrite(example, generator) for example in examples if generator.random() < REWRITTEN]
    copies += [join(example, generator.choice(short)) for example in short if generator.random() < JOINED]
    copies += [_surround(example, generator) for example in examples if generator.random() < SURROUNDED]
    return copies


def join(one: Example, other: Example) -> Example:
    """A message that says what ``one`` says and then what ``other`` does."""
    flags = (set(one.flags) | set(other.flags)) - {"no_ask"} | (set(one.flags) & set(other.flags))
    return replace(
        one,
        text=f"{one.text}\n\n{other.text}",
        urgency=min(one.urgency, other.urgency, key=URGENCY_LABELS.index),
        tone=min(one.tone, other.tone, key=TONE_LABELS.index),
        intensity=max(one.intensity, other.intensity),
        flags=tuple(sorted(flags)),
        boundary=_both({one.boundary, other.boundary}),
    )


def _both(boundaries: set[str]) -> str:
    """The one boundary among ``boundaries``; empty, for unknown, where two differ or one is unknown."""
    crossed = boundaries - {NO_BOUNDARY}
    return (crossed or {NO_BOUNDARY}).pop() if len(crossed) < 2 else ""


def _surround(example: Example, generator: random.Random) -> Example:
    """``example`` behind, between or before paragraphs of small talk."""
    asides = generator.sample(small_talk(), generator.randint(2, MOST_ASIDES))
    place = generator.choice((0, len(asides), len(asides), generator.randint(0, len(asides))))
    return replace(example, text="\n\n".join([*asides[:place], example.text, *asides[place:]]))


@cache
def small_talk() -> tuple[str, ...]:
    """Paragraphs that want nothing and feel nothing."""
    return tuple(ASIDES.read_text(encoding="utf-8").splitlines())


def _rewrite(example: Example, generator: random.Random) -> Example:
    kind = generator.random()
    if kind < 0.3 and example.tone != "positive":
        text = _insert(example.text, generator.choice(INSULTS), generator)
        return replace(example, text=text, tone="abusive", intensity=max(example.intensity, 2), boundary="")
    if kind < 0.6:
        return replace(example, text=_insert(example.text, generator.choice(CRIES), generator))
    if not example.subject:
        return replace(example, text=_insert(example.text, generator.choice(CRIES), generator))
    return replace(example, subject=generator.choice(TAGS) + example.subject if kind < 0.8 else "")


def _insert(text: str, sentence: str, generator: random.Random) -> str:
    """``sentence`` before or after ``text``."""
    return f"{sentence} {text}" if generator.random() < 0.5 else f"{text} {sentence}"
