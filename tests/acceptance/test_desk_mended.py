"""The desk in a real browser, where words could be lost or a thing be decided without being seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import MailboxDraft, Ticket
from tests.acceptance.browser import NARROW, PASSWORD, WIDE, ZOOMED, Desk, colleague, holds, look
from tests.rows import drafted_ticket, mail_bytes, open_draft, queued

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Typed for an hour."
BEN = mail_bytes(sender="ben@mail.example", subject="Blue teapot")


def typed(page: Page, words: str = WORDS) -> None:
    page.locator("#body").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def value(page: Page) -> str:
    return page.locator("#body").input_value()


def two_tickets(config: Config) -> tuple[Ticket, Ticket]:
    return drafted_ticket(config), drafted_ticket(config, BEN)


def sign_in(page: Page, name: str) -> None:
    colleague(name)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_words_outlive_a_save_that_did_not_arrive(desk: Desk, desk_config: Config) -> None:
    first, second = two_tickets(desk_config)
    page = desk.page(path=f"/tickets/{first.pk}")
    typed(page)
    page.route("**/decide", lambda route: route.abort())
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#lost").wait_for()
    page.unroute("**/decide")
    page.locator(f"#ticket-{second.pk}").click()
    page.locator("#pane h1", has_text="Blue teapot").wait_for()
    page.locator(f"#ticket-{first.pk}").click()
    page.locator("#pane h1", has_text="Where is my parcel").wait_for()
    holds(page, WORDS)


def test_words_are_those_of_who_typed_them(desk: Desk, desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    page = desk.page("kim", f"/tickets/{ticket.pk}")
    typed(page)
    page.context.clear_cookies()
    page.goto(f"{desk.url}/tickets/{ticket.pk}")
    sign_in(page, "lea")
    page.wait_for_url(f"**/tickets/{ticket.pk}")
    assert WORDS not in value(page)
    assert not page.evaluate("Object.keys(sessionStorage).some((key) => key.startsWith('calmdesk'))")


def test_each_draft_gets_its_own_words_back(desk: Desk, desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    drafts = list(ticket.drafts.order_by("pk")[:2])
    page = desk.page(path=f"/tickets/{ticket.pk}?draft={drafts[0].pk}")
    for draft in drafts:
        page.goto(f"{desk.url}/tickets/{ticket.pk}?draft={draft.pk}")
        typed(page, f"Of {draft.kind}.")
    for draft in drafts:
        page.goto(f"{desk.url}/tickets/{ticket.pk}?draft={draft.pk}")
        holds(page, f"Of {draft.kind}.")
        assert value(page).endswith(f"Of {draft.kind}.")
        assert page.locator("#kept").is_hidden()


def test_the_lease_begins_on_opening_and_ends_on_leaving_also_after_another_sign_in(
    desk: Desk, desk_config: Config
) -> None:
    first, second = two_tickets(desk_config)
    Ticket.objects.filter(pk=first.pk).update(state="escalated")
    first.drafts.update(state="stale")
    page = desk.page()
    with page.expect_response("**/hold") as held:
        page.locator(f"#ticket-{first.pk}").click()
    assert held.value.status == 204
    assert Ticket.objects.get(pk=first.pk).opened_by == colleague("kim")
    page.context.clear_cookies(name="csrftoken")
    page.context.request.get(f"{desk.url}/account")  # a form there makes another token
    with page.expect_response("**/leave") as left:
        page.locator(f"#ticket-{second.pk}").click()
    assert left.value.status == 204
    assert Ticket.objects.get(pk=first.pk).opened_by is None


@pytest.mark.parametrize("size", [NARROW, ZOOMED])
def test_what_could_go_wrong_comes_before_the_button_that_approves(
    desk: Desk, desk_config: Config, size: tuple[int, int]
) -> None:
    ticket = drafted_ticket(desk_config)
    width, height = size
    page = desk.page(path=f"/tickets/{ticket.pk}", viewport={"width": width, "height": height})
    parts = ["#body", "#what-if .verdict", "#what-if .checks", "#what-if :text('Promises about')", "#approve"]
    shown = [page.locator(part).first.bounding_box() for part in parts]
    tops = [box["y"] for box in shown if box]
    assert len(tops) == len(parts) and tops == sorted(tops)
    page.set_viewport_size({"width": 1400, "height": 900})
    page.locator(".right > #what-if").wait_for()
    typed(page, "Calm down!")
    page.locator(".right > #what-if .check-block").wait_for()
    page.set_viewport_size({"width": width, "height": height})
    page.locator("#what-place > #what-if .check-block").wait_for()


def test_results_stand_in_the_left_pane_and_are_worked_through_by_keys(desk: Desk, desk_config: Config) -> None:
    first, second = two_tickets(desk_config)
    drafted_ticket(desk_config, mail_bytes("Nothing of the kind.", sender="cy@mail.example", subject="A question"))
    page = desk.page()
    page.keyboard.press("/")
    page.keyboard.type("parcel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=parcel")
    page.locator("a.ticket:focus").wait_for()
    assert page.locator("a.ticket").count() == 2
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*?q=parcel")
    page.locator(".tickets li.current").wait_for()
    opened = page.locator("#pane").get_attribute("data-ticket")
    other = second if opened == str(first.pk) else first
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/tickets/{other.pk}?q=parcel")
    page.reload()
    assert page.locator("a.ticket").count() == 2
    page.locator(f"#ticket-{other.pk}[aria-current=true]").wait_for()
    page.get_by_role("link", name="← Queue").click()
    page.locator("#view-open[aria-current=page]").wait_for()
    assert page.locator("#pane").get_attribute("data-ticket") == str(other.pk)


def test_the_audit_trail_search_and_an_alarmed_ticket_are_readable_everywhere(desk: Desk, slow_config: Config) -> None:
    ticket, row = drafted_ticket(slow_config), queued(slow_config, drafted_ticket(slow_config, BEN))
    draft = open_draft(ticket)
    MailboxDraft.objects.create(
        **{"draft": draft, "draft_version": 1, "mailbox": "care", "folder": "Drafts", "message_id": "<a@example.com>"},
        **{"mark": "a", "recipient": "orla@example.com", "text": draft.body, "state": "edited", "edited": "Mine."},
    )
    decisions.edit(slow_config, colleague("lea", "lead"), draft.pk, 1, draft.body + "One more thing. Calm down!")
    decisions.save_view(colleague("lea"), "Every parcel there is", "parcel", True)
    page = desk.page(path="/audit")
    sizes = (WIDE, ZOOMED, NARROW)
    look(page, "audit", sizes)
    for name, path in (
        ("search", "/search?q=parcel"),
        ("search-help", "/search"),
        ("queue", "/?view=unassigned"),
        ("ticket", f"/tickets/{ticket.pk}?draft={draft.pk}&since=1&q=parcel"),
        ("leaving", f"/tickets/{row.ticket_id}?view=approved"),
    ):
        page.goto(desk.url + path)
        look(page, f"mended-{name}", sizes)
