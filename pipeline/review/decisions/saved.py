"""Searches that people keep."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.errors import FlowError, NotAllowed
from pipeline.review.roles import Permission, require
from pipeline.store import tickets
from pipeline.store.models import SavedView
from pipeline.store.search.query import LONGEST_QUERY, read

LONGEST_NAME = 60


def save_view(user: User, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep a search under a name of one's own, in place of the one that had it; only leads share theirs."""
    require(user, Permission.CURATE if shared else Permission.READ)
    name, query = " ".join(name.split()), query.strip().replace("\0", "")
    if not name or len(name) > LONGEST_NAME:
        raise FlowError(f"a view needs a name of 1 to {LONGEST_NAME} characters")
    if len(query) > LONGEST_QUERY or read(query).is_empty:
        raise FlowError("there is nothing to look for in this search")
    with transaction.atomic():
        values = {"query": query, "shared": shared}
        view, _ = SavedView.objects.update_or_create(owner=user, name=name, defaults=values)
        tickets.record(user.get_username(), "view saved", None, view=view.pk, shared=shared)
    return view


def delete_view(user: User, view_id: int) -> None:
    """Forget a view: one's own, or as a lead one that is shared."""
    require(user, Permission.READ)
    with transaction.atomic():
        view = SavedView.objects.select_for_update().get(pk=view_id)
        if view.owner_id != user.pk:
            if not view.shared:
                raise NotAllowed(f"view {view_id} is another person's")
            require(user, Permission.CURATE)
        view.delete()
        tickets.record(user.get_username(), "view deleted", None, view=view_id)
