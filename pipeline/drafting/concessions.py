"""What a text grants: refunds, credits, discounts, waivers, replacements and gifts, with their amount (P11).

Found by the words of giving in a clause, not by amounts alone: a price that is only mentioned grants nothing, and "half
off" grants without any amount. A clause that refuses, or tells what the customer asks for, grants nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from pipeline.drafting import elsewhere
from pipeline.drafting.concession_words import (
    ALSO_AGAIN,
    ASKED,
    HINTS,
    KINDS,
    MONEY_GIVEN,
    REFUSED,
    REPEATED,
    RESUMES,
    TURNS,
)
from pipeline.drafting.money import Money, find_money, find_shares, may_name_money


@dataclass(frozen=True, slots=True)
class Concession:
    """One grant at ``text[start:end]``: of ``kind`` (one of `CONCESSION_KINDS`), of ``amount`` in ``currency`` or of
    ``percent``, or of neither where it names no figure that could be checked. ``clause`` are the words around it."""

    kind: str
    start: int
    end: int
    clause: str
    amount: Decimal | None = None
    currency: str = ""
    percent: float | None = None


_HINTS_ELSEWHERE = tuple(elsewhere.words("granting hints").split("|"))
_BLANKS = str.maketrans("\n\t(“‘\"'-", " " * 8)


@lru_cache(maxsize=16)
def find_concessions(text: str) -> tuple[Concession, ...]:
    """Every grant in ``text``, in order; at most one of each kind in a clause for each amount that it names."""
    return tuple(
        replace(grant, start=start + grant.start, end=start + grant.end)
        for start, end in _clauses(text)
        for grant in _of_clause(text[start:end])
    )


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for turn in TURNS.finditer(text):
        yield start, turn.start()
        start = turn.end() if turn.group().strip() in {".", ";", "!", "?", ""} else turn.start() + 1
    yield start, len(text)


@lru_cache(maxsize=1024)  # most clauses of drafts come again
def _of_clause(clause: str) -> tuple[Concession, ...]:
    if not _hinted(clause) or REFUSED.search(clause) or elsewhere.pattern("refused").search(clause):
        return ()
    clause = _without_asked(clause)
    money = list(find_money(clause)) if may_name_money(clause) else []
    return tuple(_with_figures(_masked(clause, money), clause, money))


def _hinted(clause: str) -> list[str]:
    """The kinds that ``clause`` could grant."""
    low = f" {clause.casefold()}".translate(_BLANKS)
    hinted = [kind for kind, words in HINTS.items() if any(word in low for word in words)]
    return hinted or (["credit"] if _hinted_elsewhere(clause) or may_name_money(clause) else [])


def _hinted_elsewhere(clause: str) -> bool:
    low = f" {clause.casefold()}"
    return any(word in low for word in _HINTS_ELSEWHERE)


def _granting(short: str) -> dict[str, re.Match[str]]:
    """The words of granting in ``short`` by kind, English ones and others."""
    spans = {kind: match for kind in _hinted(short) if (match := KINDS[kind].search(short))}
    if _hinted_elsewhere(short):
        others = {kind: elsewhere.pattern(kind).search(short) for kind in KINDS if kind not in spans}
        spans |= {kind: match for kind, match in others.items() if match}
    return spans


def _without_asked(clause: str) -> str:
    """The clause with what the customer asks for blanked out, up to where the firm speaks of itself again."""
    asked = ASKED.search(clause) or elsewhere.pattern("asked").search(clause)
    if asked is None:
        return clause
    resumes = RESUMES.search(clause, asked.end()) or elsewhere.pattern("resumes").search(clause, asked.end())
    until = resumes.start() if resumes else len(clause)
    return clause[: asked.start()] + " " * (until - asked.start()) + clause[until:]


def _masked(clause: str, money: list[Money]) -> str:
    """The clause with a placeholder at the start of each amount and blanks squeezed out behind it, offsets kept."""
    for found in money:
        clause = clause[: found.start] + "\x01" * (found.end - found.start) + clause[found.end :]
    return clause


def _with_figures(masked: str, clause: str, money: list[Money]) -> list[Concession]:
    """The kinds that the clause grants, joined with its amounts or its share of a price."""
    short, offsets = _collapsed(masked)
    spans = _granting(short)
    if not spans and money and (given := MONEY_GIVEN.search(short)):
        spans = {"credit": given}
    made = [
        Concession(kind, offsets[match.start()], offsets[match.end() - 1] + 1, clause.strip())
        for kind, match in _most_telling(spans).items()
    ]
    if not made:
        return []
    if money and any(grant.kind in _PRICED for grant in made):
        return _priced(next(grant for grant in made if grant.kind in _PRICED), clause, money)
    shares = list(find_shares(clause))
    return [
        replace(grant, percent=max(share for share, _, _ in shares)) if shares and grant.kind in _PRICED else grant
        for grant in made
    ]


_PRICED = ("refund", "credit", "discount", "waiver")


def _collapsed(masked: str) -> tuple[str, list[int]]:
    """The clause with each run of placeholders and of blanks as one character, and where each character came from."""
    runs = [(match.group()[0], match.start()) for match in re.finditer(r"\x01+|\s+|.", masked, re.DOTALL)]
    return "".join(" " if char.isspace() else char for char, _ in runs), [start for _, start in runs]


def _most_telling(spans: Mapping[str, re.Match[str]]) -> dict[str, re.Match[str]]:
    """A replacement free of charge is a replacement: a gift beside another kind in the same clause is that kind."""
    return {kind: match for kind, match in spans.items() if kind != "gift" or len(spans) == 1}


def _priced(grant: Concession, clause: str, money: list[Money]) -> list[Concession]:
    if REPEATED.search(clause):
        return [grant]
    grants = [
        replace(
            grant,
            start=min(grant.start, one.start),
            end=max(grant.end, one.end),
            amount=one.amount,
            currency=one.currency,
        )
        for one in money
    ]
    again = ALSO_AGAIN.search(clause)
    return [*grants, replace(grants[-1], start=again.start(), end=again.end())] if again else grants
