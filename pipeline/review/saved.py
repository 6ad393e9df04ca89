"""The searches that a person sees kept in the left pane."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q

from pipeline.store.models import SavedView

MOST_VIEWS = 50


def saved_views(user: User) -> list[SavedView]:
    """One's own and those that are shared, by name."""
    mine = Q(owner=user) | Q(shared=True)
    return list(SavedView.objects.filter(mine).select_related("owner").order_by("name", "id")[:MOST_VIEWS])
