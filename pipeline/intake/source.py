"""The port through which mail comes in. The engine knows this protocol only; adapters stand behind it.

`imap.py` reads a folder of a server, `maildir.py` a Maildir or a folder of .eml files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from pipeline.records import RawMail

IMPORTED = "import:"
"""Begins the names under which imported mail is stored; nobody watches such a folder."""


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """What a folder says of itself. UIDs of one ``uid_validity`` never change (RFC 3501, 2.3.1.1).

    ``ordered``: later mail has higher UIDs, so progress is one number. Files have no such order: there every UID is
    compared with what is stored.
    """

    uid_validity: int
    uid_next: int
    exists: int
    ordered: bool = True


class MailSource(Protocol):
    """One folder of one mailbox. Every method raises MailboxError where it cannot be reached or misbehaves."""

    @property
    def name(self) -> str:
        """The mailbox as named in the configuration."""

    @property
    def folder(self) -> str: ...

    @property
    def marks(self) -> bool:
        """Whether mails that have been dealt with are to be marked or moved: only where configured."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def connect(self) -> None:
        """Log in; MailboxLoginError where the server refuses user, password or token."""

    def close(self) -> None:
        """Log out and drop the connection; never raises."""

    def select(self) -> FolderStatus:
        """Open the folder: read-only unless `marks`."""

    def uids(self, first: int = 1) -> list[int]:
        """The UIDs of the folder from ``first`` on, ascending."""

    def fetch(self, uids: Sequence[int]) -> Iterator[RawMail]:
        """The mails with these UIDs, in this order, read in small lots so that little memory is held at once.

        No flag changes. A mail that is gone by now is left out.
        """

    def first_uid_since(self, day: date) -> int:
        """The lowest UID received on or after ``day``; ``uid_next`` where there is none; 1 where UIDs have no order."""

    @property
    def warning(self) -> str:
        """Which mails of the last `fetch` were left out because they cannot be read, and why; "" where none."""

    def mark_done(self, uids: Sequence[int]) -> str:
        """Set the configured keyword and move, by UID; "" or, where the server does not permit it, why not."""

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for news, at most ``seconds`` or until ``stop``; True where something may be new."""
