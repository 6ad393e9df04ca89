"""People, their roles, logins and tokens as rows. Who may change them says `pipeline.review.decisions`.

``actor`` is who does it, for the audit trail: a login name, or where it was done from. Every change is a transaction.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from axes.utils import reset
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from pipeline.errors import FlowError, InputError, NotAllowed
from pipeline.records import Role
from pipeline.store import tickets
from pipeline.store.models import ApiToken, LoginSession, SignOnIdentity

TOKEN_MARK = "cd_"  # no secret: it tells people and scanners what they have found
LONGEST_TOKEN_DAYS = 3650


def roles_of(user: User) -> list[Role]:
    names = set(user.groups.values_list("name", flat=True))
    return [role for role in Role if role.value in names]


def create_person(name: str, roles: Collection[Role], password: str, actor: str) -> User:
    """A person who may log in; with the password "" only by single sign-on or a link. InputError says what is amiss."""
    with transaction.atomic():
        _take_turns()
        if User.objects.filter(username=name).exists():
            raise InputError(f"user {name!r} exists already")
        user = User(username=name)
        _use_password(user, password)
        try:
            user.full_clean()
        except ValidationError as error:
            raise InputError(f"user {name!r}: {' '.join(error.messages)}") from None
        user.save()
        user.groups.set(_groups(roles))
        tickets.record(actor, "person added", None, user=user.pk, roles=sorted(roles))
    return user


def set_roles(user_id: int, roles: Collection[Role], actor: str) -> User:
    """What a person may do from now on. They log in again; somebody must stay who may do this."""
    with transaction.atomic():
        user = _locked(user_id)
        before = roles_of(user)
        if set(before) == set(roles):
            return user
        if Role.ADMIN not in roles:
            _not_the_last_administrator(user)
        user.groups.set(_groups(roles))
        tickets.record(actor, "roles changed", None, user=user.pk, before=sorted(before), roles=sorted(roles))
        end_logins(user)
    return user


def set_active(user_id: int, active: bool, actor: str) -> User:
    """Shut an account, or open it again. A shut one keeps its name in the audit trail; its tokens open nothing."""
    with transaction.atomic():
        user = _locked(user_id)
        if user.is_active == active:
            return user
        if not active:
            _not_the_last_administrator(user)
        user.is_active = active
        user.save(update_fields=["is_active"])
        tickets.record(actor, "account opened" if active else "account shut", None, user=user.pk)
        end_logins(user)
    return user


def set_password(user_id: int, password: str, actor: str, keep: int = 0) -> User:
    """Every login but the one with the number ``keep`` ends. InputError says which rule a password breaks."""
    with transaction.atomic():
        user = _locked(user_id)
        _use_password(user, password)
        user.save(update_fields=["password"])
        tickets.record(actor, "password changed", None, user=user.pk)
        end_logins(user, keep)
    return user


def end_logins(user: User, keep: int = 0) -> int:
    """How many there were."""
    return LoginSession.objects.filter(user=user).exclude(pk=keep).delete()[0]


def unlock(user_id: int, actor: str) -> int:
    """Forget the wrong passwords that were tried for an account, so that its person may try again at once."""
    user = User.objects.get(pk=user_id)
    forgotten: int = reset(username=user.get_username())
    tickets.record(actor, "account unlocked", None, user=user.pk)
    return forgotten


def signed_on(issuer: str, subject: str, name: str, roles: Collection[Role]) -> User:
    """The account of a person whom ``issuer`` vouches for, made at the first login; the roles are those of today.

    NotAllowed where no role is theirs, where the account is shut, and where ``name`` is taken by another account: a
    name that a provider tells does not open an account that was made here.
    """
    with transaction.atomic():
        _take_turns()
        known = SignOnIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
        if known is None:
            return _first_sign_on(issuer, subject, name, roles)
        if set(roles_of(known.user)) != set(roles):
            set_roles(known.user_id, roles, f"sign-on {issuer}")
    if not roles:
        raise NotAllowed("none of your groups has a role on this desk")
    if not known.user.is_active:
        raise NotAllowed("this account is shut")
    return known.user


def _first_sign_on(issuer: str, subject: str, name: str, roles: Collection[Role]) -> User:
    if not roles:
        raise NotAllowed("none of your groups has a role on this desk")
    try:
        user = create_person(name, roles, "", f"sign-on {issuer}")
    except InputError as error:
        raise NotAllowed(f"no account could be made for you: {error.message}") from None
    SignOnIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    return user


def make_token(user: User, name: str, scopes: Collection[str], days: int, actor: str) -> tuple[ApiToken, str]:
    """The row and the token itself, which is not kept."""
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise InputError(f"a token lasts 1 to {LONGEST_TOKEN_DAYS} days")
    if not scopes:
        raise InputError("a token needs at least one scope")
    prefix = TOKEN_MARK + secrets.token_hex(4)
    token = f"{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        row = ApiToken.objects.create(
            user=user,
            name=name.strip()[:100],
            prefix=prefix,
            digest=digest_of(token),
            scopes=sorted(scopes),
            expires_at=timezone.now() + timedelta(days=days),
        )
        tickets.record(actor, "token made", None, user=user.pk, token=row.pk, scopes=row.scopes)
    return row, token


def revoke_token(token: ApiToken, actor: str) -> None:
    """From now on it opens nothing; nothing happens to one that was revoked before."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
            tickets.record(actor, "token revoked", None, user=token.user_id, token=token.pk)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _groups(roles: Collection[Role]) -> list[Group]:
    return [Group.objects.get_or_create(name=role.value)[0] for role in roles]


def _take_turns() -> None:
    """Whoever adds or changes accounts waits for the row of the administrators' group: one of them has to stay."""
    Group.objects.get_or_create(name=Role.ADMIN.value)
    Group.objects.select_for_update().get(name=Role.ADMIN.value)


def _locked(user_id: int) -> User:
    _take_turns()
    return User.objects.select_for_update().get(pk=user_id)


def _not_the_last_administrator(user: User) -> None:
    administrators = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value)
    if administrators.filter(pk=user.pk).exists() and not administrators.exclude(pk=user.pk).exists():
        raise FlowError(f"{user.get_username()} is the last administrator: make another one first")


def _use_password(user: User, password: str) -> None:
    if not password:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InputError(f"password: {' '.join(error.messages)}") from None
    user.set_password(password)
