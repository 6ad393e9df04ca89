"""Another kind, other words, replies in a person's own words, fresh mails, previews and many yeses at once."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from typing import Any, cast

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pipeline.config import Config
from pipeline.engine.send import send_stage
from pipeline.errors import FlowError, NotAllowed, StaleError
from pipeline.records import Fault
from pipeline.review import decisions
from pipeline.sending.smtp import SmtpSubmitter
from pipeline.store.models import AuditEvent, Draft, Outgoing, Ticket
from tests.integration.test_send_stage import LEASE, FakeSubmitter
from tests.rows import OWNER, drafted_ticket, mail_bytes, make_desk, open_draft, person, stored, triage_of, work_off

pytestmark = pytest.mark.django_db

OURS = "Thank you for your message. We have your parcel in mind, and the care team will write to you tomorrow.\n"


def send(config: Config) -> list[bytes]:
    """Let the sender take all that waits."""
    server = FakeSubmitter()
    while send_stage({"care": cast(SmtpSubmitter, server)}, OWNER, LEASE):
        pass
    return [raw for raw, _ in server.taken]


def shown(ticket: Ticket) -> str:
    ticket.refresh_from_db()
    return ticket.state


ACTS: dict[str, Callable[[Config, User, Draft], Any]] = {
    "kind changed": lambda _, user, draft: decisions.change_kind(user, _other(draft).pk, 1),
    "written again": lambda config, user, draft: decisions.regenerate(config, user, draft.pk, 1, "shorter"),
    "reply begun": lambda config, user, draft: decisions.new_reply(config, user, draft.ticket_id),
    "new mail begun": lambda config, user, draft: decisions.new_mail(config, user, draft.ticket_id, "News", OURS),
}


def _other(draft: Draft) -> Draft:
    return draft.ticket.drafts.filter(proposed_first=False).order_by("pk")[0]


@pytest.mark.parametrize("action", ACTS)
@pytest.mark.parametrize("role", ["auditor", "ops", ""])
def test_who_may_not_decide_changes_nothing(desk_config: Config, role: str, action: str) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    with pytest.raises(NotAllowed):
        ACTS[action](desk_config, person(role), draft)
    with pytest.raises(NotAllowed):
        decisions.preview(desk_config, person(role), draft.pk, OURS)
    with pytest.raises(NotAllowed):
        decisions.approve_many(desk_config, person(role), [(draft.pk, 1)])
    assert not AuditEvent.objects.exclude(ticket=None).exists()


@pytest.mark.parametrize("action", ACTS)
def test_the_trail_tells_who_did_what(desk_config: Config, action: str) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    ACTS[action](desk_config, user, draft)
    assert list(AuditEvent.objects.exclude(ticket=None).values_list("actor", "action")) == [(user.username, action)]


# --- what was seen is no longer so ----------------------------------------------------------------------------------


def _edited(config: Config, draft: Draft) -> None:
    decisions.edit(config, person("lead"), draft.pk, 1, OURS)


def _decided(config: Config, draft: Draft) -> None:
    decisions.reject(person("lead"), draft.pk, 1, "")


def _overtaken(config: Config, draft: Draft) -> None:
    Ticket.objects.update(version=2)


def _generating(config: Config, draft: Draft) -> None:
    decisions.regenerate(config, person("lead"), draft.pk, 1, "again")


@pytest.mark.parametrize(
    ("change", "kind", "version"),
    [(_edited, "edited", 2), (_decided, "decided", 1), (_overtaken, "newer_mail", 1), (_generating, "generating", 1)],
)
def test_a_refusal_says_why_and_which_version_there_is(
    desk_config: Config, change: Callable[[Config, Draft], None], kind: str, version: int
) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    change(desk_config, draft)
    attempts: list[Callable[[], Any]] = [
        lambda: decisions.approve(desk_config, user, draft.pk, 1),
        lambda: decisions.edit(desk_config, user, draft.pk, 1, "Other."),
        lambda: decisions.change_kind(user, draft.pk, 1),
        lambda: decisions.regenerate(desk_config, user, draft.pk, 1, "again"),
    ]
    for attempt in attempts:
        with pytest.raises(StaleError) as caught:
            attempt()
        assert (caught.value.kind, caught.value.version) == (kind, version)


# --- another kind, other words --------------------------------------------------------------------------------------


def test_another_kind_goes_first(desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    other = decisions.change_kind(person("agent"), _other(draft).pk, 1)
    assert list(draft.ticket.drafts.filter(proposed_first=True)) == [other]
    assert other.version == 1


def test_one_draft_is_written_again_as_wished_and_the_others_stay(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    draft, other = open_draft(ticket), _other(open_draft(ticket))
    decisions.edit(desk_config, user, other.pk, 1, OURS)
    decisions.change_kind(user, other.pk, 2)
    assert decisions.regenerate(desk_config, user, draft.pk, 1, "shorter").generating
    work_off(make_desk(desk_config))
    before = draft.body
    for row in (draft, other):
        row.refresh_from_db()
    assert (draft.version, draft.wish, draft.generating, draft.body) == (2, "shorter", False, draft.composed_body)
    assert len(draft.body) < len(before)
    assert draft.checks
    assert (other.version, other.body, other.proposed_first) == (2, OURS, True)
    assert shown(ticket) == "drafted"
    assert decisions.approve(desk_config, user, draft.pk, 2).state == "approved"


def test_other_words_differ_each_time_and_a_wish_holds(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    draft, bodies = open_draft(ticket), set()
    for version in (1, 2, 3):
        bodies.add(Draft.objects.get(pk=draft.pk).body)
        decisions.regenerate(desk_config, user, draft.pk, version, "again")
        work_off(make_desk(desk_config))
    assert len(bodies) == 3
    decisions.regenerate(desk_config, user, draft.pk, 4, "warmer")
    work_off(make_desk(desk_config))
    warm = Draft.objects.get(pk=draft.pk).body
    decisions.set_fault(user, ticket.pk, Fault.UNKNOWN)
    work_off(make_desk(desk_config))
    again = Draft.objects.get(pk=draft.pk)
    assert (again.version, again.body) == (6, warm)


def test_a_wish_that_is_none_is_refused(desk_config: Config) -> None:
    with pytest.raises(FlowError, match="unknown wish"):
        decisions.regenerate(desk_config, person("agent"), open_draft(drafted_ticket(desk_config)).pk, 1, "ruder")


def test_what_a_person_wrote_is_neither_put_first_nor_written_again(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    mine = decisions.new_reply(desk_config, user, ticket.pk, OURS)
    with pytest.raises(FlowError):
        decisions.change_kind(user, mine.pk, 1)
    with pytest.raises(FlowError):
        decisions.regenerate(desk_config, user, mine.pk, 1, "again")


# --- checks while one types, and what was typed ---------------------------------------------------------------------


@pytest.mark.parametrize("body", [OURS, "Calm down.\r\nWe will call you by Friday.", "", "We have refunded 500 EUR."])
def test_a_preview_says_what_saving_would_and_stores_nothing(desk_config: Config, body: str) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    seen = decisions.preview(desk_config, user, draft.pk, body)
    draft.refresh_from_db()
    assert (draft.version, AuditEvent.objects.exclude(ticket=None).count()) == (1, 0)
    if body:
        edited = decisions.edit(desk_config, user, draft.pk, 1, body)
        assert [(one.name, str(one.status), one.message, one.start) for one in seen.checks] == [
            (one["name"], one["status"], one["message"], one["start"]) for one in edited.checks
        ]
        assert [one.text for one in seen.promises] == [one["text"] for one in edited.promises]


def test_every_text_that_was_saved_is_kept(desk_config: Config) -> None:
    draft, user = open_draft(drafted_ticket(desk_config)), person("agent")
    for version, body in ((1, OURS), (2, OURS), (2, f"{OURS}More.\n")):
        decisions.edit(desk_config, user, draft.pk, version, body)
    kept = draft.revisions.order_by("version").values_list("version", "body", "by")
    assert list(kept) == [(2, OURS, user.pk), (3, f"{OURS}More.\n", user.pk)]


# --- further replies ------------------------------------------------------------------------------------------------


def test_replies_in_a_persons_own_words_go_out_beside_the_products(desk_config: Config) -> None:
    raw = mail_bytes(message_id="<now@example.com>")
    ticket, user = drafted_ticket(desk_config, raw), person("agent")
    mine = decisions.new_reply(desk_config, user, ticket.pk, OURS)
    assert (mine.writer, mine.subject, shown(ticket)) == ("person", "Re: Where is my parcel", "drafted")
    decisions.approve(desk_config, user, mine.pk, mine.version)
    assert sorted(ticket.drafts.values_list("state", flat=True)) == ["approved"] + 3 * ["proposed"]
    assert shown(ticket) == "approved"
    assert len(send(desk_config)) == 1
    assert shown(ticket) == "sent"
    theirs = open_draft(ticket)
    decisions.approve(desk_config, user, theirs.pk, theirs.version)
    [second] = send(desk_config)
    assert message_from_bytes(second)["In-Reply-To"] == "<now@example.com>"
    third = decisions.new_reply(desk_config, user, ticket.pk, OURS)
    assert shown(ticket) == "drafted"
    decisions.approve(desk_config, user, third.pk, third.version)
    assert len(send(desk_config)) == 1
    assert (shown(ticket), ticket.outgoing.filter(state="sent").count()) == ("sent", 3)


def test_the_products_approval_leaves_a_persons_draft_open(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    mine = decisions.new_reply(desk_config, user, ticket.pk, OURS)
    draft = open_draft(ticket)
    decisions.approve(desk_config, user, draft.pk, draft.version)
    send(desk_config)
    mine.refresh_from_db()
    assert (mine.state, shown(ticket)) == ("proposed", "drafted")
    decisions.reject(user, mine.pk, 1, "")
    assert shown(ticket) == "sent"


def test_a_reply_that_is_still_empty_is_not_sent(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    mine = decisions.new_reply(desk_config, user, ticket.pk)
    with pytest.raises(FlowError, match="empty"):
        decisions.approve(desk_config, user, mine.pk, mine.version)
    edited = decisions.edit(desk_config, user, mine.pk, mine.version, OURS)
    assert decisions.approve(desk_config, user, mine.pk, edited.version).state == "approved"


def test_a_persons_own_words_are_checked_like_all_others(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    mine = decisions.new_reply(desk_config, user, ticket.pk, "Calm down. We have refunded 500 EUR to you.")
    with pytest.raises(StaleError, match="blocked"):
        decisions.approve(desk_config, user, mine.pk, mine.version)


def test_a_newer_mail_makes_a_persons_draft_stale_and_keeps_its_text(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    mine = decisions.new_reply(desk_config, person("agent"), ticket.pk, OURS)
    drafted_ticket(desk_config, mail_bytes("It has come.", headers=["In-Reply-To: <first@example.com>"]))
    mine.refresh_from_db()
    assert (mine.state, mine.body) == ("stale", OURS)


def test_a_persons_draft_stays_as_it_is_when_the_product_writes_again(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    mine = decisions.new_reply(desk_config, user, ticket.pk, OURS)
    decisions.set_fault(user, ticket.pk, Fault.CONFIRMED)
    work_off(make_desk(desk_config))
    mine.refresh_from_db()
    assert (mine.version, mine.body, mine.state) == (1, OURS, "proposed")
    assert set(ticket.drafts.exclude(pk=mine.pk).values_list("version", flat=True)) == {2}


def test_a_person_answers_a_mail_for_which_nothing_is_drafted(desk_config: Config) -> None:
    row = stored(mail_bytes())
    work_off(make_desk(desk_config, lambda record: triage_of(record, escalate="a threat")))
    row.refresh_from_db()
    ticket, user = cast(Ticket, row.ticket), person("lead")
    mine = decisions.new_reply(desk_config, user, ticket.pk, OURS)
    assert shown(ticket) == "escalated"
    decisions.approve(desk_config, user, mine.pk, mine.version)
    assert shown(ticket) == "approved"


def test_a_fresh_mail_goes_to_the_customer_and_answers_no_other(desk_config: Config) -> None:
    raw = mail_bytes(message_id="<now@example.com>", headers=["Reply-To: other@elsewhere.example"])
    ticket, user = drafted_ticket(desk_config, raw), person("agent")
    mine = decisions.new_mail(desk_config, user, ticket.pk, " News\r\nBcc: eve@example.com ", OURS)
    decisions.approve(desk_config, user, mine.pk, mine.version)
    assert Outgoing.objects.get().recipients == ["orla@example.com"]
    [sent] = send(desk_config)
    mail = message_from_bytes(sent)
    assert (mail["Subject"], mail["In-Reply-To"], mail["References"], mail["Bcc"]) == (
        "News Bcc: eve@example.com",
        None,
        None,
        None,
    )


def test_the_answer_to_a_fresh_mail_comes_to_its_ticket(desk_config: Config) -> None:
    ticket, user = drafted_ticket(desk_config), person("agent")
    mine = decisions.new_mail(desk_config, user, ticket.pk, "News", OURS)
    decisions.approve(desk_config, user, mine.pk, mine.version)
    send(desk_config)
    answer = mail_bytes("Thanks.", headers=[f"In-Reply-To: {Outgoing.objects.get().message_id}"])
    assert drafted_ticket(desk_config, answer) == ticket


@pytest.mark.parametrize("subject", ["", " \r\n "])
def test_a_fresh_mail_needs_a_subject(desk_config: Config, subject: str) -> None:
    with pytest.raises(FlowError):
        decisions.new_mail(desk_config, person("agent"), drafted_ticket(desk_config).pk, subject, OURS)


def test_who_may_not_write_is_told_that_and_not_what_is_wrong_with_the_subject(desk_config: Config) -> None:
    with pytest.raises(NotAllowed):
        decisions.new_mail(desk_config, person("auditor"), drafted_ticket(desk_config).pk, "", OURS)


@pytest.mark.parametrize("email", ["", "care@fernhollow.example"])
def test_a_fresh_mail_goes_to_a_customer_and_nobody_else(desk_config: Config, email: str) -> None:
    ticket = drafted_ticket(desk_config)
    Ticket.objects.update(customer_email=email)
    with pytest.raises(FlowError):
        decisions.new_mail(desk_config, person("agent"), ticket.pk, "News", OURS)


def test_a_ticket_without_a_mail_that_was_read_takes_no_reply(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(headers=["Auto-Submitted: auto-replied"]))
    with pytest.raises(FlowError):
        decisions.new_reply(desk_config, person("agent"), ticket.pk, OURS)


# --- many at once ---------------------------------------------------------------------------------------------------


def calm(config: Config) -> Draft:
    """The acknowledgment for a mail, come just now, of somebody who is not upset."""
    row = stored(mail_bytes(), received_at=timezone.now())
    work_off(make_desk(config))
    return Draft.objects.get(message=row, kind="acknowledgment")


def test_one_failing_item_stops_none_of_the_others(desk_config: Config) -> None:
    user, drafts = person("agent"), [calm(desk_config) for _ in range(4)]
    decisions.reject(user, drafts[1].pk, 1, "")
    other = Draft.objects.get(message=drafts[3].message, kind="apology")
    chosen = [(drafts[0].pk, 1), (drafts[1].pk, 1), (10**6, 1), (drafts[2].pk, 7), (other.pk, 1), (drafts[3].pk, 1)]
    outcome = decisions.approve_many(desk_config, user, chosen)
    assert [draft_id for draft_id, _ in outcome] == [draft_id for draft_id, _ in chosen]
    assert [why == "" for _, why in outcome] == [True, False, False, False, False, True]
    assert "rejected" in outcome[1][1]
    assert outcome[2][1] == "no such draft"
    assert "version 1" in outcome[3][1]
    assert "another kind" in outcome[4][1]
    assert set(Outgoing.objects.values_list("approval__draft", flat=True)) == {drafts[0].pk, drafts[3].pk}
    assert AuditEvent.objects.exclude(ticket=None).filter(action="draft approved").count() == 2


def _grants(config: Config, draft: Draft) -> None:
    text = f"{draft.body}\nAs a gesture of goodwill we will give you a credit of 10 EUR.\n"
    decisions.edit(config, person("agent"), draft.pk, 1, text)


def _warned(config: Config, draft: Draft) -> None:
    decisions.edit(config, person("agent"), draft.pk, 1, "Hello.\n")


def _heated(config: Config, draft: Draft) -> None:
    draft.message.triage["intensity"] = 3
    draft.message.save()


def _goes_elsewhere(config: Config, draft: Draft) -> None:
    Ticket.objects.update(customer_email="somebody@example.com")


@pytest.mark.parametrize("change", [_grants, _warned, _heated, _goes_elsewhere])
def test_what_deserves_a_look_of_its_own_is_not_approved_with_others(
    desk_config: Config, change: Callable[[Config, Draft], None]
) -> None:
    draft = calm(desk_config)
    change(desk_config, draft)
    draft.refresh_from_db()
    [(_, why)] = decisions.approve_many(desk_config, person("lead"), [(draft.pk, draft.version)])
    assert why
    assert not Outgoing.objects.exists()
