"""What came in: folders, tickets, mails and their raw bytes."""

from __future__ import annotations

import enum
from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from pipeline.flow import MessageState, TicketState
from pipeline.records import Fault, MailKind
from pipeline.store.models.common import Claimable, choices, only

UNDELIVERED = (TicketState.FAILED, TicketState.UNCERTAIN)
WAITING = (TicketState.ESCALATED, TicketState.DRAFTED, *UNDELIVERED)
"""Tickets that wait for a person."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
HELD_BACK = "held back:"
"""Begins the reason of every mail that was one too many."""
SECOND_DELIVERY = "second delivery of"
ROBOTS = (MailKind.AUTO_REPLY, MailKind.BOUNCE, MailKind.LIST, MailKind.NEWSLETTER, MailKind.SPAM)


class Silence(enum.StrEnum):
    """Why a mail gets no answer, as far as views tell it apart."""

    HELD = "held"
    COPY = "copies"
    ROBOT = "robots"
    OWN = "own"


class Folder(models.Model):
    """How far one folder has been read. Progress is by UID, never by flags or dates."""

    mailbox = models.CharField(max_length=120)
    name = models.CharField(max_length=500)
    uid_validity = models.BigIntegerField()
    first_uid = models.BigIntegerField(default=1)
    """Mail below it was there before the first start and stays untouched."""
    last_uid = models.BigIntegerField(default=0)
    history_before = models.DateTimeField(null=True, blank=True)
    """Mail received earlier is history, whenever it turns up; set once, at the first start."""
    polled_at = models.DateTimeField(null=True, blank=True)
    reconciled_at = models.DateTimeField(null=True, blank=True)
    """When every UID of the folder was last compared with what is stored."""
    error = models.TextField(blank=True, default="")
    """Why it cannot be read now; empty while all is well."""
    warning = models.TextField(blank=True, default="")
    """What is amiss although mail flows: a mail that cannot be fetched, a mark that is not permitted; else empty."""
    notice = models.TextField(blank=True, default="")
    """The last thing that happened to it and should be known: that the server renumbered it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="folder_once")]


class Ticket(models.Model):
    """One conversation with one customer in one mailbox."""

    mailbox = models.CharField(max_length=120)
    customer_email = models.CharField(max_length=320, blank=True, default="")
    customer_name = models.CharField(max_length=500, blank=True, default="")
    subject = models.TextField(blank=True, default="")
    state = models.CharField(max_length=20, choices=choices(TicketState), default=TicketState.RECEIVED)
    fault = models.CharField(max_length=20, choices=choices(Fault), default=Fault.UNKNOWN)
    urgency = models.CharField(max_length=20, blank=True, default="")
    tone = models.CharField(max_length=20, blank=True, default="")
    reasons = models.JSONField(default=list)
    reply_due_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    """Counts the messages of the thread; an approval binds it, so anything newer voids the approval."""
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    """Set when a person found that it continues another ticket; its messages are there."""
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    """Not in the open queue before this time; a newer mail of the customer clears it."""
    escalated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_why = models.TextField(blank=True, default="")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    """Who has it open, until ``opened_until``: nobody else decides on its drafts before they have taken over."""
    opened_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    risk_at = models.GeneratedField(
        expression=Case(
            When(
                Q(state__in=[state.value for state in WAITING], merged_into__isnull=True),
                then=Coalesce("reply_due_at", Value(LONG_AGO)),
            )
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    """Of a ticket that waits for a person, when the promised time runs out, or long ago where none is known; else null.
    The order of the queue, which an index of its own holds ready."""

    class Meta:
        indexes = [
            models.Index(fields=["risk_at", "id"], name="ticket_risk"),
            models.Index(fields=["assignee", "risk_at", "id"], name="ticket_assignee"),
            models.Index(
                fields=["snoozed_until", "id"], name="ticket_snoozed", condition=Q(snoozed_until__isnull=False)
            ),
            models.Index(fields=["mailbox", "risk_at", "id"], name="ticket_mailbox_risk"),
            models.Index(fields=["mailbox", "state", "-updated_at", "-id"], name="ticket_mailbox_newest"),
            models.Index(fields=["state", "-updated_at", "-id"], name="ticket_state_newest"),
            models.Index(fields=["-updated_at", "-id"], name="ticket_newest"),
            models.Index(fields=["-updated_at", "-id"], name="ticket_undelivered", condition=Q(state__in=UNDELIVERED)),
            models.Index(Lower("customer_email"), F("mailbox"), name="ticket_customer"),
        ]
        constraints = [only("state", TicketState, "ticket_state_known")]


class TicketTag(models.Model):
    """A word that people put on a ticket, in lower case."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "name"], name="ticket_tag_once")]


class Message(Claimable):
    """One delivered mail and what the stages made of it."""

    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    mailbox = models.CharField(max_length=120)
    folder = models.CharField(max_length=500)
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    complete = models.BooleanField(default=True)
    """False: over the size limit, only the header section was fetched."""
    history = models.BooleanField(default=False)
    """Imported, or older than the first start of its folder: nothing is drafted for it."""
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField(default=timezone.now)
    marked_at = models.DateTimeField(null=True, blank=True)
    """When the configured keyword or move was carried out on the server."""
    state = models.CharField(max_length=20, choices=choices(MessageState), default=MessageState.RECEIVED)
    reason = models.TextField(blank=True, default="")
    """Why it is suppressed, history or quarantined."""
    message_id = models.CharField(max_length=1000, blank=True, default="", db_index=True)
    content_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    sender_email = models.CharField(max_length=320, blank=True, default="")
    sender_domain = models.CharField(max_length=255, blank=True, default="")
    verified = models.BooleanField(default=False)
    """Whether our own server confirmed that the sender's domain sent it."""
    suggested = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="suggestions")
    """A ticket it claims to continue without proof; a person decides."""
    suggestion = models.TextField(blank=True, default="")
    """Why that ticket is suggested."""
    parsed = models.JSONField(null=True, blank=True)
    triage = models.JSONField(null=True, blank=True)
    summary = models.JSONField(null=True, blank=True)
    """What the person was told who has the authority that it calls for; null where it calls for none."""
    silence = models.GeneratedField(
        expression=Case(
            When(~Q(state=MessageState.SUPPRESSED.value), then=None),
            When(reason__startswith=HELD_BACK, then=Value(Silence.HELD.value)),
            When(reason__startswith=SECOND_DELIVERY, then=Value(Silence.COPY.value)),
            When(parsed__kind__in=[kind.value for kind in ROBOTS], then=Value(Silence.ROBOT.value)),
            When(parsed__kind=MailKind.OWN.value, then=Value(Silence.OWN.value)),
        ),
        output_field=models.CharField(max_length=10, null=True),
        db_persist=True,
    )
    """Why a suppressed mail gets no answer; null for every other."""

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at"], name="message_work"),
            models.Index(fields=["mailbox", "received_at"], name="message_rate"),
            models.Index(fields=["received_at"], name="message_received"),
            models.Index(fields=["mailbox", "folder", "stored_at"], name="message_stored"),
            models.Index(fields=["ticket"], name="message_quarantined", condition=Q(state="quarantined")),
            models.Index(fields=["silence", "ticket"], name="message_silence", condition=Q(silence__isnull=False)),
            models.Index(fields=["mailbox", "sender_email", "received_at"], name="message_rate_sender"),
            models.Index(fields=["mailbox", "sender_domain", "received_at"], name="message_rate_domain"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "folder", "uid_validity", "uid"], name="message_delivered_once"),
            only("state", MessageState, "message_state_known"),
        ]


class RawMessage(models.Model):
    """The bytes as received, apart from the row that is read often."""

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.PROTECT, related_name="raw")
    data = models.BinaryField()
