"""The login by device flow at a server that makes the person wait, declines, fails and forgets."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from pipeline.accounts.credentials import Password
from pipeline.accounts.device import DEVICE_GRANT, DeviceProvider
from pipeline.accounts.logins import credentials_of, log_in
from pipeline.accounts.token_file import StoredLogin, TokenFile
from pipeline.cli import app
from pipeline.config import load_config
from pipeline.errors import CalmdeskError, ConfigError, InputError, MailboxError, MailboxLoginError
from pipeline.resources import default_folder
from tests.integration.authserver import GARBAGE, INTERNAL_ERROR, AuthServer, Told
from tests.integration.test_accounts_oauth import Clock, config_of

PENDING = "authorization_pending"


@pytest.fixture
def server() -> Iterator[AuthServer]:
    with AuthServer() as server:
        yield server


class Waits(Clock):
    """A clock whose sleep passes at once and is written down."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.pass_by(seconds)


def provider_of(server: AuthServer, clock: Waits, secret: str = "", **other: Any) -> DeviceProvider:
    return DeviceProvider(config_of(server, **other), secret, clock=clock, sleep=clock.sleep)


def test_the_person_is_told_where_to_go_and_the_tokens_come_when_they_have_agreed(server: AuthServer) -> None:
    clock, said = Waits(), list[str]()
    server.told = [PENDING, PENDING]
    new = provider_of(server, clock, "client-secret", scopes=["mail", "offline"]).log_in(said.append)
    assert (new.access.value, new.access.expires_at, new.renewal) == ("access", clock() + 3600, "refresh-1")
    assert [f"{server.url}/activate" in said[0], "WXYZ-1234" in said[0]] == [True, True]
    client = {"client_id": "client", "client_secret": "client-secret"}
    assert server.begun == [client | {"scope": "mail offline"}]
    assert server.asked == [client | {"grant_type": DEVICE_GRANT, "device_code": "device-code-of-the-test"}] * 3
    assert clock.waited == [5, 5, 5]


def test_a_server_that_wants_it_slower_or_fails_is_asked_less_often(server: AuthServer) -> None:
    clock = Waits()
    server.told = ["slow_down", PENDING, INTERNAL_ERROR, GARBAGE, 429]
    provider_of(server, clock).log_in(lambda _: None)
    assert clock.waited == [5, 10, 10, 20, 40, 60]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (["access_denied"], "declined in the browser"),
        ([PENDING, "expired_token"], "expired before anybody agreed"),
        ([PENDING] * 200, "expired before anybody agreed"),
        (["invalid_client"], "refused a token: invalid_client"),
    ],
)
def test_a_login_that_fails_says_why(server: AuthServer, told: list[Told], message: str) -> None:
    server.told = told
    with pytest.raises(MailboxLoginError, match=rf"127\.0\.0\.1: .*{message}") as raised:
        provider_of(server, Waits()).log_in(lambda _: None)
    assert not any(secret in str(raised.value) for secret in server.secrets)
    assert len(server.asked) <= 181


def test_a_login_without_refresh_token_is_refused_with_the_likely_reason(server: AuthServer) -> None:
    server.issues_refresh_tokens = False
    with pytest.raises(MailboxLoginError, match="no refresh token") as raised:
        provider_of(server, Waits()).log_in(lambda _: None)
    assert "offline_access" in raised.value.remedy


@pytest.mark.parametrize("answer", [{}, {"device_code": 7}, {"device_code": "x"}, {"error": "invalid_scope"}])
def test_a_login_that_cannot_begin_says_so(
    server: AuthServer, answer: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "device", lambda _: (400, json.dumps(answer).encode()))
    with pytest.raises(MailboxError, match=r"127\.0\.0\.1: "):
        provider_of(server, Waits()).log_in(lambda _: None)
    assert server.asked == []


def test_what_a_server_wants_shown_cannot_steer_the_terminal(
    server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"device_code": "x", "user_code": "\x1b[2J", "verification_uri": "https://example.com"}
    monkeypatch.setattr(server, "device", lambda _: (200, json.dumps(answer).encode()))
    with pytest.raises(MailboxError, match="which code"):
        provider_of(server, Waits()).log_in(lambda _: None)


# --- the verb -------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, server: AuthServer) -> Path:
    """The sample firm, its mailbox with OAuth at ``server``, and a second mailbox with passwords."""
    folder = tmp_path / "desk"
    shutil.copytree(default_folder("config"), folder)
    change(folder, {"token_url": server.token_url, "device_url": server.device_url})
    return folder


def change(folder: Path, oauth: dict[str, Any]) -> None:
    file = folder / "mailboxes.yaml"
    mailboxes = yaml.safe_load(file.read_text())["mailboxes"]
    care = mailboxes["care"]
    mailboxes.setdefault("plain", {**care, "address": "plain@fernhollow.example"})
    mailboxes["care"] = {
        **care,
        "imap": {"host": "127.0.0.1", "user": "care@fernhollow.example"},
        "smtp": {"host": "127.0.0.1", "user": "care@fernhollow.example"},
        "oauth": {"provider": "other", "client_id": "client", "token_file": "care.token", **oauth},
    }
    file.write_text(yaml.safe_dump({"mailboxes": mailboxes}))


def login(folder: Path, mailbox: str = "care") -> Result:
    return CliRunner().invoke(app, ["login", mailbox, "--config", str(folder)])


def test_login_writes_the_token_file_and_one_line(folder: Path, server: AuthServer) -> None:
    server.interval = 0.01
    (folder / "care.token").write_text("damaged")
    done = login(folder)
    assert done.exit_code == 0, done.output
    written = json.loads(done.stdout)
    assert written.pop("expires_at").endswith("+00:00")
    assert written == {"mailbox": "care", "provider": "other", "token_file": str(folder / "care.token")}
    assert "WXYZ-1234" in done.stderr and "WXYZ-1234" not in done.stdout
    assert not any(secret in done.output for secret in server.secrets)
    source = credentials_of(load_config(folder), "care", "smtp")
    assert not isinstance(source, Password)
    assert (source.token(), source.mechanism, len(server.asked)) == ("access", "XOAUTH2", 1)


def test_an_interrupted_login_stores_nothing(folder: Path, server: AuthServer) -> None:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "login", "care", "--config", str(folder)]
    # A shell that starts the tests in the background has them ignore the signal, and children inherit that.
    listen = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, preexec_fn=listen) as process:
        assert process.stderr and process.stdout
        assert "WXYZ-1234" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert (process.wait(60), process.stdout.read(), process.stderr.read()) == (130, "", "")
    assert not (folder / "care.token").exists()


def test_reading_and_sending_share_one_source(folder: Path, server: AuthServer) -> None:
    TokenFile(folder / "care.token").write(StoredLogin("other", "client", "refresh-0"))
    first, second = load_config(folder), load_config(folder)
    assert credentials_of(first, "care", "imap") is credentials_of(second, "care", "smtp")
    assert credentials_of(first, "care", "imap") is not None and server.asked == []


def test_a_password_is_a_password(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALMDESK_CARE_PASSWORD", "pa55word")
    credentials = credentials_of(load_config(folder), "plain", "imap")
    assert credentials == Password("pa55word") and "pa55word" not in repr(credentials)


def test_the_remedy_of_a_refusal_is_the_very_command(folder: Path) -> None:
    source = credentials_of(load_config(folder), "care", "imap")
    assert not isinstance(source, Password)
    with pytest.raises(MailboxLoginError) as raised:
        source.token()
    assert raised.value.remedy == f"run `calmdesk login care --config {folder}`"


@pytest.mark.parametrize(
    ("mailbox", "oauth", "error", "message"),
    [
        ("nobody", {}, InputError, r"no mailbox 'nobody' in .*mailboxes\.yaml \(mailboxes there: care, plain\)"),
        ("plain", {}, InputError, r"mailboxes\.plain\.oauth: not given"),
        ("care", {"device_url": ""}, ConfigError, r"mailboxes\.care\.oauth\.device_url"),
        ("care", {"client_secret_env": "NOT_SET"}, ConfigError, r"oauth\.client_secret_env: .* NOT_SET is not set"),
        ("care", {"client_secret_file": "no.secret"}, ConfigError, r"oauth\.client_secret_file: .*no\.secret"),
        ("care", {"token_file": "care.token/x"}, MailboxError, r"care\.token/x: cannot be written"),
    ],
)
def test_a_login_that_makes_no_sense_is_refused_before_anything_is_asked(
    folder: Path, server: AuthServer, mailbox: str, oauth: dict[str, Any], error: type[CalmdeskError], message: str
) -> None:
    (folder / "care.token").touch()
    change(folder, {"token_url": server.token_url, "device_url": server.device_url, **oauth})
    done = login(folder, mailbox)
    assert type(done.exception) is error
    with pytest.raises(error, match=message):
        log_in(load_config(folder), mailbox, lambda _: None)
    assert (server.begun, server.asked) == ([], [])


def test_a_mailbox_with_a_key_of_its_own_needs_no_login(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "client-secret")
    change(folder, {"provider": "microsoft", "client_secret_env": "CLIENT_SECRET"})
    with pytest.raises(InputError, match="needs no login"):
        log_in(load_config(folder), "care", lambda _: None)


def test_the_client_secret_is_read_from_a_file_too(folder: Path, server: AuthServer) -> None:
    (folder / "client.secret").write_text("from a file\n")
    change(folder, {"token_url": server.token_url, "client_secret_file": "client.secret"})
    TokenFile(folder / "care.token").write(StoredLogin("other", "client", "refresh-0"))
    source = credentials_of(load_config(folder), "care", "smtp")
    assert not isinstance(source, Password)
    source.token()
    assert server.asked[0]["client_secret"] == "from a file"


def test_a_missing_client_secret_is_told_before_anybody_waits_for_mail(folder: Path, server: AuthServer) -> None:
    change(folder, {"token_url": server.token_url, "client_secret_env": "NOT_SET"})
    with pytest.raises(ConfigError, match=r"mailboxes\.care\.oauth\.client_secret_env"):
        credentials_of(load_config(folder), "care", "imap")


def test_the_help_teaches() -> None:
    help_text = CliRunner().invoke(app, ["login", "--help"]).stdout
    assert "Example: calmdesk login care --config desk" in help_text and "browser" in help_text
