"""What administrators decide on the accounts of others, and everybody on their own."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from pipeline.errors import InputError, NotAllowed
from pipeline.records import Role
from pipeline.review.roles import Permission, permissions, require
from pipeline.store import accounts, tickets
from pipeline.store.models import ApiToken, LoginSession

# --- accounts of others: administrators ------------------------------------------------------------------------------


def add_person(user: User, name: str, role: Role) -> tuple[User, str]:
    """An account without a password, and the path of the link by which its person sets one."""
    require(user, Permission.ADMIN)
    with transaction.atomic():
        added = accounts.create_person(name, [role], "", user.get_username())
        return added, password_link(user, added.pk)


def set_role(user: User, person_id: int, role: Role) -> User:
    """FlowError where nobody would be left who may administrate."""
    require(user, Permission.ADMIN)
    return accounts.set_roles(person_id, [role], user.get_username())


def set_active(user: User, person_id: int, active: bool) -> User:
    """Shut an account or open it again. FlowError where nobody would be left who may administrate."""
    require(user, Permission.ADMIN)
    return accounts.set_active(person_id, active, user.get_username())


def unlock(user: User, person_id: int) -> int:
    """Lift the lock that wrong passwords have put on an account; how many tries were forgotten."""
    require(user, Permission.ADMIN)
    return accounts.unlock(person_id, user.get_username())


def password_link(user: User, person_id: int) -> str:
    """The path of a link by which the person sets a password: good once, for `settings.LINK_DAYS`.

    Whoever has it can take the account over, so it is shown to the administrator alone, to be handed over.
    """
    require(user, Permission.ADMIN)
    person = User.objects.get(pk=person_id)
    tickets.record(user.get_username(), "password link made", None, user=person.pk)
    number = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("welcome", args=[number, default_token_generator.make_token(person)])


def end_logins_of(user: User, person_id: int) -> int:
    require(user, Permission.ADMIN)
    with transaction.atomic():
        person = User.objects.get(pk=person_id)
        ended = accounts.end_logins(person)
        tickets.record(user.get_username(), "logins ended", None, user=person.pk)
    return ended


# --- one's own --------------------------------------------------------------------------------------------------------


def change_password(user: User, old: str, new: str, login: int) -> User:
    """Every login but ``login`` ends. InputError where the old one is wrong or the new one breaks a rule.

    NotAllowed where there is none to change: a first one comes by an administrator's link. Who signs in elsewhere would
    else come in by it after the provider has shut them out.
    """
    if not user.has_usable_password():
        raise NotAllowed(
            f"{user.get_username()} has no password on this desk: it is single sign-on that lets them in",
            remedy="an administrator can make a link for one",
        )
    if not user.check_password(old):
        raise InputError("your present password is not right")
    if not new:
        raise InputError("name a new password")
    return accounts.set_password(user.pk, new, user.get_username(), keep=login)


def end_login(user: User, login: int) -> None:
    """DoesNotExist where it is not one of theirs."""
    with transaction.atomic():
        LoginSession.objects.get(pk=login, user=user).delete()
        tickets.record(user.get_username(), "login ended", None, login=login)


def end_logins(user: User) -> int:
    """Sign out everywhere, here too."""
    with transaction.atomic():
        ended = accounts.end_logins(user)
        tickets.record(user.get_username(), "logins ended", None, user=user.pk)
    return ended


def make_token(user: User, name: str, scopes: Collection[str], days: int) -> tuple[ApiToken, str]:
    """The row and the token, which is shown once. NotAllowed where a scope is not theirs to give."""
    unknown = sorted(set(scopes) - set(Permission))
    if unknown:
        raise InputError(f"unknown scope {unknown[0]!r}; one of {', '.join(Permission)}")
    missing = sorted(set(scopes) - permissions(user))
    if missing:
        raise NotAllowed(f"{user.get_username()} may not {missing[0]} here, so no token of theirs may")
    if not name.strip():
        raise InputError("name what the token is for")
    return accounts.make_token(user, name, scopes, days, user.get_username())


def revoke_token(user: User, token_id: int) -> ApiToken:
    """One of their own, or as an administrator anybody's; DoesNotExist for every other."""
    tokens = ApiToken.objects.select_related("user")
    if Permission.ADMIN not in permissions(user):
        tokens = tokens.filter(user=user)
    token = tokens.get(pk=token_id)
    accounts.revoke_token(token, user.get_username())
    return token
