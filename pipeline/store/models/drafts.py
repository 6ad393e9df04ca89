"""What is proposed, what people decide on it, and what they record as done."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from pipeline.flow import DraftState
from pipeline.records import ACTION_KINDS, DraftKind, Wish, WrittenBy
from pipeline.store.models.common import choices, only
from pipeline.store.models.mail import Message, Ticket


class Draft(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="drafts")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=20, choices=choices(DraftKind))
    state = models.CharField(max_length=20, choices=choices(DraftState), default=DraftState.PROPOSED)
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
    writer = models.CharField(max_length=20, choices=choices(WrittenBy), default=WrittenBy.COMPOSED)
    """Who wrote what was proposed; a person's edits change ``body`` alone. What a person wrote stands beside the three
    of the product, and neither supersedes the other."""
    fresh = models.BooleanField(default=False)
    """A new mail to the customer of the ticket, which answers none of theirs by its headers."""
    wish = models.CharField(max_length=20, choices=choices(Wish), blank=True, default="")
    """How a person wanted it written; kept whenever it is written again."""
    variation = models.PositiveIntegerField(default=0)
    """How often a person asked for other words."""
    generating = models.BooleanField(default=False)
    """It is being written again: what it says now may be neither edited nor approved."""
    superseded_by = models.ForeignKey(
        "Approval", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded"
    )
    """The approval of another draft that put this one aside; undone, it comes back."""
    dropped = models.JSONField(default=list)
    """The rules for which the language model's text was dropped; empty where none was asked or it was taken."""
    summary = models.JSONField(null=True, blank=True)
    """What the second person is told where the yes of one does not do for this very text; else null."""
    rejection = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "kind"], condition=~Q(writer=WrittenBy.PERSON), name="draft_once_per_kind"
            ),
            only("state", DraftState, "draft_state_known"),
        ]
        indexes = [
            models.Index(fields=["state", "ticket"], condition=Q(summary__isnull=False), name="draft_for_two"),
            models.Index(fields=["updated_at"], condition=Q(state=DraftState.REJECTED), name="draft_rejected"),
        ]


class DraftRevision(models.Model):
    """A text that a person saved for a draft. What was proposed stands in the draft itself."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="revisions")
    version = models.PositiveIntegerField()
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "version"], name="draft_revision_once")]


class Approval(models.Model):
    """A person's yes to exact bytes for an exact envelope, given on an exact version of draft and thread (P20)."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="approvals")
    draft_version = models.PositiveIntegerField()
    ticket_version = models.PositiveIntegerField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approved_at = models.DateTimeField(default=timezone.now)
    hash = models.CharField(max_length=64)
    first = models.ForeignKey(
        "FirstApproval", null=True, blank=True, on_delete=models.PROTECT, related_name="completed_by"
    )
    """The yes of another person that came before, where the policy wants two. It outlives an approval undone."""


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
    completes = models.BooleanField(default=False)
    """Given by somebody who may complete: the other yes may be anybody's who decides."""

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
