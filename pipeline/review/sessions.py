"""Logins that end: after a time without anything done, after a time at all, and when somebody ends them.

Every login is a row, and the browser's session names it. A session without its row is worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from pipeline.review.installation import page_settings
from pipeline.store.models import LoginSession

KEY = "login"
NOTED_EVERY = timedelta(minutes=1)
V = TypeVar("V", bound=Callable[..., Any])


def unattended(view: V) -> V:
    """Mark a view that a page asks for by itself, again and again: that is no sign of a person."""
    view.unattended = True  # type: ignore[attr-defined]
    return view


def login_of(request: HttpRequest) -> int:
    """The number of the login that ``request`` belongs to; 0 where there is none."""
    number = request.session.get(KEY)
    return number if isinstance(number, int) else 0


@receiver(user_logged_in)
def _begin(request: HttpRequest, user: User, **_: Any) -> None:
    now = timezone.now()
    _forget_old(now)
    address = request.META.get("REMOTE_ADDR") or None
    agent = request.META.get("HTTP_USER_AGENT", "")[:200]
    request.session[KEY] = LoginSession.objects.create(user=user, address=address, agent=agent).pk


@receiver(user_logged_out)
def _end(request: HttpRequest, **_: Any) -> None:
    LoginSession.objects.filter(pk=login_of(request)).delete()


def _forget_old(now: datetime) -> None:
    LoginSession.objects.filter(started_at__lt=now - timedelta(hours=page_settings().session_hours)).delete()
    Session.objects.filter(expire_date__lt=now).delete()


class LoginSessions:
    """Middleware: a session whose login has ended is taken for nobody's; one that goes on is noted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            found = LoginSession.objects.filter(pk=login_of(request), user=request.user).first()
            if found is None or _is_over(found, timezone.now()):
                logout(request)
                messages.info(request, "Your login has ended. Please sign in again.")
            else:
                request.login_session = found  # type: ignore[attr-defined]
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> None:
        found: LoginSession | None = getattr(request, "login_session", None)
        now = timezone.now()
        if found and not getattr(view, "unattended", False) and now - found.seen_at > NOTED_EVERY:
            LoginSession.objects.filter(pk=found.pk).update(seen_at=now)


def _is_over(login: LoginSession, now: datetime) -> bool:
    page = page_settings()
    idle, whole = timedelta(minutes=page.session_idle_minutes), timedelta(hours=page.session_hours)
    return now - login.seen_at > idle or now - login.started_at > whole
