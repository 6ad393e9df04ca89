"""The rows. States and their legal changes stand in `pipeline.flow`; what a worker claims is `Claimable`."""

from __future__ import annotations

import enum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from pipeline.flow import DraftState, MessageState, OutgoingState, TicketState
from pipeline.records import ACTION_KINDS, DraftKind, Fault, WrittenBy


def _choices(values: type[enum.StrEnum]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def _only(field: str, values: type[enum.StrEnum], name: str) -> models.CheckConstraint:
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
    state = models.CharField(max_length=20, choices=_choices(TicketState), default=TicketState.RECEIVED)
    fault = models.CharField(max_length=20, choices=_choices(Fault), default=Fault.UNKNOWN)
    urgency = models.CharField(max_length=20, blank=True, default="")
    tone = models.CharField(max_length=20, blank=True, default="")
    reasons = models.JSONField(default=list)
    reply_due_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    """Counts the messages of the thread; an approval binds it, so anything newer voids the approval."""
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    """Set when a person found that it continues another ticket; its messages are there."""
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["state", "reply_due_at"], name="ticket_queue")]
        constraints = [_only("state", TicketState, "ticket_state_known")]


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
    state = models.CharField(max_length=20, choices=_choices(MessageState), default=MessageState.RECEIVED)
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

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at"], name="message_work"),
            models.Index(fields=["mailbox", "received_at"], name="message_rate"),
            models.Index(fields=["mailbox", "sender_email", "received_at"], name="message_rate_sender"),
            models.Index(fields=["mailbox", "sender_domain", "received_at"], name="message_rate_domain"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "folder", "uid_validity", "uid"], name="message_delivered_once"),
            _only("state", MessageState, "message_state_known"),
        ]


class RawMessage(models.Model):
    """The bytes as received, apart from the row that is read often."""

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.PROTECT, related_name="raw")
    data = models.BinaryField()


class Draft(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="drafts")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=20, choices=_choices(DraftKind))
    state = models.CharField(max_length=20, choices=_choices(DraftState), default=DraftState.PROPOSED)
    proposed_first = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    """Grows with every edit; who approves names the version they saw."""
    ticket_version = models.PositiveIntegerField()
    subject = models.TextField()
    body = models.TextField()
    composed_body = models.TextField()
    """What the composer wrote, kept beside the edited body for learning."""
    restated = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    promises = models.JSONField(default=list)
    asks = models.JSONField(default=list)
    checks = models.JSONField(default=list)
    writer = models.CharField(max_length=20, choices=_choices(WrittenBy), default=WrittenBy.COMPOSED)
    """Who wrote what was proposed; a person's edits change ``body`` alone."""
    dropped = models.JSONField(default=list)
    """The rules for which the language model's text was dropped; empty where none was asked or it was taken."""
    summary = models.JSONField(null=True, blank=True)
    """What the second person is told where the yes of one does not do for this very text; else null."""
    rejection = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "kind"], name="draft_once_per_kind"),
            _only("state", DraftState, "draft_state_known"),
        ]


class Approval(models.Model):
    """A person's yes to exact bytes for an exact envelope, given on an exact version of draft and thread (P20)."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="approvals")
    draft_version = models.PositiveIntegerField()
    ticket_version = models.PositiveIntegerField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approved_at = models.DateTimeField(default=timezone.now)
    hash = models.CharField(max_length=64)
    first = models.OneToOneField(
        "FirstApproval", null=True, blank=True, on_delete=models.PROTECT, related_name="completed_by"
    )
    """The yes of another person that came before, where the policy wants two."""


class FirstApproval(models.Model):
    """The first of two yeses that the policy wants, to the very text of a draft; nothing is sent by it.

    It holds while draft, thread, text and recipient are those that the person saw.
    """

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="first_approvals")
    draft_version = models.PositiveIntegerField()
    ticket_version = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "draft_version", "ticket_version", "hash"], name="first_approval_once"
            )
        ]


class Action(models.Model):
    """What a person recorded as done on a ticket; or, with ``approval``, the money that an approved reply grants.

    What is granted counts towards the customer's total, and shows nothing as done.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)
    approval = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.PROTECT, related_name="grants")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ACTION_KINDS), name="action_kind_known"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, currency="") | Q(amount__isnull=False, amount__gt=0) & ~Q(currency=""),
                name="action_amount_whole",
            ),
        ]


class Outgoing(Claimable):
    """A mail to be sent. The row cannot exist without an approval."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="outgoing")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="outgoing")
    mailbox = models.CharField(max_length=120)
    message_id = models.CharField(max_length=1000, unique=True)
    sender = models.CharField(max_length=320)
    recipients = models.JSONField()
    raw = models.BinaryField()
    state = models.CharField(max_length=20, choices=_choices(OutgoingState), default=OutgoingState.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    server_reply = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "outgoing"
        indexes = [models.Index(fields=["state", "due_at"], name="outgoing_work")]
        constraints = [_only("state", OutgoingState, "outgoing_state_known")]


class AuditEvent(models.Model):
    """Who did what, when. Ids and states only, never the text of a mail."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="audit")
    detail = models.JSONField(default=dict)


class ApiToken(models.Model):
    """A bearer token; only its SHA-256 is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
