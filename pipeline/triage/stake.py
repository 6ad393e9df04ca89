"""What the writer stands to lose (P5): a person, an event, memories, work, money, a date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipeline.triage.concern_words import words
from pipeline.triage.plain import plain
from pipeline.triage.signal_rules import Signal, SignalRules, shipped_rules

_RELATIVE = r"(?:mother|father|mum|mom|dad|parents|son|daughter|baby|child|children|kids|wife|husband|partner|sister|brother|grand\w+|nan|patients?|tenants?|residents?)"
_OWN = r"(?:my|our|her|his|their)"
_Stakes = tuple[tuple[frozenset[str], re.Pattern[str]], ...]


@lru_cache(maxsize=8)
def _stakes(event: str, when: str, amount: str) -> _Stakes:
    """What can be at stake, gravest first, each with the signals of which one must have fired (none: always)."""
    return (
        (frozenset({"safety", "danger", "physical_harm", "vulnerable"}), words(rf"{_OWN} (?:[\w-]+ )?{_RELATIVE}")),
        (
            frozenset({"data_loss", "personal_loss"}),
            words(rf"(?:all )?(?:of )?{_OWN} (?:[\w'-]+ ){{0,2}}(?:photos?|pictures|videos|files|messages|notes|thesis|recordings|albums?|documents|contacts)(?: (?:of|from) (?:[\w'-]+ ){{0,3}}[\w'-]+)?"),
        ),
        (frozenset(), words(rf"(?:{_OWN}|the) (?:[\w'-]+ ){{0,2}}{event}(?: (?:is )?(?:(?:on|at|in|this) )?{when})?(?<!the service)(?<!service)")),
        (frozenset(), words(r"(?:my|our) (?:[\w-]+ )?(?:staff|customers|guests|business|shop|clients|patients|employees|livelihood|job|income|rent|wages|salary|pension|savings|mortgage|degree|visa)")),
        (frozenset({"money", "security"}), words(amount)),
        (frozenset({"deadline"}), words(rf"(?:by|before|until) {when}")),
    )  # fmt: skip


def find_stake(text: str, signals: Iterable[Signal], rules: SignalRules | None = None) -> str:
    """The words that name what the writer stands to lose, or an empty text; nothing is ever added to them.

    Events, times and sums are those of ``rules``, by default the shipped ones.
    """
    fired = {signal.name for signal in signals}
    ready = plain(text)
    words_of = (rules or shipped_rules()).words
    for needs, pattern in _stakes(words_of["event"], words_of["when"], words_of["amount"]):
        match = pattern.search(ready) if not needs or needs & fired else None
        if match:
            return " ".join(text[match.start() : match.end()].split())
    return ""
