"""The thread that keeps one mailbox's Drafts folder and the desk together."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import closing

import structlog
from django.db import DatabaseError, close_old_connections, connection

from pipeline.accounts.logins import credentials_of
from pipeline.config import Config
from pipeline.errors import CalmdeskError, ConfigError, MailboxError, MailboxLoginError, ParseError
from pipeline.intake.imap_drafts import DraftsFolder
from pipeline.intake.isolate import ParserPool
from pipeline.intake.parse import unreadable_mail
from pipeline.records import ParsedMail
from pipeline.review.mail_client.sync import sync
from pipeline.store.intake import was_read

log = structlog.get_logger(__name__)

SHORTEST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0


class DraftsWorker:
    """Looks into one mailbox every ``worker.poll_seconds``; faults back off with growing waits and never end it."""

    def __init__(self, config: Config, folder: DraftsFolder) -> None:
        self.name = f"drafts-{folder.name}"
        self._config = config
        self._folder = folder

    def check(self) -> None:
        """Reach the server once; ConfigError where a folder is missing.

        A server that cannot be reached now is a fault that passes, if the mailbox was read before.
        """
        name = self._folder.name
        try:
            with self._folder:
                self._folder.check()
        except MailboxError as error:
            if was_read(name):
                log.warning("drafts folder not reached", mailbox=name, reason=str(error))
                return
            key = f"mailboxes.yaml: mailboxes.{name}.drafts_folder"
            raise ConfigError(f"{key}: {error.message}", remedy=error.remedy) from error

    def run(self, stop: threading.Event) -> None:
        wait = SHORTEST_BACKOFF
        with closing(ParserPool()) as parser:
            while not stop.is_set():
                try:
                    with self._folder:
                        while not stop.is_set():
                            close_old_connections()
                            sync(self._config, self._folder, lambda raw: self._read(parser, raw))
                            wait = SHORTEST_BACKOFF
                            stop.wait(self._config.calmdesk.worker.poll_seconds)
                except (CalmdeskError, DatabaseError) as error:
                    reason = next(iter(str(error).splitlines()), type(error).__name__)
                    log.warning("drafts folder not kept", mailbox=self._folder.name, reason=reason)
                    stop.wait(
                        LONGEST_BACKOFF if isinstance(error, MailboxLoginError) else random.uniform(wait / 2, wait)
                    )
                    wait = min(wait * 2, LONGEST_BACKOFF)
                except Exception:  # a fault of ours: the watch must live, or what is sent would never be noticed
                    log.exception("drafts folder not kept", mailbox=self._folder.name)
                    stop.wait(LONGEST_BACKOFF)
        connection.close()

    def _read(self, parser: ParserPool, raw: bytes) -> ParsedMail:
        try:
            return parser.parse(raw)
        except ParseError as error:
            return unreadable_mail(raw, str(error))


def drafts_workers(config: Config) -> Iterator[DraftsWorker]:
    """One for each mailbox whose ``drafts_folder`` is not off; ConfigError where a password cannot be read."""
    for name, mailbox in config.mailboxes.items():
        if mailbox.imap and mailbox.drafts_folder != "off":
            server, credentials = config.server(mailbox.imap), credentials_of(config, name, "imap")
            yield DraftsWorker(
                config, DraftsFolder(name, server, credentials, mailbox.drafts_folder, mailbox.sent_folder)
            )
