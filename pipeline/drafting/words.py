"""Content words, crudely stemmed: what search and the coverage check compare texts by."""

from __future__ import annotations

import re
from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    """The words of a blank-separated list."""
    return frozenset(words.split())


_STOPWORDS = word_set(
    "a an the and or but if of in on at to for from with by is are was were be been am i you we it he she they "
    "me my your our us this that these those there here have has had do does did not no so as can could will "
    "would should just about what when where why how who which any all more very please hello hi dear thanks "
    "thank regards still again now get got its than then them their his her because been being into out up only "
    "also want ask like"
)
_WORD, _APOSTROPHE = re.compile(r"[^\W_]+"), re.compile(r"['’]")
_SUFFIXES = ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "s", "ly", "e")


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A crude stem, enough to let "charged", "charges" and "charging" meet."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            root = word[: -len(suffix)]
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] else root
    return word


def terms(text: str, *, numbers: bool = False) -> list[str]:
    """The stemmed content words of ``text``, in order; bare numbers only where asked for."""
    words = _WORD.findall(_APOSTROPHE.sub("", text.lower()))
    return [stem(word) for word in words if word not in _STOPWORDS and (numbers or not word.isdigit())]
