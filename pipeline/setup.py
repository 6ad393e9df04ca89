"""Setting up an installation: configuration folder, database, people and their tokens."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError, InputError
from pipeline.records import Role
from pipeline.resources import default_folder

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from pipeline.config import Config

ADMINISTRATOR = "admin"
"""The first login, where no other name is given."""
TOKEN_DAYS = 365
FROM_HERE = "command line"
"""Who the audit trail says it was: whoever may run commands on the configuration."""


def init(folder: Path, administrator: str = ADMINISTRATOR, password: str = "") -> list[str]:
    """Make a working installation in ``folder``; returns what to tell the user.

    The first administrator gets ``password``; where it is "", a random one that is told in what is returned, and is
    nowhere else. ConfigError where a file of the same name stands there already: nothing is overwritten. Where the
    database or the administrator cannot be made, the configuration is taken back, so that the same call works once the
    fault is mended.
    """
    from pipeline.config import load_config

    copied = _copy_configuration(folder)
    try:
        config = load_config(folder)
        migrate(config)
        made = add_user(config, administrator, Role.ADMIN, password)
    except BaseException:
        for file in copied:
            file.unlink()
        raise
    told = "the password you gave" if password else f"password {made} (random, shown only this once)"
    return [
        f"Wrote the configuration to {folder} and created the database.",
        f"First administrator on the page: {administrator}, {told}",
        f"Next: put your mail servers into {folder / 'mailboxes.yaml'},",
        f"      check them with  calmdesk doctor --config {folder}",
        f"      and start with   calmdesk run --config {folder}",
    ]


def _copy_configuration(target: Path) -> list[Path]:
    source = default_folder("config")
    # Only what belongs to a configuration: data of an installation run from the source folder itself stays there.
    files = [*sorted(source.glob("*.yaml")), *sorted(source.glob("knowledge/*.md"))]
    copies = [target / file.relative_to(source) for file in files]
    standing = next((copy for copy in [target / "calmdesk.yaml", *copies] if copy.exists()), None)
    if standing:
        raise ConfigError(f"{standing}: exists already; nothing was written", remedy="name an empty folder")
    try:
        for file, copy in zip(files, copies, strict=True):
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror or error}") from None
    return copies


def migrate(config: Config) -> None:
    """Create the database or bring it up to date; ConfigError where it cannot be reached."""
    from pipeline.settings import activate

    activate(config)
    from django.core.management import call_command

    with _database_faults(config):
        call_command("migrate", interactive=False, verbosity=0)


def add_user(config: Config, name: str, role: Role, password: str = "") -> str:
    """Create a person with one role and return the password, a random one where none is given.

    InputError where the name is taken or cannot be a login name, or the password breaks a rule.
    """
    password = password or secrets.token_urlsafe(12)
    with _accounts(config) as accounts:
        accounts.create_person(name, [role], password, FROM_HERE)
    return password


def list_users(config: Config) -> list[dict[str, object]]:
    """Everybody, by name: {"name","roles","active","last_login"}."""
    with _accounts(config) as accounts:
        from django.contrib.auth.models import User

        return [
            {
                "name": user.get_username(),
                "roles": [role.value for role in accounts.roles_of(user)],
                "active": user.is_active,
                "last_login": user.last_login.isoformat(timespec="seconds") if user.last_login else None,
            }
            for user in User.objects.order_by("username")
        ]


def set_role(config: Config, name: str, role: Role) -> None:
    with _accounts(config) as accounts:
        accounts.set_roles(_user(name).pk, [role], FROM_HERE)


def set_active(config: Config, name: str, active: bool) -> None:
    with _accounts(config) as accounts:
        accounts.set_active(_user(name).pk, active, FROM_HERE)


def set_password(config: Config, name: str, password: str = "") -> str:
    """Returns it; a random one where none is given."""
    password = password or secrets.token_urlsafe(12)
    with _accounts(config) as accounts:
        accounts.set_password(_user(name).pk, password, FROM_HERE)
    return password


def unlock(config: Config, name: str) -> int:
    """How many wrong tries are forgotten."""
    with _accounts(config) as accounts:
        forgotten: int = accounts.unlock(_user(name).pk, FROM_HERE)
        return forgotten


def add_token(config: Config, name: str, label: str = "", scopes: Collection[str] = (), days: int = TOKEN_DAYS) -> str:
    """A new bearer token of the existing user ``name``; InputError where there is none, or a scope is not theirs.

    Without ``scopes`` it may do what its person may now, except administrate.
    """
    with _accounts(config) as accounts:
        from pipeline.review.roles import Permission, permissions

        user = _user(name)
        theirs = permissions(user)
        if strange := sorted(set(scopes) - theirs):
            raise InputError(
                f"scope {strange[0]!r} is not among what {name} may: {', '.join(sorted(theirs)) or 'nothing'}"
            )
        wanted = scopes or theirs - {Permission.ADMIN}
        token: str = accounts.make_token(user, label or FROM_HERE, wanted, days, FROM_HERE)[1]
        return token


def _user(name: str) -> User:
    from django.contrib.auth.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise InputError(f"no user {name!r}")
    return user


@contextmanager
def _accounts(config: Config) -> Iterator[ModuleType]:
    """`pipeline.store.accounts`, which can be imported once Django is active."""
    from pipeline.settings import activate

    activate(config)
    from pipeline.store import accounts

    with _database_faults(config):
        yield accounts


@contextmanager
def _database_faults(config: Config) -> Iterator[None]:
    """Errors of the database as one ConfigError that names the key."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error

    try:
        yield
    except (Error, ImproperlyConfigured) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ConfigError(
            f"{config.folder / 'calmdesk.yaml'}: database.url: {reason}",
            remedy="`calmdesk init DIR` makes a new database; `calmdesk doctor` checks an existing one",
        ) from None
