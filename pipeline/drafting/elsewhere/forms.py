"""The forms of verbs, built from short lists, so that the tables of a language name each verb once.

A list of verbs is one string: verbs apart by commas, what belongs to a verb by blanks; "_" stands for a blank within.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Forms:
    """Alternatives for a group of a pattern, each a form of any of the verbs.

    ``past`` is the simple past that the firm speaks of itself in, ``it_past`` the third person; what a language forms
    otherwise or nobody writes is empty.
    """

    participle: str
    we: str
    i: str
    it: str
    past: str = ""
    it_past: str = ""


def one_of(words: str) -> str:
    """A group of the blank-separated ``words``."""
    return "(?:" + "|".join(each(words)) + ")"


def each(words: str) -> tuple[str, ...]:
    """The blank-separated ``words``, "_" for a blank within one."""
    return tuple(word.replace("_", " ") for word in words.split())


def _rows(verbs: str) -> Iterator[list[str]]:
    return (row.split() for row in verbs.split(",") if row.strip())


def _group(forms: list[str]) -> str:
    return "(?:" + "|".join(dict.fromkeys(form.replace("_", " ") for form in forms)) + ")"


def german(verbs: str) -> Forms:
    """Rows of infinitive and participle, then the third person and the past where they change the stem.

    "zurück|zahlen" parts in a main clause: its finite forms are found only with the prefix in the same clause.
    """
    made: dict[str, list[str]] = {name: [] for name in ("participle", "we", "i", "it", "past")}
    for infinitive, participle, *strong in _rows(verbs):
        prefix, _, base = infinitive.rpartition("|")
        apart = rf"(?=[^.!?,\n]{{0,90}}\b{prefix}\b)" if prefix else ""
        stem = base[:-2] if base.endswith("en") else base[:-1]
        linking = "e" if stem.endswith(("t", "d", "chn", "fn")) else ""
        third = strong[0] if strong else f"{stem}{linking}t"
        past = strong[1] if len(strong) > 1 else f"{stem}{linking}te"
        made["participle"].append(participle)
        made["we"].append(base + apart)
        made["i"].append(f"{stem}e" + apart)
        made["it"].append(third + apart)
        made["past"].append(rf"{past}(?:e?n)?" + apart)
    return Forms(**{name: _group(forms) for name, forms in made.items()})


def french(verbs: str) -> Forms:
    """Rows of infinitive and participle (masculine), then "nous", "je" and "il" of irregular verbs."""
    made: dict[str, list[str]] = {name: [] for name in ("participle", "we", "i", "it")}
    for infinitive, participle, *irregular in _rows(verbs):
        stem = infinitive[:-2]
        soft = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
        we, i, it = irregular or (f"{soft}ons", f"{stem}e", f"{stem}e")
        made["participle"].append(rf"{participle}e?s?")
        made["we"].append(we)
        made["i"].append(i)
        made["it"].append(it)
    return Forms(**{name: _group(forms) for name, forms in made.items()})


_SPANISH = {
    "ar": ("ad", "amos", "o", "a", "(?:é|amos)", "(?:ó|aron)"),
    "er": ("id", "emos", "o", "e", "(?:í|imos)", "(?:ió|ieron)"),
    "ir": ("id", "imos", "o", "e", "(?:í|imos)", "(?:ió|ieron)"),
}


def spanish(verbs: str) -> Forms:
    """Rows of infinitive, then the irregular of participle (without its ending), "yo", "él" and past; "-" keeps
    the regular form."""
    names = ("participle", "we", "i", "it", "past", "it_past")
    made: dict[str, list[str]] = {name: [] for name in names}
    for infinitive, *irregular in _rows(verbs):
        stem, endings = infinitive[:-2], _SPANISH[infinitive[-2:]]
        participle, we, i, it, past, it_past = (stem + ending for ending in endings)
        own = [*irregular, *["-"] * (4 - len(irregular))]
        given = [new if new != "-" else old for new, old in zip(own, (participle, i, it, past), strict=True)]
        if infinitive.endswith(("gar", "car", "zar")) and own[3] == "-":
            soft = {"g": "gu", "c": "qu", "z": "c"}[stem[-1]]
            given[3] = rf"(?:{stem[:-1]}{soft}é|{past})"
        made["participle"].append(given[0] + "[oa]s?")
        made["we"].append(we)
        made["i"].append(given[1])
        made["it"].append(rf"{given[2]}n?")
        made["past"].append(given[3])
        made["it_past"].append(it_past)
    return Forms(**{name: _group(forms) for name, forms in made.items()})
