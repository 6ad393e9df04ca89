from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.review.queue import VIEWS
from pipeline.review.security import MAIL_POLICY, PAGE_POLICY
from pipeline.store.models import AuditEvent, Draft, Message, Outgoing, Ticket
from tests.rows import (
    drafted_ticket,
    mail_bytes,
    mail_with,
    make_desk,
    open_draft,
    person,
    queued,
    stored,
    triage_of,
    work_off,
)

pytestmark = pytest.mark.django_db
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"


def signed_in(role: str = "agent", **more: Any) -> Client:
    client = Client(**more)
    client.force_login(person(role))
    return client


def routes(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    """Every path of the application, with 1 for each parameter."""
    for pattern in patterns:
        path = prefix + re.sub(r"<[^>]+>", "1", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path


OPEN = ("/login", "/logout", "/welcome/1/1", "/sign-on", "/sign-on/return")
"""What somebody without a login may open: none of it shows mail."""
OWN = [
    "/account",
    "/account/password",
    "/account/logins/end",
    "/account/logins/1/end",
    "/account/tokens",
    "/account/tokens/1/revoke",
]
ADMINISTRATING = ["/people", "/people/add", "/people/1/change"]
ROUTES = sorted(set(routes(get_resolver().url_patterns)))


def test_the_routes_are_found() -> None:
    assert {"/", "/tickets/1", "/drafts/1/decide", "/messages/1/raw", "/api/v1/tickets"} <= set(ROUTES)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", [path for path in ROUTES if path not in OPEN])
def test_nothing_is_shown_or_done_without_a_login(desk_config: Config, path: str, method: str) -> None:
    drafted_ticket(desk_config, mail_bytes("A private word."))
    response = getattr(Client(), method)(path)
    to_login = response.status_code == 302 and response["Location"].startswith("/login?next=")
    assert to_login or response.status_code in (401, 404, 405), response.status_code
    assert b"private" not in response.content


READING = [
    *(
        "/",
        "/queue",
        "/audit",
        "/mailboxes",
        "/ops",
        "/ops/model",
        "/outgoing",
        "/tickets/{ticket}",
        "/messages/{mail}/html",
        "/messages/{mail}/raw",
    ),
    *("/messages/{mail}/attachments/1", "/outgoing/{outgoing}", "/outgoing/{outgoing}/raw"),
    *("/search", "/tickets/{ticket}/pulse", "/ops/thresholds"),
]
DECIDING = [
    "/drafts/{draft}/decide",
    "/drafts/{draft}/kind",
    "/drafts/{draft}/again",
    "/tickets/{ticket}/fault",
    "/tickets/{ticket}/snooze",
    "/tickets/{ticket}/assign",
    "/tickets/{ticket}/escalate",
    "/tickets/{ticket}/tags",
    "/tickets/{ticket}/take-over",
    "/tickets/{ticket}/replies",
    "/tickets/{ticket}/mails",
    "/outgoing/{outgoing}/undo",
    "/messages/{mail}/not-customer",
    "/messages/{mail}/label",
    "/approvals",
    "/tickets/{ticket}/actions",
    "/messages/{mail}/customer",
    "/messages/{mail}/reprocess",
    "/messages/{mail}/join",
    "/messages/{mail}/apart",
]
QUIET = ["/drafts/{draft}/preview", "/drafts/{draft}/forget", "/tickets/{ticket}/hold", "/tickets/{ticket}/leave"]
"""What a page asks by itself: nobody is told that it was refused, and nothing is changed that the trail would tell."""
SETTLING = ["/outgoing/{outgoing}/settle"]
OWNED = ["/customers", "/customers/notes", "/customers/notes/{note}", "/search/views", "/search/views/{view}/delete"]
"""Where it depends on whose a thing is: `test_customers` has the table of these."""


def test_every_route_stands_in_the_table_of_roles() -> None:
    table = {re.sub(r"{\w+}", "1", path) for path in (*READING, *DECIDING, *QUIET, *SETTLING, *OWNED)}
    assert table | {*OPEN, *OWN, *ADMINISTRATING} == {path for path in ROUTES if not path.startswith("/api/")}


@pytest.mark.parametrize("path", READING)
def test_an_account_without_a_role_sees_no_mail(desk_config: Config, path: str) -> None:
    row = queued(desk_config, drafted_ticket(desk_config, mail_with(("a.pdf", "application/pdf", b"a"))))
    path = path.format(ticket=row.ticket_id, mail=row.approval.draft.message_id, outgoing=row.pk)
    assert signed_in("").get(path).status_code == 403
    assert signed_in("auditor").get(path).status_code == 200


@pytest.mark.parametrize("role", ["agent", "lead", "ops", "auditor", ""])
@pytest.mark.parametrize("path", [*DECIDING, *SETTLING])
def test_each_role_does_what_it_may_and_nothing_else(desk_config: Config, path: str, role: str) -> None:
    """Who may is told at most that there is nothing to do; who may not is refused before anything is looked at."""
    row = queued(desk_config)
    numbers = {"ticket": row.ticket_id, "draft": row.approval.draft_id, "outgoing": row.pk}
    filled = path.format(mail=row.approval.draft.message_id, **numbers)
    form = {"action": "approve", "version": 1, "fault": "confirmed", "kind": "repair", "outcome": "again"}
    form |= {
        "wish": "shorter",
        "field": "tone",
        "label": "angry",
        "why": "so",
        "until": "hour",
        "body": "A word.",
        "subject": "A word",
    }
    response = signed_in(role).post(filled, form, follow=True)
    may = role in (("lead", "ops") if path in SETTLING else ("agent", "lead"))
    assert response.status_code == (200 if role else 403)
    assert ("may not" in response.content.decode()) is (bool(role) and not may)
    assert may or AuditEvent.objects.exclude(ticket=None).count() == 1  # the approval itself
    assert AuditEvent.objects.exclude(ticket=None).count() == 2 or not (may and path.endswith(("fault", "actions")))


@pytest.mark.parametrize("path", QUIET)
def test_what_a_page_asks_by_itself_changes_nothing_that_is_told(desk_config: Config, path: str) -> None:
    row = queued(desk_config)
    filled = path.format(ticket=row.ticket_id, draft=row.approval.draft_id)
    for role, statuses in (("agent", (200, 204, 302)), ("auditor", (204, 302)), ("", (403,))):
        assert signed_in(role).post(filled, {"body": "A word."}).status_code in statuses
    assert AuditEvent.objects.exclude(ticket=None).count() == 1


@pytest.mark.parametrize("path", ["/", "/queue", "/login", "/tickets/1", "/no/such/page"])
def test_every_page_carries_the_policy(desk_config: Config, path: str) -> None:
    for client in (Client(), signed_in()):
        assert client.get(path)["Content-Security-Policy"] == PAGE_POLICY


def test_the_mail_frame_is_a_sandbox(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(html="<p>late</p><script>alert(1)</script>"))
    response = signed_in().get(f"/messages/{ticket.messages.get().pk}/html")
    assert response["Content-Security-Policy"] == MAIL_POLICY
    assert "sandbox" in MAIL_POLICY
    assert "allow-scripts" not in MAIL_POLICY
    assert b"late" in response.content
    assert b"alert" not in response.content


def test_the_raw_mail_is_a_download_no_browser_shows(desk_config: Config) -> None:
    raw = mail_bytes("<script>alert(1)</script>")
    ticket = drafted_ticket(desk_config, raw)
    response = signed_in().get(f"/messages/{ticket.messages.get().pk}/raw")
    assert response.content == raw
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_hostile_words_are_shown_and_never_run(desk_config: Config) -> None:
    raw = mail_bytes(f"Where is it? {ATTACK}", subject=ATTACK, sender='"<script>alert(1)</script>" <orla@example.com>')
    ticket = drafted_ticket(desk_config, raw)
    Ticket.objects.update(customer_name=ATTACK, reasons=[ATTACK], subject=ATTACK)
    Draft.objects.update(body=ATTACK, subject=ATTACK)
    Message.objects.update(reason=ATTACK)
    client = signed_in()
    for path in ("/", "/queue", f"/tickets/{ticket.pk}"):
        page = client.get(path).content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_an_auditor_reads_but_has_nothing_to_press(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    for role, buttons in (("agent", True), ("lead", True), ("auditor", False), ("ops", False)):
        page = signed_in(role).get(f"/tickets/{ticket.pk}").content.decode()
        assert ('value="approve"' in page) is buttons
        assert ('value="reject"' in page) is buttons
        assert "readonly" in page or buttons


def test_only_who_may_settle_is_asked_to(desk_config: Config) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state="uncertain")
    for role, asked in (("ops", True), ("lead", True), ("agent", False), ("auditor", False)):
        page = signed_in(role).get(f"/tickets/{row.ticket_id}").content.decode()
        assert ('name="outcome"' in page) is asked


def decision(draft: Draft, action: str, **more: object) -> dict[str, object]:
    return {"action": action, "version": draft.version, "body": draft.body} | more


def test_a_decision_needs_the_token_of_the_page(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    client = signed_in(enforce_csrf_checks=True)
    assert client.post(f"/drafts/{draft.pk}/decide", decision(draft, "approve")).status_code == 403
    assert not Outgoing.objects.exists()
    client.get(f"/tickets/{draft.ticket_id}")
    with_token = decision(draft, "approve", csrfmiddlewaretoken=client.cookies["csrftoken"].value)
    assert client.post(f"/drafts/{draft.pk}/decide", with_token).status_code == 302
    assert Outgoing.objects.count() == 1


def test_an_edited_text_is_saved_and_exactly_that_is_approved(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    body = draft.body.replace("\n", "\r\n") + "\r\nWith thanks for your patience."
    signed_in().post(f"/drafts/{draft.pk}/decide", decision(draft, "approve", body=body))
    approval = Outgoing.objects.get().approval
    assert (approval.draft_version, approval.draft.version) == (2, 2)
    assert approval.draft.body.endswith("With thanks for your patience.\n")


@pytest.mark.parametrize("action", ["save", "approve"])
def test_a_refused_decision_keeps_the_text_that_was_typed(desk_config: Config, action: str) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), signed_in()
    Draft.objects.filter(pk=draft.pk).update(version=5)
    typed = decision(draft, action, body="What I typed for an hour.")
    response = client.post(f"/drafts/{draft.pk}/decide", typed, follow=True)
    page = response.content.decode()
    assert "Nothing was done" in page
    assert "What I typed for an hour." in page
    assert not Outgoing.objects.exists()


def _busy(*_: Any) -> Any:
    raise OperationalError("deadlock detected DETAIL: Process 1 waits for Process 2")


def test_a_busy_database_asks_to_try_again_and_keeps_the_text_that_was_typed(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), signed_in()
    monkeypatch.setattr(decisions, "edit", _busy)
    typed = decision(draft, "approve", body="What I typed for an hour.")
    page = client.post(f"/drafts/{draft.pk}/decide", typed, follow=True).content.decode()
    assert '<p class="notice error">The database is busy just now. Please try again.</p>' in page
    assert "What I typed for an hour." in page
    assert "Process 1" not in page


@pytest.mark.parametrize("path", ["fault", "customer", "reprocess", "join", "apart", "settle"])
def test_a_busy_database_is_told_whatever_was_decided(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    row = queued(desk_config)
    for name in ("is_customer", "reprocess", "join", "keep_apart", "set_fault", "settle"):
        monkeypatch.setattr(decisions, name, _busy)
    folder = {"fault": f"tickets/{row.ticket_id}", "settle": f"outgoing/{row.pk}"}
    target = f"/{folder.get(path, f'messages/{row.approval.draft.message_id}')}/{path}"
    page = signed_in("lead").post(target, {"fault": "confirmed", "outcome": "sent"}, follow=True)
    assert page.status_code == 200
    assert "Please try again." in page.content.decode()


def test_a_page_that_cannot_be_read_now_asks_to_try_again(desk_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in()
    monkeypatch.setattr("pipeline.review.views.folder_states", _busy)
    response = client.get("/mailboxes")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Content-Security-Policy"] == PAGE_POLICY
    assert "Please try again." in response.content.decode()
    assert "Process 1" not in response.content.decode()


def test_an_error_of_another_kind_is_no_busy_database(desk_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise IntegrityError("a bug")

    client = signed_in(raise_request_exception=False)
    monkeypatch.setattr("pipeline.review.views.folder_states", broken)
    assert client.get("/mailboxes").status_code == 500


def test_saving_what_was_not_changed_says_so_and_only_to_who_may_save(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    form = decision(draft, "save")
    for role, told in (("agent", "Nothing was changed"), ("auditor", "may not decide here")):
        page = signed_in(role).post(f"/drafts/{draft.pk}/decide", form, follow=True).content.decode()
        assert told in page
        assert "Saved, and checked again" not in page
    draft.refresh_from_db()
    assert draft.version == 1


def test_an_auditor_who_posts_is_refused(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    response = signed_in("auditor").post(f"/drafts/{draft.pk}/decide", decision(draft, "approve"), follow=True)
    assert "may not decide" in response.content.decode()
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 5000, "1; drop"])
def test_an_odd_version_is_a_stale_one(desk_config: Config, version: str) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    response = signed_in().post(f"/drafts/{draft.pk}/decide", decision(draft, "approve", version=version))
    assert response.status_code == 302
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/drafts/99/decide",
        "/tickets/99/fault",
        "/messages/99/customer",
        "/messages/99/reprocess",
        "/messages/99/join",
        "/messages/99/apart",
        "/outgoing/99/settle",
    ],
)
def test_a_decision_on_what_does_not_exist_is_not_found(desk_config: Config, path: str) -> None:
    assert signed_in("lead").post(path, {"action": "approve", "fault": "confirmed"}).status_code == 404


def test_an_unknown_action_is_not_found(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    assert signed_in().post(f"/drafts/{draft.pk}/decide", decision(draft, "destroy")).status_code == 404


def test_a_decision_is_never_made_by_a_link(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    assert signed_in().get(f"/drafts/{draft.pk}/decide?action=approve&version=1").status_code == 405


def test_a_robots_mail_does_not_hide_the_draft_that_waits(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    headers = ["Auto-Submitted: auto-replied", "In-Reply-To: <first@example.com>"]
    assert drafted_ticket(desk_config, mail_bytes("I am away.", headers=headers)) == ticket
    page = signed_in().get(f"/tickets/{ticket.pk}").content.decode()
    assert 'value="approve"' in page
    assert "I am away." in page


def test_every_state_of_a_ticket_has_a_page(desk_config: Config) -> None:
    stored(mail_bytes())
    stored(b"")
    stored(mail_bytes(headers=["Auto-Submitted: auto-replied"]))
    work_off(make_desk(desk_config, lambda record: triage_of(record, escalate="a threat")))
    queued(desk_config)
    Ticket.objects.create(mailbox="care")
    client = signed_in("lead")
    for ticket in Ticket.objects.all():
        assert client.get(f"/tickets/{ticket.pk}").status_code == 200
    for view in (*VIEWS, "no such view"):
        assert client.get("/", {"view": view}).status_code == 200


def test_a_login_leads_only_to_our_own_pages(desk_config: Config) -> None:
    user = person("agent")
    user.set_password("a long enough password")
    user.save()
    form = {"username": user.username, "password": "a long enough password", "next": "https://phish.example/"}
    assert Client().post("/login", form)["Location"] == "/"
    assert Client().post("/login", form | {"password": "wrong"}).status_code == 200
