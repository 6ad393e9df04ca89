"""A Maildir as a mail source."""

from __future__ import annotations

import io
import mailbox
import os
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pipeline.errors import MailboxError
from pipeline.intake import files
from pipeline.intake.maildir import MaildirSource
from pipeline.intake.source import MailSource

MAIL = b"From: ana@customers.example\nSubject: Late\n\nWhere is my order?\n"
LONG_AGO = 1_700_000_000


class Waited(threading.Event):
    """An event that counts how often it was waited for, and takes no time."""

    count = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.count += 1
        return self.is_set()


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    path = tmp_path / "Support"
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir(parents=True)
    age(path)
    return path


def age(path: Path) -> None:
    """Make the folders look as if nothing had come in for long."""
    for part in ("new", "cur"):
        os.utime(path / part, (LONG_AGO, LONG_AGO))


def put(folder: Path, name: str, raw: bytes = MAIL) -> Path:
    (folder / name).write_bytes(raw)
    return folder / name


def names(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*"))


def raws(source: MailSource) -> list[bytes]:
    return sorted(mail.raw for mail in source.fetch(source.uids()))


def test_mails_of_new_and_cur_are_read_and_nothing_is_changed(maildir: Path) -> None:
    put(maildir / "new", "1.M1.host", b"Subject: 1\n\n")
    put(maildir / "cur", "2.M2.host:2,RS", b"Subject: 2\n\n")
    put(maildir / "tmp", "3.M3.host", b"Subject: 3\n\n")
    before = names(maildir)
    with MaildirSource("care", maildir) as source:
        status = source.select()
        assert (status.exists, status.ordered, status.uid_validity) == (2, False, 1)
        assert raws(source) == [b"Subject: 1\n\n", b"Subject: 2\n\n"]
    assert names(maildir) == before


def test_mails_delivered_by_another_program_come_back_byte_for_byte(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    written = [b"Subject: %d\n\nGr\xfc\xdfe\x00\n" % number for number in range(20)]
    for raw in written:
        box.add(raw)
    assert raws(MaildirSource("care", tmp_path / "box")) == sorted(written)


def test_a_mail_names_its_mailbox_folder_size_and_time_of_delivery(maildir: Path) -> None:
    os.utime(put(maildir / "new", "99.M1.host"), (LONG_AGO, LONG_AGO))
    source = MaildirSource("care", maildir)
    (mail,) = source.fetch(source.uids())
    assert (mail.mailbox, mail.folder, mail.uid_validity) == ("care", "maildir:Support", 1)
    assert (mail.size, mail.complete) == (len(MAIL), True)
    assert mail.received_at == datetime.fromtimestamp(LONG_AGO, UTC)


def test_neither_flags_nor_the_move_to_cur_nor_a_new_process_change_a_uid(maildir: Path) -> None:
    first = put(maildir / "new", "1.M1.host")
    uids = MaildirSource("care", maildir).uids()
    for name in ("1.M1.host:2,", "1.M1.host:2,S", "1.M1.host:2,FRS"):
        first = first.rename(maildir / "cur" / name)
        assert MaildirSource("care", maildir).uids() == uids
    assert 0 < uids[0] < 2**63


def test_a_mail_that_moves_between_listing_and_reading_is_found(maildir: Path) -> None:
    source = MaildirSource("care", maildir)
    moving = [put(maildir / "new", f"{number}.M1.host") for number in range(5)]
    uids = source.uids()
    for path in moving:
        path.rename(maildir / "cur" / f"{path.name}:2,S")
    assert [mail.uid for mail in source.fetch(uids)] == uids


def test_mails_that_are_gone_are_left_out_after_one_more_listing(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [put(maildir / "new", f"{number}.M1.host") for number in range(50)]
    source = MaildirSource("care", maildir)
    uids = source.uids()
    for path in paths[1:]:
        path.unlink()
    listed: list[Path] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(path) or scandir(path))  # type: ignore[func-returns-value]
    assert [mail.raw for mail in source.fetch(uids)] == [MAIL]
    assert listed == [maildir / "new", maildir / "cur"]


def test_uids_from_a_given_one_on_are_ascending_and_fetch_keeps_the_order_asked_for(maildir: Path) -> None:
    for number in range(20):
        put(maildir / "new", f"{number}.M1.host")
    source = MaildirSource("care", maildir)
    uids = source.uids()
    assert uids == sorted(set(uids)) and len(uids) == 20
    assert source.uids(uids[7]) == uids[7:]
    assert [mail.uid for mail in source.fetch(uids[::-3])] == uids[::-3]
    assert source.first_uid_since(date(2026, 1, 1)) == 1


def test_fetch_needs_no_listing_before(maildir: Path) -> None:
    put(maildir / "new", "1.M1.host")
    uids = MaildirSource("care", maildir).uids()
    assert [mail.raw for mail in MaildirSource("care", maildir).fetch(uids)] == [MAIL]


def test_a_mail_over_the_limit_is_given_by_its_header_section(maildir: Path) -> None:
    put(maildir / "new", "exact", b"Subject: a\r\n\r\n" + b"x" * 86)
    put(maildir / "new", "over", b"Subject: b\r\n\r\n" + b"x" * 87)
    source = MaildirSource("care", maildir, max_bytes=100)
    exact, over = sorted(source.fetch(source.uids()), key=lambda mail: mail.size)
    assert (exact.complete, exact.size, len(exact.raw)) == (True, 100, 100)
    assert (over.complete, over.size, over.raw) == (False, 101, b"Subject: b\r\n\r\n")


def test_an_endless_header_section_is_cut(maildir: Path) -> None:
    put(maildir / "new", "1.M1.host", b"X: y\n" * 100_000)
    source = MaildirSource("care", maildir, max_bytes=1000)
    (mail,) = source.fetch(source.uids())
    assert (mail.complete, mail.size, len(mail.raw)) == (False, 500_000, files.MAX_HEADER_BYTES)


def test_what_is_no_regular_file_is_never_opened(maildir: Path) -> None:
    secret = put(maildir, "secret", b"Subject: not for you\n\n")
    (maildir / "new" / "link").symlink_to(secret)
    os.mkfifo(maildir / "cur" / "fifo")
    (maildir / "new" / "folder").mkdir()
    put(maildir / "new", ".hidden")
    put(maildir / "new", "1.M1.host")
    source = MaildirSource("care", maildir)
    with capture_logs() as logs:
        assert raws(source) == [MAIL]
        assert raws(source) == [MAIL]
    assert sorted(Path(entry["file"]).name for entry in logs) == ["fifo", "link"]
    assert source.warning == "2 files cannot be read and are left out: fifo, link (not a regular file)"
    (maildir / "cur" / "fifo").unlink()
    (maildir / "new" / "link").unlink()
    assert raws(source) == [MAIL]
    assert source.warning == ""


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_a_file_that_is_replaced_after_the_listing_is_not_opened(maildir: Path, kind: str) -> None:
    secret = put(maildir, "secret", b"Subject: not for you\n\n")
    path = put(maildir / "new", "1.M1.host")
    source = MaildirSource("care", maildir)
    uids = source.uids()
    path.unlink()
    if kind == "link":
        path.symlink_to(secret)
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    with capture_logs() as logs:
        assert list(source.fetch(uids)) == []
    assert [entry["file"] for entry in logs] == [str(path)]


def test_a_file_that_grows_while_it_is_read_is_left_for_later(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(maildir / "new", "1.M1.host")
    source = MaildirSource("care", maildir)

    class Growing(io.FileIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(-1 if size is None else size) or b""
            path.write_bytes(MAIL * 2)
            return data

    monkeypatch.setattr(files, "_open_regular", Growing)
    assert raws(source) == []
    monkeypatch.undo()
    assert raws(source) == [MAIL * 2]


def test_an_unreadable_file_is_told_once_and_stops_no_other(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(maildir / "new", "1.good", b"Subject: good\n\n")
    bad = put(maildir / "new", "2.bad", b"Subject: bad\n\n")
    opened = os.open

    def refusing(path: Path, flags: int) -> int:
        if path == bad:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, flags)

    source = MaildirSource("care", maildir)
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(os, "open", refusing)
    with capture_logs() as logs:
        assert raws(source) == [b"Subject: good\n\n"]
        assert len(source.uids()) == 1  # it does not stand in the way of others
        assert source.warning == "1 file cannot be read and is left out: 2.bad (Permission denied)"
        clock[0] += files.RETRY_SECONDS
        assert len(source.uids()) == 2
        assert raws(source) == [b"Subject: good\n\n"]
    assert [(entry["file"], entry["why"]) for entry in logs] == [(str(bad), "Permission denied")]
    monkeypatch.setattr(os, "open", opened)
    clock[0] += files.RETRY_SECONDS
    assert raws(source) == [b"Subject: bad\n\n", b"Subject: good\n\n"]
    assert source.warning == ""


def test_an_unreadable_file_that_is_gone_is_told_no_longer(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = put(maildir / "new", "1.bad")

    def refusing(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    source = MaildirSource("care", maildir)
    monkeypatch.setattr(os, "open", refusing)
    assert raws(source) == []
    assert "1.bad (Permission denied)" in source.warning
    bad.unlink()
    assert raws(source) == []
    assert source.warning == ""


def test_many_files_that_cannot_be_read_are_counted_and_the_first_named(maildir: Path) -> None:
    for number in range(9):
        os.mkfifo(maildir / "new" / f"fifo-{number}")
    source = MaildirSource("care", maildir)
    assert raws(source) == []
    assert source.warning == (
        "9 files cannot be read and are left out: fifo-0, fifo-1, fifo-2, fifo-3, fifo-4 and 4 more (not a regular file)"
    )


def test_a_file_name_that_is_no_utf8_is_read_and_can_be_told(maildir: Path) -> None:
    strange = os.fsencode(maildir / "new") + b"/1.\xff.host"
    with open(strange, "wb") as file:
        file.write(MAIL)
    source = MaildirSource("care", maildir)
    (uid,) = source.uids()
    assert [mail.raw for mail in source.fetch([uid])] == [MAIL]
    os.unlink(strange)
    os.mkfifo(strange)
    with capture_logs() as logs:
        assert list(source.fetch([uid])) == []
    assert "\ufffd" in logs[0]["file"]


@pytest.mark.parametrize("year", [-5, 1965, 2440])
def test_a_strange_file_time_does_not_matter(maildir: Path, year: int) -> None:
    seconds = (year - 1970) * 31_556_952
    os.utime(put(maildir / "new", "1.M1.host"), (seconds, seconds))
    source = MaildirSource("care", maildir)
    assert [mail.received_at.tzinfo for mail in source.fetch(source.uids())] == [UTC]


@pytest.mark.parametrize("missing", ["new", "cur", "."])
def test_a_missing_folder_is_named_with_its_remedy(maildir: Path, missing: str) -> None:
    if missing == ".":
        maildir.rename(maildir.with_name("elsewhere"))
    else:
        (maildir / missing).rmdir()
    with pytest.raises(MailboxError) as error:
        MaildirSource("care", maildir).connect()
    assert str(maildir) in error.value.message
    assert "'care'" in error.value.remedy


def test_a_folder_that_vanishes_later_is_an_error_and_not_an_empty_mailbox(maildir: Path) -> None:
    put(maildir / "new", "1.M1.host")
    source = MaildirSource("care", maildir)
    uids = source.uids()
    maildir.rename(maildir.with_name("elsewhere"))
    with pytest.raises(MailboxError):
        source.uids()
    with pytest.raises(MailboxError):
        list(source.fetch(uids))
    with pytest.raises(MailboxError):
        source.wait(0, threading.Event())


def test_mail_that_comes_in_after_the_listing_ends_the_wait_at_once(maildir: Path) -> None:
    source, stop = MaildirSource("care", maildir), Waited()
    source.uids()
    put(maildir / "new", "1.M1.host")
    assert source.wait(60, stop)
    assert stop.count == 0


def test_without_news_the_wait_ends_with_its_time_or_when_told(maildir: Path) -> None:
    source, stop = MaildirSource("care", maildir), Waited()
    source.uids()
    assert not source.wait(0, stop)
    stop.set()
    assert not source.wait(60, stop)
    assert stop.count == 1


def test_mail_that_comes_in_during_the_wait_ends_it(maildir: Path) -> None:
    class Delivering(Waited):
        def wait(self, timeout: float | None = None) -> bool:
            if self.count == 2:
                put(maildir / "new", "1.M1.host")
            return super().wait(timeout)

    source, stop = MaildirSource("care", maildir), Delivering()
    source.uids()
    assert source.wait(60, stop)
    assert stop.count == 3


def test_a_listing_right_after_a_change_is_soon_followed_by_another(
    maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: (LONG_AGO + 1) * 10**9)
    source, stop = MaildirSource("care", maildir), Waited()
    source.uids()
    assert source.wait(60, stop)
    assert stop.count == 1


def test_before_anything_was_listed_there_may_be_news(maildir: Path) -> None:
    assert MaildirSource("care", maildir).wait(0, threading.Event())


def test_nothing_is_ever_marked(maildir: Path) -> None:
    source: MailSource = MaildirSource("care", maildir)
    put(maildir / "new", "1.M1.host")
    before = names(maildir)
    assert not source.marks
    assert "never changed" in source.mark_done(source.uids())
    assert names(maildir) == before
