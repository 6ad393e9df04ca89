"""P11: nothing is granted that the policy does not let the person who approves grant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from pipeline.config import MONEY_KINDS
from pipeline.drafting.checks.context import CheckContext
from pipeline.drafting.concessions import Concession, find_concessions
from pipeline.drafting.firm_rules import rule_for
from pipeline.drafting.money import find_money
from pipeline.records import Action, CheckResult, CheckStatus

NAME = "concessions"


@dataclass(frozen=True, slots=True)
class Grant:
    """A concession of this reply. ``reply`` is what the reply grants of the kind and currency up to here, ``customer``
    what the customer has been granted with it; ``by_rule`` where the knowledge base itself allows the amount."""

    concession: Concession
    reply: Decimal
    customer: Decimal
    by_rule: bool


def grants(context: CheckContext) -> Iterator[Grant]:
    """What the reply grants beyond what the knowledge base gives to everybody and what is recorded as done."""
    said = _conversation(context)
    passages = (*(source.passage for source in context.sources), context.knowledge)
    new = [one for one in find_concessions(context.own) if not _recorded(one, context.case.actions)]
    found = [_with_amount(one, said) for one in new]
    seen: list[Concession] = []
    for one in found:
        rule = rule_for(one, _sum(found, one.currency, one.kind), passages, said)
        if rule is True:
            continue
        seen.append(one)
        customer = _granted(context, one.currency) + _sum(seen, one.currency)
        yield Grant(one, _sum(seen, one.currency, one.kind), customer, by_rule=rule is not False)


def _conversation(context: CheckContext) -> str:
    case = context.case
    return "\n".join((case.message.subject, case.message.text, *(turn.text for turn in case.thread)))


def _with_amount(concession: Concession, said: str) -> Concession:
    """A refund without a figure is of the largest amount in the conversation, if any is named."""
    if concession.kind != "refund" or concession.amount is not None or concession.percent is not None:
        return concession
    known = max(find_money(said), key=lambda money: money.amount, default=None)
    return replace(concession, amount=known.amount, currency=known.currency) if known else concession


def _recorded(concession: Concession, actions: tuple[Action, ...]) -> bool:
    """A grant that a person recorded on the ticket is counted already."""
    return any(
        (action.amount, action.currency) == (concession.amount, concession.currency)
        and (action.kind == concession.kind or concession.amount is not None)
        for action in actions
    )


def _sum(concessions: list[Concession], currency: str, kind: str | None = None) -> Decimal:
    mine = [one for one in concessions if one.currency == currency and kind in (None, one.kind)]
    return sum((one.amount or Decimal(0) for one in mine), Decimal(0))


def _granted(context: CheckContext, currency: str) -> Decimal:
    since = context.now - timedelta(days=context.policy.concessions.window_days)
    counted = [action.amount for action in context.case.granted if action.currency == currency and action.at >= since]
    return sum((amount for amount in counted if amount is not None), Decimal(0))


def why_refused(grant: Grant, context: CheckContext) -> str:
    """Why somebody in ``context.role`` may not grant it; "" where they may."""
    one, limits = grant.concession, context.policy.concessions.of(context.role)
    who = f"{'an' if context.role[0] in 'aeiou' else 'a'} {context.role}"
    if one.kind in limits.without_amount:
        return ""
    if one.percent is not None:
        over = one.percent > limits.percent
        return f"{one.percent:g} % is more than the {limits.percent:g} % {who} may grant" if over else ""
    if one.amount is None:
        without = " without a figure" if one.kind in MONEY_KINDS else ""
        return f"the policy lets {who} grant no {one.kind}{without}"
    if not one.currency:
        return "the currency cannot be told, so the amount cannot be held against the policy"
    limit, total = limits.amounts.get(one.kind, {}).get(one.currency), limits.customer_total.get(one.currency)
    if limit is None and not grant.by_rule:
        return f"the policy lets {who} grant no {one.kind} in {one.currency}"
    if limit is not None and grant.reply > limit and not grant.by_rule:
        return f"{one.currency} {grant.reply} as {one.kind} is more than the {one.currency} {limit} {who} may grant"
    if grant.customer <= (total or 0) or (total is None and grant.by_rule):
        return ""
    return f"with it the customer has been granted {one.currency} {grant.customer}, {who} may go to {total or 0}"


def check(context: CheckContext) -> list[CheckResult]:
    refused = [(grant.concession, why) for grant in grants(context) if (why := why_refused(grant, context))]
    return [
        CheckResult(NAME, CheckStatus.BLOCK, f"this grants more than the policy allows: {why}", one.start, one.end)
        for one, why in refused
    ]
