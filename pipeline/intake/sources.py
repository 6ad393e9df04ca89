"""The sources of a mailbox, as its configuration names them: one a folder, each with a connection of its own."""

from __future__ import annotations

from pipeline.accounts.logins import credentials_of
from pipeline.config import Config, MailboxConfig
from pipeline.intake.imap import ImapSource
from pipeline.intake.maildir import EmlFolderSource, MaildirSource
from pipeline.intake.source import MailSource


def source_key(mailbox: MailboxConfig) -> str:
    """The key of mailboxes.yaml that says where this mailbox's mail comes from."""
    return "imap" if mailbox.imap else "maildir" if mailbox.maildir else "eml_folder"


def open_sources(config: Config, name: str) -> tuple[MailSource, ...]:
    """The sources of mailbox ``name``, not connected yet; ConfigError where its password cannot be read."""
    mailbox = config.mailboxes[name]
    if mailbox.maildir:
        return (MaildirSource(name, config.folder / mailbox.maildir),)
    if mailbox.eml_folder:
        return (EmlFolderSource(name, config.folder / mailbox.eml_folder),)
    assert mailbox.imap is not None  # the configuration names exactly one source
    server, credentials = config.server(mailbox.imap), credentials_of(config, name, "imap")
    return tuple(ImapSource(name, server, credentials, folder) for folder in server.folder)
