"""``token_file``: the login of one mailbox as JSON, for its owner's eyes only, replaced as a whole.

    {"provider": "other", "client_id": "...", "renewal": "...",
     "access": {"value": "...", "issued_at": 0.0, "expires_at": 0.0}}

``renewal`` is a refresh token, for Microsoft the cache of msal; ``access`` may be null. Several processes may share it:
whoever renews holds the lock beside it.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from pipeline.accounts.grants import AccessToken
from pipeline.errors import MailboxError, MailboxLoginError

LOCK_SECONDS = 90.0
"""Longer than a renewal takes: two questions at most, each within the time limits of `endpoint.py`."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class StoredLogin:
    provider: str
    client_id: str
    renewal: str = field(repr=False)
    access: AccessToken | None = None


_STORED = TypeAdapter(StoredLogin)


class TokenFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        # Mode 0600, so that nobody else can hold up the renewal.
        self._lock = FileLock(f"{path}.lock", timeout=LOCK_SECONDS, mode=0o600)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone among all processes; MailboxError where the lock cannot be had."""
        try:
            self._lock.acquire()
        except Timeout:
            raise MailboxError(f"{self.path}: another process has held its lock for {LOCK_SECONDS:.0f} s") from None
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            yield
        finally:
            self._lock.release()

    def read(self) -> StoredLogin | None:
        """What is stored, None where there is no file yet.

        MailboxLoginError where others can read it, or where it cannot be read.
        """
        try:
            with self.path.open("rb") as stream:
                mode = os.fstat(stream.fileno()).st_mode
                raw = stream.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MailboxLoginError(f"{self.path}: {error.strerror or error}") from None
        if stat.S_IMODE(mode) & _OTHERS:
            raise MailboxLoginError(
                f"{self.path}: others can read it (mode {stat.S_IMODE(mode):04o})", remedy=f"run chmod 600 {self.path}"
            )
        try:
            return _STORED.validate_json(raw, strict=True)
        except ValidationError:  # its text quotes the input
            raise MailboxLoginError(f"{self.path}: damaged, or no token file") from None

    def write(self, login: StoredLogin) -> None:
        """Replace the file, mode 0600; it is on the disk when this returns. MailboxError where that fails."""
        try:
            _replace(self.path, _STORED.dump_json(login))
        except OSError as error:
            raise self._unwritable(error) from None

    def version(self) -> Any:
        """Differs once somebody has replaced the file; None where there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _unwritable(self, error: OSError) -> MailboxError:
        return MailboxError(
            f"{self.path}: cannot be written: {error.strerror or error}", remedy="check its folder and the free space"
        )


def _replace(path: Path, raw: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
