"""Reading mbox files (RFC 4155, quoted as mboxrd), to import mail as history.

A line that begins with ``From `` and ends in a date separates two mails if it is the first of the file or comes after a
blank line. Of the lines that begin with ``From `` after any number of ``>``, one ``>`` is taken away; writers that
do not quote lines that had one already (mboxo) lose that ``>`` here. The blank line before a separator, or at the end
of the file, belongs to the format and not to the mail. All else, line ends included, is given as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.errors import InputError, RecordError
from pipeline.intake.files import MAX_BYTES, MAX_HEADER_BYTES, header_section, modified_at, uid_of
from pipeline.intake.headers import parse_date
from pipeline.intake.mime import parse_headers
from pipeline.intake.source import IMPORTED
from pipeline.records import RawMail

_BLOCK = 1_048_576
_LINE = 65_536
"""Octets of the last line of a block that are read beyond it, so that blocks end with a line; some files have none."""

_FROM_LINE = re.compile(
    rb"From (?:.{0,900}[ \t])?"
    rb"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ ]{1,3}(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ ]{1,3}\d{1,2}"
    rb"[ ]{1,3}\d\d?:\d\d(?::\d\d)?(?:[ ]{1,3}[A-Z+-][A-Za-z0-9+-]{0,9})?[ ]{1,3}\d{4}"
    rb"(?:[ ]{1,3}[A-Z+-][A-Za-z0-9+-]{0,9})?)[ \t]{0,20}\r?(?:\n|\Z)"
)
"""The date as asctime(3) writes it, with a time zone before or after the year where a writer adds one."""
_MARK = re.compile(rb"^>*From ", re.MULTILINE)
_ENDS_BLANK = re.compile(rb"\n(\r?\n)\Z")
FOLDER = f"{IMPORTED}mbox"
"""What imported mail has for a folder in the store, whatever file it came from."""


@dataclass(frozen=True, slots=True)
class MboxMail:
    """A mail of an mbox whose separator stands at ``offset`` and gives ``date``, if that can be read.

    ``size`` counts the octets of the mail. Over the limit, ``complete`` is False and ``raw`` its header section alone.
    """

    offset: int
    date: datetime | None
    raw: bytes
    size: int
    complete: bool


@dataclass(slots=True)
class _Collector:
    """Puts one mail together from its pieces, holding little more than ``max_bytes`` of it."""

    offset: int
    date: datetime | None
    max_bytes: int
    data: bytearray = field(default_factory=bytearray)
    size: int = 0
    tail: bytes = b"\n"
    """The last octets, with the line end of the separator before the first."""

    def add(self, piece: bytes) -> None:
        was_held = self._is_held()
        self.size += len(piece)
        self.tail = (self.tail + piece[-3:])[-3:]
        if self._is_held():
            self.data += piece
        elif was_held:
            self.data = bytearray(header_section(bytes(self.data[:MAX_HEADER_BYTES] + piece[:MAX_HEADER_BYTES])))

    def _is_held(self) -> bool:
        """Whether ``data`` is all there was so far: while it may be complete, and a header section in any case."""
        blank_line = 2  # a last one will not count
        return self.size <= max(self.max_bytes + blank_line, MAX_HEADER_BYTES)

    def blank_line(self) -> bytes:
        """The blank line at the end, or nothing."""
        found = _ENDS_BLANK.search(self.tail)
        return found[1] if found else b""

    def finished(self) -> MboxMail:
        size = self.size - len(self.blank_line())
        del self.data[size:]
        raw, complete = bytes(self.data), size <= self.max_bytes
        return MboxMail(self.offset, self.date, raw if complete else header_section(raw), size, complete)


def _blocks(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Offset, octets and whether a line begins there. A block ends with a line, unless that is a very long one."""
    try:
        if not path.is_file() and path.exists():
            raise InputError(f"{path}: not a regular file")
        with path.open("rb") as file:
            offset, begins = 0, True
            while block := file.read(_BLOCK) + file.readline(_LINE):
                yield offset, block, begins
                offset, begins = offset + len(block), block.endswith(b"\n")
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path}: {error.strerror or error}")


def _no_mbox(path: Path) -> RecordError:
    return RecordError(
        f"{path}: no mbox: the first line is not a From_ line",
        remedy='an mbox begins with a line like "From ana@customers.example Mon Mar  2 09:30:00 2026"',
    )


def read_mbox(path: Path, max_bytes: int = MAX_BYTES) -> Iterator[MboxMail]:
    """The mails of the file one by one, as they stand in it; an empty file has none.

    InputError where it cannot be read, RecordError where it does not begin like an mbox.
    """
    mail: _Collector | None = None
    for offset, block, begins in _blocks(path):
        if mail is None and not _FROM_LINE.match(block):
            raise _no_mbox(path)
        position = 0
        for mark in _MARK.finditer(block, 0 if begins else 1):
            start = mark.start()
            if mail is not None:
                mail.add(block[position:start])
            separator = _FROM_LINE.match(block, start) if mail is None or mail.blank_line() else None
            if separator:
                if mail is not None:
                    yield mail.finished()
                mail = _Collector(offset + start, parse_date(separator[1].decode("ascii")), max_bytes)
            position = separator.end() if separator else start + block.startswith(b">", start)
        if mail is not None:
            mail.add(block[position:])
    if mail is not None:
        yield mail.finished()


def _dated_by_header(raw: bytes) -> datetime | None:
    """The date the last server put on the mail, else the author's."""
    headers, _ = parse_headers(header_section(raw).replace(b"\r\n", b"\n"))
    received = headers.get("received").rpartition(";")[2]
    return parse_date(received) or parse_date(headers.get("date"))


def _date_of_file(path: Path) -> datetime:
    try:
        return modified_at(path.stat())
    except OSError as error:
        raise _unreadable(path, error) from None


def history_of(path: Path, mailbox: str, max_bytes: int = MAX_BYTES) -> Iterator[RawMail]:
    """The mails of an mbox file for the history of ``mailbox``; errors as `read_mbox`.

    A UID depends on the mail alone, so importing a file again, or another that holds the same mail, adds only what is
    new.
    ``received_at`` is the date of the separator, else of the newest Received field, the Date field, the file itself.
    """
    date_of_file = _date_of_file(path)
    for mail in read_mbox(path, max_bytes):
        received_at = mail.date or _dated_by_header(mail.raw) or date_of_file
        yield RawMail(mailbox, FOLDER, 1, uid_of(mail.raw), received_at, mail.raw, mail.size, mail.complete)
