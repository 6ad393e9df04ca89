"""Names of persons, products and places in a draft that nothing it may rest on mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.config import DAYS
from pipeline.drafting.due import MONTHS
from pipeline.drafting.words import word_set

_TOKEN = re.compile(r"[^\W\d_](?:[\w]|['’-](?=\w))*")
_START = re.compile(r"(?:^|[.!?:;•\n\"“”„‘(\[>*]|^\W*\d{1,2}[.)]|\s[-–—])\s*$")
_INITIAL = re.compile(r"(?<![\w-])[A-Z]\.\s*$")
_TITLE = word_set("mr mrs ms miss dr prof sir madam lord lady herr frau mx")
_COMMON = word_set(
    "i pdf sms vat iban bic url id pin wi-fi wifi gps usb tv faq uk eu usa us gmbh ltd gmt utc cet bst am pm eur usd "
    "gbp chf english german french spanish dutch italian european irish british american scottish welsh christmas "
    "easter advent internet kind best regards sincerely yours warm thank thanks dear hello ok okay god bluetooth "
    "windows android iphone please customer care team support service ombudsman"
) | {name for name in (*DAYS, *MONTHS, *(month[:3] for month in MONTHS))}
_INDEFINITE = word_set(
    "he she it we you they i who nobody somebody someone everybody everyone anyone anybody one this that these those "
    "which what people customers neighbours others some many most all both none each few several another staff "
    "colleagues management"
)
_ACTED = re.compile(
    r"\s+(?:wrote|rang|told|said|called|asked|phoned|emailed|visited|promised|packed|signed|mentioned|gave|sent|"
    r"spoke|drove|brought|complained|ordered|paid|lives|wants)\b"
)


def _parts(word: str) -> list[str]:
    bare = re.sub(r"['’]s?$", "", word.casefold())
    return [part for part in re.split(r"[-'’]", bare) if part]


@lru_cache(maxsize=8)
def words_of(text: str) -> frozenset[str]:
    """The words of ``text``, folded, compounds in parts as well; a final s is left off (Leonies, customers')."""
    found: set[str] = set()
    for match in _TOKEN.finditer(text):
        word = match.group().casefold()
        found.update((word, *_parts(word)))
    return frozenset(found | {word[:-1] for word in found if word.endswith("s")})


def _is_known(word: str, held: frozenset[str]) -> bool:
    folded = re.sub(r"['’]s$", "", word.casefold())
    if {folded, folded.rstrip("s")} & held or folded in _COMMON:
        return True
    parts = [part for part in _parts(word) if len(part) > 1]
    return bool(parts) and all({part, part.rstrip("s")} & held or part in _COMMON for part in parts)


def _opens(before: str) -> bool:
    """Whether a word after ``before`` is written with a capital because something begins there."""
    return not before.strip() or bool(_START.search(before) and not _INITIAL.search(before))


def unknown_names(text: str, held: frozenset[str], *, nouns_capitalised: bool = False) -> Iterator[re.Match[str]]:
    """Words with a capital that is no sentence's, and that are not among ``held``.

    Where the language writes every noun so (German), only those after a title or an initial count. At the start of a
    sentence a word counts that does what persons do ("Marjorie told you").
    """
    title = False
    for match in _TOKEN.finditer(text):
        word, before, after = (
            match.group(),
            text[max(0, match.start() - 40) : match.start()],
            text[match.end() : match.end() + 12],
        )
        was_title, title = title, word.casefold() in _TITLE
        if title or word.isupper() or not word[0].isupper() or _is_known(word, held):
            continue
        if was_title and re.search(r"\w\.?\s+$", before):
            yield match
        elif nouns_capitalised:
            if _INITIAL.search(before):
                yield match
        elif not _opens(before) or (
            _ACTED.match(after + " ") and word.casefold() not in _INDEFINITE and not word.endswith(("s", "ing", "ed"))
        ):
            yield match
