"""The parts of the desk's pages that are swapped in, and what they do without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import Draft, MailboxDraft, Message, Outgoing, Ticket
from tests.integration.api import Api, status
from tests.rows import drafted_ticket, mail_bytes, open_draft, person, queued

pytestmark = pytest.mark.django_db
SWAP = {"HTTP_HX_REQUEST": "true"}
BLAME = "You should have read the manual."


def signed_in(role: str = "agent", name: str = "") -> Client:
    client = Client()
    client.force_login(person(role, name))
    return client


def seen_by(client: Client, ticket: Ticket) -> str:
    """What an open page says it shows, as it stands in the address of its pulse."""
    page = client.get(f"/tickets/{ticket.pk}").content.decode()
    return page.split("/pulse?seen=")[1].split('"')[0]


def pulse(client: Client, ticket: Ticket, seen: str) -> str:
    return client.get(f"/tickets/{ticket.pk}/pulse", {"seen": seen}, **SWAP).content.decode()


def test_an_open_page_gets_the_panes_alone_and_no_browser_keeps_either(desk_config: Config) -> None:
    ticket, client = drafted_ticket(desk_config), signed_in()
    whole, part = client.get(f"/tickets/{ticket.pk}"), client.get(f"/tickets/{ticket.pk}", **SWAP)
    assert b"<html" in whole.content and b'id="pane"' in whole.content
    assert b"<html" not in part.content and b'id="pane"' in part.content
    assert part.content.lstrip().startswith(b"<title>")
    for response in (whole, part):
        assert "HX-Request" in response["Vary"] and "no-store" in response["Cache-Control"]


def test_a_list_that_did_not_change_is_not_sent_again(desk_config: Config) -> None:
    drafted_ticket(desk_config)
    client = signed_in()
    first = client.get("/queue", **SWAP).content.decode()
    known = first.split('id="lines-shown"')[1].split('value="')[1].split('"')[0]
    assert client.get("/queue", {"lines-shown": known}, **SWAP).status_code == 204
    drafted_ticket(desk_config, mail_bytes(sender="ben@mail.example"))
    assert client.get("/queue", {"lines-shown": known}, **SWAP).status_code == 200


def test_a_line_tells_kind_concern_confidence_and_who_has_it(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    decisions.open_ticket(person("lead", "lea"), ticket.pk)
    decisions.assign(person("lead"), ticket.pk, "lea")
    page = " ".join(signed_in().get("/queue").content.decode().split())
    for told in ("acknowledgment", "My parcel has not", "urgency 90 % sure", "open by lea", "for lea"):
        assert told in page


def test_what_is_typed_is_checked_and_nothing_is_stored(desk_config: Config) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), signed_in()
    part = client.post(f"/drafts/{draft.pk}/preview", {"body": draft.body + BLAME}, **SWAP).content.decode()
    start = part.split('data-start="')
    assert "check-" in part and "Show in the text" in part and len(start) > 1
    assert f"<ins>{BLAME}" in part or BLAME in part.split("<ins>")[1]
    assert 'id="verdict"' in part and 'hx-swap-oob="true"' in part
    left_out = client.post(f"/drafts/{draft.pk}/preview", {"body": "Hello."}, **SWAP).content.decode()
    assert "Missing:" in left_out
    assert Draft.objects.get(pk=draft.pk).body == draft.body


def test_the_page_says_which_concern_is_said_back_and_where_it_goes(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    page = signed_in().get(f"/tickets/{ticket.pk}").content.decode()
    assert "Said back:" in page
    assert "To <strong>orla@example.com</strong>" in page
    assert 'id="concern-1"' in page and 'href="#concern-1"' in page


def test_a_newer_mail_is_told_with_its_text(desk_config: Config) -> None:
    ticket, client = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>")), signed_in()
    seen = seen_by(client, ticket)
    assert "newer mail" not in pulse(client, ticket, seen)
    drafted_ticket(desk_config, mail_bytes("It burns now!", headers=["In-Reply-To: <first@example.com>"]))
    told = pulse(client, ticket, seen)
    assert "A newer mail came" in told and "It burns now!" in told


def test_another_edit_is_told_with_its_author_and_the_difference(desk_config: Config) -> None:
    ticket, client = drafted_ticket(desk_config), signed_in()
    draft, seen = open_draft(ticket), seen_by(client, ticket)
    decisions.edit(desk_config, person("lead", "lea"), draft.pk, draft.version, draft.body + "One more thing.")
    told = pulse(client, ticket, seen)
    assert "lea changed this draft." in told
    assert "One more thing." in told.split("<ins>")[1]


def test_a_draft_that_was_decided_on_is_told(desk_config: Config) -> None:
    ticket, client = drafted_ticket(desk_config), signed_in()
    seen = seen_by(client, ticket)
    draft = open_draft(ticket)
    decisions.approve(desk_config, person("lead"), draft.pk, draft.version)
    assert "approved by now" in pulse(client, ticket, seen)


@pytest.mark.parametrize("seen", ["", "x", "drafted.9.9.9.9", "...." * 50, "drafted." + "9" * 5000, "drafted.²"])
def test_an_odd_memory_of_the_page_is_no_error(desk_config: Config, seen: str) -> None:
    ticket = drafted_ticket(desk_config)
    assert signed_in().get(f"/tickets/{ticket.pk}/pulse", {"seen": seen}).status_code == 200


def test_who_has_the_ticket_open_is_told_and_can_be_relieved(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    lea, kim = signed_in("agent", "lea"), signed_in("agent", "kim")
    lea.post(f"/tickets/{ticket.pk}/hold")
    assert "lea has this ticket open." in pulse(kim, ticket, "")
    assert "has this ticket open" not in pulse(lea, ticket, "")
    kim.post(f"/tickets/{ticket.pk}/take-over")
    assert "kim has this ticket open." in pulse(lea, ticket, "")
    kim.post(f"/tickets/{ticket.pk}/leave")
    assert "has this ticket open" not in pulse(lea, ticket, "")


def test_approving_goes_on_to_the_next_and_can_be_undone(slow_config: Config) -> None:
    ticket = drafted_ticket(slow_config)
    other = drafted_ticket(slow_config, mail_bytes(sender="ben@mail.example", subject="Blue teapot"))
    draft, client = open_draft(ticket), signed_in()
    form = {"action": "approve-next", "version": draft.version, "body": draft.body, "view": "open"}
    response = client.post(f"/drafts/{draft.pk}/decide", form, follow=True)
    assert response.redirect_chain[-1][0] == f"/tickets/{other.pk}"
    page = response.content.decode()
    assert "Sending in" in page and "Undo" in page
    row = Outgoing.objects.get()
    page = client.post(f"/outgoing/{row.pk}/undo", follow=True).content.decode()
    assert "Undone: nothing was sent." in page and "Sending in" not in page
    assert Draft.objects.get(pk=draft.pk).state == "proposed"


def test_the_last_one_leads_back_to_the_queue(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    form = {"action": "approve-next", "version": draft.version, "body": draft.body, "view": "open"}
    assert signed_in().post(f"/drafts/{draft.pk}/decide", form)["Location"] == "/"


def test_a_rejection_keeps_what_was_picked_and_what_was_written(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    form = {"action": "reject", "version": draft.version, "chip": ["wrong kind", "wrong tone"], "reason": "too stiff"}
    signed_in().post(f"/drafts/{draft.pk}/decide", form)
    assert Draft.objects.get(pk=draft.pk).rejection == "wrong kind; wrong tone; too stiff"


def test_several_are_approved_and_each_tells_what_came_of_it(desk_config: Config) -> None:
    good = open_draft(drafted_ticket(desk_config, received_at=timezone.now()))
    bad = open_draft(drafted_ticket(desk_config, mail_bytes(sender="ben@mail.example")))
    picked = {"draft": [f"{good.pk}:{good.version}", f"{bad.pk}:{bad.version + 1}", "x:y"]}
    for more in ({}, SWAP):
        page = signed_in().post("/approvals", picked, **more)
        assert page.status_code == 200
    assert Outgoing.objects.get().approval.draft == good
    assert "Not approved:" in page.content.decode()


def test_a_refused_text_stands_with_its_difference_until_it_is_dropped(desk_config: Config) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), signed_in()
    form = {"action": "save", "version": 7, "body": draft.body + "Typed for an hour."}
    for page in (
        client.post(f"/drafts/{draft.pk}/decide", form, follow=True),
        client.get(f"/tickets/{draft.ticket_id}"),
    ):
        assert "Your text is not saved." in page.content.decode()
        assert "Typed for an hour." in page.content.decode()
    dropped = client.post(f"/drafts/{draft.pk}/forget", follow=True).content.decode()
    assert "Typed for an hour." not in dropped


def test_a_session_that_ended_loses_no_text(desk_config: Config) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), Client()
    page = f"/tickets/{draft.ticket_id}"
    form = {"action": "save", "version": draft.version, "body": "Typed for an hour."}
    told = client.post(f"/drafts/{draft.pk}/preview", form, **SWAP)
    assert (told.status_code, told["X-Sign-In"]) == (401, "/login")
    plain = client.post(f"/drafts/{draft.pk}/decide", form, HTTP_REFERER=f"http://testserver{page}")
    assert plain.status_code == 401
    assert "Typed for an hour." in plain.content.decode() and f"/login?next={page}" in plain.content.decode()
    assert Client().post(f"{page}/snooze", HTTP_REFERER="https://phish.example/x")["Location"] == "/login?next=/x"


def test_each_act_on_a_ticket_has_its_effect(desk_config: Config) -> None:
    ticket, client = drafted_ticket(desk_config), signed_in("agent", "kim")
    person("lead", "lea")

    def done(path: str, **form: str) -> str:
        page = client.post(f"/tickets/{ticket.pk}/{path}", form, follow=True).content.decode()
        ticket.refresh_from_db()
        return page

    assert "for kim" in done("assign", to="kim") and ticket.assignee is not None
    assert "second contact" in done("tags", tags="Refund, second contact")
    assert "snoozed until" in done("snooze", until="tomorrow") and ticket.snoozed_until is not None
    assert "snoozed until" not in done("snooze", until="now")
    assert "is not a time" in done("snooze", until="at", at="soon")
    assert "lea has it now" in done("escalate", to="lea", why="they ask for more than I may give")
    assert "by a person" in done("replies", body="Hello Orla,\n\nanother word.\n")
    assert "new mail" in done("mails", subject="News of your parcel", body="Hello Orla,\n\nit came.\n")


def test_a_label_is_corrected_with_one_click(desk_config: Config) -> None:
    message = drafted_ticket(desk_config).messages.get()
    client = signed_in()
    client.post(f"/messages/{message.pk}/label", {"field": "tone", "label": "angry"})
    assert Message.objects.get(pk=message.pk).triage["tone"]["label"] == "angry"
    assert client.post(f"/messages/{message.pk}/label", {"field": "tone", "label": "purple"}).status_code == 404


def test_a_draft_that_is_written_again_says_so(desk_config: Config) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), signed_in()
    form = {"version": draft.version, "wish": "shorter"}
    page = client.post(f"/drafts/{draft.pk}/again", form, follow=True).content.decode()
    assert "Generating" in page and 'value="approve"' not in page
    assert client.post(f"/drafts/{draft.pk}/again", {"wish": "rhymed"}).status_code == 404


def test_a_mail_that_can_no_longer_be_held_back_is_not_offered(slow_config: Config) -> None:
    row = queued(slow_config)
    client = Client()
    client.force_login(row.approval.approver)
    assert "Sending in" in client.get("/").content.decode()
    Outgoing.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert "Sending in" not in client.get("/").content.decode()


def waiting(config: Config, user: Any, count: int) -> list[Ticket]:
    """Tickets that wait for ``user``, those of two views and two mailboxes mixed."""
    rows = [drafted_ticket(config, mail_bytes(sender=f"c{number}@mail.example")) for number in range(count)]
    for row in rows[::2]:
        decisions.assign(user, row.pk, user.get_username())
    return rows


def test_approving_goes_on_in_the_list_that_one_works_through(desk_config: Config) -> None:
    client, kim = Client(), person("agent", "kim")
    client.force_login(kim)
    rows = waiting(desk_config, kim, 5)
    for step, here in enumerate(rows[:4:2]):
        draft = open_draft(here)
        form = {"action": "approve-next", "version": draft.version, "body": draft.body}
        beside = f"http://testserver/tickets/{here.pk}?view=mine&mailbox=care"
        told = client.post(f"/drafts/{draft.pk}/decide", form, HTTP_REFERER=beside)
        assert told["Location"] == f"/tickets/{rows[2 * step + 2].pk}?view=mine&mailbox=care"


def test_what_is_done_on_a_ticket_leaves_its_list_beside_it(desk_config: Config) -> None:
    ticket, client = drafted_ticket(desk_config), signed_in()
    beside = f"http://testserver/tickets/{ticket.pk}?view=unassigned&mailbox=care"
    for given in ({"HTTP_REFERER": beside}, {"HTTP_HX_CURRENT_URL": beside, **SWAP}):
        told = client.post(f"/tickets/{ticket.pk}/fault", {"fault": "confirmed"}, **given)
        assert told["Location"] == f"/tickets/{ticket.pk}?view=unassigned&mailbox=care"
    odd = client.post(
        f"/tickets/{ticket.pk}/fault", {"fault": "confirmed"}, HTTP_REFERER="http://[x?view=none&mailbox=x"
    )
    assert odd["Location"] == f"/tickets/{ticket.pk}"


def test_every_view_of_waiting_tickets_shows_the_time_left_and_a_box_to_select(desk_config: Config) -> None:
    ticket, lead = drafted_ticket(desk_config), person("lead", "lea")
    decisions.escalate(person("agent"), ticket.pk, "lea", "they ask for more than I may give")
    Ticket.objects.update(reply_due_at=timezone.now() + timedelta(minutes=90, seconds=30))
    client = Client()
    client.force_login(lead)
    for view in ("open", "mine", "escalated"):
        page = client.get("/queue", {"view": view}).content.decode()
        assert "1 h 30 min left" in page and 'class="pick"' in page, view
    decisions.assign(lead, ticket.pk, "")
    assert "1 h 30 min left" in client.get("/queue", {"view": "unassigned"}).content.decode()
    Ticket.objects.update(reply_due_at=timezone.now() - timedelta(days=2))
    assert "left late" in client.get("/queue", {"view": "unassigned"}).content.decode()
    draft = open_draft(ticket)
    decisions.approve(desk_config, lead, draft.pk, draft.version)
    sending = client.get("/queue", {"view": "approved"}).content.decode()
    assert 'class="left"' in sending and "overdue" not in sending and 'class="pick"' not in sending


def test_a_decision_on_an_older_text_is_refused_with_what_changed_and_by_whom(desk_config: Config) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), signed_in()
    decisions.edit(desk_config, person("lead", "lea"), draft.pk, draft.version, draft.body + "One more thing.")
    form = {"action": "approve", "version": draft.version, "body": draft.body}
    page = client.post(f"/drafts/{draft.pk}/decide", form, follow=True).content.decode()
    assert "lea changed this draft after you had opened it." in page
    assert "One more thing." in page.split('id="since"')[1].split("<ins>")[1]
    assert not Outgoing.objects.exists()
    for odd in ("0", "9", "x"):
        told = client.get(f"/tickets/{draft.ticket_id}", {"draft": draft.pk, "since": odd})
        assert 'id="since"' not in told.content.decode()


def test_a_colleague_who_may_sees_a_reply_leave_and_can_hold_it_back(slow_config: Config) -> None:
    row = queued(slow_config)
    for role, may in (("agent", True), ("lead", True), ("auditor", False)):
        page = signed_in(role).get(f"/tickets/{row.ticket_id}").content.decode()
        assert ("Sending in" in page and f"/outgoing/{row.pk}/undo" in page) is may, role
    own = Client()
    own.force_login(row.approval.approver)
    assert own.get(f"/tickets/{row.ticket_id}").content.decode().count(f"/outgoing/{row.pk}/undo") == 1
    Outgoing.objects.update(owner="worker")
    assert "Sending in" not in signed_in().get(f"/tickets/{row.ticket_id}").content.decode()


def put_into_a_mailbox(draft: Draft, state: str, **more: Any) -> MailboxDraft:
    mark = f"m{MailboxDraft.objects.count()}"
    known = {"mailbox": "care", "folder": "Drafts", "draft_version": draft.version, "recipient": "orla@example.com"}
    given = known | {"message_id": f"<{mark}@example.com>", "mark": mark, "text": draft.body, "state": state}
    return MailboxDraft.objects.create(draft=draft, **given | more)


@pytest.mark.parametrize(
    ("state", "told", "warned"),
    [
        ("placed", "In the Drafts folder, too.", False),
        ("edited", "Edited in the Drafts folder.", True),
        ("missing", "Gone from the Drafts folder.", True),
        ("sent", "Sent from the mail client.", False),
        ("deleted", "Deleted in the Drafts folder.", True),
        ("withdrawn", "", False),
    ],
)
def test_what_became_of_a_draft_in_its_mailbox_stands_beside_it(
    desk_config: Config, state: str, told: str, warned: bool
) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    put_into_a_mailbox(draft, state, edited=f"{draft.body}Call <b>me</b>." if state == "edited" else "")
    page = signed_in().get(f"/tickets/{draft.ticket_id}").content.decode()
    assert told in page and ('id="folder-copy"' in page) is bool(told)
    assert ('<div class="notice warning" id="folder-copy">' in page) is warned
    assert ("<ins>Call &lt;b&gt;me&lt;/b&gt;.</ins>" in page) is (state == "edited")
    found = status(Api().get(f"drafts/{draft.pk}"), 200)["folder_copy"]
    assert (found and found["state"]) == (state if told else None)


def test_what_a_person_has_in_hand_there_is_told_before_a_newer_copy(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    put_into_a_mailbox(draft, "edited", edited="Mine.")
    put_into_a_mailbox(draft, "placed")
    assert "Edited in the Drafts folder." in signed_in().get(f"/tickets/{draft.ticket_id}").content.decode()


@pytest.mark.parametrize(("role", "offered"), [("lead", True), ("agent", False), ("auditor", False)])
def test_who_gives_second_approvals_is_offered_the_view_of_them(desk_config: Config, role: str, offered: bool) -> None:
    client = signed_in(role)
    assert ('id="view-second"' in client.get("/queue").content.decode()) is offered
    assert 'id="view-second"' in client.get("/queue", {"view": "second"}).content.decode()


def test_ones_own_edit_that_is_not_approved_is_nobody_elses_change(desk_config: Config) -> None:
    draft, client = open_draft(drafted_ticket(desk_config)), signed_in()
    form = {"action": "approve", "version": draft.version, "body": draft.body + "Calm down! " + BLAME}
    page = client.post(f"/drafts/{draft.pk}/decide", form, follow=True).content.decode()
    assert "is blocked" in page and "Calm down!" in page
    assert 'id="since"' not in page
