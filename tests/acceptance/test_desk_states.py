"""Every state of the screen in a real browser: its word is there, and anybody can read it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from pipeline.config import Config
from pipeline.engine.stages import parse_stage
from pipeline.records import Service
from pipeline.review import decisions
from pipeline.store.approvals import text_hash
from pipeline.store.models import Draft, Message, Outgoing, Ticket
from pipeline.store.services import note_trouble
from tests.acceptance.browser import NARROW, WIDE, ZOOMED, Desk, colleague, look, picture, serious
from tests.rows import (
    MORNING,
    OWNER,
    drafted_ticket,
    mail_bytes,
    make_desk,
    open_draft,
    person,
    queued,
    stored,
    triage_of,
    work_off,
)

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (
    "I ordered a teapot three weeks ago and it has not come. Nobody answers the telephone. "
    "I am furious, and I want my money back or the teapot by Friday."
)


def ticket_of(config: Config, **more: str) -> Ticket:
    return drafted_ticket(config, mail_bytes(TEXT, **more))


def generating(config: Config) -> Ticket:
    row = stored(mail_bytes(TEXT))
    parse_stage(make_desk(config), OWNER)
    row.refresh_from_db()
    assert row.ticket is not None
    return row.ticket


def written_again(config: Config) -> Ticket:
    draft = open_draft(ticket_of(config))
    decisions.regenerate(config, person("agent"), draft.pk, draft.version, "shorter")
    return draft.ticket


def asking(config: Config) -> Ticket:
    ticket = ticket_of(config)
    ticket.drafts.update(asks=["the order number"])
    return ticket


def blocked(config: Config) -> Ticket:
    draft = open_draft(ticket_of(config))
    decisions.edit(config, person("agent"), draft.pk, draft.version, draft.body + "\nCalm down!\n")
    return draft.ticket


def stale(config: Config) -> Ticket:
    ticket = ticket_of(config)
    Ticket.objects.update(version=ticket.version + 1)
    return ticket


def opened_by_another(config: Config) -> Ticket:
    ticket = ticket_of(config)
    decisions.open_ticket(person("agent", "lea"), ticket.pk)
    return ticket


def half_approved(config: Config) -> Ticket:
    draft = open_draft(ticket_of(config))
    draft.first_approvals.create(
        draft_version=draft.version,
        ticket_version=draft.ticket_version,
        hash=text_hash(draft, "orla@example.com"),
        approver=person("agent", "lea"),
    )
    return draft.ticket


def sending(config: Config) -> Ticket:
    ticket = ticket_of(config)
    draft = open_draft(ticket)
    decisions.approve(config, colleague("kim"), draft.pk, draft.version)
    return ticket


def left(state: str, error: str = "") -> Callable[[Config], Ticket]:
    """A ticket whose reply is in ``state``."""

    def make(config: Config) -> Ticket:
        row = queued(config, ticket_of(config))
        Outgoing.objects.update(state=state, error=error, sent_at=MORNING if state == "sent" else None)
        Draft.objects.filter(state="approved").update(state="sent" if state == "sent" else "approved")
        Ticket.objects.update(state=state)
        return row.ticket

    return make


def rejected(config: Config) -> Ticket:
    draft = open_draft(ticket_of(config))
    decisions.reject(person("agent"), draft.pk, draft.version, "wrong tone")
    for other in Draft.objects.filter(state="proposed"):
        decisions.reject(person("agent"), other.pk, other.version, "wrong kind")
    return draft.ticket


def suppressed(config: Config) -> Ticket:
    row = stored(mail_bytes("I am away.", headers=["Auto-Submitted: auto-replied"]))
    work_off(make_desk(config))
    row.refresh_from_db()
    assert row.ticket is not None
    return row.ticket


def quarantined(config: Config) -> Ticket:
    row = stored(mail_bytes(TEXT))
    work_off(make_desk(config))
    Message.objects.update(state="quarantined", reason="the parser took too long", tries=3)
    Ticket.objects.update(state="quarantined")
    row.refresh_from_db()
    assert row.ticket is not None
    return row.ticket


def escalated(config: Config) -> Ticket:
    row = stored(mail_bytes(TEXT))
    work_off(make_desk(config, lambda record: triage_of(record, escalate="a threat")))
    row.refresh_from_db()
    assert row.ticket is not None
    return row.ticket


def without_a_model(config: Config) -> Ticket:
    note_trouble(Service.WRITER, "no answer within 30 seconds")
    ticket = ticket_of(config)
    ticket.drafts.update(dropped=["writer_silent"])
    return ticket


STATES: dict[str, tuple[Callable[[Config], Ticket], str]] = {
    "generating": (generating, "A draft is being written"),
    "written-again": (written_again, "being written again"),
    "ready": (ticket_of, "Approve, next"),
    "needs-information": (asking, "it asks for the order number"),
    "blocked": (blocked, "Blocked"),
    "stale": (stale, "Stale"),
    "open-by-another": (opened_by_another, "lea has this ticket open"),
    "awaiting-second-approver": (half_approved, "First of two approvals by lea"),
    "sending": (sending, "Sending in"),
    "sent": (left("sent"), "Sent to orla@example.com"),
    "delivery-failed": (left("failed", "550 no such user"), "550 no such user"),
    "uncertain": (left("uncertain", "the connection broke after the mail was sent"), "Nobody knows whether"),
    "rejected": (rejected, "This draft is rejected: wrong"),
    "suppressed": (suppressed, "No answer is due"),
    "quarantined": (quarantined, "Could not be processed"),
    "escalated": (escalated, "An ordinary reply would be wrong here"),
    "model-unavailable": (without_a_model, "Model unavailable"),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_told_in_words_and_legible(desk: Desk, slow_config: Config, state: str) -> None:
    make, word = STATES[state]
    ticket = make(slow_config)
    page = desk.page("kim", f"/tickets/{ticket.pk}", role="lead")
    page.locator("body", has_text=word).wait_for()
    page.get_by_text(word).first.scroll_into_view_if_needed()
    assert page.get_by_text(word).first.is_visible()
    look(page, state, (NARROW, ZOOMED, WIDE) if state in ("ready", "blocked") else (NARROW,))


PAGES = {
    "queue-empty": "/?view=escalated",
    "queue": "/",
    "search": "/search?q=parcel",
    "customer": "/customers?mailbox=care&email=orla@example.com",
    "outgoing": "/outgoing?group=failed",
    "outgoing-mail": "/outgoing/{outgoing}",
    "mailboxes": "/mailboxes",
    "ops": "/ops",
    "ops-model": "/ops/model",
    "people": "/people",
    "account": "/account",
}


def test_every_other_page_is_legible(desk: Desk, slow_config: Config) -> None:
    ticket = left("failed", "550 no such user")(slow_config)
    kim = colleague("kim", "admin")
    decisions.add_note(slow_config, kim, "care", ticket.customer_email, "Prefers to be called in the morning.")
    decisions.save_view(kim, "Parcels", "parcel", shared=True)
    ticket_of(slow_config, sender="Ben Adler <ben@mail.example>", subject="Blue teapot")
    Message.objects.update(received_at=timezone.now())
    page = desk.page("kim", role="admin")
    for name, path in PAGES.items():
        page.goto(desk.url + path.format(outgoing=Outgoing.objects.get().pk))
        page.locator(".ops summary").evaluate_all("all => all.forEach((one) => one.click())")
        look(page, name, (NARROW, ZOOMED))


def test_the_help_and_the_lost_connection_are_legible(desk: Desk) -> None:
    page = desk.page()
    page.keyboard.press("?")
    page.locator("#help[open]").wait_for()
    look(page, "help", (NARROW,))
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    page.locator("#lost").wait_for()
    picture(page, "connection-lost")
    assert serious(page) == []
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.goto(f"{desk.url}/login")
    look(page, "login", (NARROW,))
