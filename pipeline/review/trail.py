"""Logins in the audit trail, by Django's signals. What is changed in accounts `pipeline.store.accounts` puts on record.

Never a password, nor a name that was typed and is nobody's: people type passwords into the wrong field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from pipeline.store import tickets


def connect() -> None:
    """Connect the receivers, once."""
    user_logged_in.connect(_logged_in, dispatch_uid="trail")
    user_logged_out.connect(_logged_out, dispatch_uid="trail")
    user_login_failed.connect(_login_failed, dispatch_uid="trail")


def _logged_in(user: User, **_: Any) -> None:
    tickets.record(user.get_username(), "logged in", None)


def _logged_out(user: User | None, **_: Any) -> None:
    if user is not None:
        tickets.record(user.get_username(), "logged out", None)


def _login_failed(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if _is_locked(request):
        return
    name = str(credentials.get("username") or "").replace("\0", "")
    known = User.objects.filter(username=name[:150]).values_list("username", flat=True).first()
    tickets.record(known or "nobody", "login failed", None)


def _is_locked(request: HttpRequest | None) -> bool:
    """Whether the try was refused unseen: anybody could fill the trail with such. Axes counts no more of them."""
    return getattr(request, "axes_locked_out", False) and getattr(request, "axes_failures_since_start", None) is None
