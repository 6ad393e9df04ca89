"""Who may do what. Roles are groups; a superuser may do everything; a token at most what its scopes say."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser, User

from pipeline.errors import NotAllowed
from pipeline.records import Role


class Permission(enum.StrEnum):
    READ = "read"
    DECIDE = "decide"
    """Edit, approve, undo, reject, write, set the fault, correct a label, record what was done, call a mail a
    customer's or not, open, put off, assign, escalate and tag a ticket."""
    COMPLETE = "complete"
    """Where the policy wants two yeses, give the one that has to be a lead's, first or second."""
    CURATE = "curate"
    """Share views with everybody, delete what others noted about customers."""
    SETTLE = "settle"
    """Say what became of an uncertain or failed mail."""
    ADMIN = "admin"
    """Add people, change their roles, shut their accounts, revoke their tokens."""


AGENT, LEAD = Role.AGENT.value, Role.LEAD.value
ROLES: dict[str, frozenset[Permission]] = {
    AGENT: frozenset({Permission.READ, Permission.DECIDE}),
    LEAD: frozenset(Permission) - {Permission.ADMIN},
    Role.OPS.value: frozenset({Permission.READ, Permission.SETTLE}),
    Role.AUDITOR.value: frozenset({Permission.READ}),
    Role.ADMIN.value: frozenset(Permission),
}
_LIMIT = "_calmdesk_scopes"
_ROLES = "_calmdesk_roles"


def limit(user: User, scopes: Iterable[str]) -> None:
    """From here on this object may do no more than ``scopes``, whatever its person may."""
    setattr(user, _LIMIT, frozenset(scopes))


def remember_roles(user: User) -> None:
    """From here on this object is in the roles that its person is in now: a page asks for them many times."""
    setattr(user, _ROLES, _roles(user))


def permissions(user: User | AnonymousUser) -> frozenset[Permission]:
    if not user.is_active:
        return frozenset()
    granted = frozenset(Permission) if user.is_superuser else _of_roles(user)
    scopes: frozenset[str] | None = getattr(user, _LIMIT, None)
    return granted if scopes is None else frozenset(one for one in granted if one in scopes)


def _of_roles(user: User | AnonymousUser) -> frozenset[Permission]:
    roles: frozenset[str] | None = getattr(user, _ROLES, None)
    return frozenset().union(*(ROLES.get(name, frozenset()) for name in (_roles(user) if roles is None else roles)))


def _roles(user: User | AnonymousUser) -> frozenset[str]:
    return frozenset(user.groups.values_list("name", flat=True))


def approver_role(user: User | AnonymousUser) -> str:
    """Under which limits of the policy ``user`` approves."""
    return LEAD if Permission.COMPLETE in permissions(user) else AGENT


def require(user: User | AnonymousUser, permission: Permission) -> None:
    if permission not in permissions(user):
        raise NotAllowed(f"{user.get_username() or 'anonymous'} may not {permission} here")
