"""Logins, roles, accounts and keys in the audit trail, by the signals of Django's accounts.

Whoever changes an account by whatever way is on record. Never a password, nor a name that was typed and is nobody's:
people type passwords into the wrong field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_save, pre_save

from pipeline.store import tickets
from pipeline.store.models import ApiToken

ACCOUNTS = "accounts"
"""The actor where the signal does not say who did it."""
_RIGHTS = ("is_active", "is_superuser", "password")


def connect() -> None:
    """Connect the receivers, once."""
    user_logged_in.connect(_logged_in, dispatch_uid="trail")
    user_logged_out.connect(_logged_out, dispatch_uid="trail")
    user_login_failed.connect(_login_failed, dispatch_uid="trail")
    m2m_changed.connect(_roles_changed, sender=User.groups.through, dispatch_uid="trail")
    pre_save.connect(_account_changes, sender=User, dispatch_uid="trail")
    post_save.connect(_account_made, sender=User, dispatch_uid="trail")
    post_save.connect(_token_made, sender=ApiToken, dispatch_uid="trail")


def _logged_in(user: User, **_: Any) -> None:
    tickets.record(user.get_username(), "logged in", None)


def _logged_out(user: User | None, **_: Any) -> None:
    if user is not None:
        tickets.record(user.get_username(), "logged out", None)


def _login_failed(credentials: Mapping[str, Any], **_: Any) -> None:
    name = str(credentials.get("username") or "").replace("\0", "")
    known = User.objects.filter(username=name[:150]).values_list("username", flat=True).first()
    tickets.record(known or "nobody", "login failed", None)


def _roles_changed(instance: User | Group, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    if action not in ("post_add", "post_remove", "pre_clear"):
        return
    done = "role given" if action == "post_add" else "role taken"
    if isinstance(instance, Group):
        users = User.objects.filter(pk__in=pk_set) if pk_set is not None else instance.user_set.all()
        pairs = [(name, instance.name) for name in users.order_by("pk").values_list("username", flat=True)]
    else:
        groups = Group.objects.filter(pk__in=pk_set) if pk_set is not None else instance.groups.all()
        pairs = [(instance.username, name) for name in groups.order_by("pk").values_list("name", flat=True)]
    for user, role in pairs:
        tickets.record(ACCOUNTS, done, None, user=user, role=role)


def _account_changes(instance: User, update_fields: frozenset[str] | None, **_: Any) -> None:
    fields = [name for name in _RIGHTS if update_fields is None or name in update_fields]
    before = User.objects.filter(pk=instance.pk).first() if fields and instance.pk else None
    changed = [name for name in fields if before and getattr(before, name) != getattr(instance, name)]
    if changed:
        rights = {name: getattr(instance, name) for name in changed if name != "password"}
        tickets.record(ACCOUNTS, "account changed", None, user=instance.username, changed=changed, **rights)


def _account_made(instance: User, created: bool, **_: Any) -> None:
    if created:
        tickets.record(ACCOUNTS, "account made", None, user=instance.username, superuser=instance.is_superuser)


def _token_made(instance: ApiToken, created: bool, **_: Any) -> None:
    if created:
        tickets.record(ACCOUNTS, "token made", None, user=instance.user.username, token=instance.pk)
