"""What the writer stands to lose (P5): a person, an event, memories, work, money, a date."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.triage.concern_words import words
from pipeline.triage.patterns import AMOUNT, EVENT, WHEN
from pipeline.triage.signals import Signal, plain

_RELATIVE = r"(?:mother|father|mum|mom|dad|parents|son|daughter|baby|child|children|kids|wife|husband|partner|sister|brother|grand\w+|nan|patients?|tenants?|residents?)"
_OWN = r"(?:my|our|her|his|their)"
_STAKES: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = (
    (frozenset({"safety", "danger", "physical_harm", "vulnerable"}), words(rf"{_OWN} (?:[\w-]+ )?{_RELATIVE}")),
    (
        frozenset({"data_loss", "personal_loss"}),
        words(rf"(?:all )?(?:of )?{_OWN} (?:[\w'-]+ ){{0,2}}(?:photos?|pictures|videos|files|messages|notes|thesis|recordings|albums?|documents|contacts)(?: (?:of|from) (?:[\w'-]+ ){{0,3}}[\w'-]+)?"),
    ),
    (frozenset(), words(rf"(?:{_OWN}|the) (?:[\w'-]+ ){{0,2}}{EVENT}(?: (?:is )?(?:(?:on|at|in|this) )?{WHEN})?(?<!the service)(?<!service)")),
    (frozenset(), words(r"(?:my|our) (?:[\w-]+ )?(?:staff|customers|guests|business|shop|clients|patients|employees|livelihood|job|income|rent|wages|salary|pension|savings|mortgage|degree|visa)")),
    (frozenset({"money", "security"}), words(AMOUNT)),
    (frozenset({"deadline"}), words(rf"(?:by|before|until) {WHEN}")),
)  # fmt: skip


def find_stake(text: str, signals: Iterable[Signal]) -> str:
    """The words that name what the writer stands to lose, or an empty text; nothing is ever added to them."""
    fired = {signal.name for signal in signals}
    ready = plain(text)
    for needs, pattern in _STAKES:
        match = pattern.search(ready) if not needs or needs & fired else None
        if match:
            return " ".join(text[match.start() : match.end()].split())
    return ""
