"""The port through which mail comes in. The engine knows this protocol only; `imap.py` is an adapter behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pipeline.records import RawMail


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """What a folder says of itself. UIDs of one ``uid_validity`` never change and only grow (RFC 3501, 2.3.1.1)."""

    uid_validity: int
    uid_next: int
    exists: int


class MailSource(Protocol):
    """One folder of one mailbox. Every method raises MailboxError where the server cannot be reached or misbehaves."""

    @property
    def name(self) -> str:
        """The mailbox as named in the configuration."""

    @property
    def folder(self) -> str: ...

    def connect(self) -> None:
        """Log in; MailboxLoginError where the server refuses user or password."""

    def close(self) -> None:
        """Log out and drop the connection; never raises."""

    def select(self) -> FolderStatus:
        """Open the folder for reading; nothing a source does ever changes a flag."""

    def fetch_new(self, after_uid: int, limit: int) -> Iterator[RawMail]:
        """At most ``limit`` mails with a UID above ``after_uid``, in ascending order."""

    def first_uid_since(self, day: date) -> int:
        """The lowest UID received on or after ``day``; ``uid_next`` where there is none."""

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for news, at most ``seconds`` or until ``stop``; True where something may be new."""
