"""What is to leave, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from pipeline.flow import OutgoingState
from pipeline.store.models.common import Claimable, choices, only
from pipeline.store.models.drafts import Approval
from pipeline.store.models.mail import Ticket


class Outgoing(Claimable):
    """A mail to be sent. The row cannot exist without an approval."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="outgoing")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="outgoing")
    mailbox = models.CharField(max_length=120)
    message_id = models.CharField(max_length=1000, unique=True)
    sender = models.CharField(max_length=320)
    recipients = models.JSONField()
    raw = models.BinaryField()
    state = models.CharField(max_length=20, choices=choices(OutgoingState), default=OutgoingState.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    server_reply = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "outgoing"
        indexes = [
            models.Index(fields=["state", "due_at"], name="outgoing_work"),
            models.Index(fields=["sent_at"], name="outgoing_sent", condition=Q(state=OutgoingState.SENT)),
        ]
        constraints = [only("state", OutgoingState, "outgoing_state_known")]
