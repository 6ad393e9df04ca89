"""Microsoft through msal and Google through google-auth, both against a server on loopback."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipeline.accounts.google import GoogleProvider, ServiceAccountProvider
from pipeline.accounts.grants import Provider
from pipeline.accounts.loopback import ANSWER_SECONDS, Redirect
from pipeline.accounts.microsoft import APPLICATION_SCOPES, PERSON_SCOPES, ApplicationProvider, MicrosoftProvider
from pipeline.accounts.oauth import RenewedToken, stored
from pipeline.accounts.token_file import TokenFile
from pipeline.config import OAuthConfig
from pipeline.errors import ConfigError, MailboxError, MailboxLoginError
from tests.integration.authserver import GARBAGE, INTERNAL_ERROR, AuthServer, InsteadOfMicrosoft, Told
from tests.integration.test_accounts_device import PENDING, Waits

MICROSOFT = OAuthConfig(provider="microsoft", client_id="client", token_file="care.token", tenant="tenant")
GOOGLE = OAuthConfig(provider="google", client_id="client", token_file="care.token", client_secret_env="UNUSED")
SERVICE = OAuthConfig(provider="google", service_account_file="key.json")
CLIENT_SECRET = "client-secret"


@pytest.fixture
def server() -> Iterator[AuthServer]:
    count = iter(range(1000))
    with AuthServer(access_token=lambda: f"access-{next(count)}") as server:
        yield server


@pytest.fixture(scope="module")
def key() -> str:
    """A key of a service account, as Google hands it out."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def key_file(tmp_path: Path, key: str, server: AuthServer) -> Path:
    content = {"type": "service_account", "private_key": key, "private_key_id": "1", "project_id": "desk"}
    content |= {"client_email": "desk@desk.example", "client_id": "1", "token_uri": server.token_url}
    file = tmp_path / "key.json"
    file.write_text(json.dumps(content))
    return file


def microsoft(server: AuthServer, clock: Waits) -> MicrosoftProvider:
    return MicrosoftProvider(MICROSOFT, http=InsteadOfMicrosoft(server), clock=clock, sleep=clock.sleep)


def google(server: AuthServer, clock: Waits, pasted: IO[str] | None = None) -> GoogleProvider:
    return GoogleProvider(
        GOOGLE,
        CLIENT_SECRET,
        "care@fernhollow.example",
        clock=clock,
        pasted=pasted,
        login_url=server.login_url,
        token_url=server.token_url,
    )


def providers(server: AuthServer, clock: Waits, key_file: Path) -> dict[str, Provider]:
    instead = InsteadOfMicrosoft(server)
    return {
        "microsoft": microsoft(server, clock),
        "application": ApplicationProvider(MICROSOFT, CLIENT_SECRET, http=instead, clock=clock),
        "google": google(server, clock),
        "service account": ServiceAccountProvider(SERVICE, key_file, "care@fernhollow.example", clock=clock),
    }


# --- Microsoft ------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Attempted too soon")
def test_a_person_logs_in_to_microsoft_and_tokens_are_renewed_silently(server: AuthServer, tmp_path: Path) -> None:
    clock, said, file = Waits(), list[str](), TokenFile(tmp_path / "care.token")
    server.told = [PENDING, "slow_down"]
    file.write(stored(("microsoft", "client"), microsoft(server, clock).log_in(said.append)))
    assert "WXYZ-1234" in said[0] and clock.waited == [5, 5, 10]
    assert set(PERSON_SCOPES) | {"offline_access"} <= set(server.begun[0]["scope"].split())
    source = RenewedToken(
        "care", microsoft(server, clock), file, mechanism="XOAUTH2", owner=("microsoft", "client"), clock=clock
    )
    assert source.token() == "access-0"
    for count in range(1, 4):
        clock.pass_by(3500)
        assert source.token() == f"access-{count}"
        assert server.asked[-1]["refresh_token"] == f"refresh-{count}"
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_an_application_logs_in_to_microsoft_by_itself(server: AuthServer, key_file: Path) -> None:
    clock = Waits()
    provider = providers(server, clock, key_file)["application"]
    tokens = [provider.renew("").access for _ in range(2)]
    assert [token.value for token in tokens] == ["access-0", "access-1"]
    assert tokens[0].expires_at == clock() + 3600
    assert [(each["grant_type"], each["scope"]) for each in server.asked] == [
        ("client_credentials", APPLICATION_SCOPES[0])
    ] * 2
    assert server.asked[0]["client_secret"] == CLIENT_SECRET


def test_an_unknown_tenant_is_a_fault_of_the_configuration(server: AuthServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "discovery", lambda: (400, b'{"error": "invalid_tenant"}'))
    with pytest.raises(MailboxLoginError, match="no tenant 'tenant'") as raised:
        microsoft(server, Waits()).renew("{}")
    assert raised.value.remedy == "check oauth.tenant"


@pytest.mark.parametrize("renewal", ["", "{}", "{"])
def test_a_stored_login_without_account_asks_for_another(server: AuthServer, renewal: str) -> None:
    with pytest.raises(MailboxLoginError, match="the stored login"):
        microsoft(server, Waits()).renew(renewal)


# --- Google ---------------------------------------------------------------------------------------------------------


def test_a_google_login_ends_where_the_browser_is_sent(server: AuthServer) -> None:
    clock, said = Waits(), list[str]()

    def say(line: str) -> None:
        said.append(line)
        if "/authorize?" in line:
            threading.Thread(target=requests.get, args=(line.split()[-1],), kwargs={"timeout": 10}).start()

    new = google(server, clock).log_in(say)
    assert (new.access.value, new.renewal) == ("access-0", "refresh-1")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(said[0].split()[-1]).query).items()}
    assert asked["scope"] == "https://mail.google.com/" and asked["access_type"] == "offline"
    assert asked["login_hint"] == "care@fernhollow.example" and asked["code_challenge_method"] == "S256"
    exchanged = server.asked[0]
    assert exchanged["code"] == "code-of-the-test" and exchanged["redirect_uri"] == asked["redirect_uri"]
    assert len(exchanged["code_verifier"]) >= 43 and asked["state"] not in said[1]


def pasting(server: AuthServer, line: str) -> tuple[list[str], str]:
    """A login whose address is pasted as ``line``, after something else was; what was said and the token."""
    reading, writing = os.pipe()
    said = list[str]()
    with os.fdopen(reading) as pasted, os.fdopen(writing, "w", buffering=1) as keyboard:

        def say(text: str) -> None:
            said.append(text)
            if "/authorize?" in text:
                query = parse_qs(urlsplit(text.split()[-1]).query)
                keyboard.write("\n")
                keyboard.write(line.format(state=query["state"][0], redirect=query["redirect_uri"][0]) + "\n")

        return said, google(server, Waits(), pasted).log_in(say).access.value


def test_a_google_login_ends_with_a_pasted_address(server: AuthServer) -> None:
    said, token = pasting(server, "  {redirect}?state={state}&code=4/0abc&scope=x  ")
    assert token == "access-0" and server.asked[0]["code"] == "4/0abc"
    assert not any("not the address" in line for line in said)


def test_declining_at_google_ends_the_login(server: AuthServer) -> None:
    with pytest.raises(MailboxLoginError, match="declined"):
        pasting(server, "{redirect}?state={state}&error=access_denied")
    assert server.asked == []


def test_an_address_of_another_login_is_ignored() -> None:
    answers: list[int] = []
    with Redirect("the state", None) as redirect:
        asking = threading.Thread(
            target=lambda: answers.extend(
                requests.get(redirect.url + path, timeout=10).status_code
                for path in ("?state=forged&code=x", "?code=x", "favicon.ico", "?state=%ff", "?state=the+state")
            )
        )
        asking.start()
        answer = redirect.wait(lambda _: None, lambda: 0.0)
        asking.join()
    assert (answer, answers) == ({"state": "the state"}, [404, 404, 404, 404, 200])


def test_nobody_answering_ends_the_login() -> None:
    ticks = iter([0.0, ANSWER_SECONDS])
    with Redirect("the state", None) as redirect, pytest.raises(MailboxLoginError, match="within ten minutes"):
        redirect.wait(lambda _: None, lambda: next(ticks))


def test_a_service_account_acts_for_the_mailbox(server: AuthServer, key_file: Path) -> None:
    clock = Waits()
    new = providers(server, clock, key_file)["service account"].renew("")
    assert (new.access.value, new.access.expires_at) == ("access-0", clock() + 3600)
    claims = jwt.decode(server.asked[0]["assertion"], options={"verify_signature": False})
    assert (claims["sub"], claims["scope"]) == ("care@fernhollow.example", "https://mail.google.com/")


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"type": "service_account", "private_key": "the key"}'])
def test_a_file_that_holds_no_key_is_a_fault_of_the_configuration(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=r"service_account_file: .*key\.json") as raised:
        ServiceAccountProvider(SERVICE, file, "care@fernhollow.example")
    assert "the key" not in str(raised.value)


# --- all of them ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=["microsoft", "application", "google", "service account"])
def provider(request: pytest.FixtureRequest, server: AuthServer, key_file: Path) -> Iterator[tuple[Provider, str]]:
    """A provider, and what it renews with: that of a login where it wants one."""
    clock = Waits()
    renewal = microsoft(server, clock).log_in(lambda _: None).renewal if request.param == "microsoft" else "refresh-0"
    server.asked.clear()
    yield providers(server, clock, key_file)[request.param], renewal


@pytest.mark.parametrize("told", [INTERNAL_ERROR, 503, 429, GARBAGE, b"[]", {}, {"access_token": 7}])
def test_trouble_passes_and_is_asked_about_once(
    provider: tuple[Provider, str], server: AuthServer, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    asking, renewal = provider
    server.told = [told]
    with pytest.raises(MailboxError) as raised:
        asking.renew(renewal)
    assert type(raised.value) is MailboxError and len(server.asked) == 1
    assert asking.renew(renewal).access.value == server.given[-1]


@pytest.mark.parametrize("code", ["invalid_grant", "unauthorized_client", "invalid_client", "invalid_scope"])
def test_a_refusal_is_a_refusal_and_quotes_nothing(
    provider: tuple[Provider, str], server: AuthServer, key: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    asking, renewal = provider
    server.told = [code]
    caplog.set_level("WARNING")
    with pytest.raises(MailboxLoginError, match=code) as raised:
        asking.renew(renewal)
    text = f"{raised.value!r} {raised.value.__cause__} {caplog.text}"
    assert [secret for secret in (*server.secrets, CLIENT_SECRET, key, renewal) if secret in text] == []
    assert len(server.asked) == 1


def test_a_provider_that_is_not_there_is_trouble(provider: tuple[Provider, str], server: AuthServer) -> None:
    asking, renewal = provider
    server._server.shutdown()
    server._server.server_close()
    with pytest.raises(MailboxError, match="not reached") as raised:
        asking.renew(renewal)
    assert type(raised.value) is MailboxError


def test_a_provider_shows_no_secret(provider: tuple[Provider, Any]) -> None:
    assert CLIENT_SECRET not in repr(provider[0])
