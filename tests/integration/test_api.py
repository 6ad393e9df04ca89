from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from pipeline.config import Config
from pipeline.flow import TicketState
from pipeline.records import Fault
from pipeline.review import decisions
from pipeline.review.api.rates import Rate
from pipeline.store.models import Draft, Outgoing, Ticket
from tests.integration.api import Api, status
from tests.rows import drafted_ticket, mail_bytes, open_draft, person, queued

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["tickets", "tickets/1", "mailboxes"])
@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer token-of-agent x"])
def test_without_a_known_token_nothing_is_shown(desk_config: Config, path: str, authorization: str) -> None:
    Api()
    response = Client(headers={"Authorization": authorization}).get(f"/api/v1/{path}")
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"].startswith("Bearer ")


def test_a_login_of_the_page_reads_and_changes_only_with_the_token_against_forgery(desk_config: Config) -> None:
    ticket, client = drafted_ticket(desk_config), Client(enforce_csrf_checks=True)
    client.force_login(person("agent"))
    assert client.get("/api/v1/tickets").status_code == 200
    path, data = f"/api/v1/tickets/{ticket.pk}/tags", {"tags": ["late"]}
    assert client.put(path, data, content_type="application/json").status_code == 403
    client.get("/account")
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.put(path, data, content_type="application/json", headers=headers).status_code == 200
    wrong = headers | {"Authorization": "Bearer wrong"}
    assert client.put(path, data, content_type="application/json", headers=wrong).status_code == 401


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
    status(Api("auditor").post(path, {}, seen=1), 403)
    status(api.post(path, {}), 428)
    answer = status(api.post(path, {}, seen=9), 412)
    assert "you saw 9" in answer["detail"]
    assert (answer["kind"], answer["version"]) == ("edited", 1)
    assert not Outgoing.objects.exists()
    assert status(api.post(path, {}, seen=1), 200)["state"] == "approved"
    assert status(api.post(path, {}, seen=1), 409)["kind"] == "decided"
    assert Outgoing.objects.get().approval.approver == api.user


def test_a_blocked_draft_is_refused_with_its_reason(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    Draft.objects.filter(pk=draft.pk).update(body="Calm down.")
    answer = status(Api().post(f"drafts/{draft.pk}/approve", {}, seen=1), 409)
    assert "is blocked" in answer["detail"]


def test_a_reply_that_cannot_be_addressed_is_refused_and_not_an_error_of_the_server(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    message = draft.message
    message.parsed = {**(message.parsed or {}), "reply_to": {"name": "", "email": "not one@plain address@example.com"}}
    message.save()
    status(Api().post(f"drafts/{draft.pk}/approve", {}, seen=1), 409)
    assert not Outgoing.objects.exists()


def test_a_reply_to_another_domain_is_approved_only_with_its_address(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config, mail_bytes(headers=["Reply-To: pay@other.example"])))
    path, api = f"drafts/{draft.pk}/approve", Api()
    answer = status(api.post(path, {}, seen=1), 409)
    assert (
        "would go to pay@other.example, not to the sender orla@example.com: confirm the recipient" in answer["detail"]
    )
    status(api.post(path, {"confirm_recipient": "orla@example.com"}, seen=1), 409)
    status(api.post(path, {"confirm_recipient": None}, seen=1), 422)
    assert not Outgoing.objects.exists()
    status(api.post(path, {"confirm_recipient": "pay@other.example"}, seen=1), 200)
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
    response = Api().post(f"drafts/{draft.pk}/{decision}", {}, seen=1)
    answer = status(response, 503)
    assert answer["detail"] == "The database is busy just now. Please try again."
    assert response["Retry-After"] == "5"


def test_a_busy_database_asks_a_reading_script_to_try_again(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any) -> Any:
        raise OperationalError("database is locked")

    api = Api()
    monkeypatch.setattr("pipeline.review.api.desk.folder_states", locked)
    assert "try again" in status(api.get("mailboxes"), 503)["detail"]


def test_a_rejection_keeps_its_reason(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    status(Api().post(f"drafts/{draft.pk}/reject", {"reason": "wrong facts"}, seen=1), 200)
    draft.refresh_from_db()
    assert (draft.state, draft.rejection) == ("rejected", "wrong facts")


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**70])
def test_what_does_not_exist_is_not_found(desk_config: Config, number: int) -> None:
    api = Api()
    status(api.get(f"tickets/{number}"), 404)
    status(api.post(f"drafts/{number}/approve", {}, seen=1), 404)


def test_the_version_may_stand_in_the_body_of_a_decision_instead(desk_config: Config) -> None:
    draft, api = open_draft(drafted_ticket(desk_config)), Api()
    path = f"drafts/{draft.pk}/approve"
    assert status(api.post(path, {"version": 9}), 409)["kind"] == "edited"
    status(api.post(path, {"version": 1}, seen=2), 412)
    status(api.post(path, {"version": "x"}), 422)
    status(api.post(path, {"version": None}), 428)
    assert not Outgoing.objects.exists()
    status(api.post(path, {"version": 1}), 200)


@pytest.mark.parametrize("given", ["1", "*", 'W/"1"', '"x"', '"1", "2"', '"1.zz"', '"' + "1" * 30 + '"'])
def test_a_decision_on_no_version_in_particular_is_refused(desk_config: Config, given: str) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    status(Api().post(f"drafts/{draft.pk}/approve", {}, headers={"If-Match": given}), 412)
    assert not Outgoing.objects.exists()


def test_what_is_not_right_in_a_request_is_pointed_at_and_not_quoted(desk_config: Config) -> None:
    ticket, api = drafted_ticket(desk_config), Api()
    answer = status(api.put(f"tickets/{ticket.pk}/tags", {"tags": ["good", {"secret": 1}]}), 422)
    assert [error["pointer"] for error in answer["errors"]] == ["#/tags/1"]
    assert "secret" not in str(answer)
    assert status(api.get("tickets?limit=0"), 422)["errors"][0]["parameter"] == "limit"
    status(api.put(f"tickets/{ticket.pk}/tags", {"tags": ["a\0b"]}), 422)
    broken = api.client.put(f"/api/v1/tickets/{ticket.pk}/tags", "{", content_type="application/json")
    assert (broken.status_code, broken["Content-Type"]) == (400, "application/problem+json")


def test_pages_follow_each_other_without_gap_or_repeat_whatever_is_added(desk_config: Config) -> None:
    numbers = [Ticket.objects.create(mailbox="care").pk for _ in range(5)]
    api, seen, path, pages = Api(), [], "tickets?limit=2&mailbox=care", 0
    while path:
        response = api.get(path)
        page, pages = status(response, 200), pages + 1
        seen += [item["id"] for item in page["items"]]
        numbers += [Ticket.objects.create(mailbox="care").pk] if pages == 1 else []
        path = response["Link"].partition(">")[0].removeprefix("</api/v1/") if page["next"] else ""
    assert (seen, pages) == (numbers, 3)


def test_a_cursor_is_good_for_its_own_list_alone(desk_config: Config) -> None:
    for _ in range(2):
        Ticket.objects.create(mailbox="care")
    api = Api()
    cursor = status(api.get("tickets?limit=1"), 200)["next"]
    for path in (f"tickets?cursor={cursor}x", f"tickets?cursor={cursor}&mailbox=care", f"audit?cursor={cursor}"):
        assert status(api.get(path), 422)["errors"][0]["parameter"] == "cursor"


def test_tickets_are_filtered(desk_config: Config) -> None:
    for state in TicketState:
        Ticket.objects.create(mailbox="care", state=state)
    api = Api()
    for state in TicketState:
        items = status(api.get(f"tickets?state={state}"), 200)["items"]
        assert [item["state"] for item in items] == [state]
    assert status(api.get("tickets?state=wished"), 422)["errors"][0]["parameter"] == "state"
    mine = items[0]["id"]
    decisions.assign(api.user, mine, api.user.get_username())
    decisions.tag(api.user, mine, ["late"])
    for query in (f"assignee={api.user.get_username()}", "tag=Late", "assignee=nobody&tag=late"):
        items = status(api.get(f"tickets?{query}"), 200)["items"]
        assert [item["id"] for item in items] == ([] if "nobody" in query else [mine])
    assert len(status(api.get("tickets?assignee=nobody"), 200)["items"]) == len(TicketState) - 1
    assert not status(api.get("tickets?mailbox=other"), 200)["items"]


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
    answer = status(agent.post(f"drafts/{draft.pk}/approve", {}, seen=1), 200)
    assert (answer["state"], answer["first_approval_by"]) == ("proposed", agent.user.get_username())
    assert "second person" in status(agent.post(f"drafts/{draft.pk}/approve", {}, seen=1), 409)["detail"]
    answer = status(Api("lead").post(f"drafts/{draft.pk}/approve", {}, seen=1), 200)
    assert (answer["state"], answer["first_approval_by"]) == ("approved", None)


def test_what_is_known_already_is_not_sent_again(desk_config: Config) -> None:
    ticket, api = drafted_ticket(desk_config), Api()
    draft = open_draft(ticket)
    for path in (f"tickets/{ticket.pk}", f"drafts/{draft.pk}"):
        tag = api.get(path)["ETag"]
        assert api.get(path, headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
        decisions.set_fault(api.user, ticket.pk, Fault.CONFIRMED)
        response = api.get(path, headers={"If-None-Match": tag})
        assert (response.status_code, response["ETag"] != tag) == (200, True)
        Draft.objects.update(generating=False)


def test_a_text_is_edited_only_in_the_version_that_was_seen(desk_config: Config) -> None:
    draft, api = open_draft(drafted_ticket(desk_config)), Api()
    path = f"drafts/{draft.pk}"
    tag = api.get(path)["ETag"]
    text = draft.body + "\nP.S. Thank you for your patience."
    response = api.patch(path, {"body": text}, headers={"If-Match": tag})
    assert (status(response, 200)["version"], response["ETag"].partition(".")[0]) == (2, '"2')
    answer = status(api.patch(path, {"body": "Another."}, headers={"If-Match": tag}), 412)
    assert (answer["kind"], answer["version"]) == ("edited", 2)
    checks = status(api.post(f"{path}/preview", {"body": "Calm down."}), 200)["checks"]
    assert "block" in [check["status"] for check in checks]
    draft.refresh_from_db()
    assert draft.body.strip() == text


def test_what_left_is_listed_with_its_evidence(desk_config: Config) -> None:
    row, api = queued(desk_config), Api("auditor")
    assert [one["id"] for one in status(api.get("outgoing?state=queued"), 200)["items"]] == [row.pk]
    assert status(api.get("outgoing?state=sent"), 200)["items"] == []
    shown = status(api.get(f"outgoing/{row.pk}"), 200)
    assert (shown["intact"], shown["size"], shown["recipients"]) == (True, len(row.raw), ["orla@example.com"])
    assert api.get(f"outgoing/{row.pk}/raw").content == bytes(row.raw)


def test_a_file_of_a_mail_is_taken_by_its_number(desk_config: Config) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "orla@example.com", "care@fernhollow.example", "Broken"
    mail["Message-ID"], mail["Date"] = "<broken@example.com>", "Tue, 24 Nov 2026 08:59:00 +0000"
    mail.set_content("The handle broke. Here is a list.")
    mail.add_attachment(b"a;b", maintype="text", subtype="csv", filename="list.csv")
    (message,) = drafted_ticket(desk_config, mail.as_bytes()).messages.all()
    api = Api("auditor")
    assert status(api.get(f"messages/{message.pk}"), 200)["attachments"][0]["name"] == "list.csv"
    response = api.get(f"messages/{message.pk}/attachments/1")
    assert (response.status_code, response.content) == (200, b"a;b")
    assert "attachment" in response["Content-Disposition"]
    for number, code in ((2, 404), (0, 422)):
        status(api.get(f"messages/{message.pk}/attachments/{number}"), code)


def test_an_approval_is_undone_by_script(desk_config: Config) -> None:
    row, api = queued(desk_config), Api()
    Outgoing.objects.update(due_at=row.due_at + timedelta(hours=1))
    assert status(api.post(f"outgoing/{row.pk}/undo", {}), 200)["state"] == "withdrawn"
    assert status(api.get(f"drafts/{row.approval.draft_id}"), 200)["state"] == "proposed"
    assert status(api.post(f"outgoing/{row.pk}/undo", {}), 409)["kind"] == "left"


def test_a_ticket_is_worked_on_by_script_as_on_the_page(desk_config: Config) -> None:
    ticket, api, lead = drafted_ticket(desk_config), Api(), Api("lead")
    path, name = f"tickets/{ticket.pk}", api.user.get_username()
    assert status(api.put(f"{path}/assignee", {"to": name}), 200)["assignee"] == name
    assert status(api.put(f"{path}/tags", {"tags": ["Late", "late"]}), 200)["tags"] == ["late"]
    assert status(api.put(f"{path}/snooze", {"until": "2200-01-01T00:00:00Z"}), 200)["snoozed_until"]
    assert status(api.put(f"{path}/snooze", {"until": None}), 200)["snoozed_until"] is None
    status(api.put(f"{path}/snooze", {"until": "2200-01-01T00:00:00"}), 422)
    to = lead.user.get_username()
    assert status(api.post(f"{path}/escalate", {"to": to, "why": "a lawyer"}), 200)["escalated"]["by"] == name
    assert status(api.put(f"{path}/fault", {"fault": "confirmed"}), 200)["fault"] == "confirmed"
    assert status(api.put(f"{path}/lease", {}), 200)["mine"] is True
    assert status(lead.put(f"{path}/lease", {}), 200)["mine"] is False
    assert status(lead.put(f"{path}/lease", {"take": True}), 200)["mine"] is True
    assert status(api.get(f"{path}/lease"), 200)["by"] == to
    draft = ticket.drafts.first()
    Draft.objects.update(generating=False)
    assert status(api.post(f"drafts/{draft.pk}/reject", {}, seen=draft.version), 409)["kind"] == "opened"
    assert lead.delete(f"{path}/lease").status_code == 204
    assert status(api.get(f"{path}/lease"), 200) is None
    assert status(api.post(f"{path}/mails", {"subject": "Your parcel", "body": "It comes."}), 201)["fresh"] is True
    assert status(api.post(f"{path}/replies", {}), 201)["writer"] == "person"
    actions = [event["action"] for event in status(api.get(f"audit?ticket={ticket.pk}"), 200)["items"]]
    assert {"assigned", "tags set", "escalated", "taken over", "reply begun"} <= set(actions)


def test_a_mail_is_judged_by_script_as_on_the_page(desk_config: Config) -> None:
    ticket, api = drafted_ticket(desk_config), Api()
    path = f"messages/{ticket.messages.get().pk}"
    assert status(api.put(f"{path}/labels/tone", {"label": "angry"}), 200)["triage"]["tone"]["label"] == "angry"
    status(api.put(f"{path}/labels/mood", {"label": "angry"}), 422)
    assert status(api.put(f"{path}/labels/tone", {"label": "merry"}), 409)["kind"] == "refused"
    assert status(api.post(f"{path}/not-customer", {"why": "a robot"}), 200)["state"] == "suppressed"
    assert status(api.post(f"{path}/customer", {}), 200)["state"] == "parsed"
    for what in ("reprocess", "join", "apart"):
        status(api.post(f"{path}/{what}", {}), 409)
    raw = api.get(f"{path}/raw")
    assert raw["Content-Type"] == "application/octet-stream"
    assert raw.content.startswith(b"From: Orla")


def test_drafts_are_rewritten_and_put_first_by_script(desk_config: Config) -> None:
    ticket, api = drafted_ticket(desk_config), Api()
    other = ticket.drafts.filter(proposed_first=False).first()
    assert status(api.post(f"drafts/{other.pk}/propose", {}, seen=other.version), 200)["proposed"] is True
    answer = status(api.post(f"drafts/{other.pk}/regenerate", {"wish": "shorter"}, seen=other.version), 200)
    assert (answer["generating"], answer["wish"]) == (True, "shorter")
    status(api.post(f"drafts/{other.pk}/regenerate", {"wish": "ruder"}, seen=other.version), 422)


def test_many_are_approved_each_for_itself(desk_config: Config) -> None:
    draft, api = open_draft(drafted_ticket(desk_config)), Api()
    chosen = [{"draft": draft.pk, "version": 9}, {"draft": 10**6, "version": 1}, {"draft": draft.pk, "version": 1}]
    items = status(api.post("drafts/approve", {"drafts": chosen}), 200)["items"]
    assert [item["draft"] for item in items] == [draft.pk, 10**6, draft.pk]
    assert [bool(item["why_not"]) for item in items[:2]] == [True, True]
    assert all(item["approved"] is not bool(item["why_not"]) for item in items)
    status(api.post("drafts/approve", {"drafts": []}), 422)


def test_a_token_says_who_it_is_and_can_end_itself_alone(desk_config: Config) -> None:
    api, other = Api(scopes=["read"]), Api()
    me = status(api.get("me"), 200)
    assert (me["user"], me["roles"], me["permissions"]) == (api.user.get_username(), ["agent"], ["read"])
    assert [one["id"] for one in status(api.get("tokens"), 200)["items"]] == [me["token"]]
    status(api.delete(f"tokens/{status(other.get('me'), 200)['token']}"), 404)
    assert api.delete(f"tokens/{me['token']}").status_code == 204
    status(api.get("me"), 401)


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "nowhere", 404), ("DELETE", "tickets", 405)])
def test_what_no_operation_answers_is_a_problem_too(method: str, path: str, code: int) -> None:
    response = Api().client.generic(method, f"/api/v1/{path}")
    assert status(response, code)["status"] == code
    assert response["Content-Type"] == "application/problem+json"


def test_an_error_of_the_server_tells_nothing_of_its_inside(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("pipeline.review.api.desk.folder_states", broken)
    response = Api().get("mailboxes")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert b"secret" not in response.content


def test_a_request_that_is_too_large_is_not_read(desk_config: Config) -> None:
    status(Api().put("tickets/1/tags", {"tags": ["x" * 1_100_000]}), 413)


def test_who_asks_without_end_is_asked_to_wait(desk_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.review.api.rates.PER_MINUTE", 2)
    monkeypatch.setattr("pipeline.review.api.operations.rate", Rate())
    api = Api()
    answers = [api.get("me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 61
    status(Api().get("me"), 200)


def test_a_refusal_tells_what_differs_from_what_was_seen(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    draft, api = open_draft(ticket), Api()
    decisions.edit(desk_config, person("lead", "lea"), draft.pk, 1, draft.body + "One more thing.")
    answer = status(api.post(f"drafts/{draft.pk}/approve", {"version": 1}), 409)
    assert (answer["kind"], answer["changed_by"]) == ("edited", "lea")
    assert "".join(one["text"] for one in answer["changes"] if one["kind"] == "added").strip() == "One more thing."
    drafted_ticket(desk_config, mail_bytes("It burns now!", headers=["In-Reply-To: <first@example.com>"]))
    Draft.objects.filter(pk=draft.pk).update(state="proposed")
    answer = status(api.post(f"drafts/{draft.pk}/approve", {"version": 2}), 409)
    assert answer["kind"] == "newer_mail"
    assert [mail["text"].strip() for mail in answer["mails"]] == ["It burns now!"]


def test_a_token_that_may_not_read_is_told_no_text_by_a_refusal(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    api = Api(scopes=["decide"])
    decisions.edit(desk_config, person("lead"), draft.pk, 1, draft.body + "One more thing.")
    answer = status(api.post(f"drafts/{draft.pk}/approve", {"version": 1}), 409)
    assert "changes" not in answer


def test_tickets_are_listed_by_the_views_of_the_page(desk_config: Config) -> None:
    ticket, api = drafted_ticket(desk_config), Api()
    drafted_ticket(desk_config)
    decisions.assign(api.user, ticket.pk, api.user.get_username())
    for view, there in (("mine", [ticket.pk]), ("second", []), ("sent", [])):
        assert [one["id"] for one in status(api.get(f"tickets?view={view}"), 200)["items"]] == there
    assert len(status(api.get("tickets?view=open"), 200)["items"]) == 2
    assert status(api.get("tickets?view=none"), 422)["errors"][0]["parameter"] == "view"
