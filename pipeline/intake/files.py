"""What sources made of files have in common: one file is one mail, and no file is ever changed.

UIDs of files are hashes, so they have no order: what is new is found by comparing all of them with what is stored.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Self

import structlog

from pipeline.errors import MailboxError
from pipeline.intake.source import FolderStatus
from pipeline.records import RawMail

MAX_BYTES = 25_000_000
"""Octets of the largest mail that is read whole, unless told otherwise."""
MAX_HEADER_BYTES = 262_144
"""Octets of the header section that are read of a larger one."""
POLL_SECONDS = 0.5
"""How often `FileSource.wait` looks."""
YOUNG_SECONDS = 2.0
"""Time stamps younger than this tell little: those of some file systems advance in steps of up to two seconds."""
RETRY_SECONDS = 60.0
"""How long a file that could not be read is left out of `FileSource.uids`, so that it does not crowd out others."""
NAMED = 5
"""How many files a warning names."""
NOT_REGULAR = "not a regular file"
_LATEST_NS = 253_402_300_799 * 10**9
"""The end of the year 9999 after the epoch; the clock of a file may show anything."""

log = structlog.get_logger(__name__)

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


def uid_of(data: bytes) -> int:
    """A UID that depends on ``data`` alone: 63 bits of its SHA-256, as the store holds signed 64-bit numbers."""
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big") >> 1


def header_section(data: bytes) -> bytes:
    """The header section at the start of ``data`` with the blank line after it, at most `MAX_HEADER_BYTES`."""
    end = _END_OF_HEADER.search(data, 0, MAX_HEADER_BYTES)
    return data[: end.end() if end else MAX_HEADER_BYTES]


def modified_at(status: os.stat_result) -> datetime:
    """The modification time in UTC."""
    return datetime.fromtimestamp(min(max(status.st_mtime_ns, 0), _LATEST_NS) / 10**9, UTC)


def age_seconds(mtime_ns: int) -> float:
    """Seconds since this modification time; negative where a clock is wrong."""
    return (time.time_ns() - mtime_ns) / 10**9


def _open_regular(path: Path) -> BinaryIO:
    """OSError where it is no regular file. Neither a link is followed, nor can a FIFO make it wait."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, NOT_REGULAR)
    return os.fdopen(descriptor, "rb")


def _shown(path: Path | str) -> str:
    return os.fsencode(path).decode(errors="replace")


def _left_out_for(why: str, reasons: Mapping[Path, str]) -> str:
    names = sorted(path.name for path in reasons if reasons[path] == why)
    count = "1 file cannot be read and is" if len(names) == 1 else f"{len(names)} files cannot be read and are"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{count} left out: {', '.join(map(_shown, names[:NAMED]))}{more} ({why})"


class FileSource(ABC):
    """Base of the sources behind `MailSource` that are folders of files; a subclass says which files are mails.

    ``received_at`` is a file's modification time. Mails over ``max_bytes`` are given by their header section alone. A
    file that cannot be read stops no other: it is left out and tried again later. `warning` names it as long, the log
    once.
    """

    marks = False

    def __init__(self, name: str, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._name = name
        self._path = path
        self._max_bytes = max_bytes
        self._files: dict[int, Path] = {}
        self._listed_at: tuple[int, ...] = ()
        self._look_again = False
        self._retry_at: dict[int, float] = {}
        self._left_out: dict[Path, str] = {}
        self._told: set[Path] = set()

    @property
    @abstractmethod
    def folder(self) -> str:
        """What the folder is called in the store. It holds the last part of the path, so a mailbox may move."""

    @property
    @abstractmethod
    def _folders(self) -> tuple[Path, ...]:
        """The directories that are read, not deeper, in this order."""

    @abstractmethod
    def _uid(self, entry: os.DirEntry[str]) -> int | None:
        """The UID of a regular file; None where it is no mail, or none yet. May raise OSError."""

    def _is_same(self, uid: int, path: Path, status: os.stat_result) -> bool:
        """Whether the file now at ``path`` is still the mail with this UID."""
        return True

    @property
    def name(self) -> str:
        return self._name

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """MailboxError where a directory is missing or may not be read."""
        self._list()

    def close(self) -> None:
        self._files, self._listed_at = {}, ()

    # --- reading ----------------------------------------------------------------------------------------------------

    def select(self) -> FolderStatus:
        self._list()
        return FolderStatus(uid_validity=1, uid_next=1, exists=len(self._files), ordered=False)

    def uids(self, first: int = 1) -> list[int]:
        self._list()
        now = time.monotonic()
        return sorted(uid for uid in self._files if uid >= first and self._retry_at.get(uid, now) <= now)

    def fetch(self, uids: Sequence[int]) -> Iterator[RawMail]:
        if not self._listed_at:
            self._list()
        for uid in uids:
            mail = self._fetch(uid)
            if mail is not None:
                yield mail

    def first_uid_since(self, day: date) -> int:
        """1: UIDs have no order."""
        return 1

    @property
    def warning(self) -> str:
        """Which files of the last listing cannot be read, whether at that or since; those of the same reason together.

        A file that waits to be tried again is among them.
        """
        return "; ".join(_left_out_for(why, self._left_out) for why in dict.fromkeys(self._left_out.values()))

    def mark_done(self, uids: Sequence[int]) -> str:
        return f"{self._path}: files are never changed, marked or moved"

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Look at the directories every `POLL_SECONDS`; True where one has changed since it was last listed.

        Also True shortly after a listing that came so soon after a change that another may hide behind it.
        """
        end = time.monotonic() + seconds
        while self._times() == self._listed_at:
            left = end - time.monotonic()
            if left <= 0 or stop.wait(min(left, POLL_SECONDS)):
                return False
            if self._look_again:
                return True
        return True

    # --- inside -----------------------------------------------------------------------------------------------------

    def _times(self) -> tuple[int, ...]:
        try:
            return tuple(folder.stat().st_mtime_ns for folder in self._folders)
        except OSError as error:
            raise self._unreachable(error) from None

    def _list(self) -> None:
        """Read the directories. Their times are taken before, so what comes in meanwhile shows as a change."""
        self._listed_at = self._times()
        self._look_again = any(abs(age_seconds(mtime_ns)) < YOUNG_SECONDS for mtime_ns in self._listed_at)
        before, self._left_out = self._left_out, {}
        try:
            self._files = dict(self._mails())
        except OSError as error:
            raise self._unreachable(error) from None
        now = time.monotonic()
        waiting = (self._files.get(uid) for uid, retry_at in self._retry_at.items() if retry_at > now)
        self._left_out |= {path: before[path] for path in waiting if path in before}

    def _mails(self) -> Iterator[tuple[int, Path]]:
        for folder in self._folders:
            with os.scandir(folder) as entries:
                yield from self._mails_among(entries)

    def _mails_among(self, entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[int, Path]]:
        for entry in entries:
            if entry.name.startswith(".") or entry.is_dir(follow_symlinks=False):
                continue
            if not entry.is_file(follow_symlinks=False):
                self._tell(Path(entry.path), NOT_REGULAR)
                continue
            try:
                uid = self._uid(entry)
            except FileNotFoundError:  # gone between listing and looking
                continue
            except OSError as error:
                self._tell(Path(entry.path), error.strerror or str(error))
                continue
            if uid is not None:
                yield uid, Path(entry.path)

    def _fetch(self, uid: int) -> RawMail | None:
        """The mail, also where its file was renamed since the listing; None where it is gone or cannot be read."""
        for _ in range(2):
            path = self._files.get(uid)
            if path is None:
                return None
            try:
                return self._read(uid, path)
            except FileNotFoundError:
                self._list()
            except OSError as error:
                self._retry_at[uid] = time.monotonic() + RETRY_SECONDS
                self._tell(path, error.strerror or str(error))
                return None
        return None

    def _read(self, uid: int, path: Path) -> RawMail | None:
        """The mail; None where its file is changing under our hands: the next listing tells what became of it."""
        with _open_regular(path) as file:
            before = os.fstat(file.fileno())
            complete = before.st_size <= self._max_bytes
            raw = file.read(before.st_size) if complete else header_section(file.read(MAX_HEADER_BYTES))
            after = os.fstat(file.fileno())
        changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
        if changed or not self._is_same(uid, path, after):
            return None
        return RawMail(self.name, self.folder, 1, uid, modified_at(before), raw, before.st_size, complete)

    def _tell(self, path: Path, reason: str) -> None:
        self._left_out[path] = reason
        if path not in self._told:
            self._told.add(path)
            log.warning("file left out", mailbox=self.name, file=_shown(path), why=reason)

    def _unreachable(self, error: OSError) -> MailboxError:
        return MailboxError(
            f"{error.filename or self._path}: cannot be read as mail folder: {error.strerror or error}",
            remedy=f"mailbox {self.name!r} needs {' and '.join(map(str, self._folders))}, readable",
        )
