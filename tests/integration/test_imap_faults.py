"""A real Dovecot behind a proxy that breaks the connection: whole mails or an error, and never a hang."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from pipeline.errors import MailboxError
from pipeline.intake.imap import ImapSource
from tests.integration.faultproxy import (
    Answered,
    Completed,
    Cut,
    CutAtWord,
    CutDown,
    Fault,
    FaultProxy,
    Halved,
    Recorded,
    Replaced,
    ReplyLost,
    Silence,
)
from tests.integration.imap_account import Account, commands, dovecot_account, raw_mail, subjects
from tests.integration.mailstack import MailStack

SOON = 20.0
"""Seconds that a wait which ends by itself may take on a slow machine; the waits here would last for 300."""


@pytest.fixture
def dovecot(mail_stack: MailStack) -> Account:
    return dovecot_account(mail_stack)


# --- fetching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        lambda: ReplyLost(b"BODY.PEEK"),
        lambda: CutAtWord(b"BODY.PEEK"),
        lambda: Halved(b"BODY.PEEK"),
        lambda: Silence(b"BODY.PEEK"),
        lambda: Silence(b"RFC822.SIZE"),
        lambda: Halved(b"RFC822.SIZE"),
        lambda: Replaced(b"FETCH (UID", b"FETCH ((((U"),
        lambda: Replaced(b"BODY[] {", b"BODY[] 5 X{"),
        lambda: Replaced(b"BODY[] {", b"BODY[] {1"),
        lambda: Answered(b"BODY.PEEK", b"* BYE shutting down\r\n"),
        lambda: Answered(b"BODY.PEEK", b"* 1 FETCH (UID 1 BODY[] {5000}\r\nFrom: ana"),
        lambda: Answered(b"BODY.PEEK", b"* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n"),
        lambda: Answered(b"BODY.PEEK", b"* 1 FETCH (UID 1 BODY[] 99999999999)\r\n"),
        lambda: Answered(b"BODY.PEEK", b"* 1 FETCH " + b"(" * 100_000 + b"\r\n"),
        lambda: Completed(b"BODY.PEEK", b"* 1 FETCH " + b"(" * 100_000 + b"\r\n"),
        lambda: Completed(b"BODY.PEEK", b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n"),
        lambda: Completed(b"BODY.PEEK", b"* 1 FETCH NIL\r\n"),
        lambda: Completed(b"UID SEARCH", b"* SEARCH one\r\n"),
        lambda: Answered(b"UID SEARCH", b"* SEARCH 1 2 three\r\n"),
        lambda: Answered(b"UID SEARCH", b"* SEARCH 1" + b" 1" * 100_000),
    ],
)
def test_a_fetch_that_breaks_yields_nothing(dovecot: Account, fault: Callable[[], Fault]) -> None:
    dovecot.add("fragile")
    with (
        FaultProxy((dovecot.host, dovecot.port), fault) as proxy,
        dovecot.source(port=proxy.port, timeout_seconds=1) as source,
    ):
        source.select()
        with pytest.raises(MailboxError, match=rf"^127\.0\.0\.1:{proxy.port} folder 'INBOX': cannot "):
            next(source.fetch(source.uids()))


@pytest.mark.parametrize("seed", range(20))
def test_garbage_for_an_answer_is_an_error(dovecot: Account, seed: int) -> None:
    dovecot.add("fragile")
    chance = random.Random(seed)
    alphabet = b'()[]{}"\\* \r\n0123456789FETCHUIDBODY\x00\xff'
    garbage = b"* 1 FETCH (UID 1 BODY[] " + bytes(chance.choices(alphabet, k=chance.randrange(2000)))
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Answered(b"BODY.PEEK", garbage)) as proxy,
        dovecot.source(port=proxy.port, timeout_seconds=2) as source,
    ):
        source.select()
        with pytest.raises(MailboxError):
            list(source.fetch(source.uids()))


def test_a_connection_cut_at_any_byte_yields_whole_mails_or_an_error(dovecot: Account) -> None:
    dovecot.add("first", "second")
    whole = [raw_mail("first"), raw_mail("second")]
    failures = 0
    with FaultProxy((dovecot.host, dovecot.port)) as proxy:
        for size in range(200, 2800, 60):
            proxy.fault = lambda size=size: CutDown(size)  # type: ignore[misc]
            got: list[bytes] = []
            try:
                with dovecot.source(port=proxy.port, timeout_seconds=5) as source:
                    source.select()
                    got.extend(mail.raw for mail in source.fetch(source.uids()))
            except MailboxError:
                failures += 1
                assert got == whole[: len(got)]
            else:
                assert got == whole
    assert failures > 5


def test_after_an_error_a_new_connection_reads_everything(dovecot: Account, mail_stack: MailStack) -> None:
    dovecot.add("first", "second")
    with dovecot.source() as source:
        source.select()
        mail_stack.kick(dovecot.user)
        with pytest.raises(MailboxError):
            source.uids()
        with pytest.raises(MailboxError):
            source.uids()
        source.connect()
        source.select()
        assert subjects(source) == ["first", "second"]


def test_another_numbering_of_the_folder_is_seen(dovecot: Account, mail_stack: MailStack) -> None:
    dovecot.add("first")
    with dovecot.source() as source:
        before = source.select().uid_validity
    mail_stack.renumber(dovecot.user, "INBOX", before + 7)
    with dovecot.source() as source:
        assert source.select().uid_validity == before + 7
        assert [mail.uid_validity for mail in source.fetch(source.uids())] == [before + 7]


def test_a_server_without_numbering_is_an_error(dovecot: Account) -> None:
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Replaced(b"UIDVALIDITY", b"XVALIDITY")) as proxy,
        dovecot.source(port=proxy.port) as source,
        pytest.raises(MailboxError, match="gives no UIDVALIDITY"),
    ):
        source.select()


# --- waiting --------------------------------------------------------------------------------------------------------


@contextmanager
def waiting(source: ImapSource) -> Iterator[Future[bool]]:
    """A wait of 300 s beside the test; at the end it is stopped."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(source.wait, 300, stop)
        finally:
            stop.set()


@pytest.mark.parametrize("tls", ["implicit", "starttls", "none"])
def test_new_mail_ends_the_wait(mail_stack: MailStack, dovecot: Account, tls: str) -> None:
    port = mail_stack.imaps_port if tls == "implicit" else mail_stack.imap_port
    with dovecot.source(tls=tls, port=port, ca_file=str(mail_stack.ca_file)) as source:
        for number in range(3):
            first = source.select().uid_next
            with waiting(source) as news:
                dovecot.add(f"news {number}")
                assert news.result(SOON)
            assert subjects(source, first) == [f"news {number}"]


def test_new_mail_that_was_told_of_beside_another_answer_ends_the_wait(dovecot: Account) -> None:
    dovecot.add("known")
    with dovecot.source() as source:
        source.select()
        known = source.uids()
        dovecot.add("new")
        assert [mail.uid for mail in source.fetch(known)] == known
        with waiting(source) as news:
            assert news.result(SOON)
        assert subjects(source, known[-1] + 1) == ["new"]


@pytest.mark.parametrize("said", [b"* 7 EXISTS\r\n+ idling\r\n", b"+ idling\r\n* 7 EXISTS\r\n"])
def test_new_mail_told_in_one_piece_with_the_servers_go_ahead_ends_the_wait(dovecot: Account, said: bytes) -> None:
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Replaced(b"+ idling\r\n", said)) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        with waiting(source) as news:
            assert news.result(SOON)


def test_a_quiet_wait_ends_in_time_with_nothing_new(dovecot: Account) -> None:
    said: list[bytes] = []
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Recorded(said)) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert not source.wait(0.05, threading.Event())
        spoken = commands(said)
    assert spoken[-2:] == [b"IDLE", b"NOOP"]
    assert b"".join(said).count(b"DONE\r\n") == 1


def test_new_mail_that_is_told_only_after_the_wait_is_not_overheard(dovecot: Account) -> None:
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Completed(b"NOOP", b"* 7 EXISTS\r\n")) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert source.wait(0.05, threading.Event())


def test_a_server_without_idle_is_polled(dovecot: Account) -> None:
    said: list[bytes] = []
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Recorded(said, b" IDLE", b"")) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert source.wait(0.01, threading.Event())
        assert commands(said)[-1] == b"NOOP"
        assert b"IDLE" not in commands(said)


class IdleRefused(Fault):
    """The server says no to IDLE, although it offers it."""

    def __init__(self) -> None:
        self._tag = b""

    def up(self, data: bytes) -> bytes:
        if data.endswith(b" IDLE\r\n"):
            self._tag = data.split()[0]
        return data

    def down(self, data: bytes) -> bytes:
        return data.replace(b"+ idling", self._tag + b" NO not now")


class HangUpInIdle(ReplyLost):
    """The server's answer to IDLE arrives, and with it the end of the connection."""

    def down(self, data: bytes) -> bytes:
        if b"idling" in data:
            raise Cut(data)
        return data


@pytest.mark.parametrize(
    "fault",
    [
        lambda: ReplyLost(b"IDLE"),
        lambda: HangUpInIdle(b"IDLE"),
        lambda: Silence(b"IDLE"),
        lambda: Answered(b"IDLE", b"* BYE shutting down\r\n"),
        lambda: Answered(b"IDLE", b"+ idling\r\n* BYE shutting down\r\n"),
        lambda: Answered(b"IDLE", b"+ idling\r\n* 5 EX"),
        lambda: Answered(b"IDLE", b"+ idling\r\n\x00\xff garbage\r\n"),
        IdleRefused,
    ],
)
def test_a_wait_that_breaks_is_an_error(dovecot: Account, fault: Callable[[], Fault]) -> None:
    with (
        FaultProxy((dovecot.host, dovecot.port), fault) as proxy,
        dovecot.source(port=proxy.port, timeout_seconds=2) as source,
    ):
        source.select()
        with waiting(source) as news, pytest.raises(MailboxError):
            news.result(SOON)


def test_a_connection_reset_during_the_wait_is_an_error(dovecot: Account) -> None:
    idling = threading.Event()

    class Told(Fault):
        def down(self, data: bytes) -> bytes:
            if b"idling" in data:
                idling.set()
            return data

    with FaultProxy((dovecot.host, dovecot.port), Told) as proxy, dovecot.source(port=proxy.port) as source:
        source.select()
        with waiting(source) as news:
            assert idling.wait(SOON)
            proxy.cut_all()
            with pytest.raises(MailboxError, match="cannot wait for mail"):
                news.result(SOON)


def test_a_connection_that_died_silently_during_the_wait_is_an_error_at_its_end(dovecot: Account) -> None:
    class HalfOpen(Fault):
        """Nothing passes any more once the server has given its go-ahead."""

        dead = False

        def up(self, data: bytes) -> bytes:
            return b"" if self.dead else data

        def down(self, data: bytes) -> bytes:
            passed = b"" if self.dead else data
            self.dead = self.dead or b"idling" in data
            return passed

    with (
        FaultProxy((dovecot.host, dovecot.port), HalfOpen) as proxy,
        dovecot.source(port=proxy.port, timeout_seconds=1) as source,
    ):
        source.select()
        with pytest.raises(MailboxError, match="no answer in 1 s"):
            source.wait(0.05, threading.Event())


def test_a_session_that_the_server_ends_during_the_wait_is_an_error(dovecot: Account, mail_stack: MailStack) -> None:
    with dovecot.source() as source:
        source.select()
        with waiting(source) as news:
            mail_stack.kick(dovecot.user)
            with pytest.raises(MailboxError):
                news.result(SOON)
