"""What belongs to one person, asked for by every other role: on the page, by API with a token, by API with a login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import ApiToken, CustomerNote, LoginSession, SavedView
from tests.integration.api import Api
from tests.rows import drafted_ticket, person

pytestmark = pytest.mark.django_db
ROLES = ("agent", "lead", "ops", "auditor", "")


def note(config: Config, owner: User) -> CustomerNote:
    drafted_ticket(config)
    return decisions.add_note(config, owner, "care", "orla@example.com", "Prefers the telephone.")


def view(config: Config, owner: User) -> SavedView:
    return decisions.save_view(owner, "late", "parcel")


def token(config: Config, owner: User) -> ApiToken:
    return decisions.make_token(owner, "script", ["read"], 3)[0]


def login(config: Config, owner: User) -> LoginSession:
    client = Client()
    client.force_login(owner)
    client.get("/")
    return LoginSession.objects.get(user=owner)


Owned = Callable[[Config, User], Any]
ON_THE_PAGE: dict[str, tuple[Owned, dict[str, str]]] = {
    "/customers/notes/{pk}": (note, {"text": "No."}),
    "/search/views/{pk}/delete": (view, {}),
    "/account/tokens/{pk}/revoke": (token, {}),
    "/account/logins/{pk}/end": (login, {}),
}
BY_API: dict[tuple[str, str], tuple[Owned, dict[str, str] | None]] = {
    ("PUT", "notes/{pk}"): (note, {"text": "No."}),
    ("DELETE", "views/{pk}"): (view, None),
    ("DELETE", "tokens/{pk}"): (token, None),
}


def state(row: Any) -> dict[str, Any]:
    """Every column, as it is stored now; none where the row is gone."""
    return dict(type(row).objects.filter(pk=row.pk).values().first() or {})


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ON_THE_PAGE)
def test_the_page_leaves_alone_what_is_anothers(desk_config: Config, path: str, role: str) -> None:
    make, form = ON_THE_PAGE[path]
    row = make(desk_config, person("agent"))
    before, client = state(row), Client()
    client.force_login(person(role))
    answer = client.post(path.format(pk=row.pk), form, follow=True)
    assert answer.status_code in (403, 404) or "error" in answer.content.decode()
    assert state(row) == before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), BY_API)
def test_the_api_leaves_alone_what_is_anothers(desk_config: Config, method: str, path: str, role: str) -> None:
    make, body = BY_API[method, path]
    row = make(desk_config, person("agent"))
    before, token, login = state(row), Api(role), Client()
    login.force_login(person(role))
    filled = path.format(pk=row.pk)
    data = {"data": body, "content_type": "application/json"} if body else {}
    for client, address in ((token.client, filled), (login, filled)):
        answer = getattr(client, method.lower())(f"/api/v1/{address}", **data)
        assert answer.status_code in (403, 404), answer.content
        assert state(row) == before


@pytest.mark.parametrize("path", ON_THE_PAGE)
def test_what_is_ones_own_is_changed_by_the_same_way(desk_config: Config, path: str) -> None:
    make, form = ON_THE_PAGE[path]
    owner = person("agent")
    row = make(desk_config, owner)
    before, client = state(row), Client()
    client.force_login(owner)
    client.post(path.format(pk=row.pk), form, follow=True)
    assert state(row) != before
