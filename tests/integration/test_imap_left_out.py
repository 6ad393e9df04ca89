"""Mails that a server cannot give: the others come, in order, and it is told which ones are left out and why."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import MailboxError
from pipeline.intake import imap_left_out
from pipeline.intake.imap import ImapSource
from tests.integration.faultproxy import Answered, Completed, Fault, FaultProxy, Recorded, Replaced, ReplyLost, SaidNo
from tests.integration.imap_account import Account, commands, dovecot_account, raw_mail, subject_of, subjects
from tests.integration.mailstack import MailStack

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
THERE = "it is there, but the server does not give it"


@pytest.fixture
def dovecot(mail_stack: MailStack) -> Account:
    return dovecot_account(mail_stack)


class Shrinking(Fault):
    """The body of the mail with this subject arrives one octet shorter each time, and says so."""

    def __init__(self, subject: str) -> None:
        self._whole = raw_mail(subject)
        self._times = 0

    def down(self, data: bytes) -> bytes:
        if self._whole not in data:
            return data
        self._times += 1
        cut = self._whole[: -self._times]
        literal = b"{%d}\r\n"
        return data.replace(literal % len(self._whole) + self._whole, literal % len(cut) + cut)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (lambda: SaidNo(b"FETCH 1,2,3,4 (BODY", b"FETCH 2 (BODY"), "Internal error occurred"),
        (lambda: SaidNo(b"FETCH 1,2,3,4 (RFC822.SIZE", b"FETCH 2 (RFC822.SIZE"), "Internal error occurred"),
        (lambda: Replaced(b"FETCH (UID 2 BODY", b"FETCH (UID 9 BODY"), THERE),
        (lambda: Replaced(b"FETCH (UID 2 RFC822", b"FETCH (UID 9 RFC822"), THERE),
        (lambda: Replaced(b"(UID 2 RFC822.SIZE ", b"(UID 2 RFC822.SIZE x"), "no RFC822.SIZE"),
        (lambda: Replaced(b"02-Mar-2026", b"02-Mra-2026"), "no INTERNALDATE"),
        (lambda: Replaced(b"INTERNALDATE", b"INTERNAL", b"(UID 2 "), "no INTERNALDATE"),
        (lambda: Shrinking("two"), "arrives in part"),
    ],
)
def test_one_mail_that_cannot_be_had_does_not_keep_the_others_back(
    dovecot: Account, fault: Callable[[], Fault], why: str
) -> None:
    dovecot.add("one")
    dovecot.add("two", at=AT)
    dovecot.add("three", "four")
    with FaultProxy((dovecot.host, dovecot.port), fault) as proxy, dovecot.source(port=proxy.port) as source:
        source.select()
        assert subjects(source) == ["one", "three", "four"]
        assert source.warning.startswith("1 mail is left out, for the server does not give it (UID 2): ")
        assert why in source.warning
        source.uids()
        assert list(source.fetch([3])) and source.warning == ""


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Completed(b"BODY.PEEK", b"* 1 FETCH (UID 1 BODY[] 5)\r\n"),
        lambda: Completed(b"BODY.PEEK", b"* 1 FETCH (UID 1 BODY[] NIL)\r\n"),
        lambda: Completed(b"BODY.PEEK", b""),
        lambda: Completed(b"RFC822.SIZE", b""),
        lambda: Completed(b"RFC822.SIZE", b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"),
        lambda: Completed(b"RFC822.SIZE", b'* 1 FETCH (UID 1 RFC822.SIZE 9 INTERNALDATE "today")\r\n'),
        lambda: SaidNo(b"FETCH"),
    ],
)
def test_what_is_no_mail_is_not_taken_and_told(dovecot: Account, fault: Callable[[], Fault]) -> None:
    dovecot.add("fragile")
    with FaultProxy((dovecot.host, dovecot.port), fault) as proxy, dovecot.source(port=proxy.port) as source:
        source.select()
        assert subjects(source) == []
        assert "UID 1" in source.warning


def test_a_header_that_is_no_text_is_not_taken_and_told(dovecot: Account) -> None:
    dovecot.add("over the limit")
    number = b"* 1 FETCH (UID 1 BODY[HEADER]<0> 5)\r\n"
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Completed(b"[HEADER]", number)) as proxy,
        dovecot.source(port=proxy.port, max_megabytes=0.00001) as source,
    ):
        source.select()
        assert subjects(source) == []
        assert "no text for BODY" in source.warning


def test_many_mails_that_cannot_be_had_are_counted_and_the_first_named(dovecot: Account) -> None:
    dovecot.add(*(f"mail {number}" for number in range(9)))
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: SaidNo(b"(BODY.PEEK")) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert subjects(source) == []
        assert source.warning.startswith(
            "9 mails are left out, for the server does not give them (UID 1, 2, 3, 4, 5 and 4 more): "
        )


def test_a_mail_that_was_left_out_is_read_once_the_server_gives_it(dovecot: Account) -> None:
    dovecot.add("one", "two")
    refusing = [True]

    class Once(SaidNo):
        def up(self, data: bytes) -> bytes:
            return super().up(data) if refusing else data

        def down(self, data: bytes) -> bytes:
            return super().down(data) if refusing else data

    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Once(b"FETCH 1,2 (BODY", b"FETCH 2 (BODY")) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert subjects(source) == ["one"]
        refusing.clear()
        assert subjects(source) == ["one", "two"]
        assert source.warning == ""


def test_a_connection_that_breaks_while_mails_are_read_one_by_one_is_an_error(dovecot: Account) -> None:
    class Both(SaidNo):
        lost = ReplyLost(b"FETCH 2 (BODY")

        def up(self, data: bytes) -> bytes:
            return super().up(self.lost.up(data))

        def down(self, data: bytes) -> bytes:
            return super().down(self.lost.down(data))

    dovecot.add("one", "two")
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Both(b"FETCH 1,2 (BODY")) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        with pytest.raises(MailboxError, match="cannot fetch mails"):
            subjects(source)


# --- a server that hangs up at a mail -------------------------------------------------------------------------------


def file_of(stack: MailStack, account: Account, subject: str) -> Path:
    """Where the server keeps the mail with this subject in the account's INBOX."""
    maildir = stack.folder / "mail" / account.user / "Maildir"
    files = (path for part in ("new", "cur") for path in (maildir / part).iterdir())
    return next(path for path in files if f"Subject: {subject}\n" in path.read_text())


def read(source: ImapSource, seen: set[str]) -> None:
    """One look, as the engine does: what came before a fault is kept, what is known is not asked for again."""
    with source:
        source.select()
        for mail in source.fetch([uid for uid in source.uids() if f"mail {uid}" not in seen]):
            seen.add(subject_of(mail.raw))


def test_a_server_that_hangs_up_at_a_mail_gives_the_others_after_a_few_errors(
    mail_stack: MailStack, dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.add(*(f"mail {number}" for number in range(1, 11)))
    source, seen = dovecot.source(), set[str]()
    bad = file_of(mail_stack, dovecot, "mail 5")
    owner = bad.stat()
    os.chown(bad, 0, 0)
    bad.chmod(0)
    for _ in range(imap_left_out.HANG_UPS):
        with pytest.raises(MailboxError):
            read(source, seen)
    read(source, seen)
    assert seen == {f"mail {number}" for number in range(1, 11)} - {"mail 5"}
    assert "UID 5" in source.warning
    clock = time.monotonic() + imap_left_out.RETRY_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    with pytest.raises(MailboxError):  # it is tried again, once
        read(source, seen)
    read(source, seen)
    clock += imap_left_out.RETRY_SECONDS
    os.chown(bad, owner.st_uid, owner.st_gid)
    bad.chmod(0o600)
    read(source, seen)
    assert len(seen) == 10 and source.warning == ""


def test_a_server_that_goes_down_once_is_not_held_against_a_mail(dovecot: Account) -> None:
    dovecot.add("only")
    with FaultProxy((dovecot.host, dovecot.port), lambda: Answered(b"BODY.PEEK", b"* BYE shutting down\r\n")) as proxy:
        source = dovecot.source(port=proxy.port)
        with source, pytest.raises(MailboxError, match="shutting down"):
            source.select()
            subjects(source)
        proxy.fault = Fault
        with source:
            source.select()
            assert subjects(source) == ["only"]
            assert source.warning == ""


def test_after_a_hang_up_mails_are_asked_for_one_by_one_and_then_in_lots_again(dovecot: Account) -> None:
    dovecot.add("one", "two", "three")
    said: list[bytes] = []
    with FaultProxy((dovecot.host, dovecot.port), lambda: Answered(b"BODY.PEEK", b"* BYE oops\r\n")) as proxy:
        source = dovecot.source(port=proxy.port)
        with source, pytest.raises(MailboxError):
            source.select()
            subjects(source)
        proxy.fault = lambda: Recorded(said)
        with source:
            source.select()
            assert subjects(source) == ["one", "two", "three"]
            assert subjects(source) == ["one", "two", "three"]
    bodies = [command for command in commands(said) if b"BODY.PEEK[]" in command]
    assert [command.split()[2] for command in bodies] == [b"1", b"2", b"3", b"1,2,3"]
