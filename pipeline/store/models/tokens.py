"""Keys of programs that use the API."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class ApiToken(models.Model):
    """A bearer token; only its SHA-256 is kept, and its first characters to know it by."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, blank=True, default="")
    """What it is for."""
    prefix = models.CharField(max_length=20, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    """Permissions; it may do what stands here and its person may do."""
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    """Null only for tokens from before they had an end."""
    last_used_at = models.DateTimeField(null=True, blank=True)
    """To within some minutes."""
    revoked_at = models.DateTimeField(null=True, blank=True)
