"""A Maildir, or a folder of .eml files, behind `MailSource`."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pipeline.intake.files import MAX_BYTES, YOUNG_SECONDS, FileSource, age_seconds, uid_of

SETTLE_SECONDS = 0.4
"""A little less than `files.POLL_SECONDS`, so that the second look at a file suffices."""


class MaildirSource(FileSource):
    """The mails in ``new`` and ``cur`` of the Maildir ``path``; ``tmp``, subfolders and dot files are not read.

    A UID comes from the unique part of the file name, so neither flags nor the move from ``new`` to ``cur`` change
    it. ``received_at`` is the file's modification time: it is set at delivery and kept by a rename, while the seconds
    at the start of the name are a convention that not every program follows.
    """

    @property
    def folder(self) -> str:
        return f"maildir:{self._path.name}"

    @property
    def _folders(self) -> tuple[Path, ...]:
        # This order: a mail that moves meanwhile is seen twice rather than never.
        return self._path / "new", self._path / "cur"

    def _uid(self, entry: os.DirEntry[str]) -> int:
        return uid_of(os.fsencode(entry.name).partition(b":2,")[0])


class EmlFolderSource(FileSource):
    """The files of the folder ``path`` that end in ``.eml``, in whatever case; subfolders and dot files are not read.

    A UID comes from name, size and modification time, so a name may be used again for another mail. As a file may be
    written in place, it counts only if it is not empty, and once it was not modified for `YOUNG_SECONDS` or looks as
    it did `SETTLE_SECONDS` ago.
    """

    def __init__(self, name: str, path: Path, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(name, path, max_bytes)
        self._first_seen: dict[int, float] = {}
        self._seen_before: dict[int, float] = {}

    @property
    def folder(self) -> str:
        return f"eml:{self._path.name}"

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (self._path,)

    def _list(self) -> None:
        self._seen_before, self._first_seen = self._first_seen, {}
        super()._list()

    def _uid(self, entry: os.DirEntry[str]) -> int | None:
        if not entry.name.lower().endswith(".eml"):
            return None
        status = entry.stat(follow_symlinks=False)
        uid = _uid_of_version(entry.name, status)
        return uid if status.st_size and self._is_written(uid, status.st_mtime_ns) else None

    def _is_same(self, uid: int, path: Path, status: os.stat_result) -> bool:
        return uid == _uid_of_version(path.name, status)

    def _is_written(self, uid: int, mtime_ns: int) -> bool:
        if age_seconds(mtime_ns) > YOUNG_SECONDS:
            return True
        now = time.monotonic()
        self._first_seen[uid] = self._seen_before.get(uid, now)
        settled = now - self._first_seen[uid] >= SETTLE_SECONDS
        self._look_again |= not settled
        return settled


def _uid_of_version(name: str, status: os.stat_result) -> int:
    return uid_of(os.fsencode(name) + b"\0%d %d" % (status.st_size, status.st_mtime_ns))
