"""The submitter against a real Postfix, and against faults and answers that Postfix does not give on demand."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from pipeline.accounts.credentials import Password
from pipeline.config import SmtpConfig
from pipeline.demo.mailserver import MailServer
from pipeline.errors import ConfigError, SubmissionDeferred, SubmissionError, SubmissionRefused, SubmissionUncertain
from pipeline.records import Address, Envelope, Reply
from pipeline.sending.compose import compose_reply, envelope_for
from pipeline.sending.smtp import SmtpSubmitter
from tests.integration.faultproxy import CutAtWord, CutUp, Fault, FaultProxy, Refused, Replaced, ReplyLost, Silence
from tests.integration.mailstack import SUPPORT, MailStack, free_port, make_certificate

END_OF_DATA = b"\r\n.\r\n"


def customer() -> str:
    """An address of its own for each test: what arrives there is this test's."""
    return f"{uuid.uuid4().hex}@customers.example"


def reply_to(recipient: str, body: str = "Thank you.\n.\n..two dots\n") -> tuple[bytes, Envelope]:
    reply = Reply(
        message_id=f"<{uuid.uuid4().hex}@test.example>",
        sender=Address("Support", SUPPORT),
        recipient=Address("", recipient),
        subject="Re: Kettle",
        body=body,
        references=("<original@customers.example>",),
    )
    return compose_reply(reply), envelope_for(reply)


def account(port: int, tls: str = "none", **other: Any) -> SmtpConfig:
    values = {"host": "127.0.0.1", "user": SUPPORT, "password_env": "UNUSED", "timeout_seconds": 10, **other}
    return SmtpConfig.model_validate({"port": port, "tls": tls, **values})


def postfix(stack: MailStack, tls: str = "starttls", **other: Any) -> SmtpSubmitter:
    port = stack.submissions_port if tls == "implicit" else stack.submission_port
    return SmtpSubmitter(account(port, tls, **{"ca_file": str(stack.ca_file), **other}), Password(stack.password))


class Calls:
    """A ``before_data`` that counts."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self._then = then

    def __call__(self) -> None:
        self.count += 1
        self._then()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_an_accepted_mail_arrives_as_it_was_approved(mail_stack: MailStack, tls: str) -> None:
    recipient, before_data = customer(), Calls()
    raw, envelope = reply_to(recipient)
    answer = postfix(mail_stack, tls).send(raw, envelope, before_data=before_data)
    assert answer.startswith("250 ") and before_data.count == 1
    (arrived,) = mail_stack.wait_for_mail(recipient, 1)
    assert arrived.endswith(raw)


def test_check_says_what_the_server_offers(mail_stack: MailStack) -> None:
    line = postfix(mail_stack).check()
    assert "TLSv1.3" in line and SUPPORT in line and "SMTPUTF8" in line and "\n" not in line


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_wrong_password_defers_and_names_user_and_server(mail_stack: MailStack, tls: str) -> None:
    port = mail_stack.submissions_port if tls == "implicit" else mail_stack.submission_port
    submitter = SmtpSubmitter(account(port, tls, ca_file=str(mail_stack.ca_file)), Password("wörng"))
    before_data = Calls()
    with pytest.raises(SubmissionDeferred, match=rf"127\.0\.0\.1:{port} refused the login of {SUPPORT}.*password"):
        submitter.send(*reply_to(customer()), before_data=before_data)
    assert before_data.count == 0


@pytest.mark.parametrize("recipient", ["nobody-here@test.example", "someone@elsewhere.example"])
def test_a_refused_recipient_refuses_the_mail(mail_stack: MailStack, recipient: str) -> None:
    before_data = Calls()
    with pytest.raises(SubmissionRefused, match=f"55[04] .*{recipient}"):
        postfix(mail_stack).send(*reply_to(recipient), before_data=before_data)
    assert before_data.count == 0


def test_one_refused_recipient_keeps_the_mail_from_all(mail_stack: MailStack) -> None:
    good = customer()
    raw, _ = reply_to(good)
    with pytest.raises(SubmissionRefused):
        postfix(mail_stack).send(raw, Envelope(SUPPORT, (good, "nobody-here@test.example")), before_data=Calls())
    postfix(mail_stack).send(raw, Envelope(SUPPORT, (good,)), before_data=Calls())
    assert len(mail_stack.wait_for_mail(good, 1)) == 1


def test_a_lost_answer_to_the_mail_is_uncertain_and_the_mail_arrives_once(mail_stack: MailStack) -> None:
    recipient = customer()
    with FaultProxy((mail_stack.host, mail_stack.plain_port), lambda: ReplyLost(END_OF_DATA)) as proxy:
        submitter = SmtpSubmitter(account(proxy.port), Password(mail_stack.password))
        with pytest.raises(SubmissionUncertain):
            submitter.send(*reply_to(recipient), before_data=Calls())
    assert len(mail_stack.wait_for_mail(recipient, 1)) == 1


@pytest.mark.parametrize(
    ("fault", "error", "calls"),
    [
        (lambda: Silence(END_OF_DATA), SubmissionUncertain, 1),
        (lambda: CutUp(3000), SubmissionUncertain, 1),
        (lambda: ReplyLost(b"DATA\r\n"), SubmissionDeferred, 1),
        (lambda: CutAtWord(b"DATA\r\n"), SubmissionDeferred, 1),
        (lambda: ReplyLost(b"RCPT"), SubmissionDeferred, 0),
        (lambda: Silence(b"MAIL"), SubmissionDeferred, 0),
        (lambda: ReplyLost(b"AUTH"), SubmissionDeferred, 0),
        (lambda: Silence(b"ehlo"), SubmissionDeferred, 0),
        (Refused, SubmissionDeferred, 0),
    ],
)
def test_a_broken_connection_is_deferred_before_the_mail_and_uncertain_after(
    mail_stack: MailStack, fault: Callable[[], Fault], error: type[SubmissionError], calls: int
) -> None:
    before_data = Calls()
    raw, envelope = reply_to(customer(), "word " * 2000)
    with FaultProxy((mail_stack.host, mail_stack.plain_port), fault) as proxy:
        submitter = SmtpSubmitter(account(proxy.port, timeout_seconds=0.5), Password(mail_stack.password))
        with pytest.raises(error) as raised:
            submitter.send(raw, envelope, before_data=before_data)
    assert type(raised.value) is error and before_data.count == calls


def test_nothing_is_sent_if_the_caller_cannot_commit(mail_stack: MailStack) -> None:
    recipient = customer()

    def fail() -> None:
        raise LookupError("disk full")

    with pytest.raises(LookupError):
        postfix(mail_stack).send(*reply_to(recipient), before_data=fail)
    raw, envelope = reply_to(recipient)
    postfix(mail_stack).send(raw, envelope, before_data=Calls())
    (arrived,) = mail_stack.wait_for_mail(recipient, 1)
    assert arrived.endswith(raw)


def test_a_stripped_starttls_fails_closed(mail_stack: MailStack) -> None:
    with FaultProxy((mail_stack.host, mail_stack.submission_port), lambda: Replaced(b"STARTTLS", b"STARTLES")) as proxy:
        submitter = SmtpSubmitter(account(proxy.port, "starttls"), Password(mail_stack.password))
        with pytest.raises(SubmissionDeferred, match="does not offer STARTTLS"):
            submitter.send(*reply_to(customer()), before_data=Calls())


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_of_another_authority_fails_closed(mail_stack: MailStack, tmp_path: Path, tls: str) -> None:
    for ca_file in ("", str(make_certificate(tmp_path))):
        before_data = Calls()
        with pytest.raises(SubmissionDeferred, match="certificate"):
            postfix(mail_stack, tls, ca_file=ca_file).send(*reply_to(customer()), before_data=before_data)
        assert before_data.count == 0


def test_a_certificate_for_another_host_fails_closed(mail_stack: MailStack) -> None:
    other_host = "127.0.0.2"  # loopback too, but not in the certificate
    with FaultProxy((mail_stack.host, mail_stack.submissions_port), host=other_host) as proxy:
        submitter = SmtpSubmitter(
            account(proxy.port, "implicit", host=other_host, ca_file=str(mail_stack.ca_file)),
            Password(mail_stack.password),
        )
        with pytest.raises(SubmissionDeferred, match="certificate"):
            submitter.check()


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_nobody_listening_is_deferred(tls: str) -> None:
    port = free_port()
    with pytest.raises(SubmissionDeferred, match=rf"127\.0\.0\.1:{port}"):
        SmtpSubmitter(account(port, tls), Password("x")).send(*reply_to(customer()), before_data=Calls())


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".example"])
def test_a_host_that_does_not_exist_is_deferred(host: str) -> None:
    with pytest.raises(SubmissionDeferred, match="no session"):
        SmtpSubmitter(account(25, "starttls", host=host), Password("x")).check()


def test_a_bad_ca_file_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(ConfigError, match=f"smtp.ca_file: .*{name}"):
            SmtpSubmitter(account(free_port(), "implicit", ca_file=str(tmp_path / name)), Password("x")).check()


def test_bare_line_ends_are_never_sent() -> None:
    for raw in (b"a: b\n\nx\r\n", b"a: b\r\n\r\nx\ry\r\n"):
        with pytest.raises(SubmissionRefused, match="CRLF"):
            SmtpSubmitter(account(free_port()), Password("x")).send(
                raw, Envelope("a@b.example", ("c@d.example",)), before_data=Calls()
            )


class Scripted:
    """An aiosmtpd handler that gives the answers it was told."""

    def __init__(self, **answers: str) -> None:
        self._answers = answers

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return self._answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self._answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return self._answers.get("DATA", "250 OK")


def scripted(**answers: str) -> Controller:
    return Controller(
        Scripted(**answers),
        enable_SMTPUTF8=False,
        hostname="127.0.0.1",
        port=free_port(),
        server_hostname="scripted",
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
    )


@pytest.mark.parametrize(
    ("command", "answer", "error", "calls"),
    [
        ("MAIL", "421 4.3.2 going down", SubmissionDeferred, 0),
        ("MAIL", "550 5.7.1 not you", SubmissionRefused, 0),
        ("RCPT", "450 4.7.1 greylisted", SubmissionDeferred, 0),
        ("RCPT", "550 5.1.1 unknown", SubmissionRefused, 0),
        ("DATA", "451 4.3.0 try again", SubmissionDeferred, 1),
        ("DATA", "554 5.7.1 looks like spam", SubmissionRefused, 1),
        ("DATA", "354 what?", SubmissionUncertain, 1),
    ],
)
def test_an_explicit_answer_decides(command: str, answer: str, error: type[SubmissionError], calls: int) -> None:
    before_data = Calls()
    controller = scripted(**{command: answer})
    controller.start()
    try:
        with pytest.raises(error, match=answer.replace("?", r"\?")) as raised:
            SmtpSubmitter(account(controller.port), Password("x")).send(*reply_to(customer()), before_data=before_data)
    finally:
        controller.stop()
    assert type(raised.value) is error and before_data.count == calls


def test_utf8_addresses_are_sent_where_offered_and_refused_where_not(tmp_path: Path) -> None:
    raw, envelope = reply_to("jörg@customers.example")
    with MailServer(tmp_path, "x") as server:
        assert (
            SmtpSubmitter(account(server.smtp_port), Password("x"))
            .send(raw, envelope, before_data=Calls())
            .startswith("250")
        )
    controller = scripted()
    controller.start()
    try:
        with pytest.raises(SubmissionRefused, match="SMTPUTF8"):
            SmtpSubmitter(account(controller.port), Password("x")).send(raw, envelope, before_data=Calls())
    finally:
        controller.stop()
