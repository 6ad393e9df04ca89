"""What every page shows without its view having to think of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django import template
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone
from django.utils.http import urlencode

from pipeline.flow import OutgoingState
from pipeline.review import mailboxes
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission, permissions
from pipeline.review.shown import seconds_left
from pipeline.store import services
from pipeline.store.models import Outgoing

register = template.Library()


@register.filter
def octets(size: int) -> str:
    """ "31.4 MB": a size in powers of ten, as limits are configured and reasons are worded."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 999_950 else f"{size / 1e6:.1f} MB"


@register.filter
def thousands(number: int) -> str:
    """ "12,345"."""
    return f"{number:,}"


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


@dataclass(frozen=True, slots=True)
class Leaving:
    """A reply that its approver can still hold back, for so many seconds."""

    outgoing: Outgoing
    seconds: int


MOST_LEAVING = 5


@register.simple_tag
def leaving(user: User | AnonymousUser) -> list[Leaving]:
    """What the user approved and can still undo, the newest first."""
    if not isinstance(user, User):
        return []
    now = timezone.now()
    rows = Outgoing.objects.filter(state=OutgoingState.QUEUED, approval__approver=user, due_at__gt=now, tries=0)
    rows = (
        rows.select_related("ticket")
        .only("due_at", "state", "owner", "tries", "ticket__subject")
        .order_by("-id")[:MOST_LEAVING]
    )
    return [Leaving(row, seconds_left(row, now)) for row in rows]


@register.simple_tag
def querystring_of(**asked: str) -> str:
    """What stands behind the ? of a link; what is empty is left out."""
    return urlencode({name: value for name, value in asked.items() if value})
