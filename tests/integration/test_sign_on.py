"""Single sign-on against a real provider in a process of its own; what is not beyond doubt logs nobody in."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client

from pipeline.config import Config, SignOnConfig
from pipeline.errors import SignOnError
from pipeline.records import Role
from pipeline.review.provider import Provider as Ours
from pipeline.store import accounts
from pipeline.store.models import LoginSession, SignOnIdentity
from tests.integration.openid import Claims, Provider, signed_by_secret, tampered, unsigned

pytestmark = pytest.mark.django_db
SECRET = "client-secret-of-the-test-which-is-long-enough"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, desk_config: Config, settings: Any) -> Provider:
    """The provider, well-behaved, with this desk as its client and Mara among its people."""
    running.twist, running.claims, running.metadata, running.drops = lambda token: token, None, lambda found: found, ()
    (desk_config.folder / "sign_on.secret").write_text(SECRET)
    sign_on = SignOnConfig(
        issuer=running.issuer,
        name="Fernhollow",
        client_id="desk",
        client_secret_file="sign_on.secret",
        roles={"desk-agents": Role.AGENT, "desk-leads": Role.LEAD},
    )
    calmdesk = desk_config.calmdesk.model_copy(update={"sign_on": sign_on})
    settings.CALMDESK = dataclasses.replace(desk_config, calmdesk=calmdesk)
    running.add_person("sub-mara", preferred_username="mara", groups=["desk-agents", "canteen"])
    return running


def sign_on(provider: Provider, client: Client | None = None, path: str = "/sign-on") -> tuple[Client, HttpResponse]:
    """From the button to where the browser ends up on the desk."""
    client = client or Client()
    away: Any = client.get(path)
    assert away.status_code == 302, away.content
    assert away["Location"].startswith(provider.issuer)
    back = urlsplit(provider.log_in(away["Location"]))
    return client, client.get(f"{back.path}?{back.query}")  # type: ignore[return-value]


def refused(provider: Provider) -> str:
    client, answer = sign_on(provider)
    assert answer.status_code == 403
    assert not LoginSession.objects.exists()
    assert client.get("/account").status_code == 302
    return answer.content.decode()


def test_the_first_login_makes_an_account_with_the_role_of_the_group(provider: Provider) -> None:
    client, answer = sign_on(provider)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    mara = User.objects.get(username="mara")
    assert accounts.roles_of(mara) == [Role.AGENT]
    assert not mara.has_usable_password()
    assert client.get("/").status_code == 200
    assert "Sign in with Fernhollow" in Client().get("/login").content.decode()


def test_nobody_signs_in_with_a_password_that_was_never_set(provider: Provider) -> None:
    sign_on(provider)
    for password in ("", "!", "mara"):
        assert Client().post("/login", {"username": "mara", "password": password}).status_code == 200
    assert LoginSession.objects.count() == 1


def test_who_comes_again_is_the_same_person_whatever_they_are_called_now(provider: Provider) -> None:
    sign_on(provider)
    provider.add_person("sub-mara", preferred_username="mara.new", groups=["desk-leads"])
    sign_on(provider)
    assert [(user.username, accounts.roles_of(user)) for user in User.objects.all()] == [("mara", [Role.LEAD])]


def test_the_page_that_was_asked_for_is_gone_back_to_but_no_other_site(provider: Provider) -> None:
    assert sign_on(provider, path="/sign-on?next=/account")[1]["Location"] == "/account"
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert sign_on(provider, path=f"/sign-on?next={elsewhere}")[1]["Location"] == "/"


@pytest.mark.parametrize("groups", [[], ["canteen"], None, "desk", {"desk-agents": 1}, [["desk-agents"]]])
def test_who_is_in_no_group_with_a_role_is_refused_and_gets_no_account(provider: Provider, groups: object) -> None:
    provider.add_person("sub-nora", preferred_username="nora", groups=groups)
    assert "none of your groups has a role" in refused(provider)
    assert not User.objects.exists()


def test_who_lost_the_role_is_refused_and_every_login_and_role_ends(provider: Provider) -> None:
    client, _ = sign_on(provider)
    provider.add_person("sub-mara", preferred_username="mara", groups=["canteen"])
    assert sign_on(provider)[1].status_code == 403
    assert client.get("/").status_code == 302
    assert not accounts.roles_of(User.objects.get(username="mara"))


def test_a_shut_account_stays_shut(provider: Provider) -> None:
    sign_on(provider)
    accounts.set_active(User.objects.get().pk, False, "test")
    assert "account is shut" in refused(provider)


def test_a_name_that_the_provider_tells_opens_no_account_that_was_made_here(provider: Provider) -> None:
    accounts.create_person("mara", [Role.ADMIN], "a-long-password-of-hers", "test")
    assert "exists already" in refused(provider)
    assert not SignOnIdentity.objects.exists()


@pytest.mark.parametrize("twist", [tampered, unsigned, signed_by_secret(SECRET), lambda token: "x.y.z", lambda _: ""])
def test_a_token_that_the_provider_did_not_sign_logs_nobody_in(provider: Provider, twist: Callable[[str], str]) -> None:
    provider.twist = twist
    assert "nobody was signed in" in refused(provider)
    assert not User.objects.exists()


def test_not_even_where_the_provider_says_that_such_tokens_are_its_own(provider: Provider) -> None:
    provider.metadata = lambda found: found | {"id_token_signing_alg_values_supported": ["none", "HS256"]}
    for twist in (unsigned, signed_by_secret(SECRET)):
        provider.twist = twist
        refused(provider)


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize(
    "claims",
    [
        lambda claims: claims | {"nonce": "another"},
        lambda claims: claims | {"iss": "https://evil.example"},
        lambda claims: claims | {"aud": "another-client"},
        lambda claims: claims | {"aud": "another-client", "azp": "desk"},
        lambda claims: claims | {"aud": ["desk", "another-client"], "azp": "another-client"},
        lambda claims: claims | {"exp": int(time.time()) - 3600},
        lambda claims: claims | {"iat": int(time.time()) + 3600},
        lambda claims: claims | {"nbf": int(time.time()) + 3600},
        lambda claims: claims | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        lambda claims: claims | {"sub": ""},
        lambda claims: claims | {"sub": 7},
        *(_without(name) for name in ("nonce", "iss", "aud", "exp", "iat", "sub")),
    ],
)
def test_a_well_signed_token_with_a_wrong_claim_logs_nobody_in(
    provider: Provider, claims: Callable[[Claims], Claims]
) -> None:
    provider.claims = claims
    assert "nobody was signed in" in refused(provider)
    assert not User.objects.exists()


def test_keys_that_the_provider_changed_are_known_at_once(provider: Provider) -> None:
    provider.claims = lambda claims: claims
    assert sign_on(provider)[1].status_code == 302
    provider.change_key()
    assert sign_on(provider)[1].status_code == 302
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "metadata",
    [
        lambda found: found | {"issuer": "https://evil.example"},
        lambda found: found | {"token_endpoint": "ftp://evil.example/token"},
        lambda found: found | {"jwks_uri": None},
        lambda found: {},
    ],
)
def test_a_provider_that_is_another_than_the_one_named_is_not_gone_to(
    provider: Provider, metadata: Callable[[Claims], Claims]
) -> None:
    provider.metadata = metadata
    answer = Client().get("/sign-on")
    assert answer.status_code == 403
    assert b"nobody was signed in" in answer.content


def test_an_answer_without_an_id_token_logs_nobody_in(provider: Provider) -> None:
    provider.drops = ("id_token",)
    refused(provider)


def test_an_answer_is_good_once_and_only_in_the_browser_that_asked(provider: Provider) -> None:
    client = Client()
    away: Any = client.get("/sign-on")
    back = urlsplit(provider.log_in(away["Location"]))
    for other in (Client(), Client(headers={"Cookie": "sessionid=x"})):
        assert other.get(f"{back.path}?{back.query}").status_code == 403
    for changed in (
        "/sign-on/return",
        f"{back.path}?{back.query}x",
        f"{back.path}?{back.query}&iss=https://evil.example",
    ):
        assert client.get(changed).status_code == 403
    client.get("/sign-on")
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    client.post("/logout")
    assert client.get(f"{back.path}?{back.query}").status_code == 403


def test_a_code_is_worth_nothing_without_the_verifier_that_only_we_know(provider: Provider) -> None:
    away: Any = Client().get("/sign-on")
    asked = dict(parse_qsl(urlsplit(away["Location"]).query))
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid profile email")
    code = dict(parse_qsl(urlsplit(provider.log_in(away["Location"])).query))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"]}
    stolen = requests.post(f"{provider.issuer}/oauth2/token", data=form, auth=("desk", SECRET), timeout=10)
    assert stolen.status_code == 400


def test_who_says_no_at_the_provider_is_told_so(provider: Provider) -> None:
    client = Client()
    away: Any = client.get("/sign-on")
    state = dict(parse_qsl(urlsplit(away["Location"]).query))["state"]
    answer = client.get("/sign-on/return", {"error": "access_denied", "state": state})
    assert (answer.status_code, b"did not let you in" in answer.content) == (403, True)


def test_signing_out_ends_the_login_here_and_leads_to_the_end_at_the_provider(provider: Provider) -> None:
    client, _ = sign_on(provider)
    page = client.post("/logout")
    assert client.get("/").status_code == 302
    assert not LoginSession.objects.exists()
    end = page.context["end"]
    assert end.startswith(f"{provider.issuer}/oauth2/end_session?id_token_hint=")
    assert requests.get(end, timeout=10).ok


def test_a_provider_that_does_not_answer_leaves_the_password_login(provider: Provider, settings: Any) -> None:
    config: Config = settings.CALMDESK
    gone = config.calmdesk.sign_on.model_copy(update={"issuer": "http://127.0.0.1:9"})
    settings.CALMDESK = dataclasses.replace(config, calmdesk=config.calmdesk.model_copy(update={"sign_on": gone}))
    assert Client().get("/sign-on").status_code == 403
    assert Client().get("/login").status_code == 200


def test_while_it_is_off_there_is_no_such_page(desk_config: Config) -> None:
    for path in ("/sign-on", "/sign-on/return"):
        assert Client().get(path).status_code == 404
    assert b"Sign in with" not in Client().get("/login").content


def test_the_check_says_whether_the_provider_is_the_one_named(provider: Provider, settings: Any) -> None:
    Ours(settings.CALMDESK).check()
    provider.metadata = lambda found: found | {"issuer": "https://evil.example"}
    with pytest.raises(SignOnError, match="calls itself"):
        Ours(settings.CALMDESK).check()


def test_many_first_logins_at_once_need_the_groups_only_once(provider: Provider) -> None:
    for subject in ("a", "b"):
        provider.add_person(subject, preferred_username=f"person-{subject}", groups=["desk-agents"])
        sign_on(provider)
    assert Group.objects.filter(name="agent").count() == 1
