"""What a ticket is found by, and the searches that people keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from pipeline.store.models.mail import Ticket


class SearchDocument(models.Model):
    """The words of one conversation; `pipeline.store.search` writes and reads it, nobody else.

    The full-text index beside it is made by migration: on SQLite an FTS5 table that triggers keep, on PostgreSQL the
    column ``vector`` under a GIN index.
    """

    position = models.BigIntegerField(primary_key=True)
    """The time of its newest mail and the ticket's number: the order of results, also inside of the index."""
    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="document")
    subject = models.TextField()
    people = models.TextField()
    """Names and addresses of those who wrote."""
    text = models.TextField()
    """What was written by either side, and what was noted."""


class SavedView(models.Model):
    """A search under a name; ``shared`` ones are shown to everybody."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]
