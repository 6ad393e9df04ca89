"""What a person may record as done, as a form or a script gives it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipeline.drafting.money import parse_figure
from pipeline.errors import FlowError
from pipeline.records import ACTION_KINDS

MONEY_ACTIONS = ACTION_KINDS[:3]
HIGHEST = Decimal(10**9)
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class DoneAction:
    """One of `ACTION_KINDS`; ``amount`` is more than 0 and in ``currency`` (ISO 4217), or there is neither."""

    kind: str
    amount: Decimal | None
    currency: str
    note: str


def done_action(kind: str, amount: str = "", currency: str = "", note: str = "") -> DoneAction:
    """FlowError says what is missing or not understood. Where money moves the amount has to be told."""
    currency, note = currency.strip().upper(), " ".join(note.split())[:LONGEST_NOTE]
    if kind not in ACTION_KINDS:
        raise FlowError(f"unknown kind of action {kind[:40]!r}; one of {', '.join(ACTION_KINDS)}")
    if not amount.strip():
        if kind in MONEY_ACTIONS or currency:
            raise FlowError(f"a {kind} is recorded with its amount and currency")
        return DoneAction(kind, None, "", note)
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise FlowError("the currency is a code of three letters, like EUR")
    return DoneAction(kind, _amount(amount), currency, note)


def _amount(text: str) -> Decimal:
    try:
        amount = parse_figure(text.strip())
    except ValueError:
        raise FlowError(f"{text[:40]!r} is no amount of money") from None
    if not 0 < amount < HIGHEST:
        raise FlowError("the amount must be more than 0 and less than 1,000,000,000")
    return amount
