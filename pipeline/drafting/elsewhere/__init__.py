"""The words that the rules look for in the languages beside English: two tables a language (tone; acts, built
from lists of verbs), one entry a rule.

The tables are tried on every text, whatever language it is taken for: a promise in French binds in an English mail too.
So no entry may hold words that are common in another of the languages.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.drafting.elsewhere import french, french_acts, german, german_acts, spanish, spanish_acts

_TABLES = (
    german.WORDS, german_acts.WORDS, french.WORDS, french_acts.WORDS, spanish.WORDS, spanish_acts.WORDS,
)  # fmt: skip


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


_COMMON = re.compile(
    r"[äöüßàâçèéêëîïôùûœñáíóú¿¡]|\b(?:"
    r"der|das|den|dem|eine?|einen|ist|sind|wird|werden|wir|ich|sie|du|ihr|ihre|ihren|ihrem?|ihnen|uns|unsere?|dir|dich|"
    r"meine?|wurde|morgen|heute|uhr|und|nicht|auf|mit|bei|von|haben?|hat|bitte|"
    r"je|on|tu|mon|ma|te|le|la|les|des|de|une?|est|sont|nous|vous|votre|vos|notre|nos|ce|que|qui|pas|avons|avez|par|pour|"
    r"sur|"
    r"mi|el|los|las|es|del|sus?|se|con|por|para|hemos|han|ha|usted|nuestr[oa]|muy|al|lo|eso|est[oa]|hay|nada|podemos|"
    r"puede|tiene|prometido)\b|\b[cjlnmdst]['’](?=[aeiouh])",
    re.IGNORECASE,
)
"""Words and letters that hardly a sentence of these languages does without, and that English prose rarely has."""


def patterns(rule: str, text: str) -> tuple[re.Pattern[str], ...]:
    """The pattern of ``rule`` where ``text`` could be in one of the languages: trying it on English is only dear.

    For whole drafts and for what is no more than a lapse of tone: a lone sentence may do without any common word.
    """
    return (pattern(rule),) if _COMMON.search(text) else ()
