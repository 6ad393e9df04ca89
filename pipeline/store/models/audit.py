"""The audit trail: a chain of rows, each with the hash of the one before it."""

from __future__ import annotations

from django.db import models

from pipeline.store.audit_chain import START
from pipeline.store.models.mail import Ticket


class AuditEvent(models.Model):
    """Who did what, when. Ids and states only, never the text of a mail.

    `pipeline.store.audit` alone adds rows; the database itself refuses to change or remove one.
    """

    id = models.BigIntegerField(primary_key=True)
    """The place in the chain, from 1 on; no number is left out."""
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    # No constraint: checking it would lock the ticket, at the end of a transaction that may hold others.
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="audit", db_constraint=False)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    """SHA-256 over all the other columns, as `pipeline.store.audit_chain` writes them."""

    class Meta:
        indexes = [
            models.Index(fields=["actor", "id"], name="audit_actor"),
            models.Index(fields=["action", "id"], name="audit_action"),
        ]


class AuditTail(models.Model):
    """The end of the chain, one row. Whoever appends holds it, so that there is one order."""

    last = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=START)
