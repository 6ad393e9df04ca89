from __future__ import annotations

import dataclasses
from collections.abc import Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from pipeline.config import Config
from pipeline.errors import FlowError, NotAllowed, StaleError, SubmissionRefused
from pipeline.records import Envelope, Fault
from pipeline.review import decisions
from pipeline.review.roles import ROLES, Permission, permissions
from pipeline.sending.compose import approval_hash
from pipeline.store.models import Approval, AuditEvent, Draft, Outgoing, Ticket
from tests.rows import drafted_ticket, mail_bytes, make_desk, open_draft, person, queued, stored, triage_of, work_off

pytestmark = pytest.mark.django_db


def test_an_approval_binds_person_versions_and_the_very_bytes(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    draft = open_draft(ticket)
    decisions.approve(desk_config, user, draft.pk, draft.version)
    row = Outgoing.objects.get()
    approval = row.approval
    assert (approval.approver, approval.draft, approval.draft_version, approval.ticket_version) == (user, draft, 1, 1)
    assert approval.hash == approval_hash(bytes(row.raw), Envelope(row.sender, tuple(row.recipients)))
    assert (row.sender, row.recipients) == ("care@fernhollow.example", ["orla@example.com"])


def test_the_reply_carries_the_approved_text_and_the_thread(desk_config: Config) -> None:
    raw = mail_bytes(message_id="<now@example.com>", headers=["References: <before@example.com>"])
    row = queued(desk_config, drafted_ticket(desk_config, raw))
    mail = message_from_bytes(bytes(row.raw))
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n").strip() == row.approval.draft.body.strip()
    assert mail["In-Reply-To"] == "<now@example.com>"
    assert mail["References"].split() == ["<before@example.com>", "<now@example.com>"]


def test_the_other_drafts_are_superseded_and_the_trail_tells_who(desk_config: Config) -> None:
    row = queued(desk_config)
    states = sorted(row.ticket.drafts.values_list("state", flat=True))
    assert states == ["approved", "superseded", "superseded"]
    event = row.ticket.audit.get(action="draft approved")
    assert event.actor == row.approval.approver.get_username()
    assert event.detail == {"draft": row.approval.draft_id, "version": 1, "hash": row.approval.hash}
    row.ticket.refresh_from_db()
    assert row.ticket.state == "approved"


def test_the_audit_trail_never_holds_the_text_of_a_mail(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    draft = open_draft(ticket)
    edited = decisions.edit(desk_config, user, draft.pk, 1, draft.body + "\nZanzibar")
    decisions.reject(user, draft.pk, edited.version, "Zanzibar is wrong")
    assert "Zanzibar" not in str(list(AuditEvent.objects.values()))


def _wrong_version(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(version=2)


def _decided(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(state="rejected")


def _superseded(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(state="superseded")


def _overtaken(draft: Draft) -> None:
    Ticket.objects.filter(pk=draft.ticket_id).update(version=2)


def _blocked(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(body="Calm down. We have refunded 500 EUR to you.")


def _its_time_is_past(draft: Draft) -> None:
    """Written when the promise could be kept, approved when it no longer can."""
    Draft.objects.filter(pk=draft.pk).update(body=draft.body + "\nWe will write to you by 3 January 2020.\n")


@pytest.mark.parametrize("change", [_wrong_version, _decided, _superseded, _overtaken, _blocked, _its_time_is_past])
def test_what_is_not_what_the_person_saw_cannot_be_approved(
    desk_config: Config, change: Callable[[Draft], None]
) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    change(draft)
    with pytest.raises(StaleError):
        decisions.approve(desk_config, person("agent"), draft.pk, 1)
    assert not Approval.objects.exists()
    assert not Outgoing.objects.exists()


def test_a_draft_is_approved_once(desk_config: Config) -> None:
    row = queued(desk_config)
    with pytest.raises(StaleError):
        decisions.approve(desk_config, person("lead"), row.approval.draft_id, 1)
    assert Outgoing.objects.count() == 1


def test_after_one_draft_is_approved_no_other_of_the_mail_can_be(desk_config: Config) -> None:
    row = queued(desk_config)
    for draft in row.ticket.drafts.exclude(pk=row.approval.draft_id):
        with pytest.raises(StaleError):
            decisions.approve(desk_config, person("lead"), draft.pk, draft.version)


def test_roles_are_what_they_say() -> None:
    assert {name: permissions(person(name)) for name in ROLES} == ROLES
    assert permissions(person("")) == permissions(AnonymousUser()) == frozenset()
    assert permissions(User(is_superuser=True, is_active=True)) == frozenset(Permission)
    assert permissions(User(is_superuser=True, is_active=False)) == frozenset()


@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_changes_nothing(desk_config: Config, role: str) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person(role)
    ticket = draft.ticket_id
    attempts: list[Callable[[], Any]] = [
        lambda: decisions.approve(desk_config, user, draft.pk, 1),
        lambda: decisions.edit(desk_config, user, draft.pk, 1, "Other."),
        lambda: decisions.reject(user, draft.pk, 1, "no"),
        lambda: decisions.set_fault(user, ticket, Fault.CONFIRMED),
        lambda: decisions.record_action(user, ticket, "no kind at all"),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    draft.refresh_from_db()
    assert (draft.state, draft.version, AuditEvent.objects.exclude(ticket=None).count()) == ("proposed", 1, 0)


def test_an_edit_grows_the_version_and_is_checked_again(desk_config: Config) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    edited = decisions.edit(desk_config, user, draft.pk, 1, "Calm down. You should have read the terms.")
    assert edited.version == 2
    assert any(check["status"] == "block" for check in edited.checks)
    assert edited.composed_body == draft.body
    for version in (1, 2):  # what was seen first is gone; what is there now is blocked
        with pytest.raises(StaleError):
            decisions.approve(desk_config, user, draft.pk, version)
    with pytest.raises(StaleError):
        decisions.edit(desk_config, user, draft.pk, 1, "Other.")


def test_what_the_page_shows_as_fine_can_be_approved(desk_config: Config) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    text = f"Please stop using the charger for now, since the model has been known to run hot.\n\n{draft.body}"
    edited = decisions.edit(desk_config, user, draft.pk, 1, text)
    assert not [check for check in edited.checks if check["status"] == "block"]
    assert decisions.approve(desk_config, user, draft.pk, 2).state == "approved"


def test_the_same_text_is_no_edit(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    same = draft.body.rstrip("\n").replace("\n", "\r\n")
    assert decisions.edit(desk_config, person("agent"), draft.pk, 1, same).version == 1


@pytest.mark.parametrize("body", ["", " \r\n\t", "x" * (decisions.LONGEST_BODY + 1)], ids=["empty", "blank", "endless"])
def test_a_text_that_is_no_reply_is_not_saved(desk_config: Config, body: str) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    with pytest.raises(FlowError):
        decisions.edit(desk_config, person("agent"), draft.pk, 1, body)


def test_a_rejected_draft_leaves_the_others_open(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    for draft in ticket.drafts.all():
        ticket.refresh_from_db()
        assert ticket.state == "drafted"
        decisions.reject(user, draft.pk, 1, " wrong tone ")
    ticket.refresh_from_db()
    assert ticket.state == "rejected"
    assert set(ticket.drafts.values_list("state", "rejection")) == {("rejected", "wrong tone")}


@pytest.mark.parametrize("own", ["care@fernhollow.example", "CARE@FERNHOLLOW.EXAMPLE", "Care@Fernhollow.example"])
def test_no_reply_goes_to_our_own_address(desk_config: Config, own: str) -> None:
    stored(mail_bytes(headers=[f"Reply-To: {own}"]))
    work_off(make_desk(desk_config))
    for draft in Draft.objects.all():
        with pytest.raises((FlowError, SubmissionRefused)):
            decisions.approve(desk_config, person("agent"), draft.pk, draft.version)
    assert not Outgoing.objects.exists()


def test_the_fault_a_person_set_is_in_the_next_drafts(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    decisions.set_fault(user, ticket.pk, Fault.CONFIRMED)
    decisions.set_fault(user, ticket.pk, Fault.NOT_OURS)
    work_off(make_desk(desk_config))
    ticket.refresh_from_db()
    assert (ticket.fault, ticket.state) == ("not_ours", "drafted")
    assert set(ticket.drafts.values_list("version", "state")) == {(2, "proposed")}


def test_the_fault_of_an_answered_mail_changes_no_draft(desk_config: Config) -> None:
    row = queued(desk_config)
    decisions.set_fault(person("agent"), row.ticket_id, Fault.CONFIRMED)
    row.ticket.refresh_from_db()
    assert (row.ticket.fault, row.ticket.state) == ("confirmed", "approved")


@pytest.mark.parametrize(
    ("state", "was_sent", "after"),
    [("uncertain", True, "sent"), ("uncertain", False, "queued"), ("failed", False, "queued")],
)
def test_a_person_settles_what_the_sender_could_not(
    desk_config: Config, state: str, was_sent: bool, after: str
) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state=state, error="the answer was lost")
    settled = decisions.settle(person("ops"), row.pk, was_sent)
    assert (settled.state, settled.error, bytes(settled.raw)) == (after, "", bytes(row.raw))
    assert settled.ticket.state == ("sent" if was_sent else "approved")


@pytest.mark.parametrize(
    ("state", "was_sent"), [("failed", True), ("queued", False), ("sent", False), ("transmitting", True)]
)
def test_what_is_not_open_cannot_be_settled(desk_config: Config, state: str, was_sent: bool) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state=state)
    with pytest.raises(FlowError):
        decisions.settle(person("ops"), row.pk, was_sent)
    with pytest.raises(NotAllowed):
        decisions.settle(person("agent"), row.pk, was_sent)


def test_an_escalated_mail_has_nothing_to_approve(desk_config: Config) -> None:
    row = stored(mail_bytes())
    work_off(make_desk(desk_config, lambda record: triage_of(record, escalate="a threat")))
    row.refresh_from_db()
    decisions.set_fault(person("agent"), row.ticket_id or 0, Fault.CONFIRMED)
    assert not Draft.objects.exists()


def test_an_edit_shows_the_promises_of_the_new_text(desk_config: Config) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    edited = decisions.edit(desk_config, user, draft.pk, 1, "Thank you. We will call you by Friday.\n")
    assert [promise["text"] for promise in edited.promises] == ["We will call you by Friday."]


def test_a_mailbox_that_was_removed_is_a_plain_refusal(desk_config: Config) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    without = dataclasses.replace(desk_config, mailboxes={})
    with pytest.raises(FlowError, match=r"no longer in mailboxes\.yaml"):
        decisions.approve(without, user, draft.pk, 1)


def test_the_subject_that_was_shown_is_the_subject_that_is_sent(desk_config: Config) -> None:
    for subject in ("", "Fwd: broken kettle", "x" * 500):
        row = queued(desk_config, drafted_ticket(desk_config, mail_bytes(subject=subject)))
        sent = str(make_header(decode_header(message_from_bytes(bytes(row.raw))["Subject"])))
        assert " ".join(sent.split()) == row.approval.draft.subject


@pytest.mark.parametrize("change", [{"ticket_version": 0}, {"hash": "0" * 64}])
def test_a_failed_reply_whose_approval_is_void_is_not_queued_again(
    desk_config: Config, change: dict[str, object]
) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state="failed", error="no longer what was approved")
    Approval.objects.update(**change)
    with pytest.raises(StaleError, match="cannot be sent"):
        decisions.settle(person("ops"), row.pk, False)
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "no longer what was approved")


def test_the_fault_of_a_merged_ticket_is_not_set(desk_config: Config) -> None:
    other, merged = drafted_ticket(desk_config), Ticket.objects.create(mailbox="care")
    Ticket.objects.filter(pk=merged.pk).update(merged_into=other)
    with pytest.raises(StaleError, match=f"put into ticket {other.pk}"):
        decisions.set_fault(person("agent"), merged.pk, Fault.CONFIRMED)
