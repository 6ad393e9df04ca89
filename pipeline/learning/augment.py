"""Rewritten training messages that teach what must not matter.

Insults, cries of urgency and a missing subject change nothing in how soon somebody must act. Three in ten training
messages get one rewritten copy; where an insult was put in, its tone is abusive by the rubric.
"""

from __future__ import annotations

import random
from dataclasses import replace

from pipeline.learning.data import Example

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
SHARE = 0.3
TAGS = ("URGENT: ", "URGENT!!! ", "ASAP - ", "Urgent - ", "!!! ", "HIGH PRIORITY: ", "Important: ")


def augmented(examples: list[Example], seed: int) -> list[Example]:
    """Rewritten copies of `SHARE` of ``examples``, chosen by ``seed``."""
    generator = random.Random(seed)
    return [_rewrite(example, generator) for example in examples if generator.random() < SHARE]


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
