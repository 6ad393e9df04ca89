"""Days, months and the words of a promise in the languages that drafts are written in.

Tables for four languages weigh less than a library of locales; a language is added by one entry in each.
"""

from __future__ import annotations

from collections.abc import Mapping

MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ),
    "de": (
        "januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
        "dezember",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ),
}  # fmt: skip
"""January first, in lower case."""

WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "de": ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
"""Monday first, in lower case."""

MONTH_NUMBERS = {name: number for names in MONTHS.values() for number, name in enumerate(names, start=1)}
WEEKDAY_NUMBERS = {name: number for names in WEEKDAYS.values() for number, name in enumerate(names)}
TOMORROW = frozenset({"tomorrow", "morgen", "demain", "mañana"})

COMMITS_ELSEWHERE = (
    r"\bwir\b[^.!?:\n]{0,60}\b(?:melden|antworten|schreiben)\b|\bich (?:melde|schreibe|antworte)\b|"
    r"\b(?:meldet|schreibt|antwortet)\b|"
    r"\b(?:vous|te|t')\s?(?:répondr|écrir|recontacter|contacter|tiendr|rappeler)(?:ai|a|ons|ont)\b|"
    r"\bvous (?:recevrez|aurez)\b|\btu (?:recevras|auras)\b|"
    r"\b(?:le|les|te|os) (?:responder|escribir|contestar|contactar|llamar|informar)(?:é|á|emos|án)\b|"
    r"\brecibirás?\b|\bpondr(?:é|á|emos|án) en contacto\b"
)
"""Commitments in the languages beside English."""

WITHIN_ELSEWHERE = (
    r"(?:innerhalb(?: von)?|binnen|in|sous|dans(?: les)?|d'ici|en(?: un plazo de)?|dentro de)\s+(?P<count>\d{1,3})\s+"
    r"(?P<unit>Stunden?|Minuten?|Tage?n?|Werktage?n?|Wochen?|heures?|minutes?|jours?|semaines?|horas?|minutos?|"
    r"d[íi]as?|semanas?)\b(?:\s+(?P<kind>ouvrée?s?|ouvrables?|hábil(?:es)?|laborables?))?"
)
_UNITS = {"st": "hour", "he": "hour", "ho": "hour", "mi": "minute", "ta": "day", "we": "day", "jo": "day", "dí": "day",
          "di": "day", "wo": "week", "se": "week"}  # fmt: skip


def english_unit(unit: str) -> str:
    """ "minute", "hour", "day" or "week" for a unit that ``WITHIN_ELSEWHERE`` found."""
    return _UNITS[unit[:2].lower()]
