"""A folder of .eml files as a mail source, and what all sources made of files share."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import MailboxError
from pipeline.intake.files import POLL_SECONDS, header_section, uid_of
from pipeline.intake.maildir import EmlFolderSource
from pipeline.intake.source import MailSource

MAIL = b"From: ana@customers.example\nSubject: Late\n\nWhere is my order?\n"
LONG_AGO = 1_700_000_000
NOW = LONG_AGO + 1000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, which stands still until the test moves it; by the calendar it is `NOW`."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "time_ns", lambda: NOW * 10**9)
    return now


def put(folder: Path, name: str, raw: bytes = MAIL, at: int = LONG_AGO) -> Path:
    path = folder / name
    path.write_bytes(raw)
    os.utime(path, (at, at))
    return path


def raws(source: MailSource) -> list[bytes]:
    return sorted(mail.raw for mail in source.fetch(source.uids()))


def test_files_with_the_suffix_in_any_case_are_mails_and_no_others(tmp_path: Path) -> None:
    for name in ("a.eml", "b.EML", "c.Eml"):
        put(tmp_path, name, name.encode())
    for name in ("d.eml.part", "e.txt", "eml", ".f.eml"):
        put(tmp_path, name)
    (tmp_path / "folder.eml").mkdir()
    put(tmp_path / "folder.eml", "g.eml")
    (tmp_path / "link.eml").symlink_to(tmp_path / "e.txt")
    os.mkfifo(tmp_path / "fifo.eml")
    source: MailSource = EmlFolderSource("care", tmp_path)
    assert raws(source) == [b"a.eml", b"b.EML", b"c.Eml"]
    assert source.select().exists == 3
    assert source.folder == f"eml:{tmp_path.name}"
    assert not source.marks


def test_a_uid_stays_the_same_until_the_file_is_used_for_another_mail(tmp_path: Path) -> None:
    put(tmp_path, "a.eml")
    before = EmlFolderSource("care", tmp_path).uids()
    assert EmlFolderSource("care", tmp_path).uids() == before
    put(tmp_path, "a.eml", MAIL + b"Please hurry.\n")
    assert EmlFolderSource("care", tmp_path).uids() != before


def test_a_file_being_written_is_left_until_it_has_stayed_the_same(tmp_path: Path, clock: list[float]) -> None:
    source = EmlFolderSource("care", tmp_path)
    put(tmp_path, "a.eml", MAIL[:10], at=NOW)
    assert source.uids() == []
    assert source.uids() == []  # looking twice in a moment shows nothing
    clock[0] += POLL_SECONDS
    put(tmp_path, "a.eml", MAIL, at=NOW)
    assert source.uids() == []  # it grew
    clock[0] += POLL_SECONDS
    assert raws(source) == [MAIL]
    assert raws(source) == [MAIL]  # and it stays


def test_a_file_dated_in_the_future_is_read_once_it_has_stayed_the_same(tmp_path: Path, clock: list[float]) -> None:
    put(tmp_path, "a.eml", at=NOW + 1_000_000)
    source = EmlFolderSource("care", tmp_path)
    assert source.uids() == []
    clock[0] += POLL_SECONDS
    assert raws(source) == [MAIL]


def test_a_file_that_has_no_contents_yet_is_left(tmp_path: Path) -> None:
    put(tmp_path, "a.eml", b"")
    assert EmlFolderSource("care", tmp_path).uids() == []


def test_a_file_waiting_to_be_complete_is_looked_at_again_soon(tmp_path: Path, clock: list[float]) -> None:
    class Passing(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            clock[0] += timeout or 0.0
            return False

    source, stop = EmlFolderSource("care", tmp_path), Passing()
    put(tmp_path, "a.eml", at=NOW)
    os.utime(tmp_path, (LONG_AGO, LONG_AGO))
    assert source.uids() == []
    assert source.wait(60, stop)
    assert clock[0] == 1000.0 + POLL_SECONDS
    assert raws(source) == [MAIL]


def test_a_file_replaced_after_the_listing_is_not_given_under_the_old_uid(tmp_path: Path) -> None:
    put(tmp_path, "a.eml")
    source = EmlFolderSource("care", tmp_path)
    old = source.uids()
    put(tmp_path, "a.eml", MAIL * 2)
    assert list(source.fetch(old)) == []
    assert raws(source) == [MAIL * 2]


def test_files_of_which_not_even_the_times_can_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Entry:
        """A file in a folder that may be listed and not searched."""

        name, path = "a.eml", str(tmp_path / "a.eml")

        def is_dir(self, follow_symlinks: bool) -> bool:
            return False

        def is_file(self, follow_symlinks: bool) -> bool:
            return True

        def stat(self, follow_symlinks: bool) -> os.stat_result:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", lambda folder: contextlib.nullcontext([Entry()]))
    source = EmlFolderSource("care", tmp_path)
    assert source.uids() == []
    assert source.warning == "1 file cannot be read and is left out: a.eml (Permission denied)"


def test_a_folder_that_is_no_folder_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, "a.eml")
    with pytest.raises(MailboxError, match=r"a\.eml: cannot be read as mail folder: Not a directory"):
        EmlFolderSource("care", path).connect()


@given(st.binary())
def test_uids_fit_the_store(data: bytes) -> None:
    assert 0 <= uid_of(data) < 2**63


@given(st.binary(max_size=200))
def test_a_header_section_ends_with_the_first_blank_line(body: bytes) -> None:
    for end in (b"\n", b"\r\n"):
        header = b"Subject: a" + end + b"X: b" + end + end
        assert header_section(header + body) == header
