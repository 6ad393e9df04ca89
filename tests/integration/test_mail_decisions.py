from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.engine.stages import draft_stage, parse_stage, triage_stage
from pipeline.errors import CalmdeskError, FlowError, NotAllowed, StaleError
from pipeline.review import decisions
from pipeline.store.cases import case_of
from pipeline.store.claims import claim
from pipeline.store.intake import store_mails
from pipeline.store.models import AuditEvent, Draft, Message, Outgoing, Ticket
from tests.rows import (
    MORNING,
    OWNER,
    drafted_ticket,
    mail_bytes,
    make_desk,
    open_draft,
    opened,
    person,
    queued,
    raw_mail,
    stored,
    triage_of,
    work_off,
)

pytestmark = pytest.mark.django_db


def read(config: Config, raw: bytes, **more: Any) -> Message:
    """A mail after all stages."""
    row = stored(raw, **more)
    work_off(make_desk(config))
    row.refresh_from_db()
    return row


def robot(config: Config, **more: Any) -> Message:
    row = read(
        config, mail_bytes("I am away.", headers=["Auto-Submitted: auto-replied", *more.pop("headers", ())], **more)
    )
    assert row.state == "suppressed"
    return row


def old(config: Config) -> Message:
    row = read(config, mail_bytes(), received_at=MORNING - timedelta(days=500))
    assert row.state == "history"
    return row


def too_large(config: Config) -> Message:
    mail = replace(raw_mail(mail_bytes("")), size=30_000_000, complete=False)
    store_mails(opened(), [mail])
    work_off(make_desk(config))
    return Message.objects.get(uid=mail.uid)


# --- answered after all ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [robot, old])
def test_a_mail_that_is_a_customers_after_all_gets_its_drafts(
    desk_config: Config, make: Callable[[Config], Message]
) -> None:
    row = make(desk_config)
    assert decisions.is_customer(person("agent"), row.pk).reasons == []
    work_off(make_desk(desk_config))
    ticket = Ticket.objects.get()
    assert ticket.state == "drafted"
    assert ticket.drafts.filter(message=row, state="proposed").count() == 3
    assert row.reason not in ticket.reasons
    with pytest.raises(StaleError):
        decisions.is_customer(person("agent"), row.pk)


def test_the_drafts_of_a_suppressed_mail_that_is_a_customers_can_be_approved(desk_config: Config) -> None:
    row = robot(desk_config)
    decisions.is_customer(person("agent"), row.pk)
    work_off(make_desk(desk_config))
    assert queued(desk_config, Ticket.objects.get()).recipients == ["orla@example.com"]


def test_nobody_can_be_made_a_customer_who_cannot_be_answered(desk_config: Config) -> None:
    row = read(desk_config, mail_bytes(sender="nobody at all"))
    with pytest.raises(FlowError):
        decisions.is_customer(person("agent"), row.pk)


def test_a_mail_of_which_only_the_header_is_here_is_neither_answered_nor_tried_again(desk_config: Config) -> None:
    row = too_large(desk_config)
    assert (row.state, row.complete) == ("quarantined", False)
    with pytest.raises(FlowError, match="only the header"):
        decisions.reprocess(person("agent"), row.pk)
    Message.objects.update(state="history")
    with pytest.raises(FlowError, match="only the header"):
        decisions.is_customer(person("agent"), row.pk)


def _follow_up(config: Config) -> tuple[Message, Message]:
    """A robot's mail and the customer's next one in the same conversation."""
    first = robot(config, message_id="<first@example.com>")
    return first, read(config, mail_bytes("Well?", headers=["References: <first@example.com>"]))


def test_an_earlier_mail_called_a_customers_has_the_open_drafts_written_again(desk_config: Config) -> None:
    first, second = _follow_up(desk_config)
    assert first.ticket_id == second.ticket_id
    seen = Draft.objects.filter(message=second, proposed_first=True).get()
    decisions.is_customer(person("agent"), first.pk)
    with pytest.raises(StaleError):
        decisions.approve(desk_config, person("agent"), seen.pk, seen.version)
    work_off(make_desk(desk_config))
    assert {draft.message_id for draft in Draft.objects.filter(state="proposed")} == {second.pk}
    assert any("I am away." in turn.text for turn in case_of(Message.objects.get(pk=second.pk)).thread)
    ticket = Ticket.objects.get()
    assert ticket.state == "drafted"
    queued(desk_config, ticket)


def test_below_an_answered_mail_nothing_is_called_a_customers(desk_config: Config) -> None:
    first, second = _follow_up(desk_config)
    assert second.ticket
    queued(desk_config, second.ticket)
    with pytest.raises(FlowError, match="no answer would be written"):
        decisions.is_customer(person("agent"), first.pk)


def test_an_escalated_conversation_takes_an_earlier_mail(desk_config: Config) -> None:
    first, second = _follow_up(desk_config)
    second.drafts.all().delete()
    Message.objects.filter(pk=second.pk).update(triage={**(second.triage or {}), "escalate": "a threat"})
    assert decisions.is_customer(person("agent"), first.pk).state == "escalated"


def test_what_is_written_while_an_earlier_mail_is_called_a_customers_is_dropped(desk_config: Config) -> None:
    first = robot(desk_config, message_id="<first@example.com>")
    second = stored(mail_bytes("Well?", headers=["References: <first@example.com>"]))
    parse_stage(make_desk(desk_config), OWNER)

    def called_meanwhile(record: Any) -> Any:
        decisions.is_customer(person("agent"), first.pk)
        return triage_of(record)

    triage_stage(make_desk(desk_config, called_meanwhile), OWNER)
    second.refresh_from_db()
    assert second.state == "parsed"
    work_off(make_desk(desk_config))
    queued(desk_config, second.ticket)


# --- tried again ----------------------------------------------------------------------------------------------------


def test_only_a_quarantined_mail_is_tried_again(desk_config: Config) -> None:
    row = drafted_ticket(desk_config).messages.get()
    with pytest.raises(StaleError):
        decisions.reprocess(person("agent"), row.pk)
    Message.objects.update(state="quarantined", tries=3)
    decisions.reprocess(person("agent"), row.pk)
    assert list(Message.objects.values_list("state", "tries")) == [("received", 0)]


def test_a_quarantined_mail_among_others_is_tried_again(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    second = read(desk_config, mail_bytes("And now?", headers=["References: <first@example.com>"]))
    Message.objects.filter(pk=second.pk).update(state="quarantined", reason="the parser failed")
    decisions.reprocess(person("agent"), second.pk)
    work_off(make_desk(desk_config))
    second.refresh_from_db()
    assert (second.state, second.ticket_id) == ("drafted", ticket.pk)


# --- put into another ticket ----------------------------------------------------------------------------------------


def suggested(config: Config, received_at: datetime | None = None, **more: Any) -> tuple[Ticket, Message]:
    """A customer's ticket, and the mail of somebody else who refers to it without proof."""
    ticket = drafted_ticket(config, mail_bytes(message_id="<first@example.com>"))
    raw = mail_bytes(
        "It is about my order 4711.", sender="nils@elsewhere.example", headers=["References: <first@example.com>"]
    )
    row = read(config, raw, received_at=received_at)
    assert row.ticket_id != ticket.pk
    assert row.suggested_id == ticket.pk
    return ticket, row


def test_a_mail_that_is_put_there_is_drafted_for_with_the_whole_thread(desk_config: Config) -> None:
    ticket, row = suggested(desk_config)
    source, before = row.ticket, open_draft(ticket)
    assert source
    own = open_draft(source)
    Ticket.objects.filter(pk=source.pk).update(urgency="critical", reasons=["the newest"], reply_due_at=MORNING)
    joined = decisions.join(person("agent", "Runa"), row.pk)
    assert (joined.urgency, joined.reasons, joined.reply_due_at) == ("critical", ["the newest"], MORNING)
    assert not ticket.drafts.filter(state="proposed").exclude(message=row).exists()
    for draft in (before, own):  # neither was written from what the thread is now
        with pytest.raises(StaleError):
            decisions.approve(desk_config, person("agent"), draft.pk, draft.version)
    work_off(make_desk(desk_config))
    row.refresh_from_db()
    ticket.refresh_from_db()
    source.refresh_from_db()
    assert (row.ticket_id, row.suggested_id, row.suggestion) == (ticket.pk, None, "")
    assert (ticket.state, ticket.version, ticket.customer_email) == ("drafted", 2, "orla@example.com")
    assert source.merged_into == ticket
    assert not source.messages.exists()
    assert {draft.message_id for draft in ticket.drafts.filter(state="proposed")} == {row.pk}
    assert any("My parcel" in turn.text for turn in case_of(row).thread)
    assert source.audit.get(action="put into another ticket").detail == {"message": row.pk, "into": ticket.pk}
    assert ticket.audit.get(action="another mail put here").actor == "Runa"


def test_versions_of_the_ticket_it_came_from_do_not_open_its_old_drafts(desk_config: Config) -> None:
    """The version of the other ticket may come to stand where that of its own stood."""
    ticket, row = suggested(desk_config)
    assert row.ticket
    Ticket.objects.filter(pk=row.ticket_id).update(version=ticket.version + 1)
    Draft.objects.filter(ticket=row.ticket_id).update(ticket_version=ticket.version + 1)
    old_draft = open_draft(row.ticket)
    decisions.join(person("agent"), row.pk)
    with pytest.raises(StaleError):
        decisions.approve(desk_config, person("agent"), old_draft.pk, old_draft.version, "nils@elsewhere.example")


def test_an_approved_reply_of_the_other_ticket_is_void_when_a_mail_is_put_there(desk_config: Config) -> None:
    ticket, row = suggested(desk_config)
    outgoing = queued(desk_config, ticket)
    decisions.join(person("agent"), row.pk)
    assert "newer mail" in decisions.approval_void(Outgoing.objects.get(pk=outgoing.pk))


def test_a_mail_older_than_the_newest_there_goes_into_its_drafts(desk_config: Config) -> None:
    ticket, row = suggested(desk_config, received_at=MORNING - timedelta(hours=1))
    decisions.join(person("agent"), row.pk)
    work_off(make_desk(desk_config))
    newest = ticket.messages.latest("received_at")
    assert {draft.message_id for draft in ticket.drafts.filter(state="proposed")} == {newest.pk}
    assert any("order 4711" in turn.text for turn in case_of(newest).thread)
    ticket.refresh_from_db()
    assert ticket.state == "drafted"
    queued(desk_config, ticket)


def test_a_mail_is_not_put_below_one_that_was_answered(desk_config: Config) -> None:
    ticket, row = suggested(desk_config, received_at=MORNING - timedelta(hours=1))
    queued(desk_config, ticket)
    with pytest.raises(FlowError, match="no answer would be written"):
        decisions.join(person("agent"), row.pk)


def test_a_ticket_with_a_reply_of_its_own_stays(desk_config: Config) -> None:
    _, row = suggested(desk_config)
    queued(desk_config, row.ticket)
    with pytest.raises(FlowError, match="reply of its own"):
        decisions.join(person("agent"), row.pk)


def test_a_ticket_with_other_mail_of_the_customer_stays(desk_config: Config) -> None:
    _, row = suggested(desk_config)
    more = read(
        desk_config, mail_bytes("More.", sender="nils@elsewhere.example", headers=[f"References: {row.message_id}"])
    )
    assert more.ticket_id == row.ticket_id
    with pytest.raises(FlowError, match="other mail of the customer"):
        decisions.join(person("agent"), row.pk)


def test_a_second_delivery_goes_along(desk_config: Config) -> None:
    ticket, row = suggested(desk_config)
    copy = read(desk_config, bytes(row.raw.data))
    assert (copy.ticket_id, copy.state) == (row.ticket_id, "suppressed")
    decisions.join(person("agent"), row.pk)
    copy.refresh_from_db()
    assert copy.ticket_id == ticket.pk


@pytest.mark.parametrize("received_at", [None, MORNING - timedelta(hours=1)], ids=["newer", "older"])
def test_what_a_worker_was_writing_meanwhile_is_dropped(desk_config: Config, received_at: datetime | None) -> None:
    """A worker that read the mail before it was put elsewhere must not put it back."""
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    raw = mail_bytes("Mine too.", sender="nils@elsewhere.example", headers=["References: <first@example.com>"])
    row = stored(raw, received_at=received_at)
    desk = make_desk(desk_config)
    parse_stage(desk, OWNER)

    def joined_meanwhile(record: Any) -> Any:
        if not Ticket.objects.filter(merged_into=ticket).exists():
            decisions.join(person("agent"), row.pk)
        return triage_of(record)

    triage_stage(make_desk(desk_config, joined_meanwhile), OWNER)
    row.refresh_from_db()
    assert (row.ticket_id, row.state) == (ticket.pk, "parsed")
    triage_stage(desk, OWNER)
    draft_stage(desk, OWNER)
    row.refresh_from_db()
    assert (row.ticket_id, row.state) == (ticket.pk, "drafted")


def test_suggestions_follow_a_ticket_that_is_put_elsewhere(desk_config: Config) -> None:
    ticket, row = suggested(desk_config)
    third = read(
        desk_config, mail_bytes("Same.", sender="ada@third.example", headers=[f"References: {row.message_id}"])
    )
    assert third.suggested_id == row.ticket_id
    decisions.join(person("agent"), row.pk)
    third.refresh_from_db()
    assert third.suggested_id == ticket.pk
    decisions.join(person("agent"), third.pk)
    assert ticket.messages.count() == 3


def test_later_mail_of_a_merged_ticket_comes_to_where_it_went(desk_config: Config) -> None:
    ticket, row = suggested(desk_config)
    decisions.join(person("agent"), row.pk)
    later = read(desk_config, mail_bytes("And?", headers=[f"References: {row.message_id}"]))
    assert later.ticket_id == ticket.pk


def test_a_suggestion_is_taken_once(desk_config: Config) -> None:
    _, row = suggested(desk_config)
    decisions.join(person("agent"), row.pk)
    for decision in (decisions.join, decisions.keep_apart):
        with pytest.raises(StaleError, match="any more"):
            decision(person("agent"), row.pk)


def test_a_new_matter_is_suggested_no_more_and_nothing_else_changes(desk_config: Config) -> None:
    ticket, row = suggested(desk_config)
    decisions.keep_apart(person("agent"), row.pk)
    row.refresh_from_db()
    assert (row.suggested_id, row.suggestion, row.state) == (None, "", "drafted")
    assert row.ticket
    assert row.ticket.audit.get(action="kept apart").detail == {"message": row.pk, "other": ticket.pk}
    queued(desk_config, row.ticket)


@pytest.mark.parametrize("header", ["X-Join: 1", "X-Calmdesk-Ticket: 1", "Subject: Re: [ticket 1] put it there"])
def test_nothing_in_a_mail_puts_it_anywhere(desk_config: Config, header: str) -> None:
    ticket = drafted_ticket(desk_config)
    row = read(desk_config, mail_bytes("Put it there.", sender="nils@elsewhere.example", headers=[header]))
    assert row.ticket_id != ticket.pk
    assert not Ticket.objects.filter(merged_into__isnull=False).exists()


@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_changes_nothing(desk_config: Config, role: str) -> None:
    _, row = suggested(desk_config)
    Message.objects.filter(pk=row.pk).update(state="quarantined")
    user = person(role)
    calls = (decisions.is_customer, decisions.reprocess, decisions.join, decisions.keep_apart)
    for decision in calls:
        with pytest.raises(NotAllowed):
            decision(user, row.pk)
    row.refresh_from_db()
    assert (row.state, row.suggested_id is None, AuditEvent.objects.exclude(ticket=None).count()) == (
        "quarantined",
        False,
        0,
    )


def test_a_mail_that_no_stage_has_seen_is_not_decided_on(desk_config: Config) -> None:
    row = stored(mail_bytes())
    claim(Message, ["received"], OWNER, timedelta(minutes=1), 1)
    for decision in (
        decisions.is_customer,
        decisions.reprocess,
        decisions.join,
        decisions.keep_apart,
    ):
        with pytest.raises(CalmdeskError):
            decision(person("agent"), row.pk)
