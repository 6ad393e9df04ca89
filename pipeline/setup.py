"""Setting up an installation: configuration folder, database, people and their tokens."""

from __future__ import annotations

import enum
import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError, InputError
from pipeline.resources import default_folder

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from pipeline.config import Config

ADMINISTRATOR = "admin"


class Role(enum.StrEnum):
    """What a person may do on the page; each is a group of the database."""

    AGENT = "agent"
    """Edits, approves and rejects drafts."""
    LEAD = "lead"
    """Everything."""
    OPS = "ops"
    """Reads, and settles failed or uncertain mail."""
    AUDITOR = "auditor"
    """Reads."""


def init(folder: Path) -> list[str]:
    """Make a working installation in ``folder``; returns what to tell the user, the first password among it.

    ConfigError where a file of the same name stands there already: nothing is overwritten. Where the database cannot
    be made, the configuration is taken back, so that the same call works once the fault is mended.
    """
    from pipeline.config import load_config

    copied = _copy_configuration(folder)
    try:
        config = load_config(folder)
        migrate(config)
        password = add_user(config, ADMINISTRATOR, Role.LEAD)
    except BaseException:
        for file in copied:
            file.unlink()
        raise
    return [
        f"Wrote the configuration to {folder} and created the database.",
        f"First login on the page: {ADMINISTRATOR}, password {password} (shown only this once)",
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


def add_user(config: Config, name: str, role: Role, password: str | None = None) -> str:
    """Create a person with one role and return the password, a generated one where none is given.

    InputError where the name is taken or cannot be a login name.
    """
    from pipeline.settings import activate

    activate(config)
    from django.contrib.auth.models import Group, User
    from django.core.exceptions import ValidationError
    from django.db import transaction

    password = password or secrets.token_urlsafe(12)
    with _database_faults(config), transaction.atomic():
        if User.objects.filter(username=name).exists():
            raise InputError(f"user {name!r} exists already")
        user = User(username=name)
        user.set_password(password)
        try:
            user.full_clean()
        except ValidationError as error:
            raise InputError(f"user {name!r}: {' '.join(error.messages)}") from None
        user.save()
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return password


def add_token(config: Config, name: str) -> str:
    """A new bearer token of the existing user ``name``; InputError where there is none."""
    from pipeline.settings import activate

    activate(config)
    from django.contrib.auth.models import User

    with _database_faults(config):
        user = User.objects.filter(username=name).first()
        if user is None:
            raise InputError(f"no user {name!r}")
        return create_token(user)


def create_token(user: User) -> str:
    """A new bearer token for the REST API; the database keeps its SHA-256 only. Django must be active."""
    from pipeline.store.models import ApiToken

    token = secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, digest=hashlib.sha256(token.encode("ascii")).hexdigest())
    return token


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
