"""Logging in to a real Dovecot: passwords, access tokens, and what is (not) a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from pipeline.accounts.credentials import Credentials, Password
from pipeline.errors import MailboxError, MailboxLoginError
from tests.integration.faultproxy import Answered, Fault, FaultProxy, Halved, Recorded, Replaced, ReplyLost, Silence
from tests.integration.imap_account import Account, commands, dovecot_account, subjects
from tests.integration.mailstack import MailStack

MECHANISMS = ("XOAUTH2", "OAUTHBEARER")


@pytest.fixture
def dovecot(mail_stack: MailStack) -> Account:
    return dovecot_account(mail_stack)


@dataclass
class Tokens:
    """Hands out ``first``, and ``fresh`` where a fresh one is asked for; an error in their place is raised."""

    mechanism: str
    first: str | Exception
    fresh: str | Exception = ""
    asked: list[bool] = field(default_factory=list)

    def token(self, fresh: bool = False) -> str:
        self.asked.append(fresh)
        answer = self.fresh if fresh else self.first
        if isinstance(answer, Exception):
            raise answer
        return answer


def logins(said: list[bytes]) -> int:
    return sum(command.startswith((b"AUTHENTICATE", b"LOGIN")) for command in commands(said))


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("tls", ["implicit", "starttls", "none"])
def test_a_good_token_logs_in_once(mail_stack: MailStack, dovecot: Account, mechanism: str, tls: str) -> None:
    dovecot.add("behind a token")
    tokens = Tokens(mechanism, mail_stack.token(dovecot.user, 300))
    port = mail_stack.imaps_port if tls == "implicit" else mail_stack.imap_port
    with dovecot.source(credentials=tokens, tls=tls, port=port, ca_file=str(mail_stack.ca_file)) as source:
        source.select()
        assert subjects(source) == ["behind a token"]
    assert tokens.asked == [False]


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_an_expired_token_is_replaced_by_a_fresh_one_once(
    mail_stack: MailStack, dovecot: Account, mechanism: str
) -> None:
    tokens = Tokens(mechanism, mail_stack.token(dovecot.user, -60), mail_stack.token(dovecot.user, 300))
    said: list[bytes] = []
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Recorded(said)) as proxy,
        dovecot.source(credentials=tokens, port=proxy.port) as source,
    ):
        assert source.select().exists == 0
    assert tokens.asked == [False, True]
    assert logins(said) == 2


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_token_refused_twice_is_a_login_error_after_exactly_two_attempts(
    mail_stack: MailStack, dovecot: Account, mechanism: str
) -> None:
    expired = mail_stack.token(dovecot.user, -60)
    tokens = Tokens(mechanism, expired, expired)
    said: list[bytes] = []
    words = r"refused: \[AUTHENTICATIONFAILED\] .*invalid_token|refused: \[AUTHENTICATIONFAILED\] .*\"status\""
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Recorded(said)) as proxy,
        pytest.raises(MailboxLoginError, match=words) as failure,
    ):
        dovecot.source(credentials=tokens, port=proxy.port).connect()
    assert failure.value.remedy == "run `calmdesk login support`"
    assert expired not in str(failure.value)
    assert tokens.asked == [False, True]
    assert logins(said) == 2


def test_a_token_of_another_user_is_refused(mail_stack: MailStack, dovecot: Account) -> None:
    token = mail_stack.token("alice@test.example", 300)
    with pytest.raises(MailboxLoginError):
        dovecot.source(credentials=Tokens("XOAUTH2", token, token)).connect()


@pytest.mark.parametrize("error", [MailboxLoginError("log in again"), MailboxError("the provider is away")])
@pytest.mark.parametrize("at_first", [True, False])
def test_what_the_token_source_raises_passes_through(
    mail_stack: MailStack, dovecot: Account, error: MailboxError, at_first: bool
) -> None:
    expired = mail_stack.token(dovecot.user, -60)
    tokens = Tokens("XOAUTH2", error if at_first else expired, error)
    with pytest.raises(MailboxError) as failure:
        dovecot.source(credentials=tokens).connect()
    assert failure.value is error
    assert tokens.asked == [False] if at_first else [False, True]


@pytest.mark.parametrize("password", ["wrong", "fälsch"])
def test_a_wrong_password_is_tried_once(dovecot: Account, password: str) -> None:
    said: list[bytes] = []
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Recorded(said)) as proxy,
        pytest.raises(MailboxLoginError, match="check user and password of mailbox 'support'"),
    ):
        dovecot.source(credentials=Password(password), port=proxy.port).connect()
    assert logins(said) == 1


class KeepsAsking(ReplyLost):
    """Whatever the client answers, there comes another challenge."""

    def down(self, data: bytes) -> bytes:
        return b"+ \r\n" if self.said else data


@pytest.mark.parametrize(
    "fault",
    [
        ReplyLost,
        Silence,
        Halved,
        KeepsAsking,
        lambda pattern: Answered(pattern, b"* BYE shutting down\r\n"),
        lambda pattern: Answered(pattern, b"+ not base64!\r\n"),
        lambda pattern: Answered(pattern, b"220 mail.example ESMTP\r\n"),
        lambda pattern: Answered(pattern, b"\x00\xff\xfe" * 400 + b"\r\n"),
        lambda pattern: Answered(pattern, b""),
    ],
)
@pytest.mark.parametrize("by_token", [True, False])
def test_a_login_that_breaks_off_is_no_refusal(
    mail_stack: MailStack, dovecot: Account, fault: type[ReplyLost], by_token: bool
) -> None:
    tokens = Tokens("XOAUTH2", mail_stack.token(dovecot.user, 300))
    credentials: Credentials = tokens if by_token else Password("sécret")
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: fault(b"AUTHENTICATE")) as proxy,
        pytest.raises(MailboxError) as failure,
    ):
        dovecot.source(credentials=credentials, port=proxy.port, timeout_seconds=1).connect()
    assert not isinstance(failure.value, MailboxLoginError)
    assert tokens.asked == ([False] if by_token else [])


@pytest.mark.parametrize("code", [b"UNAVAILABLE", b"INUSE", b"LIMIT", b"SERVERBUG"])
def test_a_server_that_is_out_of_order_for_now_is_no_refusal(dovecot: Account, code: bytes) -> None:
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Replaced(b"AUTHENTICATIONFAILED", code)) as proxy,
        pytest.raises(MailboxError, match="broke off") as failure,
    ):
        dovecot.source(credentials=Password("wrong"), port=proxy.port).connect()
    assert not isinstance(failure.value, MailboxLoginError)


@pytest.mark.parametrize("greeting", [b"* BYE too busy\r\n", b"+OK POP3 ready\r\n", b"\xff" * 2000, b"\r\n", b""])
def test_a_greeting_that_is_none_is_an_error(dovecot: Account, greeting: bytes) -> None:
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Answered(b"", greeting)) as proxy,
        pytest.raises(MailboxError, match="cannot connect") as failure,
    ):
        dovecot.source(port=proxy.port, timeout_seconds=2).connect()
    assert not isinstance(failure.value, MailboxLoginError)


def test_a_server_that_says_nothing_at_all_is_an_error(dovecot: Account) -> None:
    class Mute(Fault):
        def down(self, data: bytes) -> bytes:
            return b""

    with (
        FaultProxy((dovecot.host, dovecot.port), Mute) as proxy,
        pytest.raises(MailboxError, match="no answer in 1 s"),
    ):
        dovecot.source(port=proxy.port, timeout_seconds=1).connect()
