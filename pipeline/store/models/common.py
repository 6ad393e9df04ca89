"""What the models share: states that the database itself keeps to, and rows that one worker at a time may hold."""

from __future__ import annotations

import enum

from django.db import models
from django.db.models import Q
from django.utils import timezone


def choices(values: type[enum.StrEnum]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def only(field: str, values: type[enum.StrEnum], name: str) -> models.CheckConstraint:
    """The database itself refuses a state that the flow does not know, also from SQL written by hand."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [value.value for value in values]}), name=name)


class Claimable(models.Model):
    """A row that one worker at a time may hold: owner and lease stand in the row."""

    owner = models.CharField(max_length=120, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    """Not before this time: now for new rows, later after a failed try."""
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        abstract = True
