"""The audit trail."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from pipeline.store.models.mail import Ticket


class AuditEvent(models.Model):
    """Who did what, when. Ids and states only, never the text of a mail."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="audit")
    detail = models.JSONField(default=dict)
