"""What people put down about a customer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from pipeline.store.models.mail import Ticket


class CustomerNote(models.Model):
    """A note about the customer ``email`` (lower case) of the firm that ``mailbox`` belongs to."""

    mailbox = models.CharField(max_length=120)
    email = models.CharField(max_length=320)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="notes")
    """The customer's newest ticket when it was written: a search finds the note there."""
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="customer_notes")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["email", "mailbox"], name="note_customer")]
