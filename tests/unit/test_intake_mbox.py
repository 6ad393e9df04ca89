"""Reading mbox files."""

from __future__ import annotations

import mailbox
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError, RecordError
from pipeline.intake.files import MAX_HEADER_BYTES
from pipeline.intake.mbox import MboxMail, history_of, read_mbox

FROM = b"From ana@customers.example Mon Mar  2 09:30:00 2026\n"
MAIL = b"From: ana@customers.example\nSubject: Late\n\nWhere is my order?\n"


@pytest.fixture
def mbox(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        (tmp_path / "old.mbox").write_bytes(data)
        return tmp_path / "old.mbox"

    return write


def read(data: bytes, max_bytes: int = 25_000_000) -> list[MboxMail]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.mbox"
        path.write_bytes(data)
        return list(read_mbox(path, max_bytes))


def raws(data: bytes) -> list[bytes]:
    return [mail.raw for mail in read(data)]


def mboxrd(mails: list[bytes], end: bytes = b"\n") -> bytes:
    """The mails as a mboxrd writer puts them down."""
    quoted = [re.sub(rb"^(>*From )", rb">\1", mail, flags=re.MULTILINE) for mail in mails]
    complete = [mail if not mail or mail.endswith(b"\n") else mail + end for mail in quoted]
    return b"".join(FROM[:-1] + end + mail + end for mail in complete)


HOSTILE_LINES = st.sampled_from(
    [b"", b"From ", FROM[:-1], b">" + FROM[:-1], b">>From x", b">from", b"\r", b"x" * 70_000, b" From y", b"\x00\xff"]
)
MAILS = st.lists(
    st.one_of(st.binary(max_size=200), st.lists(HOSTILE_LINES | st.binary(max_size=20), max_size=8).map(b"\n".join)),
    max_size=5,
)


@given(MAILS)
def test_what_an_mboxrd_writer_put_down_comes_back_byte_for_byte(mails: list[bytes]) -> None:
    assert raws(mboxrd(mails)) == [mail if not mail or mail.endswith(b"\n") else mail + b"\n" for mail in mails]


@given(MAILS, st.integers(1, 300))
def test_where_the_blocks_end_that_are_read_changes_nothing(mails: list[bytes], block: int) -> None:
    whole = read(mboxrd(mails), 150)
    with mock.patch("pipeline.intake.mbox._BLOCK", block):
        assert read(mboxrd(mails), 150) == whole


def test_the_rest_of_a_very_long_line_is_not_taken_for_the_start_of_one() -> None:
    body = b"x" * 100 + b">From here\n"
    with mock.patch.multiple("pipeline.intake.mbox", _BLOCK=len(FROM), _LINE=100):
        assert raws(FROM + body) == [body]


@given(MAILS)
def test_files_with_crlf_come_back_byte_for_byte(mails: list[bytes]) -> None:
    mails = [mail.replace(b"\r", b"").replace(b"\n", b"\r\n") for mail in mails]
    assert raws(mboxrd(mails, b"\r\n")) == [
        mail if not mail or mail.endswith(b"\n") else mail + b"\r\n" for mail in mails
    ]


@given(MAILS)
def test_what_the_standard_library_wrote_comes_back_except_for_its_quoting(mails: list[bytes]) -> None:
    # It takes a first line "From ..." for the separator, and leaves lines unquoted that have a ">" already.
    mails = [b"Subject: a\n\n" + mail for mail in mails]
    expected = [re.sub(rb"^>(>*From )", rb"\1", mail, flags=re.MULTILINE) for mail in mails]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.mbox"
        box = mailbox.mbox(path)
        for mail in mails:
            box.add(mail)
        box.close()
        found = [mail.raw for mail in read_mbox(path)]
    assert found == [mail if mail.endswith(b"\n") else mail + b"\n" for mail in expected]


@given(st.lists(HOSTILE_LINES | st.binary(max_size=30), max_size=20).map(b"\n".join), st.integers(1, 100))
def test_garbage_is_refused_or_read_within_bounds(garbage: bytes, limit: int) -> None:
    for data in (garbage, FROM + garbage):
        try:
            mails = read(data, limit)
        except RecordError:
            assert not data.startswith(FROM)
            continue
        assert bool(mails) == bool(data)
        assert [mail.offset for mail in mails] == sorted({mail.offset for mail in mails})
        assert sum(mail.size for mail in mails) <= len(data)
        for mail in mails:
            assert data[mail.offset :].startswith(b"From ")
            assert mail.complete == (mail.size <= limit)
            assert len(mail.raw) <= mail.size


@pytest.mark.parametrize(
    "line",
    [
        b"From ana@customers.example Mon Mar  2 09:30:00 2026",
        b"From MAILER-DAEMON Mon Mar  2 09:30:00 2026",
        b"From - Mon Mar 02 09:30:00 2026",
        b"From 17596281@xxx Mon Mar 02 10:30:00 +0100 2026",
        b"From ana@customers.example  Mon Mar  2 04:30:00 2026 -0500",
        b'From "ana maria"@customers.example Mon Mar  2 09:30 2026',
        b"From  Mon Mar  2 09:30:00 2026",
        b"From ana at customers.example Mon Mar  2 09:30:00 GMT 2026 ",
    ],
)
def test_separators_of_many_writers_are_known_with_their_date(line: bytes) -> None:
    for end in (b"\n", b"\r\n"):
        first, second = read(line + end + MAIL + end + line + end + MAIL)
        assert first.date == second.date == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        b"From what I hear, nobody answers.",
        b"From Mon Mar 2 on I waited in vain.",
        b"From ana: Mon Mar  2 09:30:00 2026 was the date.",
        b"from ana@customers.example Mon Mar  2 09:30:00 2026",
        b" From ana@customers.example Mon Mar  2 09:30:00 2026",
    ],
)
def test_a_sentence_that_begins_with_from_separates_nothing(line: bytes) -> None:
    body = MAIL + b"\n" + line + b"\n\nAna\n"
    assert raws(FROM + body) == [body]


def test_a_separator_counts_only_after_a_blank_line() -> None:
    assert raws(FROM + MAIL + FROM + b"more\n") == [MAIL + FROM + b"more\n"]


def test_the_offset_is_where_the_separator_stands() -> None:
    data = mboxrd([MAIL, MAIL * 2, MAIL])
    assert [data[mail.offset :].startswith(FROM) for mail in read(data)] == [True] * 3


def test_a_mail_over_the_limit_is_given_by_its_header_section_and_the_next_is_whole() -> None:
    large = MAIL + b"x\n" * 500
    first, second, third = read(mboxrd([large, MAIL, b"y" * 200_000 + b"\n"]), max_bytes=len(MAIL))
    assert (first.complete, first.size, first.raw) == (False, len(large), MAIL[: MAIL.index(b"\n\n") + 2])
    assert (second.complete, second.size, second.raw) == (True, len(MAIL), MAIL)
    assert (third.complete, third.size) == (False, 200_001)


def test_the_blank_line_before_a_separator_does_not_count_for_the_limit() -> None:
    large = MAIL + b"x" * (2 * MAX_HEADER_BYTES) + b"\n"
    for end in (b"\n", b"\r\n"):
        first, _ = read(FROM + large + end + FROM + MAIL, max_bytes=len(large))
        assert (first.complete, first.size, first.raw == large) == (True, len(large), True)
        assert not read(FROM + large + end + FROM + MAIL, max_bytes=len(large) - 1)[0].complete


def test_an_endless_header_section_is_cut() -> None:
    (mail,) = read(FROM + b"X: y\n" * 200_000, max_bytes=500_000)
    assert (mail.complete, mail.size, len(mail.raw)) == (False, 1_000_000, MAX_HEADER_BYTES)


def test_only_what_was_asked_for_is_read(mbox: Callable[[bytes], Path]) -> None:
    mails = read_mbox(mbox(mboxrd([MAIL] * 3)))
    assert isinstance(mails, Iterator)
    assert next(mails).raw == MAIL


@pytest.mark.parametrize(
    "data", [b"Subject: a\n\nFrom x Mon Mar  2 09:30:00 2026\n", b"\n", b"\x1f\x8b\x08", b"From x\n"]
)
def test_a_file_that_is_no_mbox_is_named(mbox: Callable[[bytes], Path], data: bytes) -> None:
    with pytest.raises(RecordError, match=r"old\.mbox: no mbox: the first line is not a From_ line"):
        list(read_mbox(mbox(data)))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path, "not a regular file"), (tmp_path / "none", "No such file or directory")):
        for reader in (read_mbox(path), history_of(path, "care")):
            with pytest.raises(InputError) as error:
                list(reader)
            assert error.value.message == f"{path}: {reason}"


def test_an_empty_file_has_no_mails(mbox: Callable[[bytes], Path]) -> None:
    assert list(history_of(mbox(b""), "care")) == []


def test_history_names_mailbox_and_file_and_the_same_mail_gets_the_same_uid(mbox: Callable[[bytes], Path]) -> None:
    other = MAIL.replace(b"Late", b"Lost")
    first = list(history_of(mbox(mboxrd([MAIL, other])), "care"))
    assert [(mail.mailbox, mail.folder, mail.uid_validity) for mail in first] == [("care", "import:mbox", 1)] * 2
    assert [(mail.raw, mail.size, mail.complete) for mail in first] == [
        (MAIL, len(MAIL), True),
        (other, len(other), True),
    ]
    longer = list(history_of(mbox(mboxrd([b"Subject: new\n\n", other, MAIL])), "care"))
    assert [mail.uid for mail in longer[1:]] == [mail.uid for mail in first[::-1]]
    assert len({mail.uid for mail in longer}) == 3


NO_DATE = b"From ana@customers.example Mon Feb 31 09:30:00 2026\n"
RECEIVED = b"Received: from b.example by a.example; Tue, 3 Mar 2026 10:00:00 +0100\n"
OLDER = b"Received: from c.example by b.example; Sun, 1 Mar 2026 10:00:00 +0100\n"
DATE = b"Date: Wed, 4 Mar 2026 10:00:00 +0000\n"


@pytest.mark.parametrize(
    ("mail", "received_at"),
    [
        (FROM + RECEIVED + DATE, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        (NO_DATE + RECEIVED + OLDER + DATE, datetime(2026, 3, 3, 9, tzinfo=UTC)),
        (NO_DATE + DATE + b"\nDate: Thu, 5 Mar 2026 10:00:00 +0000\n", datetime(2026, 3, 4, 10, tzinfo=UTC)),
        (NO_DATE + b"Received: nonsense\n" + DATE, datetime(2026, 3, 4, 10, tzinfo=UTC)),
    ],
)
def test_the_best_date_a_mail_carries_is_its_time(
    mbox: Callable[[bytes], Path], mail: bytes, received_at: datetime
) -> None:
    for data in (mail, mail.replace(b"\n", b"\r\n")):
        assert [found.received_at for found in history_of(mbox(data), "care")] == [received_at]


def test_a_mail_without_any_date_has_the_time_of_the_file(mbox: Callable[[bytes], Path]) -> None:
    path = mbox(NO_DATE + b"Subject: a\n\n")
    (mail,) = history_of(path, "care")
    assert mail.received_at.timestamp() == pytest.approx(path.stat().st_mtime, abs=1e-5)
