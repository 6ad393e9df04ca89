"""The IMAP adapter against real servers: the demo's own one everywhere, Dovecot for TLS, odd folders and faults."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]

from pipeline.config import ImapConfig
from pipeline.demo.mailserver import MailServer
from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.imap import ImapSource
from tests.integration.faultproxy import (
    Cut,
    CutAtWord,
    CutDown,
    Fault,
    FaultProxy,
    Replaced,
    ReplyLost,
    Silence,
)
from tests.integration.mailstack import MailStack

ODD_FOLDER = "Entwürfe & Zürich 日本"
_numbers = itertools.count()


@dataclass(frozen=True)
class Account:
    host: str
    port: int
    user: str
    password: str

    def config(self, **changes: object) -> ImapConfig:
        values: dict[str, object] = {
            "host": self.host,
            "port": self.port,
            "tls": "none",
            "user": self.user,
            "password_env": "UNUSED",
            "timeout_seconds": 10,
        }
        return ImapConfig.model_validate(values | changes)

    def source(self, **changes: object) -> ImapSource:
        return ImapSource("support", self.config(**changes), self.password)

    def client(self) -> IMAPClient:
        client = IMAPClient(self.host, self.port, ssl=False, timeout=30)
        client.login(self.user, self.password)
        return client

    def add(self, *subjects: str, folder: str = "INBOX", at: datetime | None = None) -> None:
        with self.client() as client:
            for subject in subjects:
                client.append(folder, raw_mail(subject), msg_time=at)


def raw_mail(subject: str) -> bytes:
    return f"From: ana@customers.example\r\nSubject: {subject}\r\n\r\nHello\r\n".encode()


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with MailServer(tmp_path_factory.mktemp("mail"), "secret") as server:
        yield server


def dovecot_account(stack: MailStack) -> Account:
    return Account(stack.host, stack.imap_port, f"reader{next(_numbers)}@test.example", stack.password)


@pytest.fixture(params=["demo", "dovecot"])
def account(request: pytest.FixtureRequest) -> Account:
    """A fresh, empty account."""
    if request.param == "demo":
        server: MailServer = request.getfixturevalue("demo_server")
        return Account(server.host, server.imap_port, f"reader{next(_numbers)}@test.example", "secret")
    return dovecot_account(request.getfixturevalue("mail_stack"))


@pytest.fixture
def dovecot(mail_stack: MailStack) -> Account:
    return dovecot_account(mail_stack)


def subjects(source: ImapSource, after: int = 0, limit: int = 100) -> list[str]:
    return [mail.raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for mail in source.fetch_new(after, limit)]


def test_mails_come_once_in_ascending_order_and_within_the_limit(account: Account) -> None:
    account.add("one", "two", "three")
    with account.source() as source:
        status = source.select()
        assert (status.exists, status.uid_next > 3) == (3, True)
        assert subjects(source, limit=2) == ["one", "two"]
        mails = list(source.fetch_new(0, 100))
        assert [mail.uid for mail in mails] == sorted({mail.uid for mail in mails})
        assert mails[0].raw == raw_mail("one")
        assert (mails[0].mailbox, mails[0].folder, mails[0].uid_validity) == ("support", "INBOX", status.uid_validity)
        assert subjects(source, after=mails[1].uid) == ["three"]
        assert subjects(source, after=mails[-1].uid) == []
        assert subjects(source, after=mails[-1].uid + 1000) == []


def test_reading_changes_no_flag(account: Account) -> None:
    account.add("unread")
    with account.source() as source:
        source.select()
        assert subjects(source) == ["unread"]
    with account.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN") == client.search("ALL") != []


def test_mail_that_others_have_read_is_still_new(account: Account) -> None:
    account.add("read elsewhere")
    with account.client() as client:
        client.select_folder("INBOX")
        client.add_flags(client.search("ALL"), [b"\\Seen"])
    with account.source() as source:
        source.select()
        assert subjects(source) == ["read elsewhere"]


def test_received_at_is_the_servers_time_in_utc(account: Account) -> None:
    at = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    account.add("dated", at=at)
    with account.source() as source:
        source.select()
        (mail,) = source.fetch_new(0, 1)
    assert mail.received_at == at
    assert mail.received_at.tzinfo is UTC


def test_the_first_uid_since_a_day(account: Account) -> None:
    account.add("old", at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    account.add("new", at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    with account.source() as source:
        status = source.select()
        first = source.first_uid_since(date(2026, 2, 1))
        assert subjects(source, after=first - 1) == ["new"]
        assert source.first_uid_since(date(2026, 12, 1)) == status.uid_next


def test_a_wrong_password_is_a_login_error_that_names_the_mailbox(account: Account) -> None:
    with pytest.raises(MailboxLoginError, match=rf"{account.host}:{account.port}.*{account.user}.*mailbox 'support'"):
        ImapSource("support", account.config(), "wrong").connect()


def test_a_missing_folder_is_named_with_those_that_exist(account: Account) -> None:
    with (
        account.source(folder="Claims") as source,
        pytest.raises(MailboxError, match=r"'Claims'.*no such folder.*folders here:.*INBOX"),
    ):
        source.select()


def test_waiting_ends_with_new_mail(account: Account) -> None:
    with account.source() as source:
        source.select()
        sender = threading.Timer(0.2, account.add, ["news"])
        sender.start()
        assert source.wait(30, threading.Event())
        sender.join()
        assert subjects(source) == ["news"]


def test_waiting_ends_at_once_when_the_worker_stops(account: Account) -> None:
    stop = threading.Event()
    stop.set()
    with account.source() as source:
        source.select()
        assert not source.wait(600, stop)


def test_capabilities_and_folders_are_listed(account: Account) -> None:
    with account.source() as source:
        assert "IMAP4REV1" in {name.upper() for name in source.capabilities()}
        assert "INBOX" in source.folders()


def test_odd_folder_names_round_trip(dovecot: Account) -> None:
    with dovecot.client() as client:
        client.create_folder(ODD_FOLDER)
    dovecot.add("inside", folder=ODD_FOLDER)
    with dovecot.source(folder=ODD_FOLDER) as source:
        source.select()
        assert subjects(source) == ["inside"]
        assert ODD_FOLDER in source.folders()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_tls_is_verified(mail_stack: MailStack, dovecot: Account, tls: str, tmp_path: Path) -> None:
    port = mail_stack.imaps_port if tls == "implicit" else mail_stack.imap_port
    with dovecot.source(tls=tls, port=port, ca_file=str(mail_stack.ca_file)) as source:
        assert source.select().exists == 0
    with pytest.raises(MailboxError, match="certificate is not valid"):
        dovecot.source(tls=tls, port=port).connect()
    with pytest.raises(MailboxError, match="cannot be read as certificates"):
        dovecot.source(tls=tls, port=port, ca_file=str(tmp_path / "none.pem")).connect()


def test_a_stripped_starttls_fails_closed_before_the_password_is_said(mail_stack: MailStack, dovecot: Account) -> None:
    said: list[bytes] = []

    class Stripped(Replaced):
        def up(self, data: bytes) -> bytes:
            said.append(data)
            return data

    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Stripped(b"STARTTLS", b"XSTARTTX")) as proxy,
        pytest.raises(MailboxError, match=r"(?i)tls"),
    ):
        dovecot.source(tls="starttls", port=proxy.port, ca_file=str(mail_stack.ca_file)).connect()
    assert dovecot.password.encode() not in b"".join(said)


def test_nobody_listening_is_one_clear_line(dovecot: Account) -> None:
    with FaultProxy((dovecot.host, dovecot.port)) as proxy:
        port = proxy.port
    with pytest.raises(MailboxError, match=rf"127\.0\.0\.1:{port} .*cannot connect: Connection refused"):
        dovecot.source(port=port).connect()


@pytest.mark.parametrize(
    "fault",
    [
        lambda: ReplyLost(b"BODY.PEEK"),
        lambda: CutAtWord(b"BODY.PEEK"),
        lambda: Replaced(b"INTERNALDATE", b"INTERNAL"),
        lambda: Replaced(b"FETCH (UID", b"FETCH ((((U"),
        lambda: Silence(b"BODY.PEEK"),
    ],
)
def test_a_fetch_that_breaks_yields_nothing(dovecot: Account, fault: type[Fault]) -> None:
    dovecot.add("fragile")
    with (
        FaultProxy((dovecot.host, dovecot.port), fault) as proxy,
        dovecot.source(port=proxy.port, timeout_seconds=1) as source,
    ):
        source.select()
        with pytest.raises(MailboxError):
            next(source.fetch_new(0, 10))


def test_a_connection_cut_at_any_byte_yields_whole_mails_or_an_error(dovecot: Account) -> None:
    dovecot.add("first", "second")
    whole = [raw_mail("first"), raw_mail("second")]
    failures = 0
    with FaultProxy((dovecot.host, dovecot.port)) as proxy:
        for size in range(200, 2600, 60):
            proxy.fault = lambda size=size: CutDown(size)  # type: ignore[misc]
            got: list[bytes] = []
            try:
                with dovecot.source(port=proxy.port, timeout_seconds=5) as source:
                    source.select()
                    for mail in source.fetch_new(0, 10):
                        got.append(mail.raw)
            except MailboxError:
                failures += 1
                assert got == whole[: len(got)]
            else:
                assert got == whole
    assert failures > 5


class HangUpInIdle(ReplyLost):
    """The server's answer to IDLE arrives, and with it the end of the connection."""

    def down(self, data: bytes) -> bytes:
        if b"idling" in data:
            raise Cut(data)
        return data


@pytest.mark.parametrize("fault", [ReplyLost, HangUpInIdle])
def test_a_server_that_hangs_up_while_waiting_is_noticed(dovecot: Account, fault: type[ReplyLost]) -> None:
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: fault(b"IDLE")) as proxy,
        dovecot.source(port=proxy.port, timeout_seconds=2) as source,
    ):
        source.select()
        with pytest.raises(MailboxError):
            source.wait(60, threading.Event())


def test_a_server_that_counts_another_size_is_believed_if_the_body_stays_the_same(dovecot: Account) -> None:
    dovecot.add("sized")
    size = f"RFC822.SIZE {len(raw_mail('sized'))}".encode()
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Replaced(size, b"RFC822.SIZE 99999")) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert subjects(source) == ["sized"]
