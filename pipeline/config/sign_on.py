"""``sign_on`` in ``calmdesk.yaml``: single sign-on by OpenID Connect."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import model_validator

from pipeline.config.servers import is_loopback, read_secret
from pipeline.config.strict import Strict
from pipeline.records import Role


class SignOnConfig(Strict):
    """Off while no issuer is named."""

    issuer: str = ""
    name: str = "single sign-on"
    client_id: str = ""
    client_secret_env: str = ""
    client_secret_file: str = ""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"
    roles: Mapping[str, Role] = {}
    """By group of the provider."""
    ca_file: str = ""

    @property
    def on(self) -> bool:
        return bool(self.issuer)

    def client_secret(self, folder: Path, environ: Mapping[str, str] | None = None) -> str:
        """ConfigError where the variable or the file that should hold it does not."""
        environ = os.environ if environ is None else environ
        return read_secret("sign_on.client_secret", self.client_secret_env, self.client_secret_file, folder, environ)

    def roles_of(self, groups: object) -> frozenset[Role]:
        """What the groups of a token give: a list of names, or one name; anything else gives nothing."""
        names = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return frozenset(self.roles[name] for name in names if isinstance(name, str) and name in self.roles)

    @model_validator(mode="after")
    def _whole(self) -> SignOnConfig:
        if not self.on:
            return self
        parts = urlsplit(self.issuer)
        if not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"issuer: {self.issuer!r} is not the address of a provider")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise ValueError("issuer: https is needed, except on this machine")
        if not self.client_id:
            raise ValueError("client_id: the provider gives one to this installation")
        if bool(self.client_secret_env) == bool(self.client_secret_file):
            raise ValueError("name exactly one of client_secret_env and client_secret_file")
        if "openid" not in self.scopes:
            raise ValueError("scopes: openid must be among them")
        if not self.roles:
            raise ValueError("roles: name at least one group and the role it gives, or nobody can sign in")
        return self
