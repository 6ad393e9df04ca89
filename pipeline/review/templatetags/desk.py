"""What every page shows without its view having to think of it."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from pipeline.review import mailboxes
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission, permissions
from pipeline.store import services

register = template.Library()


@register.filter
def octets(size: int) -> str:
    """ "31.4 MB": a size in powers of ten, as limits are configured and reasons are worded."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 999_950 else f"{size / 1e6:.1f} MB"


@register.filter
def minutes(time: timedelta) -> int:
    return round(time.total_seconds() / 60)


@register.filter
def may(user: User | AnonymousUser, permission: str) -> bool:
    return permission in permissions(user)


@register.simple_tag
def mailbox_troubles(user: User | AnonymousUser) -> list[mailboxes.FolderState]:
    """The folders that are not being read, for who may read."""
    if Permission.READ not in permissions(user):
        return []
    return mailboxes.troubles(configuration(), timezone.now())


@register.simple_tag
def service_troubles(user: User | AnonymousUser) -> list[services.Trouble]:
    """The models that cannot be used, for who may read."""
    return services.troubles() if Permission.READ in permissions(user) else []
