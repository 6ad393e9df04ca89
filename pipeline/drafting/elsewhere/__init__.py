"""The words that the rules look for in the languages beside English: one table a language, one entry a rule.

The tables are tried on every text, whatever language it is taken for: a promise in French binds in an English mail too.
So no entry may hold words that are common in another of the languages.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.drafting.elsewhere import french, german, spanish

_TABLES = (german.WORDS, french.WORDS, spanish.WORDS)


@cache
def words(rule: str) -> str:
    """The alternatives of all languages for ``rule``, to stand within a group of a pattern; KeyError where no language
    has any."""
    found = [alternative for table in _TABLES for alternative in table.get(rule, ())]
    if not found:
        raise KeyError(rule)
    return "|".join(found)


@cache
def pattern(rule: str) -> re.Pattern[str]:
    """Any of `words`, each beginning and ending at the bounds of a word (an alternative may end in a blank)."""
    return re.compile(rf"(?<!\w)(?:{words(rule)})(?:(?<= )|(?!\w))", re.IGNORECASE)
