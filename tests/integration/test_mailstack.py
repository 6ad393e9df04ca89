"""The private mail servers that other tests stand on."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import IMAPClientError, LoginError  # type: ignore[import-untyped]

from tests.integration.mailstack import SUPPORT, USERS, MailStack

RAW = b"Subject: which one\r\nMessage-ID: <which@customers.example>\r\n\r\nx\r\n"


def processes_below(folder: Path) -> list[str]:
    """Command lines of running processes that name ``folder``, or that stand in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes().decode(errors="replace")
            stands_in = str((process / "cwd").readlink())
        except OSError:
            continue  # it has ended meanwhile
        if folder.name in text or stands_in.startswith(str(folder)):
            found.append(text)
    return found


def test_two_stacks_run_side_by_side_and_a_stopped_one_leaves_nothing(mail_stack: MailStack) -> None:
    with MailStack() as other:
        other.deliver(RAW, "carol@customers.example", "alice@test.example")
        (arrived,) = other.wait_for_mail("alice@test.example", 1)
        assert arrived.endswith(RAW.partition(b"\r\n\r\n")[2])
        assert all(b"<which@" not in mail for mail in mail_stack.mailbox("alice@test.example"))
        assert processes_below(other.folder)
    assert not other.folder.exists()
    assert processes_below(other.folder) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((other.host, other.smtp_port), timeout=5)
    assert mail_stack.mailbox(SUPPORT) is not None


def test_imap_over_tls_is_trusted_by_the_stacks_own_authority(mail_stack: MailStack) -> None:
    context = ssl.create_default_context(cafile=str(mail_stack.ca_file))
    with IMAPClient(mail_stack.host, mail_stack.imaps_port, ssl=True, ssl_context=context, timeout=30) as client:
        client.login(USERS[1], mail_stack.password)
        assert {folder for _, _, folder in client.list_folders()} >= {"INBOX", "Sent"}


@pytest.mark.parametrize("recipient", ["someone@gmail.example", "unknown@test.example"])
def test_nothing_is_taken_for_other_places(mail_stack: MailStack, recipient: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail_stack.deliver(RAW, "carol@customers.example", recipient)


def bearer(user: str, token: str) -> str:
    return base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode()).decode()


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_token_logs_in_to_send_and_an_expired_one_does_not(mail_stack: MailStack, encrypted: bool) -> None:
    port = mail_stack.submission_port if encrypted else mail_stack.plain_port
    with smtplib.SMTP(mail_stack.host, port, timeout=30) as smtp:
        if encrypted:
            smtp.starttls(context=ssl.create_default_context(cafile=str(mail_stack.ca_file)))
        smtp.ehlo()
        assert {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"} <= set(smtp.esmtp_features["auth"].split())
        code, challenge = smtp.docmd("AUTH", "XOAUTH2 " + bearer(SUPPORT, mail_stack.token(SUPPORT, -60)))
        assert (code, smtp.docmd("")[0]) == (334, 535), challenge
        code, _ = smtp.docmd("AUTH", "XOAUTH2 " + bearer(SUPPORT, mail_stack.token(SUPPORT, 60)))
        assert code == 235


def test_a_token_is_no_password_and_the_password_no_token(mail_stack: MailStack) -> None:
    with IMAPClient(mail_stack.host, mail_stack.imap_port, ssl=False, timeout=30) as client:
        with pytest.raises(LoginError):
            client.login(SUPPORT, mail_stack.token(SUPPORT, 60))
        with pytest.raises(LoginError):
            client.oauth2_login(SUPPORT, mail_stack.password)
        client.oauth2_login(SUPPORT, mail_stack.token(SUPPORT, 60))


def test_folders_can_be_filled_renumbered_and_their_readers_sent_away(mail_stack: MailStack) -> None:
    user, at = "filled@test.example", datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    mail_stack.append(user, [RAW, RAW], at=at)
    assert mail_stack.mailbox(user) == [RAW, RAW]
    mail_stack.renumber(user, "INBOX", 4711)
    with mail_stack.imap(user) as client:
        client.normalise_times = False
        assert client.select_folder("INBOX")[b"UIDVALIDITY"] == 4711
        assert client.fetch([1], ["INTERNALDATE"])[1][b"INTERNALDATE"] == at
        mail_stack.kick(user)
        with pytest.raises(IMAPClientError):
            for _ in range(100_000):  # the server ends the session in its own time
                client.noop()
