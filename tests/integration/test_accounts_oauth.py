"""Tokens against an authorization server that rotates, refuses and fails: renewed in time, never hammered, never shown."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline.accounts.device import DeviceProvider
from pipeline.accounts.grants import AccessToken, Provider
from pipeline.accounts.oauth import LOGIN_BACKOFF, RenewedToken
from pipeline.accounts.token_file import StoredLogin, TokenFile
from pipeline.config import OAuthConfig
from pipeline.errors import MailboxError, MailboxLoginError
from tests.integration.authserver import GARBAGE, INTERNAL_ERROR, AuthServer, Told

REMEDY = "run `calmdesk login care --config desk`"
OWNER = ("other", "client")


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def server() -> Iterator[AuthServer]:
    count = iter(range(1000))
    with AuthServer(access_token=lambda: f"access-{next(count)}") as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    """A login with a refresh token and no access token yet."""
    file = TokenFile(tmp_path / "care.token")
    file.write(StoredLogin(*OWNER, "refresh-0"))
    return file


def config_of(server: AuthServer, **other: Any) -> OAuthConfig:
    values = {"provider": "other", "client_id": "client", "token_file": "care.token", "token_url": server.token_url}
    return OAuthConfig.model_validate(values | {"device_url": server.device_url} | other)


def source_of(server: AuthServer, file: TokenFile, clock: Clock, provider: Provider | None = None) -> RenewedToken:
    provider = provider or DeviceProvider(config_of(server), "client-secret", clock=clock, sleep=clock.pass_by)
    return RenewedToken("care", provider, file, mechanism="XOAUTH2", owner=OWNER, remedy=REMEDY, clock=clock)


def stored_in(file: TokenFile) -> StoredLogin:
    login = file.read()
    assert login is not None
    return login


def test_a_token_is_had_once_and_renewed_five_minutes_before_it_expires(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    source = source_of(server, file, clock)
    assert [source.token() for _ in range(10)] == ["access-0"] * 10
    clock.pass_by(3299)
    assert source.token() == "access-0"
    clock.pass_by(1)
    assert (source.token(), len(server.asked)) == ("access-1", 2)


def test_a_token_that_lives_shortly_is_renewed_after_half_its_life(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    server.expires_in = 60
    source = source_of(server, file, clock)
    source.token()
    clock.pass_by(29)
    assert source.token() == "access-0"
    clock.pass_by(1)
    assert source.token() == "access-1"


def test_a_fresh_token_is_another_one_at_once(server: AuthServer, file: TokenFile, clock: Clock) -> None:
    source = source_of(server, file, clock)
    assert (source.token(), source.token(fresh=True), source.token()) == ("access-0", "access-1", "access-1")


def test_the_question_is_that_of_the_standard(server: AuthServer, file: TokenFile, clock: Clock) -> None:
    source_of(server, file, clock).token()
    wanted = {"grant_type": "refresh_token", "refresh_token": "refresh-0"}
    assert server.asked == [wanted | {"client_id": "client", "client_secret": "client-secret"}]


def test_rotated_refresh_tokens_are_in_the_file_before_the_token_is_used(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    source = source_of(server, file, clock)
    for count in range(1, 6):
        token = source.token(fresh=True)
        login = stored_in(file)
        assert (login.renewal, login.access and login.access.value) == (f"refresh-{count}", token)
        assert file.path.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in file.path.parent.iterdir()} <= {"care.token", "care.token.lock"}


def test_a_provider_that_does_not_rotate_keeps_its_refresh_token(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    server.issues_refresh_tokens = False
    source_of(server, file, clock).token()
    assert stored_in(file).renewal == "refresh-0"


def test_another_process_takes_the_stored_token_and_asks_nobody(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    worker, doctor = source_of(server, file, clock), source_of(server, file, clock)
    assert worker.token() == doctor.token() == "access-0"
    clock.pass_by(3400)
    assert doctor.token() == worker.token() == "access-1"
    assert len(server.asked) == 2


def test_a_refused_token_is_replaced_by_what_another_process_has_renewed(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    worker, doctor = source_of(server, file, clock), source_of(server, file, clock)
    worker.token(), doctor.token()
    assert worker.token(fresh=True) == doctor.token(fresh=True) == "access-1"
    assert len(server.asked) == 2


def test_connections_that_need_a_token_at_once_share_one_renewal(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    source, gate = source_of(server, file, clock), threading.Barrier(8)

    def connect(_: int) -> str:
        gate.wait()
        return source.token()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(connect, range(8))) == {"access-0"}
    assert len(server.asked) == 1


class Queue:
    """A lock that lets its second comer wait, and says that it does, before the first one may go on."""

    def __init__(self) -> None:
        self._lock, self._comers, self.second_waits = threading.Lock(), iter((1, 2)), threading.Event()

    def __enter__(self) -> None:
        if next(self._comers) == 2:
            self.second_waits.set()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_connections_that_were_refused_at_once_share_one_renewal(
    server: AuthServer, file: TokenFile, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = DeviceProvider(config_of(server), clock=clock)
    source, queue, renew = source_of(server, file, clock, provider), Queue(), provider.renew
    source.token()
    monkeypatch.setattr(source, "_lock", queue)
    monkeypatch.setattr(provider, "renew", lambda renewal: renew(renewal) if queue.second_waits.wait(30) else None)
    with ThreadPoolExecutor(2) as pool:
        assert {*pool.map(source.token, (True, True))} == {"access-1"}
    assert len(server.asked) == 2


def _renew_often(folder: Path, token_url: str) -> list[str]:
    """What one of several processes does, each for itself."""
    oauth = OAuthConfig(provider="other", client_id="client", token_file="care.token", token_url=token_url)
    source = RenewedToken(
        "care", DeviceProvider(oauth), TokenFile(folder / "care.token"), mechanism="XOAUTH2", owner=OWNER
    )
    return [source.token(fresh=True) for _ in range(20)]


def test_processes_that_renew_at_once_never_use_a_void_refresh_token(server: AuthServer, file: TokenFile) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        renewing = [pool.submit(_renew_often, file.path.parent, server.token_url) for _ in range(2)]
        used = {token for each in renewing for token in each.result(60)}
    assert used == set(server.given) and len(server.asked) == len(server.given) >= 20
    assert stored_in(file).renewal == server.refresh_tokens[-1]


@pytest.mark.parametrize("code", ["invalid_grant", "interaction_required", "access_denied", "consent_required"])
def test_a_refusal_is_told_with_its_remedy_and_asked_for_once(
    server: AuthServer, file: TokenFile, clock: Clock, code: str
) -> None:
    server.told = [code] * 10
    source = source_of(server, file, clock)
    for fresh in (False, True) * 5:
        with pytest.raises(MailboxLoginError, match=rf"127.0.0.1: .*{code} \(AADSTS70000\)") as raised:
            source.token(fresh)
        assert raised.value.remedy == REMEDY
        clock.pass_by(LOGIN_BACKOFF / 11)
    assert len(server.asked) == 1
    clock.pass_by(LOGIN_BACKOFF)
    with pytest.raises(MailboxLoginError):
        source.token()
    assert len(server.asked) == 2


def test_a_new_login_ends_the_wait_after_a_refusal(server: AuthServer, file: TokenFile, clock: Clock) -> None:
    server.told = ["invalid_grant"]
    source = source_of(server, file, clock)
    with pytest.raises(MailboxLoginError):
        source.token()
    file.write(StoredLogin(*OWNER, server.refresh_tokens[-1]))
    assert source.token() == "access-0"


@pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client", "invalid_scope"])
def test_a_fault_of_the_client_is_not_mended_by_another_login(
    server: AuthServer, file: TokenFile, clock: Clock, code: str
) -> None:
    server.told = [code]
    with pytest.raises(MailboxLoginError, match=code) as raised:
        source_of(server, file, clock).token()
    assert raised.value.remedy.startswith("check oauth.")


@pytest.mark.parametrize(
    "told",
    [
        INTERNAL_ERROR,
        503,
        429,
        307,  # not followed: the refresh token is for this address alone
        GARBAGE,
        b"[]",
        b"[" * 100_000,
        b"\xff",
        "server_error",
        "temporarily_unavailable",
        "no_such_code",
        {},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "two\r\nlines"},
        {"error": ["invalid_grant"]},
    ],
)
def test_trouble_of_the_provider_passes(server: AuthServer, file: TokenFile, clock: Clock, told: Told) -> None:
    server.told = [told, told]
    source = source_of(server, file, clock)
    for _ in range(2):
        with pytest.raises(MailboxError, match=r"token endpoint|127\.0\.0\.1") as raised:
            source.token()
        assert type(raised.value) is MailboxError
    assert source.token() == "access-0"
    assert len(server.asked) == 3


def test_a_provider_that_is_not_there_is_trouble_too(server: AuthServer, file: TokenFile, clock: Clock) -> None:
    with AuthServer() as gone:
        config = config_of(gone)
    with pytest.raises(MailboxError, match=r"127\.0\.0\.1: not reached") as raised:
        source_of(server, file, clock, DeviceProvider(config)).token()
    assert type(raised.value) is MailboxError


def test_a_token_that_still_lives_bridges_the_providers_trouble(
    server: AuthServer, file: TokenFile, clock: Clock
) -> None:
    source = source_of(server, file, clock)
    source.token()
    server.told = [INTERNAL_ERROR, INTERNAL_ERROR]
    clock.pass_by(3400)
    assert source.token() == "access-0"
    clock.pass_by(200)
    with pytest.raises(MailboxError):
        source.token()
    assert source.token() == "access-1"


@pytest.mark.parametrize("lifetime", [None, "soon", -5, 0, "1e999", 10**400, [], "nan"])
def test_a_lifetime_of_no_use_is_taken_for_a_usual_one(
    server: AuthServer, file: TokenFile, clock: Clock, lifetime: object
) -> None:
    server.expires_in = lifetime
    source = source_of(server, file, clock)
    assert source.token() == source.token() == "access-0"
    clock.pass_by(86400)
    assert source.token() == "access-1"


def test_a_full_disk_loses_no_refresh_token(
    server: AuthServer, file: TokenFile, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(server, file, clock)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pipeline.accounts.token_file.os.fsync", full)
        for _ in range(3):
            with pytest.raises(MailboxError, match=r"care\.token: cannot be written: No space left"):
                source.token()
    assert source.token() == "access-0"
    assert (stored_in(file).renewal, len(server.asked)) == ("refresh-1", 1)


def test_a_login_of_another_client_is_not_used(server: AuthServer, file: TokenFile, clock: Clock) -> None:
    file.write(StoredLogin("other", "somebody", "refresh-0"))
    with pytest.raises(MailboxLoginError, match="another provider or client") as raised:
        source_of(server, file, clock).token()
    assert (raised.value.remedy, server.asked) == (REMEDY, [])


def test_nothing_stored_asks_for_a_login(server: AuthServer, file: TokenFile, clock: Clock) -> None:
    file.path.unlink()
    with pytest.raises(MailboxLoginError, match=r"care\.token: no such file") as raised:
        source_of(server, file, clock).token()
    assert (raised.value.remedy, server.asked) == (REMEDY, [])


def test_a_login_written_by_hand_is_used(server: AuthServer, file: TokenFile, clock: Clock) -> None:
    file.path.write_text(json.dumps({"provider": "other", "client_id": "client", "renewal": "refresh-0"}))
    assert source_of(server, file, clock).token() == "access-0"


@pytest.mark.parametrize(
    "told", [None, "invalid_grant", "no_such_code", INTERNAL_ERROR, GARBAGE, {"error": "refresh-0"}]
)
def test_no_secret_is_in_errors_reprs_or_logs(
    server: AuthServer,
    file: TokenFile,
    clock: Clock,
    told: Told | None,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    source = source_of(server, file, clock)
    first = source.token()
    server.told = [told] if told else []
    seen = [repr(source), repr(file), repr(stored_in(file)), repr(AccessToken(first, 0, 1))]
    try:
        source.token(fresh=True)
    except MailboxError as error:
        seen += [str(error), repr(error), repr(error.args), str(error.__cause__), error.remedy]
    text = "\n".join([*seen, caplog.text, *capfd.readouterr()])
    assert "access token renewed" in text
    assert [secret for secret in (*server.secrets, "client-secret") if secret in text] == []
