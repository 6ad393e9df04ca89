"""``mailboxes.yaml``, one entry a mailbox: its addresses, its source, its servers, the firm that speaks from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipeline.config.servers import ImapConfig, OAuthConfig, SmtpConfig
from pipeline.config.strict import Strict
from pipeline.yaml_file import read_yaml, validate

POLICY_FILE = "policy.yaml"


class FirmConfig(Strict):
    """The voice that speaks from a mailbox. Two firms on one installation share nothing of it."""

    name: str
    signature: str
    team: str = "the support team"
    contact: str
    escalation_contact: str
    knowledge: str = "knowledge"
    policy: str = POLICY_FILE
    languages: tuple[str, ...] = ("en",)
    address_form: Literal["formal", "informal"] = "formal"


_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+")


class MailboxConfig(Strict):
    address: str
    display_name: str = ""
    aliases: tuple[str, ...] = ()
    answer_newer_than_days: Annotated[float, Field(ge=0)] = 3.0
    authserv_id: str = ""
    plus_addressing: bool = False
    drafts_folder: str = "off"
    """Where proposed drafts are put, for people who send from their mail program: a name, ``auto`` or ``off``."""
    sent_folder: str = "auto"
    imap: ImapConfig | None = None
    maildir: str = ""
    eml_folder: str = ""
    smtp: SmtpConfig
    oauth: OAuthConfig | None = None
    firm: FirmConfig

    @field_validator("address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError(f"{value!r} is not one mail address like support@example.com")
        return value

    @field_validator("drafts_folder", mode="before")
    @classmethod
    def _off_in_yaml(cls, value: object) -> object:
        return "off" if value is False else value  # YAML reads a bare off as false

    @field_validator("drafts_folder", "sent_folder")
    @classmethod
    def _named(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("name a folder, or auto")
        return value

    @model_validator(mode="after")
    def _one_source_and_logins(self) -> MailboxConfig:
        if sum(map(bool, (self.imap, self.maildir, self.eml_folder))) != 1:
            raise ValueError("name exactly one of imap, maildir and eml_folder")
        if self.drafts_folder != "off" and not self.imap:
            raise ValueError("drafts_folder needs imap: drafts are put on the server")
        servers = {"imap": self.imap, "smtp": self.smtp}
        for name, server in servers.items():
            if server and not server.has_password and not self.oauth:
                raise ValueError(f"{name}: name exactly one of password_env and password_file, or give oauth")
        if self.oauth and all(server is None or server.has_password for server in servers.values()):
            raise ValueError("oauth is given, but every server has a password: leave one of them out")
        return self

    @property
    def own_addresses(self) -> frozenset[str]:
        return frozenset(address.lower() for address in (self.address, *self.aliases))


class MailboxesConfig(Strict):
    mailboxes: dict[str, MailboxConfig] = {}


def read_mailboxes(file: Path) -> Mapping[str, MailboxConfig]:
    """``mailboxes.yaml``: name of the mailbox -> what is known of it."""
    return validate(MailboxesConfig, read_yaml(file), file).mailboxes
