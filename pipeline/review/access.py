"""Who is asking: the gate that every page and every action passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pipeline.review.roles import Permission, permissions, remember_roles


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


View = Callable[..., HttpResponse]


def permitted(permission: Permission) -> Callable[[View], View]:
    """Signed in, and in a role that has ``permission``; everybody else is sent to the login, or refused."""

    def gate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _signed_out(request)
            remember_roles(user_of(request))
            if permission not in permissions(user_of(request)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return gate


reader = permitted(Permission.READ)
"""An account without a role sees no mail."""


def _signed_out(request: HttpRequest) -> HttpResponse:
    """To the login, and from there back to the page; what was typed is never lost by it.

    A page that is open keeps the text itself and is only told; one without scripts gets it back to copy.
    """
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=401, headers={"X-Sign-In": reverse("login")})
    if request.method == "GET":
        return redirect_to_login(request.get_full_path())
    came_from = urlsplit(request.META.get("HTTP_REFERER", "")).path or reverse("queue")
    if body := request.POST.get("body", ""):
        return render(request, "review/kept_text.html", {"body": body, "came_from": came_from}, status=401)
    return redirect_to_login(came_from)


def number(text: str | None) -> int:
    """A version or id as a page sends it; 0, which nothing has, for everything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
