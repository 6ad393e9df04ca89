"""Drafts that were put into the Drafts folder of a mailbox, and what became of them there."""

from __future__ import annotations

import enum

from django.db import models
from django.utils import timezone

from pipeline.store.models.common import choices, only
from pipeline.store.models.drafts import Draft


class CopyState(enum.StrEnum):
    PLACING = "placing"
    """Committed before it is put there: after a crash it is looked for by its Message-ID."""
    PLACED = "placed"
    EDITED = "edited"
    """A person changed it there: from then on it is theirs, and nothing of it is replaced or removed."""
    MISSING = "missing"
    """Gone from the folder and not seen among what was sent, yet."""
    SENT = "sent"
    DELETED = "deleted"
    WITHDRAWN = "withdrawn"
    """Removed by us: its draft was written again, decided on, overtaken by a newer mail or blocked."""


LIVE = (CopyState.PLACING, CopyState.PLACED, CopyState.EDITED, CopyState.MISSING)
"""The states in which it is watched."""


class MailboxDraft(models.Model):
    """One version of a draft as it was put into a mailbox."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="copies")
    draft_version = models.PositiveIntegerField()
    mailbox = models.CharField(max_length=120)
    folder = models.CharField(max_length=500, blank=True, default="")
    uid_validity = models.BigIntegerField(default=0)
    uid = models.BigIntegerField(default=0)
    """Where it lies, as far as known; 0 before it was seen there."""
    message_id = models.CharField(max_length=1000, unique=True)
    mark = models.CharField(max_length=64, unique=True)
    """What our header says in it."""
    answers = models.CharField(max_length=1000, blank=True, default="")
    """The Message-ID in its In-Reply-To."""
    recipient = models.CharField(max_length=320)
    text = models.TextField()
    """Its text as a mail of it is read: what is compared with what lies there later."""
    edited = models.TextField(blank=True, default="")
    """The text that a person made of it, as last seen."""
    state = models.CharField(max_length=20, choices=choices(CopyState), default=CopyState.PLACING)
    created_at = models.DateTimeField(default=timezone.now)
    missing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["mailbox", "state"], name="mailbox_draft_watched")]
        constraints = [only("state", CopyState, "mailbox_draft_state_known")]
