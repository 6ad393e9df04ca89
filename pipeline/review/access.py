"""Who is asking: the gate that every page and every action passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from pipeline.review.roles import Permission, permissions


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


View = Callable[..., HttpResponse]


def permitted(permission: Permission) -> Callable[[View], View]:
    """Signed in, and in a role that has ``permission``; everybody else is sent to the login, or refused."""

    def gate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if permission not in permissions(user_of(request)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(checked)

    return gate


reader = permitted(Permission.READ)
"""An account without a role sees no mail."""


def number(text: str | None) -> int:
    """A version or id as a page sends it; 0, which nothing has, for everything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
