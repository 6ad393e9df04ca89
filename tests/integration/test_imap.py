"""The IMAP adapter against real servers: the demo's own one everywhere, Dovecot for TLS and odd folders."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.accounts.credentials import Password
from pipeline.demo.mailserver import MailServer
from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.imap import ImapSource
from tests.integration.faultproxy import FaultProxy, Recorded
from tests.integration.imap_account import Account, dovecot_account, new_user, raw_mail, subjects
from tests.integration.mailstack import MailStack

ODD_FOLDER = "Entwürfe & Zürich/日本"


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with MailServer(tmp_path_factory.mktemp("mail"), "secret") as server:
        yield server


@pytest.fixture(params=["demo", "dovecot"])
def account(request: pytest.FixtureRequest) -> Account:
    """A fresh, empty account."""
    if request.param == "demo":
        server: MailServer = request.getfixturevalue("demo_server")
        return Account(server.host, server.imap_port, new_user(), "secret")
    return dovecot_account(request.getfixturevalue("mail_stack"))


@pytest.fixture
def dovecot(mail_stack: MailStack) -> Account:
    return dovecot_account(mail_stack)


def test_mails_come_once_in_ascending_order_and_within_the_limit(account: Account) -> None:
    account.add("one", "two", "three")
    with account.source() as source:
        status = source.select()
        assert (status.exists, status.uid_next > 3) == (3, True)
        assert subjects(source, limit=2) == ["one", "two"]
        mails = list(source.fetch(source.uids()))
        assert [mail.uid for mail in mails] == source.uids() == sorted({mail.uid for mail in mails})
        assert (mails[0].raw, mails[0].size, mails[0].complete) == (raw_mail("one"), len(raw_mail("one")), True)
        assert (mails[0].mailbox, mails[0].folder, mails[0].uid_validity) == ("support", "INBOX", status.uid_validity)
        assert subjects(source, first=mails[1].uid + 1) == ["three"]
        assert source.uids(mails[-1].uid + 1) == []
        assert source.uids(mails[-1].uid + 1000) == []
        assert list(source.fetch([])) == []


def test_reading_changes_no_flag(account: Account) -> None:
    account.add("unread")
    with account.source() as source:
        source.select()
        assert subjects(source) == ["unread"]
    assert list(account.flags().values()) == [set()]


def test_mail_that_others_have_read_is_still_new(account: Account) -> None:
    account.add("read elsewhere")
    with account.client() as client:
        client.select_folder("INBOX")
        client.add_flags(client.search("ALL"), [b"\\Seen"])
    with account.source() as source:
        source.select()
        assert subjects(source) == ["read elsewhere"]
    assert list(account.flags().values()) == [{"\\Seen"}]


def test_received_at_is_the_servers_time_in_utc(account: Account) -> None:
    at = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    account.add("dated", at=at)
    with account.source() as source:
        source.select()
        (mail,) = source.fetch(source.uids())
    assert mail.received_at == at
    assert mail.received_at.tzinfo is UTC


def test_a_mail_over_the_limit_comes_as_its_header_alone(account: Account) -> None:
    account.add("small")
    large = raw_mail("large") + b"x" * 1000
    with account.client() as client:
        client.append("INBOX", large)
    with account.source(max_megabytes=0.001) as source:
        source.select()
        small, header = source.fetch(source.uids())
    assert (small.raw, small.complete) == (raw_mail("small"), True)
    assert (header.raw, header.size, header.complete) == (raw_mail("large")[: -len("Hello\r\n")], len(large), False)


def test_the_first_uid_since_a_day(account: Account) -> None:
    account.add("old", at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    account.add("new", at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    with account.source() as source:
        status = source.select()
        first = source.first_uid_since(date(2026, 2, 1))
        assert subjects(source, first) == ["new"]
        assert source.first_uid_since(date(2026, 12, 1)) == status.uid_next


def test_mail_that_comes_in_after_a_search_by_date_that_found_nothing_counts(account: Account) -> None:
    account.add("old", at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    with account.source() as source:
        source.select()
        account.add("dated back, and just come in", at=datetime(2026, 1, 2, 12, tzinfo=UTC))
        first = source.first_uid_since(date(2026, 12, 1))
        source.select()
        assert subjects(source, first) == ["dated back, and just come in"]


def test_a_search_by_date_starts_a_day_earlier_as_the_servers_days_may_begin_later(account: Account) -> None:
    for day in (10, 11, 12):
        account.add(f"of the {day}th", at=datetime(2026, 3, day, 12, tzinfo=UTC))
    with account.source() as source:
        source.select()
        assert subjects(source, source.first_uid_since(date(2026, 3, 12))) == ["of the 11th", "of the 12th"]


def test_a_wrong_password_is_a_login_error_that_names_the_mailbox(account: Account) -> None:
    with pytest.raises(MailboxLoginError, match=rf"{account.host}:{account.port}.*{account.user}.*mailbox 'support'"):
        ImapSource("support", account.config(), Password("wrong")).connect()


def test_a_missing_folder_is_named_with_those_that_exist(account: Account) -> None:
    with (
        account.source("Claims") as source,
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


def test_folders_of_one_account_are_read_apart_and_odd_names_round_trip(dovecot: Account) -> None:
    with dovecot.client() as client:
        client.create_folder(ODD_FOLDER)
    dovecot.add("inside", folder=ODD_FOLDER)
    dovecot.add("outside")
    with dovecot.source(ODD_FOLDER) as odd, dovecot.source() as inbox:
        assert odd.select().uid_validity != inbox.select().uid_validity
        assert (odd.folder, inbox.folder) == (ODD_FOLDER, "INBOX")
        assert (subjects(odd), subjects(inbox)) == (["inside"], ["outside"])
        assert [mail.folder for mail in odd.fetch(odd.uids())] == [ODD_FOLDER]
        assert ODD_FOLDER in odd.folders()


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
    stripped = lambda: Recorded(said, b"STARTTLS", b"XSTARTTX")  # noqa: E731
    with (
        FaultProxy((dovecot.host, dovecot.port), stripped) as proxy,
        pytest.raises(MailboxError, match=r"(?i)tls") as failure,
    ):
        dovecot.source(tls="starttls", port=proxy.port, ca_file=str(mail_stack.ca_file)).connect()
    assert not isinstance(failure.value, MailboxLoginError)
    assert said
    assert not any(word.encode() in b"".join(said) for word in (dovecot.password, dovecot.user, "LOGIN", "AUTH"))


def test_an_uninvited_login_does_not_replace_tls(mail_stack: MailStack, dovecot: Account) -> None:
    said: list[bytes] = []
    greeted = lambda: Recorded(said, b"* OK", b"* PREAUTH")  # noqa: E731
    with (
        FaultProxy((dovecot.host, dovecot.port), greeted) as proxy,
        pytest.raises(MailboxError, match=r"(?i)tls"),
    ):
        dovecot.source(tls="starttls", port=proxy.port, ca_file=str(mail_stack.ca_file)).connect()
    assert dovecot.password.encode() not in b"".join(said)


def test_neither_mails_nor_secrets_reach_the_debug_log(dovecot: Account, caplog: pytest.LogCaptureFixture) -> None:
    dovecot.add("confidential")
    with caplog.at_level("DEBUG"), dovecot.source() as source:
        source.select()
        assert subjects(source) == ["confidential"]
    assert caplog.records, "the libraries log something"
    assert "confidential" not in caplog.text
    assert dovecot.password not in caplog.text


def test_nobody_listening_is_one_clear_line(dovecot: Account) -> None:
    with FaultProxy((dovecot.host, dovecot.port)) as proxy:
        port = proxy.port
    with pytest.raises(MailboxError, match=rf"127\.0\.0\.1:{port} .*cannot connect: Connection refused"):
        dovecot.source(port=port).connect()
