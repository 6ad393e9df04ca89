"""What people corrected in the reading of a mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from pipeline.records import CORRECTED_FIELDS
from pipeline.store.models.mail import Message


class LabelCorrection(models.Model):
    """One label of a mail that a person corrected; the newest of a field holds. It is an example to learn from."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=20)
    was = models.CharField(max_length=20)
    now = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(field__in=CORRECTED_FIELDS), name="correction_field_known")]
