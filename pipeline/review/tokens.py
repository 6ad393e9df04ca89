"""The one place that says what a bearer token opens."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from pipeline.review.roles import limit
from pipeline.store.accounts import digest_of
from pipeline.store.models import ApiToken

USE_NOTED_EVERY = timedelta(minutes=10)


def open_token(presented: str) -> ApiToken | None:
    """The token whose text is ``presented``, and as its ``user`` the person, limited to its scopes.

    None where it is unknown, revoked or past its end, or its person's account is shut. `roles.require` does the rest:
    a token may do what both its scopes and its person's roles permit.
    """
    now = timezone.now()
    found = (
        ApiToken.objects.select_related("user")
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .filter(digest=digest_of(presented), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    limit(found.user, found.scopes)
    return found
