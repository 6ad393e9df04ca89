"""What the knowledge base gives to every customer: a reply that passes it on grants nothing of its own (P11)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from pipeline.drafting.concessions import Concession
from pipeline.drafting.money import NUMBER_WORDS, find_money, find_shares
from pipeline.drafting.words import terms

_FREE = (
    r"\bfree\b(?! (?:of(?! charge)|to|from))|no (?:charge|cost)|costs? (?:you )?nothing|at our (?:cost|expense)|"
    r"we (?:cover|pay|bear)|"
    r"without charge|waive|complimentary|kostenlos|kostenfrei|gratis"
)
_NAMED: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        "refund": r"refund|money back|reimburs|repay|price back|return the (?:money|price|difference)|geld zurück|"
        r"erstatt",
        "credit": r"voucher|\bcredit(?! card)|goodwill|compensat|gift card|gutsch|kulanz",
        "discount": r"discount|reduc|rebate|\boff\b|rabatt|nachlass",
        "waiver": _FREE,
        "replacement": rf"replac|exchange|\bnew\b|another|right (?:item|one)|\bswap|ersatz|neue|{_FREE}",
        "gift": _FREE,
    }.items()
}
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]+)*")
_NOT_FOR_ALL = re.compile(
    r"\b(?:manager|supervisor|discretion|decides?|decided|exception(?:ally)?|not|cannot|never|no (?:refund|"
    r"replacement|discount|voucher)s?|"
    r"nicht|keine?n?)\b(?! show)",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"\b(?:items?|products?|goods|articles?|parcels?|machines?|appliances?|orders?|artikel|ware)\b", re.IGNORECASE
)
_KEEPS = re.compile(r"\b(?:keep|hang on|hold on|back to us|yours|send (?:it|them) back|behalten)\b", re.IGNORECASE)
_UNITS: Mapping[str, Decimal] = {
    "minute": Decimal(1) / 1440,
    "hour": Decimal(1) / 24,
    "day": Decimal(1),
    "week": Decimal(7),
    "month": Decimal(30),
    "year": Decimal(365),
}
"""In days."""
_COUNTS = "|".join(word for word in NUMBER_WORDS if "-" not in word)
_SPAN = rf"(?P<count>\d{{1,4}}|{_COUNTS})[ -](?:\w+ )?(?P<unit>{'|'.join(_UNITS)})s?\b"
_SPANS = re.compile(rf"\b{_SPAN}", re.IGNORECASE)
_AT_LEAST = re.compile(
    rf"\b(?:more than|over|at least|longer than|later than|exceed\w*|beyond) {_SPAN}",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    rf"\b(?:within|in the first|up to|no (?:later|more) than) {_SPAN} (?:of|from|after) (?:the )?"
    r"(?:delivery|purchase|receipt|order\w*|buying)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:within|inside|in) (?P<place>(?:the )?[A-Z][a-z]{2,})")
_GRANTING = frozenset(
    terms(
        "free charge charges cost costs refund money back voucher credit offer nothing send sent choose choice you "
        "give have "
        "return returned replacement replaced discount off pay paid want order item product day days week working "
        "month come"
    )
)


def sentences_of(texts: tuple[str, ...]) -> Iterator[str]:
    return (match.group().strip() for text in texts for match in _SENTENCE.finditer(text))


def rule_for(grant: Concession, total: Decimal, passages: tuple[str, ...], said: str) -> Decimal | bool:
    """Whether a sentence of ``passages`` gives what ``grant`` gives: True as it stands, an amount where it gives up to
    that much, False where none does.

    ``total`` is all that the reply grants of the kind, ``said`` the conversation: a rule whose span of time the
    conversation misses ("after more than 10 days", six have passed) gives nothing, and one that holds within a place
    only where the grant says so too.
    """
    fitting = [sentence for sentence in sentences_of(passages) if _gives(sentence, grant, said)]
    for sentence in fitting:
        limits = [money.amount for money in find_money(sentence) if money.currency == grant.currency]
        if grant.amount is not None and limits:
            if total <= max(limits):
                return max(limits)
        elif grant.percent is not None:
            if any(share >= grant.percent for share, _, _ in find_shares(sentence)):
                return True
        elif _amount_is_theirs(grant, total, said) and _same_matter(sentence, grant, said):
            return True
    return False


def _gives(sentence: str, grant: Concession, said: str) -> bool:
    if not _NAMED[grant.kind].search(sentence) or _NOT_FOR_ALL.search(sentence):
        return False
    if grant.kind == "gift" and _KEEPS.search(grant.clause) and not _KEEPS.search(sentence):
        return False
    place = _PLACE.search(sentence)
    if place and place["place"].removeprefix("the ") not in grant.clause:
        return False
    return _in_time(sentence, f"{said} {grant.clause}")


def _days(match: re.Match[str]) -> Decimal:
    count = match["count"].casefold()
    return Decimal(count if count.isdigit() else NUMBER_WORDS[count]) * _UNITS[match["unit"].casefold()]


def _in_time(sentence: str, said: str) -> bool:
    """False where every span of time that was spoken of falls short of what the rule wants, or goes beyond it."""
    least, most = _AT_LEAST.search(sentence), _AT_MOST.search(sentence)
    if not least and not most:
        return True
    spans = [_days(match) for match in _SPANS.finditer(said)]
    late = least is not None and spans and all(span <= _days(least) for span in spans)
    early = most is not None and spans and all(span > _days(most) for span in spans)
    return not late and not early


def _amount_is_theirs(grant: Concession, total: Decimal, said: str) -> bool:
    """A rule without a figure gives back what the customer speaks of, and no other sum."""
    if grant.amount is None:
        return True
    known = [money.amount for money in find_money(said) if money.currency == grant.currency]
    return grant.kind in ("refund", "waiver") and bool(known) and total <= max(known)


def _same_matter(sentence: str, grant: Concession, said: str) -> bool:
    """The rule and the grant speak of the same thing, or the rule of any item and the grant of the customer's."""
    wanted = frozenset(terms(grant.clause)) - _GRANTING
    if wanted & frozenset(terms(sentence)) or not wanted:
        return True
    return bool(_ITEM.search(sentence)) and not wanted.isdisjoint(terms(said))
