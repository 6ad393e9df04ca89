"""How easily a text is read: the reading ease of Flesch (1948), for English.

    206.835 - 1.015 * words per sentence - 84.6 * syllables per word

60 to 70 is plain English; below 50 a text is difficult. Syllables are counted as groups of vowels without a silent e,
which is right for about nine English words in ten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_VOWELS = re.compile(r"[aeiouyäöüáéíóúàèâêô]+")
_SILENT = re.compile(r"(?:[^aeiouy]e|[^aeiouydt]ed|[^aeiouysxzcg]es)$")


@lru_cache(maxsize=16_384)
def syllables(word: str) -> int:
    """At least 1."""
    word = word.casefold()
    groups = len(_VOWELS.findall(word))
    silent = groups > 1 and _SILENT.search(word) and not re.search(r"[^aeiouy]le$", word)
    return max(1, groups - bool(silent))


def reading_ease(sentences: Sequence[str]) -> float | None:
    """Flesch's score of ``sentences``, about 0 (hard) to 100 (easy); None where there are no words."""
    words = [word for sentence in sentences for word in _WORD.findall(sentence)]
    if not words:
        return None
    per_word = sum(map(syllables, words)) / len(words)
    return 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * per_word
