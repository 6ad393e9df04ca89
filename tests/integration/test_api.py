from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client

from pipeline.config import Config
from pipeline.flow import TicketState
from pipeline.review import decisions
from pipeline.review.roles import Permission
from pipeline.store import accounts
from pipeline.store.models import Draft, Outgoing, Ticket
from tests.rows import drafted_ticket, mail_bytes, open_draft, person

pytestmark = pytest.mark.django_db


class Api:
    """A client with a token of someone in ``role``."""

    def __init__(self, role: str = "agent") -> None:
        self.user = person(role)
        token = accounts.make_token(self.user, "test", list(Permission), 1, "test")[1]
        # The page's CSRF check must not stand in the way of a token, nor a session open the API.
        self._client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/v1/{path}")

    def post(self, path: str, data: object) -> Any:
        return self._client.post(f"/api/v1/{path}", data, content_type="application/json")


def status(response: HttpResponse, expected: int) -> Any:
    assert response.status_code == expected, response.content
    return response.json()  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["tickets", "tickets/1", "mailboxes"])
@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer token-of-agent x"])
def test_without_a_known_token_nothing_is_shown(desk_config: Config, path: str, authorization: str) -> None:
    Api()
    client = Client(headers={"Authorization": authorization})
    client.force_login(person("agent"))
    assert client.get(f"/api/v1/{path}").status_code == 401


def test_the_token_of_a_person_who_left_opens_nothing(desk_config: Config) -> None:
    api = Api()
    api.user.is_active = False
    api.user.save()
    status(api.get("tickets"), 401)


def test_a_token_without_a_role_reads_nothing(desk_config: Config) -> None:
    assert "may not" in status(Api("").get("tickets"), 403)["detail"]
    status(Api("auditor").get("tickets"), 200)


def test_an_approval_by_script_follows_the_rules_of_the_page(desk_config: Config) -> None:
    draft, api = open_draft(drafted_ticket(desk_config)), Api()
    path = f"drafts/{draft.pk}/approve"
    status(Api("auditor").post(path, {"version": 1}), 403)
    assert "you saw 9" in status(api.post(path, {"version": 9}), 409)["detail"]
    assert not Outgoing.objects.exists()
    assert status(api.post(path, {"version": 1}), 200)["state"] == "approved"
    status(api.post(path, {"version": 1}), 409)
    assert Outgoing.objects.get().approval.approver == api.user


def test_a_blocked_draft_is_refused_with_its_reason(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    Draft.objects.filter(pk=draft.pk).update(body="Calm down.")
    answer = status(Api().post(f"drafts/{draft.pk}/approve", {"version": 1}), 409)
    assert "is blocked" in answer["detail"]


def test_a_reply_that_cannot_be_addressed_is_refused_and_not_an_error_of_the_server(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    message = draft.message
    message.parsed = {**(message.parsed or {}), "reply_to": {"name": "", "email": "not one@plain address@example.com"}}
    message.save()
    status(Api().post(f"drafts/{draft.pk}/approve", {"version": 1}), 409)
    assert not Outgoing.objects.exists()


def test_a_reply_to_another_domain_is_approved_only_with_its_address(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config, mail_bytes(headers=["Reply-To: pay@other.example"])))
    path, api = f"drafts/{draft.pk}/approve", Api()
    answer = status(api.post(path, {"version": 1}), 409)
    assert (
        "would go to pay@other.example, not to the sender orla@example.com: confirm the recipient" in answer["detail"]
    )
    status(api.post(path, {"version": 1, "confirm_recipient": "orla@example.com"}), 409)
    status(api.post(path, {"version": 1, "confirm_recipient": None}), 422)
    assert not Outgoing.objects.exists()
    status(api.post(path, {"version": 1, "confirm_recipient": "pay@other.example"}), 200)
    assert Outgoing.objects.get().recipients == ["pay@other.example"]


def test_a_merged_ticket_says_where_it_went_and_stands_in_no_list(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    merged = Ticket.objects.create(mailbox="care", merged_into=ticket)
    api = Api()
    assert status(api.get(f"tickets/{merged.pk}"), 200)["merged_into"] == ticket.pk
    assert status(api.get(f"tickets/{ticket.pk}"), 200)["merged_into"] is None
    for path in ("tickets", "tickets?state=received"):
        assert merged.pk not in [item["id"] for item in status(api.get(path), 200)["items"]]


def test_a_mail_tells_who_wrote_it_and_what_is_odd_about_it(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(sender='"good@bank.example" <evil@bad.example>'))
    (message,) = status(Api().get(f"tickets/{ticket.pk}"), 200)["messages"]
    assert message["identity"]["trusted"] is False
    assert "good@bank.example" in message["identity"]["why"]
    assert (message["complete"], message["suggested_ticket"]) == (True, None)


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_busy_database_asks_a_script_to_try_again(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch, decision: str
) -> None:
    def deadlock(*_: Any) -> Draft:
        raise OperationalError("deadlock detected DETAIL: Process 1 waits for Process 2")

    draft = open_draft(drafted_ticket(desk_config))
    monkeypatch.setattr(decisions, decision, deadlock)
    response = Api().post(f"drafts/{draft.pk}/{decision}", {"version": 1})
    answer = status(response, 503)
    assert answer == {"status": 503, "detail": "The database is busy just now. Please try again."}
    assert response["Retry-After"] == "5"


def test_a_busy_database_asks_a_reading_script_to_try_again(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any) -> Any:
        raise OperationalError("database is locked")

    api = Api()
    monkeypatch.setattr("pipeline.review.api.folder_states", locked)
    assert "try again" in status(api.get("mailboxes"), 503)["detail"]


def test_a_rejection_keeps_its_reason(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    status(Api().post(f"drafts/{draft.pk}/reject", {"version": 1, "reason": "wrong facts"}), 200)
    draft.refresh_from_db()
    assert (draft.state, draft.rejection) == ("rejected", "wrong facts")


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**70])
def test_what_does_not_exist_is_not_found(desk_config: Config, number: int) -> None:
    api = Api()
    status(api.get(f"tickets/{number}"), 404)
    status(api.post(f"drafts/{number}/approve", {"version": 1}), 404)


@pytest.mark.parametrize("data", [{}, {"version": "x"}, {"version": None}, []])
def test_a_decision_without_a_version_is_not_understood(desk_config: Config, data: object) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    assert Api().post(f"drafts/{draft.pk}/approve", data).status_code in (400, 422)
    assert not Outgoing.objects.exists()


def test_pages_follow_each_other_without_gap_or_repeat(desk_config: Config) -> None:
    numbers = [Ticket.objects.create(mailbox="care").pk for _ in range(5)]
    api, seen, after, pages = Api(), [], 0, 0
    while after is not None:
        page = status(api.get(f"tickets?limit=2&after={after}"), 200)
        seen += [item["id"] for item in page["items"]]
        after, pages = page["next"], pages + 1
    assert (seen, pages) == (numbers, 3)


def test_tickets_are_filtered_by_a_known_state(desk_config: Config) -> None:
    for state in TicketState:
        Ticket.objects.create(mailbox="care", state=state)
    api = Api()
    for state in TicketState:
        items = status(api.get(f"tickets?state={state}"), 200)["items"]
        assert [item["state"] for item in items] == [state]
    assert "unknown state" in status(api.get("tickets?state=wished"), 400)["detail"]


@pytest.mark.parametrize("limit", [-1, 0, 1, 10**6])
def test_any_limit_is_brought_into_its_bounds(desk_config: Config, limit: int) -> None:
    for _ in range(3):
        Ticket.objects.create(mailbox="care")
    items = status(Api().get(f"tickets?limit={limit}"), 200)["items"]
    assert len(items) == (3 if limit > 1 else 1)


def test_a_ticket_is_shown_whole_with_the_proposed_draft_first(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    shown = status(Api().get(f"tickets/{ticket.pk}"), 200)
    assert (shown["from"], shown["state"], shown["tone"]) == ("orla@example.com", "drafted", "worried")
    assert shown["text"].startswith("My parcel has not come.")
    assert [draft["proposed"] for draft in shown["drafts"]] == [True, False, False]
    assert all(draft["body"] and draft["checks"] for draft in shown["drafts"])
    assert "raw" not in shown["messages"][0]


def test_a_script_records_what_was_done_by_the_rules_of_the_page(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    path, api = f"tickets/{ticket.pk}/actions", Api()
    answer = status(api.post(path, {"kind": "refund", "amount": "20.00", "currency": "EUR"}), 200)
    assert (answer["kind"], answer["amount"], answer["by"]) == ("refund", "20.00", api.user.get_username())
    assert "is recorded with its amount" in status(api.post(path, {"kind": "refund"}), 409)["detail"]
    status(api.post(path, {"kind": ["refund"]}), 422)
    status(Api("auditor").post(path, {"kind": "repair"}), 403)
    assert [action["amount"] for action in status(api.get(f"tickets/{ticket.pk}"), 200)["actions"]] == ["20.00"]
    status(api.post("tickets/0/actions", {"kind": "repair"}), 404)


def test_a_script_is_told_who_gave_the_first_of_two_approvals(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    message = draft.message
    message.triage = {**(message.triage or {}), "flags": ["legal_threat"]}
    message.save()
    agent = Api()
    answer = status(agent.post(f"drafts/{draft.pk}/approve", {"version": 1}), 200)
    assert (answer["state"], answer["first_approval_by"]) == ("proposed", agent.user.get_username())
    assert "second person" in status(agent.post(f"drafts/{draft.pk}/approve", {"version": 1}), 409)["detail"]
    answer = status(Api("lead").post(f"drafts/{draft.pk}/approve", {"version": 1}), 200)
    assert (answer["state"], answer["first_approval_by"]) == ("approved", None)
