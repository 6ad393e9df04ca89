"""Every operation of the API by every role and with every kind of credential."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pipeline.config import Config
from pipeline.review.api import api
from pipeline.review.api.document import document
from pipeline.store.models import ApiToken, AuditEvent, CustomerNote, SavedView
from tests.integration.api import Api, status
from tests.rows import person, queued

pytestmark = pytest.mark.django_db

READ, DECIDE, SETTLE, CURATE, KNOWN = "read", "decide", "settle", "curate", ""
MAY = {
    "agent": {READ, DECIDE},
    "lead": {READ, DECIDE, SETTLE, CURATE},
    "ops": {READ, SETTLE},
    "auditor": {READ},
    "": set[str](),
}
TABLE: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", "openapi.json"): (KNOWN, None),
    ("GET", "me"): (KNOWN, None),
    ("GET", "tokens"): (READ, None),
    ("DELETE", "tokens/{token_id}"): (READ, None),
    ("GET", "mailboxes"): (READ, None),
    ("GET", "audit"): (READ, None),
    ("GET", "ops/volumes"): (READ, None),
    ("GET", "ops/model"): (READ, None),
    ("GET", "ops/thresholds"): (READ, None),
    ("GET", "tickets"): (READ, None),
    ("GET", "tickets/{ticket_id}"): (READ, None),
    ("PUT", "tickets/{ticket_id}/snooze"): (DECIDE, {"until": None}),
    ("PUT", "tickets/{ticket_id}/assignee"): (DECIDE, {"to": ""}),
    ("POST", "tickets/{ticket_id}/escalate"): (DECIDE, {"to": "nobody", "why": "a threat"}),
    ("PUT", "tickets/{ticket_id}/tags"): (DECIDE, {"tags": ["late"]}),
    ("PUT", "tickets/{ticket_id}/fault"): (DECIDE, {"fault": "confirmed"}),
    ("POST", "tickets/{ticket_id}/actions"): (DECIDE, {"kind": "repair"}),
    ("POST", "tickets/{ticket_id}/replies"): (DECIDE, {"body": "It comes."}),
    ("POST", "tickets/{ticket_id}/mails"): (DECIDE, {"subject": "Your parcel", "body": "It comes."}),
    ("GET", "tickets/{ticket_id}/lease"): (READ, None),
    ("PUT", "tickets/{ticket_id}/lease"): (DECIDE, {"take": True}),
    ("DELETE", "tickets/{ticket_id}/lease"): (DECIDE, None),
    ("GET", "messages/{message_id}"): (READ, None),
    ("GET", "messages/{message_id}/raw"): (READ, None),
    ("GET", "messages/{message_id}/attachments/{number}"): (READ, None),
    ("PUT", "messages/{message_id}/labels/{field}"): (DECIDE, {"label": "angry"}),
    ("POST", "messages/{message_id}/customer"): (DECIDE, {}),
    ("POST", "messages/{message_id}/not-customer"): (DECIDE, {"why": "a robot"}),
    ("POST", "messages/{message_id}/reprocess"): (DECIDE, {}),
    ("POST", "messages/{message_id}/join"): (DECIDE, {}),
    ("POST", "messages/{message_id}/apart"): (DECIDE, {}),
    ("GET", "search"): (READ, None),
    ("GET", "views"): (READ, None),
    ("POST", "views"): (READ, {"name": "late", "query": "parcel"}),
    ("DELETE", "views/{view_id}"): (READ, None),
    ("GET", "customers/{mailbox}/{email}"): (READ, None),
    ("POST", "customers/{mailbox}/{email}/notes"): (DECIDE, {"text": "Prefers the phone."}),
    ("PUT", "notes/{note_id}"): (DECIDE, {"text": "Prefers mail."}),
    ("DELETE", "notes/{note_id}"): (CURATE, None),
    ("GET", "drafts/{draft_id}"): (READ, None),
    ("PATCH", "drafts/{draft_id}"): (DECIDE, {"body": "It comes."}),
    ("POST", "drafts/{draft_id}/preview"): (DECIDE, {"body": "It comes."}),
    ("POST", "drafts/{draft_id}/approve"): (DECIDE, {}),
    ("POST", "drafts/{draft_id}/reject"): (DECIDE, {"reason": "wrong"}),
    ("POST", "drafts/{draft_id}/propose"): (DECIDE, {}),
    ("POST", "drafts/{draft_id}/regenerate"): (DECIDE, {"wish": "shorter"}),
    ("POST", "drafts/approve"): (DECIDE, {"drafts": [{"draft": 1, "version": 1}]}),
    ("GET", "outgoing"): (READ, None),
    ("GET", "outgoing/{outgoing_id}"): (READ, None),
    ("GET", "outgoing/{outgoing_id}/raw"): (READ, None),
    ("POST", "outgoing/{outgoing_id}/undo"): (DECIDE, {}),
    ("POST", "outgoing/{outgoing_id}/settle"): (SETTLE, {"was_sent": True}),
}
"""By method and path: the permission that it needs, and a body that it understands."""


def test_every_operation_stands_in_the_table() -> None:
    paths = document(api)["paths"]
    declared = {(method.upper(), path.removeprefix("/api/v1/")) for path, one in paths.items() for method in one}
    assert declared == set(TABLE)


def decided() -> int:
    """How much is on record about tickets; that tokens and accounts were made is no decision."""
    return AuditEvent.objects.filter(ticket__isnull=False).count()


@pytest.fixture
def numbers(desk_config: Config) -> dict[str, Any]:
    """What the paths of the table name, all there."""
    row = queued(desk_config)
    return {
        "ticket_id": row.ticket_id,
        "message_id": row.approval.draft.message_id,
        "draft_id": row.approval.draft_id,
        "outgoing_id": row.pk,
        "field": "tone",
        "number": 1,
        "mailbox": "care",
        "email": "orla@example.com",
    }


def asked(caller: Api, method: str, path: str, body: Any, numbers: dict[str, Any]) -> Any:
    """The answer to ``caller``; the token that may be revoked is their own, and so are the note and the view."""
    token = ApiToken.objects.get(user=caller.user)
    view = SavedView.objects.create(owner=caller.user, name="late", query="parcel")
    own = {"mailbox": "care", "email": "orla@example.com", "ticket_id": numbers["ticket_id"], "author": caller.user}
    note = CustomerNote.objects.create(text="Prefers letters.", **own)
    filled = path.format(**numbers, token_id=token.pk, view_id=view.pk, note_id=note.pk)
    send = getattr(caller, method.lower())
    answer = send(filled) if body is None else send(filled, body, seen=1)
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=token.revoked_at)
    return answer


@pytest.mark.parametrize(("method", "path"), sorted(TABLE))
def test_each_role_does_what_it_may_and_nothing_else(numbers: dict[str, Any], method: str, path: str) -> None:
    needed, body = TABLE[method, path]
    for role, may in MAY.items():
        caller, before = Api(role), decided()
        answer = asked(caller, method, path, body, numbers)
        absent = "{number}" in path  # the mail has no attachment
        if needed == KNOWN or needed in may:
            assert answer.status_code in (200, 201, 204, 409, *[404] * absent), (role, answer.content)
        else:
            told = status(answer, 403)
            assert (told["permission"], told["lacking"]) == (needed, "role"), role
            assert decided() == before


def unknown_callers(role: str) -> Iterator[tuple[str, Api]]:
    """Those whom no credential speaks for, and why."""
    for why in ("none", "wrong", "expired", "revoked", "shut"):
        caller = Api(role)
        mine, now = ApiToken.objects.filter(user=caller.user), timezone.now()
        if why == "none":
            caller.client = Client()
        elif why == "wrong":
            caller.client = Client(headers={"Authorization": f"Bearer {caller.token}x"})
        elif why == "expired":
            mine.update(expires_at=now - timedelta(seconds=1))
        elif why == "revoked":
            mine.update(revoked_at=now)
        else:
            caller.user.is_active = False
            caller.user.save()
        yield why, caller


@pytest.mark.parametrize(("method", "path"), sorted(TABLE))
def test_nobody_comes_in_without_a_credential_that_holds(numbers: dict[str, Any], method: str, path: str) -> None:
    before = decided()
    for role in MAY:
        for why, caller in unknown_callers(role):
            answer = asked(caller, method, path, TABLE[method, path][1], numbers)
            assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json"), (role, why)
            assert answer["WWW-Authenticate"].startswith("Bearer ")
    assert decided() == before


@pytest.mark.parametrize(("method", "path"), sorted(TABLE))
def test_a_token_does_no_more_than_its_scopes_say(numbers: dict[str, Any], method: str, path: str) -> None:
    needed, body = TABLE[method, path]
    before = decided()
    for role, may in MAY.items():
        caller = Api(role, scopes=[one for one in (READ, DECIDE, SETTLE, CURATE, "complete", "admin") if one != needed])
        answer = asked(caller, method, path, body, numbers)
        if needed == KNOWN:
            assert answer.status_code == 200
        else:
            told = status(answer, 403)
            assert (told["permission"], told["lacking"]) == (needed, "scope" if needed in may else "role"), role
    assert decided() == before


@pytest.mark.parametrize("role", ["agent", "lead", "ops", "auditor"])
def test_nobody_ends_the_token_of_another(desk_config: Config, role: str) -> None:
    theirs = ApiToken.objects.get(user=Api("agent").user)
    status(Api(role).delete(f"tokens/{theirs.pk}"), 404)
    client = Client()
    client.force_login(person(role))
    assert client.delete(f"/api/v1/tokens/{theirs.pk}").status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None
    assert Api("admin").delete(f"tokens/{theirs.pk}").status_code == 204


def test_a_search_that_was_kept_is_its_persons(desk_config: Config) -> None:
    owner, other = Api("agent"), Api("lead")
    view = status(owner.post("views", {"name": "late", "query": "parcel"}), 201)
    assert [one["id"] for one in status(owner.get("views"), 200)["items"]] == [view["id"]]
    assert status(other.get("views"), 200)["items"] == []
    status(other.delete(f"views/{view['id']}"), 403)
    status(owner.post("views", {"name": "all", "query": "parcel", "shared": True}), 403)
    assert owner.delete(f"views/{view['id']}").status_code == 204
    shared = status(other.post("views", {"name": "all", "query": "parcel", "shared": True}), 201)
    assert [one["id"] for one in status(owner.get("views"), 200)["items"]] == [shared["id"]]


def test_a_note_is_changed_by_its_author_and_found(desk_config: Config) -> None:
    queued(desk_config)
    author, other = Api("agent"), Api("lead")
    path = "customers/care/orla@example.com"
    note = status(author.post(f"{path}/notes", {"text": "Prefers the telephone."}), 201)
    status(other.put(f"notes/{note['id']}", {"text": "No."}), 403)
    status(author.put(f"notes/{note['id']}", {"text": "Prefers letters."}), 200)
    assert [one["text"] for one in status(other.get(path), 200)["notes"]] == ["Prefers letters."]
    assert len(status(author.get("search?q=letters"), 200)["items"]) == 1
    status(author.get("customers/care/nobody@example.com"), 404)
    assert other.delete(f"notes/{note['id']}").status_code == 204
