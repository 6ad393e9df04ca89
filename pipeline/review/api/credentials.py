"""Who asks: by ``Authorization: Bearer TOKEN``, or from a page by the cookie of its login."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.utils import check_csrf

from pipeline.review.api.refusals import Refused
from pipeline.review.roles import Permission, permissions
from pipeline.review.tokens import open_token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Credential:
    """``name`` is that of the token or the person's logins; ``token`` is 0 for a login."""

    user: User
    name: str
    token: int = 0


def credential_of(request: HttpRequest) -> Credential:
    """Refused with 401 where nobody is known by what came. A token that opens nothing is not made up for by a login."""
    given = request.headers.get("Authorization", "")
    if given:
        return _by_token(given)
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        raise _unknown()
    if request.method not in SAFE and check_csrf(request):
        raise Refused(403, "a change by a login needs the header X-CSRFToken")
    return Credential(user, f"login:{user.pk}")


def _by_token(given: str) -> Credential:
    scheme, _, presented = given.partition(" ")
    found = open_token(presented.strip()) if scheme.lower() == "bearer" and presented else None
    if found is None:
        raise _unknown(', error="invalid_token"')
    return Credential(found.user, f"token:{found.pk}", found.pk)


def _unknown(why: str = "") -> Refused:
    headers = {"WWW-Authenticate": f'Bearer realm="calmdesk"{why}'}
    return Refused(401, "name a valid token: Authorization: Bearer TOKEN", headers=headers)


def must_have(credential: Credential, permission: Permission) -> None:
    """403 that names what is missing, and whether the token or the role of its person lacks it."""
    if permission in permissions(credential.user):
        return
    full = User.objects.get(pk=credential.user.pk)  # without the limits of a token
    lacking = "scope" if permission in permissions(full) else "role"
    who = "this token" if lacking == "scope" else credential.user.get_username()
    raise Refused(403, f"{who} may not {permission} here", permission=permission.value, lacking=lacking)
