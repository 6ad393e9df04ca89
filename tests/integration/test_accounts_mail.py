"""Reading and sending with access tokens at a real Dovecot and Postfix, with tokens that expire and are refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.accounts.credentials import TokenSource
from pipeline.accounts.device import DeviceProvider
from pipeline.accounts.oauth import RenewedToken
from pipeline.accounts.token_file import StoredLogin, TokenFile
from pipeline.config import ImapConfig
from pipeline.errors import MailboxLoginError, SubmissionDeferred
from pipeline.intake.imap import ImapSource
from pipeline.sending.smtp import SmtpSubmitter
from tests.integration.authserver import INTERNAL_ERROR, AuthServer
from tests.integration.faultproxy import FaultProxy, Replaced
from tests.integration.mailstack import SUPPORT, MailStack
from tests.integration.test_accounts_oauth import OWNER, REMEDY, Clock, config_of
from tests.integration.test_smtp import Calls, account, customer, reply_to

MECHANISMS = ["XOAUTH2", "OAUTHBEARER"]
EXPIRED = -60


@dataclass
class Desk:
    """An authorization server whose tokens the mail servers take; ``lifetimes`` are those of the next tokens."""

    stack: MailStack
    server: AuthServer
    file: TokenFile
    clock: Clock = field(default_factory=Clock)
    lifetimes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.access_token = lambda: self.stack.token(SUPPORT, self.lifetimes.pop(0) if self.lifetimes else 3600)
        self.file.write(StoredLogin(*OWNER, "refresh-0"))

    def source(self, mechanism: str = "XOAUTH2") -> RenewedToken:
        provider = DeviceProvider(config_of(self.server), clock=self.clock)
        return RenewedToken(
            "care", provider, self.file, mechanism=mechanism, owner=OWNER, remedy=REMEDY, clock=self.clock
        )

    def imap(self, source: TokenSource) -> ImapSource:
        values = {"host": self.stack.host, "port": self.stack.imap_port, "tls": "none", "user": SUPPORT}
        return ImapSource("care", ImapConfig.model_validate(values), source)

    def smtp(self, source: TokenSource) -> SmtpSubmitter:
        tls = {"ca_file": str(self.stack.ca_file)}
        return SmtpSubmitter(account(self.stack.submission_port, "starttls", password_env="", **tls), source)


@pytest.fixture
def desk(mail_stack: MailStack, tmp_path: Path) -> Iterator[Desk]:
    with AuthServer() as server:
        yield Desk(mail_stack, server, TokenFile(tmp_path / "care.token"))


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_mail_is_read_with_a_token_and_one_that_expired_is_renewed_once(desk: Desk, mechanism: str) -> None:
    desk.lifetimes = [EXPIRED]
    source = desk.source(mechanism)
    source.token()
    with desk.imap(source) as mailbox:
        assert mailbox.select().uid_validity
    assert len(desk.server.asked) == 2
    with desk.imap(source) as mailbox:
        mailbox.select()
    assert len(desk.server.asked) == 2


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_mail_is_sent_with_a_token(desk: Desk, mechanism: str) -> None:
    recipient, before_data = customer(), Calls()
    raw, envelope = reply_to(recipient)
    answer = desk.smtp(desk.source(mechanism)).send(raw, envelope, before_data=before_data)
    assert answer.startswith("250 ") and before_data.count == 1
    (arrived,) = desk.stack.wait_for_mail(recipient, 1)
    assert arrived.endswith(raw)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_token_the_server_refuses_is_tried_once_more_with_a_fresh_one(desk: Desk, mechanism: str) -> None:
    desk.lifetimes = [EXPIRED]
    assert SUPPORT in desk.smtp(desk.source(mechanism)).check()
    assert len(desk.server.asked) == 2


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_server_that_refuses_every_token_defers_the_mail(desk: Desk, mechanism: str) -> None:
    desk.lifetimes, before_data = [EXPIRED] * 9, Calls()
    with pytest.raises(SubmissionDeferred, match=f"refused the login of {SUPPORT}.*scopes") as raised:
        desk.smtp(desk.source(mechanism)).send(*reply_to(customer()), before_data=before_data)
    assert (before_data.count, len(desk.server.asked)) == (0, 2)
    assert not any(secret in repr(raised.value) for secret in desk.server.secrets)


def test_a_refused_renewal_defers_the_mail_and_is_a_login_error_for_reading(desk: Desk) -> None:
    desk.server.told = ["invalid_grant"]
    source = desk.source()
    with pytest.raises(SubmissionDeferred, match="invalid_grant") as raised:
        desk.smtp(source).send(*reply_to(customer()), before_data=Calls())
    assert raised.value.remedy == REMEDY
    with pytest.raises(MailboxLoginError, match="invalid_grant"):
        desk.imap(source).connect()
    assert len(desk.server.asked) == 1


def test_trouble_of_the_provider_defers_the_mail_until_it_is_over(desk: Desk) -> None:
    desk.server.told = [INTERNAL_ERROR]
    submitter, recipient = desk.smtp(desk.source()), customer()
    raw, envelope = reply_to(recipient)
    with pytest.raises(SubmissionDeferred, match="answered the request for a token with 500; nothing was sent"):
        submitter.send(raw, envelope, before_data=Calls())
    submitter.send(raw, envelope, before_data=Calls())
    assert len(desk.stack.wait_for_mail(recipient, 1)) == 1


def test_a_server_without_the_mechanism_is_deferred_and_sees_no_token(desk: Desk) -> None:
    source = desk.source()
    with FaultProxy((desk.stack.host, desk.stack.plain_port), lambda: Replaced(b"XOAUTH2", b"XOAUTH9")) as proxy:
        submitter = SmtpSubmitter(account(proxy.port), source)
        with pytest.raises(SubmissionDeferred, match="offers no login by AUTH XOAUTH2"):
            submitter.send(*reply_to(customer()), before_data=Calls())
    assert desk.server.asked == []


def test_reading_and_sending_side_by_side_share_one_token(desk: Desk) -> None:
    source, recipient = desk.source(), customer()
    subject = uuid.uuid4().hex
    desk.stack.deliver(f"Subject: {subject}\r\n\r\nHello\r\n".encode(), recipient, SUPPORT)
    desk.stack.wait_for_mail(SUPPORT, 1)
    with desk.imap(source) as mailbox:
        mailbox.select()
        assert any(subject.encode() in mail.raw for mail in mailbox.fetch(mailbox.uids()))
        raw, envelope = reply_to(recipient)
        desk.smtp(source).send(raw, envelope, before_data=Calls())
    assert len(desk.server.asked) == 1
