"""A configuration folder as a whole: its files read, checked each by itself and against each other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.config.calmdesk import CalmdeskConfig, read_calmdesk
from pipeline.config.mailboxes import POLICY_FILE, MailboxConfig, read_mailboxes
from pipeline.config.policy import PolicyConfig, read_policy
from pipeline.config.servers import ServerConfig
from pipeline.config.thresholds import ThresholdsConfig, read_thresholds
from pipeline.errors import ConfigError

S = TypeVar("S", bound=ServerConfig)


@dataclass(frozen=True)
class Config:
    """The whole configuration of an installation and the folder it came from."""

    folder: Path
    calmdesk: CalmdeskConfig
    mailboxes: Mapping[str, MailboxConfig]
    thresholds: ThresholdsConfig
    policy: PolicyConfig
    """``policy.yaml``; what holds for a mailbox says ``policy_of``."""
    policies: Mapping[str, PolicyConfig] = field(default_factory=dict)
    """By mailbox, where its firm names a file of its own."""

    @property
    def home(self) -> Path:
        """Where relative paths for data (database, secret key) start."""
        return self.folder

    def server(self, server: S) -> S:
        """``server`` with its ``ca_file`` found from the configuration folder."""
        return server.model_copy(update={"ca_file": str(self.folder / server.ca_file)}) if server.ca_file else server

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses of every mailbox, lower case: mail from any of them is never answered."""
        return frozenset(address for mailbox in self.mailboxes.values() for address in mailbox.own_addresses)

    def policy_of(self, mailbox: str | None) -> PolicyConfig:
        """The policy of the firm that speaks from ``mailbox``; that of ``policy.yaml`` where none is named."""
        return self.policies.get(mailbox or "", self.policy)

    def knowledge_folder(self, mailbox: str | None) -> Path:
        """The knowledge base of a mailbox; the only or shipped one where no mailbox is named."""
        known = self.mailboxes.get(mailbox or "")
        return self.folder / (known.firm.knowledge if known else "knowledge")


def load_config(folder: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read and check a configuration folder; every fault is a ConfigError that names file and key."""
    environ = os.environ if environ is None else environ
    folder = folder.resolve()
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such configuration folder", remedy="run `calmdesk init DIR` to make one")
    calmdesk = read_calmdesk(folder / "calmdesk.yaml", environ)
    mailboxes = read_mailboxes(folder / "mailboxes.yaml")
    thresholds = read_thresholds(folder / "thresholds.yaml", mailboxes)
    policy = read_policy(folder / POLICY_FILE)
    for name, mailbox in mailboxes.items():
        if not (folder / mailbox.firm.knowledge).is_dir():
            raise ConfigError(
                f"{folder / 'mailboxes.yaml'}: mailboxes.{name}.firm.knowledge: no such folder "
                f"{folder / mailbox.firm.knowledge}"
            )
    return Config(folder, calmdesk, mailboxes, thresholds, policy, _policies(folder, mailboxes))


def _policies(folder: Path, mailboxes: Mapping[str, MailboxConfig]) -> Mapping[str, PolicyConfig]:
    """The policies that firms name for themselves; a file named twice is read once."""
    named = {name: mailbox.firm.policy for name, mailbox in mailboxes.items() if mailbox.firm.policy != POLICY_FILE}
    for name, file in named.items():
        if not (folder / file).is_file():
            raise ConfigError(
                f"{folder / 'mailboxes.yaml'}: mailboxes.{name}.firm.policy: no such file {folder / file}"
            )
    read = {file: read_policy(folder / file) for file in sorted(set(named.values()))}
    return {name: read[file] for name, file in named.items()}
