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


def reader(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signed in, and in a role that may read: an account without a role sees no mail."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if Permission.READ not in permissions(user_of(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(checked)


def number(text: str | None) -> int:
    """A version or id as a page sends it; 0, which nothing has, for everything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
