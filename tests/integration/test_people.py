"""Accounts: who may change them, how logins begin and end, what a token opens, and the pages on all of it."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F
from django.test import Client
from django.utils import timezone

from pipeline.config import CalmdeskConfig, Config, DatabaseConfig
from pipeline.errors import FlowError, InputError, NotAllowed
from pipeline.records import Role
from pipeline.review import decisions
from pipeline.review.roles import ROLES, Permission, permissions
from pipeline.review.tokens import open_token
from pipeline.settings import ADDRESS_TRIES, LOCK_MINUTES, NAME_TRIES, TRIES, django_settings
from pipeline.store import accounts
from pipeline.store.models import ApiToken, AuditEvent, LoginSession, SignOnIdentity
from tests.rows import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk_config")]
PASSWORD = "grey-heron-on-the-weir"
OTHER = "three-wet-umbrellas-here"


def mara(role: Role = Role.AGENT, name: str = "mara") -> User:
    return accounts.create_person(name, [role], PASSWORD, "test")


def log_in(name: str = "mara", password: str = PASSWORD, **more: Any) -> Client:
    client = Client(**more)
    answer = client.post("/login", {"username": name, "password": password})
    assert answer.status_code == 302, answer.content
    return client


def signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    now = timezone.now() + timedelta(**span)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def trail() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


# --- who may change accounts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*Role, ""])
def test_only_an_administrator_changes_the_accounts_of_others(role: str) -> None:
    someone, other = person(role), mara(name="other")
    client = Client()
    client.force_login(someone)
    may = role == Role.ADMIN
    forms = {"/people/add": {"name": "new", "role": "agent"}}
    for action in ("role", "link", "unlock", "sign-out", "shut", "open"):
        form = {"action": action, "role": "lead"}
        answer = client.post(f"/people/{other.pk}/change", form, follow=True)
        assert answer.status_code == (200 if may else 403)
    for path, form in forms.items():
        assert client.post(path, form, follow=True).status_code == (200 if may else 403)
    assert client.get("/people").status_code == (200 if may else 403)
    assert ("/people" in client.get("/account").content.decode()) is may
    assert accounts.roles_of(other) == [Role.LEAD if may else Role.AGENT]
    assert User.objects.filter(username="new").exists() is may


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_the_decisions_ask_for_themselves(role: Role) -> None:
    someone, other = person(role), mara(name="other")
    for refused in (
        lambda: decisions.add_person(someone, "new", Role.ADMIN),
        lambda: decisions.set_role(someone, someone.pk, Role.ADMIN),
        lambda: decisions.set_active(someone, other.pk, False),
        lambda: decisions.unlock(someone, other.pk),
        lambda: decisions.password_link(someone, other.pk),
        lambda: decisions.end_logins_of(someone, other.pk),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert trail() == ["person added"]


def test_somebody_who_may_administrate_always_stays() -> None:
    first = mara(Role.ADMIN)
    for change in (
        lambda: decisions.set_role(first, first.pk, Role.LEAD),
        lambda: decisions.set_active(first, first.pk, False),
    ):
        with pytest.raises(FlowError, match="last administrator"):
            change()
    second = mara(Role.ADMIN, "second")
    decisions.set_active(second, first.pk, False)
    with pytest.raises(FlowError, match="last administrator"):
        decisions.set_role(second, second.pk, Role.AGENT)


def test_every_role_is_known_and_a_lead_may_all_but_administrate() -> None:
    assert set(ROLES) == set(Role)
    assert permissions(person("lead")) == frozenset(Permission) - {Permission.ADMIN}
    assert permissions(person("admin")) == frozenset(Permission)


def test_what_was_done_to_accounts_stands_in_the_audit_trail_without_secrets() -> None:
    boss = mara(Role.ADMIN, "boss")
    added, link = decisions.add_person(boss, "new", Role.AGENT)
    decisions.set_role(boss, added.pk, Role.LEAD)
    decisions.set_active(boss, added.pk, False)
    token = decisions.make_token(boss, "report", ["read"], 1)[1]
    assert trail() == [
        "person added",
        "person added",
        "password link made",
        "roles changed",
        "account shut",
        "token made",
    ]
    kept = str(list(AuditEvent.objects.values_list("actor", "detail")))
    assert PASSWORD not in kept and token not in kept and link.rsplit("/", 1)[1] not in kept


# --- passwords and links ----------------------------------------------------------------------------------------------


def test_a_link_sets_a_password_once() -> None:
    boss = mara(Role.ADMIN, "boss")
    page = log_in("boss").post("/people/add", {"name": "nora", "role": "agent"}).content.decode()
    link = re.search(r'value="(http://testserver/welcome/[^"]+)"', page)
    assert link, page
    client = Client()
    form = client.get(link[1], follow=True)
    path = form.redirect_chain[-1][0]
    short = client.post(path, {"new_password1": "short", "new_password2": "short"})
    assert b"too short" in short.content
    assert client.post(path, {"new_password1": OTHER, "new_password2": OTHER}).status_code == 302
    assert signed_in(log_in("nora", OTHER))
    for again in (client, Client()):
        assert b"not good any more" in again.get(link[1], follow=True).content
    assert permissions(boss) == frozenset(Permission)


def test_a_link_ends_after_some_days(monkeypatch: pytest.MonkeyPatch) -> None:
    boss = mara(Role.ADMIN, "boss")
    link = decisions.add_person(boss, "nora", Role.AGENT)[1]
    assert b"New password" in Client().get(link, follow=True).content
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    now = PasswordResetTokenGenerator()._now()
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: now + timedelta(days=3, seconds=2))
    assert b"not good any more" in Client().get(link, follow=True).content


@pytest.mark.parametrize("password", ["short", "password1234", "maramaramara", "123456789012345"])
def test_a_weak_password_is_refused_by_every_way(password: str) -> None:
    user = mara(name="maramara")
    with pytest.raises(InputError, match="password"):
        accounts.set_password(user.pk, password, "test")
    with pytest.raises(InputError, match="password"):
        decisions.change_password(user, PASSWORD, password, 0)
    with pytest.raises(InputError, match="password"):
        accounts.create_person("maramarb", [Role.AGENT], password, "test")


def test_changing_the_password_wants_the_present_one_and_ends_every_other_login() -> None:
    mara()
    here, there = log_in(), log_in()
    form = {"old": "wrong", "new": OTHER, "again": OTHER}
    assert b"not right" in here.post("/account/password", form, follow=True).content
    assert b"differ" in here.post("/account/password", {**form, "old": PASSWORD, "again": "x"}, follow=True).content
    assert signed_in(there)
    before = here.cookies["sessionid"].value
    assert b"is changed" in here.post("/account/password", {**form, "old": PASSWORD}, follow=True).content
    assert here.cookies["sessionid"].value != before
    assert (signed_in(here), signed_in(there)) == (True, False)
    log_in(password=OTHER)


def test_who_signs_in_elsewhere_gets_no_password_here_by_themselves() -> None:
    user = accounts.create_person("mara", [Role.AGENT], "", "sign-on")
    SignOnIdentity.objects.create(user=user, issuer="https://id.fernhollow.example", subject="sub-mara")
    client = Client()
    client.force_login(user)
    page = client.get("/account").content.decode()
    assert 'name="new"' not in page and "single sign-on" in page
    form = {"old": "", "new": OTHER, "again": OTHER}
    assert b"no password on this desk" in client.post("/account/password", form, follow=True).content
    user.refresh_from_db()
    assert not user.has_usable_password()
    with pytest.raises(NotAllowed, match="single sign-on"):
        decisions.change_password(user, "", OTHER, 0)


# --- logins that end --------------------------------------------------------------------------------------------------


def test_the_session_key_is_another_after_the_login() -> None:
    mara()
    client = Client()
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post("/login", {"username": "mara", "password": PASSWORD})
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize("end", ["role", "shut", "password", "everywhere", "by the administrator"])
def test_logins_end_when_the_account_changes(end: str) -> None:
    boss, user = mara(Role.ADMIN, "boss"), mara()
    clients = [log_in(), log_in()]
    {
        "role": lambda: decisions.set_role(boss, user.pk, Role.LEAD),
        "shut": lambda: decisions.set_active(boss, user.pk, False),
        "password": lambda: accounts.set_password(user.pk, OTHER, "test"),
        "everywhere": lambda: clients[0].post("/account/logins/end"),
        "by the administrator": lambda: decisions.end_logins_of(boss, user.pk),
    }[end]()
    assert [signed_in(client) for client in clients] == [False, False]
    assert not LoginSession.objects.filter(user=user).exists()


def test_an_idle_login_ends_and_a_page_that_looks_for_news_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mara()
    busy, idle = log_in(), log_in()
    for _ in range(5):
        later(monkeypatch, minutes=20)
        assert busy.get("/").status_code == 200
        idle.get("/queue")
    answer = idle.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == "/login?next=/"
    assert b"Your login has ended" in answer.content
    assert LoginSession.objects.count() == 1


def test_a_login_ends_after_its_hours_however_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    mara()
    client = log_in()
    for _ in range(24):
        later(monkeypatch, minutes=30.1)
        still = client.get("/").status_code == 200
    assert not still


def test_the_times_are_those_of_the_configuration(
    desk_config: Config, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk_config.calmdesk.page.model_copy(update={"session_idle_minutes": 5})
    settings.CALMDESK = dataclasses.replace(
        desk_config, calmdesk=desk_config.calmdesk.model_copy(update={"page": page})
    )
    mara()
    client = log_in()
    later(monkeypatch, minutes=4.9)
    assert signed_in(client)
    later(monkeypatch, minutes=5.1)
    assert not signed_in(client)


def test_a_person_sees_and_ends_their_own_logins_and_nobody_elses() -> None:
    mara()
    mara(name="nora")
    here, there, others = log_in(), log_in(headers={"user-agent": "Firefox of Mara"}), log_in("nora")
    assert b"Firefox of Mara" in here.get("/account").content
    number = {client: client.session["login"] for client in (there, others)}
    assert here.post(f"/account/logins/{number[others]}/end").status_code == 404
    assert here.post(f"/account/logins/{number[there]}/end").status_code == 302
    assert [signed_in(client) for client in (here, there, others)] == [True, False, True]
    assert "login ended" in trail()


def test_old_logins_and_sessions_are_cleared_away(monkeypatch: pytest.MonkeyPatch) -> None:
    mara()
    log_in()
    later(monkeypatch, hours=13)
    log_in()
    assert (LoginSession.objects.count(), Session.objects.count()) == (1, 1)


def test_behind_https_cookies_are_bound_to_the_host() -> None:
    config = CalmdeskConfig(database=DatabaseConfig(url="sqlite://:memory:"))

    def served(https: bool) -> dict[str, Any]:
        page = config.page.model_copy(update={"https": https})
        return django_settings(config.model_copy(update={"page": page}), Path(), "key")

    plain, safe = served(False), served(True)
    assert (safe["SESSION_COOKIE_NAME"], safe["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert safe["SESSION_COOKIE_SECURE"] and safe["CSRF_COOKIE_SECURE"] and safe["SESSION_COOKIE_HTTPONLY"]
    assert plain["SESSION_COOKIE_NAME"] == "sessionid"


# --- wrong passwords --------------------------------------------------------------------------------------------------


def wrong(name: str = "mara", times: int = TRIES, **extra: Any) -> Any:
    for number in range(times):
        extra["HTTP_USER_AGENT"] = f"browser {number}"
        answer = Client().post("/login", {"username": name, "password": f"wrong {number}"}, **extra)
    return answer


@pytest.mark.parametrize("name", ["mara", "nobody-of-that-name"])
def test_a_name_is_locked_after_some_wrong_passwords_whether_there_is_such_an_account_or_not(name: str) -> None:
    mara()
    assert wrong(name, TRIES - 1).status_code == 200
    locked = wrong(name, 1)
    assert locked.status_code == 429
    assert f"{LOCK_MINUTES} minutes" in locked.content.decode()
    right = Client().post("/login", {"username": name, "password": PASSWORD})
    assert (right.status_code, right.content.count(b"Too many tries")) == (429, locked.content.count(b"Too many tries"))


def test_the_lock_holds_for_that_name_from_that_address() -> None:
    mara()
    mara(name="nora")
    wrong()
    assert (
        Client().post("/login", {"username": "mara", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7").status_code == 302
    )
    log_in("nora")


def tried(name: str, address: str, times: int) -> None:
    AccessAttempt.objects.create(username=name, ip_address=address, user_agent="other", failures_since_start=times)


def test_many_addresses_do_not_guess_one_name_for_ever() -> None:
    mara()
    mara(name="nora")
    for number in range(1, NAME_TRIES):
        tried("mara", f"192.0.2.{number}", 1)
    wrong(times=1)
    form = {"username": "mara", "password": PASSWORD}
    assert Client().post("/login", form, REMOTE_ADDR="192.0.2.200").status_code == 429
    log_in("nora")


def test_one_address_does_not_try_many_names_for_ever_nor_by_signing_in_in_between() -> None:
    mara()
    for number in range(1, ADDRESS_TRIES):
        tried(f"name-{number}", "127.0.0.1", 1)
    log_in()
    wrong("one-more", 1)
    form = {"username": "mara", "password": PASSWORD}
    assert Client().post("/login", form).status_code == 429
    assert Client().post("/login", form, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_tries_while_locked_are_not_put_on_record() -> None:
    mara()
    wrong(times=TRIES)
    before = trail()
    assert before.count("login failed") == TRIES
    wrong(times=3)
    assert trail() == before


def test_trying_on_does_not_make_the_lock_longer() -> None:
    def pass_minutes(count: float) -> None:
        AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=count))

    mara()
    wrong()
    pass_minutes(LOCK_MINUTES - 1)
    assert wrong(times=1).status_code == 429
    pass_minutes(1.1)
    log_in()


def test_an_administrator_lifts_the_lock() -> None:
    boss, user = mara(Role.ADMIN, "boss"), mara()
    wrong()
    assert decisions.unlock(boss, user.pk) > 0
    log_in()


def test_no_password_is_kept_of_a_wrong_try() -> None:
    wrong(times=2)
    kept = str(list(AccessAttempt.objects.values()))
    assert "wrong 0" not in kept and "wrong 1" not in kept


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_does_what_both_its_scopes_and_its_person_may() -> None:
    user = mara(Role.LEAD)
    token = decisions.make_token(user, "report", ["read", "decide"], 1)[1]

    def may() -> frozenset[Permission]:
        found = open_token(token)
        assert found is not None
        return permissions(found.user)

    assert may() == {Permission.READ, Permission.DECIDE}
    accounts.set_roles(user.pk, [Role.AUDITOR], "test")
    assert may() == {Permission.READ}
    accounts.set_roles(user.pk, [], "test")
    assert may() == frozenset()


def test_a_superusers_token_is_limited_too() -> None:
    user = User.objects.create_superuser("root")
    found = open_token(decisions.make_token(user, "report", ["read"], 1)[1])
    assert found is not None
    assert permissions(found.user) == {Permission.READ}


def test_nobody_gives_a_token_what_they_may_not() -> None:
    with pytest.raises(NotAllowed):
        decisions.make_token(mara(Role.AUDITOR), "report", ["read", "decide"], 1)
    limited = open_token(decisions.make_token(mara(Role.ADMIN, "boss"), "report", ["read"], 1)[1])
    assert limited is not None
    with pytest.raises(NotAllowed):
        decisions.make_token(limited.user, "more", ["admin"], 1)
    for name, scopes, days in (
        ("", ["read"], 1),
        ("x", [], 1),
        ("x", ["all"], 1),
        ("x", ["read"], 0),
        ("x", ["read"], 10**6),
    ):
        with pytest.raises(InputError):
            decisions.make_token(
                mara(name=f"user-{days}-{len(scopes)}-{name or 'none'}-{''.join(scopes)}"), name, scopes, days
            )


@pytest.mark.parametrize("end", ["revoked", "expired", "shut", "deleted"])
def test_a_token_that_ended_opens_nothing(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user = mara()
    row, token = decisions.make_token(user, "report", ["read"], 1)
    assert open_token(token) is not None
    if end == "revoked":
        decisions.revoke_token(user, row.pk)
    elif end == "expired":
        later(monkeypatch, days=1, seconds=1)
    elif end == "shut":
        accounts.set_active(user.pk, False, "test")
    else:
        row.delete()
    assert open_token(token) is None
    assert Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/tickets").status_code == 401


def test_what_is_kept_of_a_token_is_its_beginning_and_its_fingerprint() -> None:
    row, token = decisions.make_token(mara(), "report", ["read"], 1)
    kept = str(ApiToken.objects.filter(pk=row.pk).values().get())
    assert token.startswith(row.prefix) and row.prefix in kept
    assert token.removeprefix(row.prefix + "_") not in kept
    for near in ("", row.prefix, token[:-1], token + "x", "\ud800", row.digest):
        assert open_token(near) is None


def test_the_last_use_is_noted_roughly(monkeypatch: pytest.MonkeyPatch) -> None:
    row, token = decisions.make_token(mara(), "report", ["read"], 30)
    open_token(token)
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    later(monkeypatch, minutes=9)
    open_token(token)
    row.refresh_from_db()
    assert row.last_used_at == first
    later(monkeypatch, minutes=2)
    open_token(token)
    row.refresh_from_db()
    assert row.last_used_at and row.last_used_at > first


def test_tokens_are_revoked_by_their_person_or_an_administrator() -> None:
    row = decisions.make_token(mara(), "report", ["read"], 1)[0]
    with pytest.raises(ObjectDoesNotExist):
        decisions.revoke_token(mara(Role.LEAD, "nora"), row.pk)
    client = log_in("nora")
    assert client.post(f"/account/tokens/{row.pk}/revoke").status_code == 404
    decisions.revoke_token(mara(Role.ADMIN, "boss"), row.pk)
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_the_page_shows_a_new_token_once() -> None:
    mara()
    client = log_in()
    form = {"name": "<b>report</b>", "scopes": ["read"], "days": "30"}
    page = client.post("/account/tokens", form).content.decode()
    shown = re.search(r'id="token"[^>]*value="(cd_[^"]+)"', page)
    assert shown and open_token(shown[1])
    again = client.get("/account").content.decode()
    assert shown[1] not in again and "&lt;b&gt;report" in again and "<b>report" not in again
    assert client.get("/account")["Cache-Control"].startswith("max-age=0")
