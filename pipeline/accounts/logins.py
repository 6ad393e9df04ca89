"""From the configuration of a mailbox to its credentials, and the login of a person behind ``calmdesk login``."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from pipeline.accounts.credentials import Credentials, Password
from pipeline.accounts.device import DeviceProvider
from pipeline.accounts.grants import PersonProvider, Provider
from pipeline.accounts.oauth import RenewedToken, stored
from pipeline.accounts.token_file import TokenFile
from pipeline.config import Config, MailboxConfig, OAuthConfig, read_password, read_secret
from pipeline.errors import ConfigError, InputError, MailboxLoginError

_sharing = threading.Lock()


@dataclass(frozen=True, slots=True)
class LoggedIn:
    mailbox: str
    provider: str
    token_file: Path
    expires_at: datetime
    """When the first access token expires; it is renewed before."""


def credentials_of(config: Config, name: str, server: Literal["imap", "smtp"]) -> Credentials:
    """What mailbox ``name`` logs in to ``server`` with; IMAP and SMTP of a mailbox share one source of tokens.

    Asks nobody for a token yet. ConfigError where a password, a client secret or a key is missing.
    """
    mailbox = config.mailboxes[name]
    account = mailbox.imap if server == "imap" else mailbox.smtp
    if account is None:
        raise ConfigError(f"mailboxes.{name}.{server}: not given")
    if account.has_password or mailbox.oauth is None:
        return Password(read_password(account, f"mailboxes.{name}.{server}", config.folder))
    user = account.user if mailbox.oauth.service_account_file else ""
    with _sharing:
        return _shared(config.folder, name, mailbox.oauth, user)


def log_in(config: Config, name: str, say: Callable[[str], None]) -> LoggedIn:
    """Have a person log in to mailbox ``name`` and store it; ``say`` shows what to do.

    InputError where this mailbox has no such login, MailboxLoginError where it is declined or takes too long.
    """
    key, mailbox = f"mailboxes.{name}", config.mailboxes.get(name)
    if mailbox is None:
        known = ", ".join(config.mailboxes) or "none"
        raise InputError(
            f"no mailbox {name!r} in {config.folder / 'mailboxes.yaml'}", remedy=f"mailboxes there: {known}"
        )
    oauth = mailbox.oauth
    if oauth is None:
        raise InputError(f"{key}.oauth: not given; this mailbox logs in with its password")
    provider = _provider(config.folder, key, oauth, _user(mailbox))
    if not isinstance(provider, PersonProvider):
        raise InputError(
            f"{key}.oauth: this mailbox needs no login, its own key is enough", remedy="run calmdesk doctor"
        )
    if oauth.provider == "other" and not oauth.device_url:
        raise ConfigError(f"{key}.oauth.device_url: not given, so nobody can log in from here")
    file = TokenFile(config.folder / oauth.token_file)
    with file.locked():  # says at once, not after ten minutes, where nothing can be written
        pass
    try:
        new = provider.log_in(say)
    except MailboxLoginError as error:
        raise MailboxLoginError(error.message, remedy=error.remedy or "run it again") from None
    with file.locked():
        file.write(stored(_owner(oauth), new))
    return LoggedIn(name, oauth.provider, file.path, datetime.fromtimestamp(new.access.expires_at, UTC))


@cache
def _shared(folder: Path, name: str, oauth: OAuthConfig, user: str) -> RenewedToken:
    return RenewedToken(
        name,
        _provider(folder, f"mailboxes.{name}", oauth, user),
        TokenFile(folder / oauth.token_file) if oauth.token_file else None,
        mechanism=oauth.mechanism.upper(),
        owner=_owner(oauth),
        remedy=f"run `calmdesk login {name} --config {folder}`",
    )


def _provider(folder: Path, key: str, oauth: OAuthConfig, user: str) -> Provider:
    """msal and google-auth are imported where they are used: they take their time."""
    secret = _client_secret(oauth, f"{key}.oauth", folder)
    if oauth.provider == "microsoft":
        from pipeline.accounts.microsoft import ApplicationProvider, MicrosoftProvider

        return ApplicationProvider(oauth, secret) if secret else MicrosoftProvider(oauth)
    if oauth.provider == "google":
        from pipeline.accounts.google import GoogleProvider, ServiceAccountProvider

        if oauth.service_account_file:
            return ServiceAccountProvider(oauth, folder / oauth.service_account_file, user)
        return GoogleProvider(oauth, secret, user)
    return DeviceProvider(oauth, secret)


def _client_secret(oauth: OAuthConfig, key: str, folder: Path) -> str:
    if not (oauth.client_secret_env or oauth.client_secret_file):
        return ""
    return read_secret(f"{key}.client_secret", oauth.client_secret_env, oauth.client_secret_file, folder, os.environ)


def _user(mailbox: MailboxConfig) -> str:
    return mailbox.imap.user if mailbox.imap and not mailbox.imap.has_password else mailbox.smtp.user


def _owner(oauth: OAuthConfig) -> tuple[str, str]:
    return oauth.provider, oauth.client_id
