from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self

import pytest
from django.utils import timezone

from pipeline.engine import watch as watching
from pipeline.engine.watch import mark, poll, watch
from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.source import FolderStatus
from pipeline.records import RawMail
from pipeline.store.limits import HELD_BACK
from pipeline.store.models import Folder, Message
from tests.rows import mail_bytes

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=3)
NOW = timezone.now()


@dataclass
class FakeSource:
    """A folder in memory; ``fail_at`` is the UID at which the connection breaks."""

    present: list[int]
    uid_validity: int = 1
    first: int = 1
    fail_at: int | None = None
    ordered: bool = True
    marks: bool = False
    refusal: str = ""
    warning: str = ""
    asked: list[int] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)
    words: str = "Mail"
    done: list[int] = field(default_factory=list)
    name: str = "care"
    folder: str = "INBOX"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to close."""

    def select(self) -> FolderStatus:
        return FolderStatus(self.uid_validity, max(self.present, default=0) + 1, len(self.present), self.ordered)

    def uids(self, first: int = 1) -> list[int]:
        self.asked.append(first)
        return [uid for uid in self.present if uid >= first or not self.ordered]

    def fetch(self, uids: Sequence[int]) -> Iterator[RawMail]:
        for uid in uids:
            if uid == self.fail_at:
                raise MailboxError("connection lost")
            self.fetched.append(uid)
            raw = mail_bytes(f"{self.words} {uid}.", message_id=f"<{uid}@example.com>")
            yield RawMail("care", "INBOX", self.uid_validity, uid, NOW, raw, len(raw))

    def first_uid_since(self, day: date) -> int:
        return self.first

    def mark_done(self, uids: Sequence[int]) -> str:
        self.done += [] if self.refusal else uids
        return self.refusal

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        return True


def test_all_new_mail_is_stored_once_in_lots() -> None:
    source = FakeSource(list(range(1, 2 * watching.LOT_MAILS + 3)))
    lots: list[int] = []
    assert poll(source, DAYS, lambda: lots.append(Message.objects.count())) == len(source.present)
    assert lots == [watching.LOT_MAILS, 2 * watching.LOT_MAILS, len(source.present)]
    assert poll(source, DAYS) == 0
    assert sorted(Message.objects.values_list("uid", flat=True)) == source.present
    assert Folder.objects.get().last_uid == source.present[-1]
    assert Folder.objects.get().polled_at is not None


def test_large_mails_are_committed_before_too_many_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOT_BYTES", 400)
    lots: list[int] = []
    poll(FakeSource([1, 2, 3, 4]), DAYS, lambda: lots.append(Message.objects.count()))
    assert lots == [2, 4]


def test_at_the_first_look_old_mail_is_left_alone_for_ever() -> None:
    source = FakeSource([1, 2, 3, 4], first=3)
    assert poll(source, DAYS) == 2
    Folder.objects.update(reconciled_at=None)
    assert poll(source, DAYS) == 0
    assert sorted(Message.objects.values_list("uid", flat=True)) == [3, 4]


def test_mail_that_comes_later_is_stored_however_old_its_date() -> None:
    source = FakeSource([5], first=5)
    poll(source, DAYS)
    source.present, source.first = [5, 6], 99
    assert poll(source, DAYS) == 1


def test_a_broken_connection_keeps_what_was_fetched_and_goes_on_there() -> None:
    source = FakeSource([1, 2, 3, 4], fail_at=3)
    with pytest.raises(MailboxError):
        poll(source, DAYS)
    assert Folder.objects.get().last_uid == 2
    source.fail_at = None
    assert poll(source, DAYS) == 2
    assert source.fetched == [1, 2, 3, 4]


def test_a_stop_ends_the_work_after_a_lot_and_the_next_start_goes_on() -> None:
    source, stop = FakeSource(list(range(1, 3 * watching.LOT_MAILS))), threading.Event()
    assert poll(source, DAYS, stop.set, stop) == watching.LOT_MAILS
    assert poll(source, DAYS) == len(source.present) - watching.LOT_MAILS
    assert source.fetched == sorted(set(source.fetched))


def test_a_mail_that_went_past_unseen_is_found_when_everything_is_compared() -> None:
    source = FakeSource([1, 2, 4])
    poll(source, DAYS)
    source.present = [1, 2, 3, 4]
    assert poll(source, DAYS) == 0
    Folder.objects.update(reconciled_at=timezone.now() - 2 * watching.RECONCILE_EVERY)
    assert poll(source, DAYS) == 1
    assert Folder.objects.get().last_uid == 4
    assert source.asked == [1, 5, 1]


def test_a_source_without_order_is_compared_whole_each_time() -> None:
    source = FakeSource([900, 5], ordered=False)
    assert poll(source, DAYS) == 2
    source.present = [7, 900, 5]
    assert poll(source, DAYS) == 1
    assert source.fetched == [900, 5, 7]


def test_a_renumbered_folder_is_read_again_and_its_mail_recognised() -> None:
    poll(FakeSource([7, 8]), DAYS)
    Message.objects.filter(uid=7).update(sha256=hashlib.sha256(b"another mail").hexdigest())
    assert poll(FakeSource([7, 8], uid_validity=2), DAYS) == 1
    folder = Folder.objects.get()
    assert (folder.uid_validity, folder.last_uid) == (2, 8)
    assert "renumbered" in folder.notice
    assert Message.objects.count() == 3


def test_a_server_restored_from_a_backup_hides_no_new_mail_behind_old_numbers() -> None:
    poll(FakeSource([1, 2, 3, 4, 5], words="before"), DAYS)
    restored = FakeSource([1, 2, 3], words="before")
    assert poll(restored, DAYS) == 0
    restored.present, restored.words = [4], "after"
    assert poll(restored, DAYS) == 1
    assert Message.objects.count() == 6
    assert "renumbered" in Folder.objects.get().notice


def test_numbers_that_come_back_after_another_numbering_hide_no_new_mail() -> None:
    poll(FakeSource([1, 2], uid_validity=1, words="first"), DAYS)
    poll(FakeSource([1, 2], uid_validity=2, words="second"), DAYS)
    assert poll(FakeSource([1, 2], uid_validity=1, words="third"), DAYS) == 2
    assert Message.objects.count() == 6


def test_mails_that_were_dealt_with_are_marked_where_configured_and_once() -> None:
    source = FakeSource([1, 2, 3], marks=True)
    poll(source, DAYS)
    Message.objects.filter(uid__in=[1, 3]).update(state="drafted")
    mark(source)
    mark(source)
    assert source.done == [1, 3]


def test_a_mark_that_the_server_refuses_is_told_and_tried_again() -> None:
    source = FakeSource([1], marks=True, refusal="the folder takes no keywords")
    poll(source, DAYS)
    Message.objects.update(state="drafted")
    assert mark(source) == "the folder takes no keywords"
    source.refusal = ""
    assert mark(source) == ""
    assert source.done == [1]


def test_a_mail_that_was_held_back_is_not_marked() -> None:
    source = FakeSource([1, 2], marks=True)
    poll(source, DAYS)
    Message.objects.update(state="suppressed", reason="Auto-Submitted: auto-replied")
    Message.objects.filter(uid=2).update(reason=f"{HELD_BACK} more than 3 mails")
    mark(source)
    assert source.done == [1]


def test_nothing_is_marked_where_nothing_is_configured() -> None:
    source = FakeSource([1])
    poll(source, DAYS)
    Message.objects.update(state="drafted")
    mark(source)
    assert source.done == []


class Watched(FakeSource):
    """Raises ``faults`` one after the other at login, then lets the watch run once and ends it."""

    def __init__(self, faults: list[Exception], stop: threading.Event) -> None:
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

    def run(*faults: Exception) -> tuple[Clock, int]:
        stop, stored = Clock(), []
        source = Watched(list(faults), stop)
        watch(source, DAYS, 30.0, stop, lambda: stored.append(1))
        return stop, len(stored)

    return run


def test_a_watch_outlives_faults_and_waits_longer_after_each(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    stop, stored = run_watch(*[MailboxError("unreachable")] * 12)
    full = [min(2.0**number, watching.LONGEST_BACKOFF) for number in range(12)]
    assert len(stop.waits) == 12
    assert all(most / 2 <= wait <= most for wait, most in zip(stop.waits, full, strict=True))
    assert (stored, Message.objects.count()) == (1, 1)


def test_a_refused_login_is_not_hammered(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    stop, _ = run_watch(MailboxLoginError("wrong password"))
    assert stop.waits == [watching.LOGIN_BACKOFF]


def test_a_folder_that_was_never_opened_shows_its_fault_too(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    seen: list[str] = []

    class Looking(Clock):
        def wait(self, timeout: float | None = None) -> bool:
            seen.append(Folder.objects.get().error)
            return super().wait(timeout)

    stop = Looking()
    watch(Watched([MailboxError("unreachable")], stop), DAYS, 30.0, stop, lambda: None)
    assert seen == ["unreachable"]
    assert Folder.objects.get().error == ""


def test_what_is_amiss_is_shown_as_long_as_it_is(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    seen: list[str] = []

    class Ailing(Watched):
        def wait(self, seconds: float, stop: threading.Event) -> bool:
            seen.append(Folder.objects.get().warning)
            self.warning, self.refusal = "", ""
            return super().wait(seconds, stop) if len(seen) == 2 else True

    stop = Clock()
    source = Ailing([], stop)
    source.marks, source.warning, source.refusal = True, "mail 7 cannot be read", "the folder takes no keywords"
    poll(source, DAYS)
    Message.objects.update(state="drafted")
    watch(source, DAYS, 30.0, stop, lambda: None)
    assert seen == ["mail 7 cannot be read; the folder takes no keywords", ""]


def test_a_fault_of_ours_does_not_end_the_watch(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    stop, stored = run_watch(RuntimeError("a bug"))
    assert (stop.waits, stored) == ([watching.LONGEST_BACKOFF], 1)


def test_a_fault_is_shown_at_the_folder_until_it_is_over(run_watch: Callable[..., tuple[Clock, int]]) -> None:
    Folder.objects.create(mailbox="care", name="INBOX", uid_validity=1, error="unreachable")
    run_watch()
    assert Folder.objects.get().error == ""
