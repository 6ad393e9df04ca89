"""The servers of a mailbox in ``mailboxes.yaml``, IMAP and SMTP, and how it logs in to them.

Passwords and tokens stand in the environment or in files, never in the YAML.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from pipeline.config.strict import Port, Strict
from pipeline.errors import ConfigError


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ServerConfig(Strict):
    """One mail server and the account on it. Without a password the mailbox's ``oauth`` logs in."""

    host: str
    port: Port
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: str = ""
    user: str
    password_env: str = ""
    password_file: str = ""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0

    @property
    def has_password(self) -> bool:
        return bool(self.password_env or self.password_file)

    @model_validator(mode="after")
    def _tls_and_password(self) -> ServerConfig:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError(f"tls: none is allowed on loopback only, not for {self.host}; use implicit or starttls")
        if self.password_env and self.password_file:
            raise ValueError("name exactly one of password_env and password_file")
        return self


_KEYWORD = re.compile(r"\$?[A-Za-z0-9_.-]{1,60}")
"""Keywords are atoms; \\Seen and the like belong to people's mail clients (RFC 3501, 2.3.2)."""


class ImapConfig(ServerConfig):
    port: Port = 993
    folder: tuple[str, ...] = ("INBOX",)
    """One name, or a list of them."""
    max_megabytes: Annotated[float, Field(gt=0)] = 25.0
    keyword: str = ""
    move_to: str = ""

    @field_validator("folder", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("folder")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(value) or len(set(value)) < len(value):
            raise ValueError("name at least one folder, each once")
        return value

    @field_validator("keyword")
    @classmethod
    def _an_atom(cls, value: str) -> str:
        if value and not _KEYWORD.fullmatch(value):
            raise ValueError(f"{value!r} is no keyword; letters, digits and a leading $ make one, like $Triaged")
        return value

    @model_validator(mode="after")
    def _moved_elsewhere(self) -> ImapConfig:
        if self.move_to in self.folder:
            raise ValueError(f"move_to {self.move_to!r} is a folder that is read")
        return self


class SmtpConfig(ServerConfig):
    port: Port = 465


class OAuthConfig(Strict):
    """How access tokens are had for a mailbox (OAuth 2.0, RFC 6749). `calmdesk login` fills ``token_file``."""

    provider: Literal["microsoft", "google", "other"]
    client_id: str = ""
    client_secret_env: str = ""
    client_secret_file: str = ""
    token_file: str = ""
    service_account_file: str = ""
    tenant: str = "organizations"
    device_url: str = ""
    token_url: str = ""
    scopes: tuple[str, ...] = ()
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"

    @model_validator(mode="after")
    def _complete(self) -> OAuthConfig:
        if self.client_secret_env and self.client_secret_file:
            raise ValueError("name one of client_secret_env and client_secret_file")
        if self.service_account_file:
            if self.provider != "google" or self.client_id or self.token_file:
                raise ValueError("service_account_file is for provider google, without client_id and token_file")
            return self
        if not self.client_id or not self.token_file:
            raise ValueError("client_id and token_file are required")
        if self.provider == "google" and not (self.client_secret_env or self.client_secret_file):
            raise ValueError("google wants the client secret: name client_secret_env or client_secret_file")
        if self.provider == "other":
            self._own_endpoints()
        elif self.token_url or self.device_url:
            raise ValueError(f"token_url and device_url are known for {self.provider}; leave them out")
        return self

    def _own_endpoints(self) -> None:
        if not self.token_url:
            raise ValueError("token_url is required for provider other")
        for url in filter(None, (self.token_url, self.device_url)):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
                raise ValueError(f"{url} must be https: secrets go there")


def read_password(server: ServerConfig, key: str, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """The password of ``server`` from the environment or a file; ConfigError names ``key`` where it is missing."""
    environ = os.environ if environ is None else environ
    return read_secret(f"{key}.password", server.password_env, server.password_file, folder, environ)


def read_secret(key: str, variable: str, name: str, folder: Path, environ: Mapping[str, str]) -> str:
    """What stands in the environment ``variable``, if one is named, else in the file ``name`` of ``folder``.

    ConfigError names the key: ``key`` with ``_env`` or ``_file`` after it.
    """
    if variable:
        if not environ.get(variable):
            raise ConfigError(f"{key}_env: environment variable {variable} is not set")
        return environ[variable]
    file = folder / name
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ConfigError(f"{key}_file: {file}: {reason}") from None
