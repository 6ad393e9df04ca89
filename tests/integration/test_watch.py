from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self, cast

import pytest

from pipeline.engine import watch as watching
from pipeline.engine.watch import poll, watch
from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.imap import ImapSource
from pipeline.intake.source import FolderStatus
from pipeline.records import RawMail
from pipeline.store.models import Folder, Message
from tests.rows import MORNING, mail_bytes

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@dataclass
class FakeSource:
    """A folder in memory; ``fail_at`` is the UID at which the connection breaks."""

    uids: list[int]
    uid_validity: int = 1
    first: int = 1
    fail_at: int | None = None
    asked: list[int] = field(default_factory=list)
    name: str = "care"
    folder: str = "INBOX"

    def connect(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to close."""

    def select(self) -> FolderStatus:
        return FolderStatus(self.uid_validity, max(self.uids, default=0) + 1, len(self.uids))

    def fetch_new(self, after_uid: int, limit: int) -> Iterator[RawMail]:
        self.asked.append(after_uid)
        for uid in [uid for uid in self.uids if uid > after_uid][:limit]:
            if uid == self.fail_at:
                raise MailboxError("connection lost")
            yield RawMail("care", "INBOX", self.uid_validity, uid, MORNING, mail_bytes(f"Mail {uid}."))

    def first_uid_since(self, day: date) -> int:
        return self.first

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        return True


def test_all_new_mail_is_stored_once_in_batches() -> None:
    source = FakeSource(list(range(1, 2 * watching.FETCH_AT_ONCE + 3)))
    assert poll(source, "care", "INBOX", DAY) == len(source.uids)
    assert poll(source, "care", "INBOX", DAY) == 0
    assert sorted(Message.objects.values_list("uid", flat=True)) == source.uids
    assert Folder.objects.get().last_uid == source.uids[-1]
    assert Folder.objects.get().polled_at is not None


def test_at_the_first_look_old_mail_is_left_alone() -> None:
    assert poll(FakeSource([1, 2, 3, 4], first=3), "care", "INBOX", DAY) == 2
    assert sorted(Message.objects.values_list("uid", flat=True)) == [3, 4]


def test_mail_that_comes_later_is_stored_however_old_its_date() -> None:
    source = FakeSource([5], first=5)
    poll(source, "care", "INBOX", DAY)
    source.uids, source.first = [5, 6], 99
    assert poll(source, "care", "INBOX", DAY) == 1


def test_a_broken_connection_keeps_what_was_fetched_and_goes_on_there() -> None:
    source = FakeSource([1, 2, 3, 4], fail_at=3)
    with pytest.raises(MailboxError):
        poll(source, "care", "INBOX", DAY)
    assert Folder.objects.get().last_uid == 2
    source.fail_at = None
    assert poll(source, "care", "INBOX", DAY) == 2
    assert source.asked[-1] == 2


def test_a_renumbered_folder_is_read_again_from_its_start() -> None:
    poll(FakeSource([7, 8]), "care", "INBOX", DAY)
    assert poll(FakeSource([1, 2], uid_validity=2), "care", "INBOX", DAY) == 2
    folder = Folder.objects.get()
    assert (folder.uid_validity, folder.last_uid) == (2, 2)


class Watched(FakeSource):
    """Raises ``faults`` one after the other at login, then lets the watch run once and ends it."""

    def __init__(self, faults: list[MailboxError], stop: threading.Event) -> None:
        super().__init__([1])
        self.faults, self.stop = faults, stop

    def __enter__(self) -> Self:
        if self.faults:
            raise self.faults.pop(0)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        self.stop.set()
        return True


class Clock(threading.Event):
    """An event that notes how long it was to wait and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


@pytest.fixture
def run_watch(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Clock, int]]:
    # The test's transaction lives on this very connection.
    monkeypatch.setattr(watching, "close_old_connections", lambda: None)

    def run(*faults: MailboxError) -> tuple[Clock, int]:
        stop, stored = Clock(), []
        source: Any = Watched(list(faults), stop)
        watch(cast(ImapSource, source), "care", "INBOX", timedelta(days=3), 30.0, stop, lambda: stored.append(1))
        return stop, len(stored)

    return run


def test_a_watch_outlives_faults_and_waits_longer_after_each(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    stop, stored = run_watch(*[MailboxError("unreachable")] * 12)
    assert stop.waits == sorted(stop.waits)
    assert (len(stop.waits), stop.waits[0], stop.waits[-1]) == (12, 1.0, watching.LONGEST_BACKOFF)
    assert (stored, Message.objects.count()) == (1, 1)


def test_a_refused_login_is_not_hammered(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    stop, _ = run_watch(MailboxLoginError("wrong password"))
    assert stop.waits == [watching.LOGIN_BACKOFF]


def test_a_fault_is_shown_at_the_folder_until_it_is_over(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    Folder.objects.create(mailbox="care", name="INBOX", uid_validity=1, error="unreachable")
    run_watch()
    assert Folder.objects.get().error == ""
