"""What the installation itself lacks at the moment."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class ServiceState(models.Model):
    """A model that cannot be used now. No row: it works, or nobody has needed it yet."""

    name = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True, default="")
