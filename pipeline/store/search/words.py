"""What a word is: a run of letters and digits, whatever its case and diacritics.

The rule of SQLite's tokenizer ``unicode61 remove_diacritics 2``; for PostgreSQL the vector is written here by the same
rule, so that both databases find the same tickets whatever the locale of the server.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 100
_LAST_POSITION = 16_383
"""PostgreSQL keeps no later ones apart; words behind it are found, phrases are not."""


def fold(word: str) -> str:
    """``word`` as the index knows it."""
    if not word.isascii():
        word = "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
    return word.lower()[:LONGEST_WORD]


def words_of(text: str) -> list[str]:
    """The words of ``text`` in their order, folded."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in WORD.findall(text.lower())]
    return [fold(word) for word in WORD.findall(unicodedata.normalize("NFC", text))]


def vector(columns: Iterable[tuple[str, str]]) -> str:
    """The literal of a ``tsvector`` for (weight, text) pairs; phrases do not reach from one column into the next."""
    places: dict[str, list[str]] = defaultdict(list)
    position = 0
    for weight, text in columns:
        for word in words_of(text):
            position = min(position + 1, _LAST_POSITION)
            places[word].append(f"{position}{weight}")
        position = min(position + 1, _LAST_POSITION)
    return " ".join(f"'{word}':{','.join(found[:255])}" for word, found in places.items() if word)
