"""Who is logged in, and as whom a single sign-on provider knows a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class LoginSession(models.Model):
    """One login of one browser. Without its row the browser's session is worth nothing: deleting it ends the login."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="login_sessions")
    started_at = models.DateTimeField(default=timezone.now, db_index=True)
    seen_at = models.DateTimeField(default=timezone.now)
    """When the person last did something, to within a minute."""
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True, default="")
    """What the browser calls itself."""


class SignOnIdentity(models.Model):
    """The account of a person whom a provider vouches for: issuer and subject never change, names may."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_on_identity")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "sign-on identities"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_a_subject")]
