"""Who may do what. Roles are groups; a superuser may do everything."""

from __future__ import annotations

import enum

from django.contrib.auth.models import AnonymousUser, User

from pipeline.errors import NotAllowed


class Permission(enum.StrEnum):
    READ = "read"
    DECIDE = "decide"
    """Edit, approve, undo, reject, write, set the fault, correct a label, record what was done, call a mail a
    customer's or not, open, put off, assign, escalate and tag a ticket."""
    COMPLETE = "complete"
    """Give the second yes, where the policy wants two."""
    SETTLE = "settle"
    """Say what became of an uncertain or failed mail."""


AGENT, LEAD = "agent", "lead"
ROLES: dict[str, frozenset[Permission]] = {
    AGENT: frozenset({Permission.READ, Permission.DECIDE}),
    LEAD: frozenset(Permission),
    "ops": frozenset({Permission.READ, Permission.SETTLE}),
    "auditor": frozenset({Permission.READ}),
}


def permissions(user: User | AnonymousUser) -> frozenset[Permission]:
    if not user.is_active:
        return frozenset()
    if user.is_superuser:
        return frozenset(Permission)
    return frozenset().union(*(ROLES.get(name, frozenset()) for name in user.groups.values_list("name", flat=True)))


def approver_role(user: User | AnonymousUser) -> str:
    """Under which limits of the policy ``user`` approves."""
    return LEAD if Permission.COMPLETE in permissions(user) else AGENT


def require(user: User | AnonymousUser, permission: Permission) -> None:
    if permission not in permissions(user):
        raise NotAllowed(f"{user.get_username() or 'anonymous'} may not {permission} here")
