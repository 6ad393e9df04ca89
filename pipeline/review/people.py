"""The pages on accounts: "People" for administrators, "Your account" for everybody."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from pipeline.errors import CalmdeskError
from pipeline.records import Role
from pipeline.review import decisions
from pipeline.review.access import number, permitted, user_of
from pipeline.review.actions import carry_out
from pipeline.review.installation import public_url
from pipeline.review.roles import Permission, permissions
from pipeline.review.sessions import login_of
from pipeline.settings import LINK_DAYS

TOKEN_DAYS = 90
administrator = permitted(Permission.ADMIN)


@never_cache
@administrator
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    return _people(request)


@never_cache
@administrator
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Make an account and show the link that its person sets a password by."""
    role, name = _role(request), request.POST.get("name", "").strip()
    made: list[str] = []

    def act() -> str:
        person, path = decisions.add_person(user_of(request), name, role)
        made.append(public_url(request, path))
        return f"{person.get_username()} is added as {role}."

    if carry_out(request, act):
        return _people(request, link=made[0], name=name)
    return redirect("people")


@never_cache
@administrator
@require_POST
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    """What the pressed button says: role, shut, open, unlock, sign out, or a link for a new password."""
    user, action, made = user_of(request), request.POST.get("action", ""), list[str]()

    def set_role() -> str:
        person = decisions.set_role(user, person_id, _role(request))
        return f"{person.get_username()} has the role {_role(request)} now, and signs in again."

    def link() -> str:
        made.append(public_url(request, decisions.password_link(user, person_id)))
        return "The link is made."

    acts: dict[str, Callable[[], str]] = {
        "role": set_role,
        "shut": lambda: f"{decisions.set_active(user, person_id, False).get_username()} can no longer sign in.",
        "open": lambda: f"{decisions.set_active(user, person_id, True).get_username()} can sign in again.",
        "unlock": lambda: f"{decisions.unlock(user, person_id)} wrong tries are forgotten.",
        "sign-out": lambda: f"{decisions.end_logins_of(user, person_id)} logins are ended.",
        "link": link,
    }
    if action not in acts:
        raise Http404("no such action")
    if carry_out(request, acts[action]) and made:
        return _people(request, link=made[0], name=User.objects.get(pk=person_id).get_username())
    return redirect("people")


@never_cache
@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    return _account(request)


@never_cache
@sensitive_post_parameters()
@login_required
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    user, new = user_of(request), request.POST.get("new", "")

    def act() -> str:
        if new != request.POST.get("again", ""):
            raise CalmdeskError("the two new passwords differ")
        changed = decisions.change_password(user, request.POST.get("old", ""), new, login_of(request))
        update_session_auth_hash(request, changed)
        return "Your password is changed; every other login is ended."

    carry_out(request, act)
    return redirect("account")


@never_cache
@login_required
@require_POST
def end_login(request: HttpRequest, login_id: int) -> HttpResponse:
    def act() -> str:
        decisions.end_login(user_of(request), login_id)
        return "That login is ended."

    carry_out(request, act)
    return redirect("account")


@never_cache
@login_required
@require_POST
def end_logins(request: HttpRequest) -> HttpResponse:
    carry_out(request, lambda: f"{decisions.end_logins(user_of(request))} logins are ended.")
    return redirect("account")


@never_cache
@login_required
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    made: list[str] = []

    def act() -> str:
        given = request.POST
        scopes, days = given.getlist("scopes"), number(given.get("days"))
        made.append(decisions.make_token(user_of(request), given.get("name", ""), scopes, days)[1])
        return "The token is made."

    if carry_out(request, act):
        return _account(request, token=made[0])
    return redirect("account")


@never_cache
@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    carry_out(request, lambda: f"The token {decisions.revoke_token(user_of(request), token_id).prefix} is revoked.")
    return redirect("people" if request.POST.get("back") == "people" else "account")


def _people(request: HttpRequest, link: str = "", name: str = "") -> HttpResponse:
    persons = User.objects.prefetch_related("groups", "api_tokens", "login_sessions").select_related("sign_on_identity")
    context = {
        "persons": persons.order_by("-is_active", "username"),
        "roles": list(Role),
        "now": timezone.now(),
        "link": link,
        "link_name": name,
        "link_days": LINK_DAYS,
    }
    return render(request, "review/people.html", context)


def _account(request: HttpRequest, token: str = "") -> HttpResponse:
    user = user_of(request)
    context = {
        "logins": user.login_sessions.order_by("-seen_at"),
        "login": login_of(request),
        "tokens": user.api_tokens.order_by("-created_at"),
        "scopes": [scope for scope in Permission if scope in permissions(user)],
        "now": timezone.now(),
        "token": token,
        "token_days": TOKEN_DAYS,
    }
    return render(request, "review/account.html", context)


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        raise Http404("no such role") from None
