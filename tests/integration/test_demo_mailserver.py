"""The demo's own mail server, driven by the clients that the product itself uses."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import LoginError  # type: ignore[import-untyped]

from pipeline.demo.mailserver import MailServer

PASSWORD = "demo-password"
SUPPORT = "support@example.com"
CUSTOMER = "customer@example.net"
SEVEN_BIT = b"Subject: plain\r\nMessage-ID: <1@example.net>\r\n\r\nLine one\r\n.leading dot\r\n\r\nFrom here\r\nend\r\n"
EIGHT_BIT = b"Subject: latin\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfc\xdfe \xff\xfe\r\n"
UTF8 = "Subject: Grüße\r\nX-Long: a\r\n b\r\n\tc\r\n\r\nJosé — 日本\r\n".encode()
MULTIPART = (
    b'Subject: parts\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n--b\r\n\r\none\r\n--b\r\n'
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntwo\r\n--b--\r\nepilogue\r\n"
)
BROKEN = b"no header at all\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path / "mail", PASSWORD) as running:
        yield running


def deliver(server: MailServer, raw: bytes, *recipients: str) -> None:
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        smtp.sendmail(CUSTOMER, recipients or (SUPPORT,), raw)


def log_in(server: MailServer, user: str = SUPPORT, password: str = PASSWORD) -> IMAPClient:
    client = IMAPClient(server.host, server.imap_port, ssl=False, use_uid=True, timeout=10)
    try:
        client.login(user, password)
    except LoginError:
        client.shutdown()
        raise
    return client


def read_all(client: IMAPClient, folder: str = "INBOX") -> dict[int, bytes]:
    client.select_folder(folder, readonly=True)
    return {uid: item[b"BODY[]"] for uid, item in client.fetch(client.search(), ["BODY.PEEK[]"]).items()}


@pytest.mark.parametrize("raw", [SEVEN_BIT, EIGHT_BIT, UTF8, MULTIPART, BROKEN])
def test_mail_comes_back_byte_for_byte_below_its_trace_headers(server: MailServer, raw: bytes) -> None:
    deliver(server, raw)
    with log_in(server) as client:
        client.select_folder("INBOX", readonly=True)
        uids = client.search(["SINCE", date.today() - timedelta(days=1)])
        (item,) = client.fetch(uids, ["BODY.PEEK[]", "RFC822.SIZE", "INTERNALDATE", "FLAGS"]).values()
    trace, separator, _ = item[b"BODY[]"].partition(raw)
    assert separator == raw and item[b"BODY[]"].endswith(raw)
    assert [line.split(b":")[0] for line in trace.splitlines()] == [b"Return-Path", b"Delivered-To", b"Received"]
    assert item[b"RFC822.SIZE"] == len(item[b"BODY[]"])
    assert abs(item[b"INTERNALDATE"].astimezone(UTC) - datetime.now(UTC)) < timedelta(minutes=5)
    assert b"\\Seen" not in item[b"FLAGS"]


def test_mail_flags_and_numbers_survive_a_restart(tmp_path: Path) -> None:
    with MailServer(tmp_path, PASSWORD) as server:
        for number in range(3):
            deliver(server, b"Subject: %d\r\n\r\nx\r\n" % number)
        with log_in(server) as client:
            validity = client.select_folder("INBOX")[b"UIDVALIDITY"]
            before = read_all(client)
            client.select_folder("INBOX")
            client.add_flags([1], [rb"\Seen", rb"\Answered"])
            client.delete_messages([3])
            client.expunge()
    with MailServer(tmp_path, PASSWORD) as server:
        deliver(server, b"Subject: later\r\n\r\nx\r\n")
        with log_in(server) as client:
            assert client.select_folder("INBOX")[b"UIDVALIDITY"] == validity
            assert set(client.get_flags([1])[1]) >= {rb"\Seen", rb"\Answered"}
            after = read_all(client)
    assert after.keys() == {1, 2, 4}, "a UID is never given twice"
    assert {uid: after[uid] for uid in (1, 2)} == {uid: before[uid] for uid in (1, 2)}


def test_mail_goes_to_the_recipients_of_the_envelope_only(server: MailServer) -> None:
    deliver(server, b"To: someone@else.example\r\nBcc: x@example.org\r\n\r\nx\r\n", SUPPORT, "Copy@Example.com")
    for user, count in ((SUPPORT, 1), ("copy@example.com", 1), ("someone@else.example", 0), ("x@example.org", 0)):
        with log_in(server, user) as client:
            assert len(read_all(client)) == count, user


def test_thirty_mails_in_a_row_arrive_in_order(server: MailServer) -> None:
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        for number in range(30):
            smtp.sendmail(CUSTOMER, [SUPPORT], b"Subject: %d\r\n\r\nx\r\n" % number)
    with log_in(server) as client:
        mails = read_all(client)
    assert [raw.split(b"Subject: ")[1].split(b"\r\n")[0] for _, raw in sorted(mails.items())] == [
        b"%d" % number for number in range(30)
    ]


def test_a_client_in_idle_is_told_of_a_delivery(server: MailServer) -> None:
    with log_in(server) as client:
        client.select_folder("INBOX")
        client.idle()
        deliver(server, SEVEN_BIT)
        assert (1, b"EXISTS") in client.idle_check(timeout=10)
        client.idle_done()


def test_folders_can_be_made_filled_listed_renamed_and_removed(server: MailServer) -> None:
    name = "Entwürfe & Zürich/../日本"
    with log_in(server) as client:
        client.create_folder(name)
        client.create_folder("Sent")
        client.append("Sent", UTF8, [rb"\Seen"], datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC))
        client.append(name, EIGHT_BIT)
        assert {folder for _, _, folder in client.list_folders()} >= {"INBOX", "Sent", name}
        assert client.folder_status("Sent", ["MESSAGES", "UIDNEXT"]) == {b"MESSAGES": 1, b"UIDNEXT": 2}
        assert read_all(client, "Sent") == {1: UTF8}
        assert client.fetch([1], ["INTERNALDATE"])[1][b"INTERNALDATE"].timestamp() == 1714979289
        client.copy([1], "INBOX")
        assert read_all(client) == {1: UTF8}
        client.rename_folder(name, "Archive")
        assert read_all(client, "Archive") == {1: EIGHT_BIT}
        client.select_folder("Archive")
        client.move([1], "INBOX")
        assert (read_all(client, "Archive"), read_all(client)) == ({}, {1: UTF8, 2: EIGHT_BIT})
        client.delete_folder("Archive")
        assert "Archive" not in {folder for _, _, folder in client.list_folders()}


def test_a_wrong_password_opens_nothing(server: MailServer) -> None:
    with pytest.raises(LoginError):
        log_in(server, password="wrong")
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(SUPPORT, "wrong")
        assert smtp.login(SUPPORT, PASSWORD)[0] == 235


@pytest.mark.parametrize(
    "user", ["../../x", "nobody", "a b@example.com", "bell\x07@example.com", "@", "x" * 300 + "@e.example"]
)
def test_a_login_that_is_no_address_opens_nothing(server: MailServer, user: str) -> None:
    with pytest.raises(LoginError):
        log_in(server, user)


def test_smtp_offers_what_the_product_may_use(server: MailServer) -> None:
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        smtp.ehlo()
        assert {"size", "8bitmime", "smtputf8", "auth"} <= smtp.esmtp_features.keys()
        assert {"PLAIN", "LOGIN"} <= set(smtp.esmtp_features["auth"].split())


@pytest.mark.parametrize(
    "recipient",
    [
        "../../etc/x@example.com",
        "..@example.com",
        "x@..",
        "/etc/passwd@example.com",
        '"a b"@example.com',
        '"../../q"@example.com',
        "nul\0nul@example.com",
        "x" * 250 + "@example.com",
        "100%2f..%2f@example.com",
        "no-at-sign",
    ],
)
def test_no_recipient_name_leads_out_of_the_folder(tmp_path: Path, recipient: str) -> None:
    root = tmp_path / "a" / "b" / "mail"
    with MailServer(root, PASSWORD) as server, smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        smtp.ehlo()
        smtp.mail(CUSTOMER)
        code, _ = smtp.docmd(f"RCPT TO:<{recipient}>")
        assert code in (250, 500, 501, 553)
        if code == 250:
            assert smtp.data(SEVEN_BIT)[0] == 250
    outside = [path for path in tmp_path.rglob("*") if not path.is_relative_to(root) and not root.is_relative_to(path)]
    assert outside == []
    assert len([path for path in root.rglob("cur/*")]) == (code == 250)
    assert all(len(path.relative_to(root).parts) == 4 for path in root.rglob("cur/*"))


def test_stop_ends_its_thread_its_ports_and_its_connections(tmp_path: Path) -> None:
    threads = threading.active_count()
    server = MailServer(tmp_path, PASSWORD)
    server.start()
    idling = log_in(server)
    idling.select_folder("INBOX")
    idling.idle()
    talking = smtplib.SMTP(server.host, server.smtp_port, timeout=10)
    server.stop()
    server.stop()
    assert threading.active_count() == threads
    for port in (server.imap_port, server.smtp_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((server.host, port), timeout=5)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        talking.noop()
        talking.noop()
    talking.close()
    idling.shutdown()


def test_a_taken_port_is_an_error_of_start_and_leaves_nothing(tmp_path: Path) -> None:
    threads = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = MailServer(tmp_path, PASSWORD, smtp_port=taken.getsockname()[1])
        with pytest.raises(OSError):
            server.start()
    assert threading.active_count() == threads
