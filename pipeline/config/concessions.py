"""The part of ``policy.yaml`` that says who may grant what, and what needs two people (P11)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from pipeline.config.strict import Strict, exactly
from pipeline.records import FLAG_LABELS

CONCESSION_KINDS = ("refund", "credit", "discount", "waiver", "replacement", "gift")
"""What a reply can grant. A waiver lets off a fee or a debt, a gift is goods or a service for nothing."""
MONEY_KINDS = ("refund", "credit", "discount", "waiver")
APPROVER_ROLES = ("agent", "lead")
"""Who may say yes to a reply, the one who may grant least first."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, le=100)]


def _kinds(given: Iterable[str], known: tuple[str, ...]) -> None:
    exactly(known, dict.fromkeys(given))


class RoleLimits(Strict):
    """The most that one role may grant. What is not named is not granted: nothing is converted or inferred."""

    amounts: dict[str, dict[Currency, Amount]] = {}
    """By kind (one of `MONEY_KINDS`) and currency: the most in one reply."""
    percent: Percent = 0
    """The highest discount off a price."""
    without_amount: tuple[str, ...] = ()
    """Kinds that may be granted without a figure; for a kind of money that means without limit."""
    customer_total: dict[Currency, Amount] = {}
    """By currency: the most for one customer within the window, this reply included."""

    @field_validator("amounts")
    @classmethod
    def _known_amounts(cls, value: dict[str, dict[Currency, Amount]]) -> dict[str, dict[Currency, Amount]]:
        _kinds(value, MONEY_KINDS)
        return value

    @field_validator("without_amount")
    @classmethod
    def _known_kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        _kinds(value, CONCESSION_KINDS)
        return value


class ConcessionsConfig(Strict):
    window_days: Annotated[int, Field(ge=1)] = 365
    """How far back what a customer was granted counts."""
    roles: dict[str, RoleLimits] = {}

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, value: dict[str, RoleLimits]) -> dict[str, RoleLimits]:
        exactly(APPROVER_ROLES, value)
        return value

    def of(self, role: str) -> RoleLimits:
        """The limits of ``role``; of a role that is not named, none may be granted."""
        return self.roles.get(role, RoleLimits())


def _known_flags(value: tuple[str, ...]) -> tuple[str, ...]:
    _kinds(value, FLAG_LABELS)
    return value


Flags = Annotated[tuple[str, ...], AfterValidator(_known_flags)]


class SecondApproverConfig(Strict):
    """Which replies need the yes of a second person, a lead."""

    over: dict[Currency, Amount] = {}
    """By currency: replies that grant more than this; money without a figure counts as more."""
    over_percent: Percent = 100
    """Discounts above this."""
    flags: Flags = ()
    """Every reply to a mail with one of these flags."""


NO_RESPONSIBILITY = ("legal_threat", "physical_harm")
"""Injuries, damage to people and things, legal threats: no file can let a draft speak of responsibility there (P8)."""


class LiabilityConfig(Strict):
    never_with: Flags = ()
    """Flags with which no draft takes responsibility, whatever is confirmed, beside those of `NO_RESPONSIBILITY`."""

    def forbids(self, flags: Iterable[str]) -> bool:
        """Whether a mail with ``flags`` may get no word of responsibility."""
        return not {*NO_RESPONSIBILITY, *self.never_with}.isdisjoint(flags)
