"""The desk in a real browser: what a person types, presses and is told while others work beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from pipeline.config import Config
from pipeline.store.models import Draft, Outgoing, Ticket
from tests.acceptance.browser import PASSWORD, Desk
from tests.rows import drafted_ticket, mail_bytes, open_draft

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


def typed(page: Page, words: str) -> None:
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def selected(page: Page) -> str:
    return str(page.evaluate("getSelection() && (a => a.value.slice(a.selectionStart, a.selectionEnd))(body)"))


def value(page: Page) -> str:
    return page.locator("#body").input_value()


def test_what_is_typed_is_checked_shown_and_found_again(desk: Desk, desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    page = desk.page(path=f"/tickets/{ticket.pk}")
    typed(page, "Well 😀. Calm down!")
    page.locator("#verdict", has_text="Blocked").wait_for()
    page.locator(".check-block [data-act=jump]").first.click()
    assert "Calm down" in selected(page) and "😀" not in selected(page)
    page.locator("#diff summary").click()
    assert "Calm down!" in page.locator("#diff ins").inner_text()
    assert "Calm down" not in Draft.objects.get(pk=open_draft(ticket).pk).body


def test_the_keys_move_open_approve_and_undo(desk: Desk, desk_config: Config) -> None:
    first = drafted_ticket(desk_config)
    second = drafted_ticket(desk_config, mail_bytes(sender="ben@mail.example", subject="Blue teapot"))
    page = desk.page()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{first.pk}?view=open")
    page.keyboard.press("e")
    page.keyboard.press("j")  # a letter like any other while one types
    assert page.url.endswith(f"/tickets/{first.pk}?view=open")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/tickets/{second.pk}")
    page.locator("#leaving", has_text="Sending in").wait_for()
    page.keyboard.press("u")
    page.locator("#notices", has_text="nothing was sent").wait_for()
    assert Outgoing.objects.get().state == "withdrawn"
    page.keyboard.press("?")
    page.locator("#help[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.locator("#reject[open] input:focus").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.locator("#snooze[open]").wait_for()


def test_a_newer_mail_is_told_and_the_text_is_kept(desk: Desk, desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    page = desk.page(path=f"/tickets/{ticket.pk}")
    typed(page, "My own words.")
    page.locator("#diff").wait_for()
    drafted_ticket(desk_config, mail_bytes("It burns now!", headers=["In-Reply-To: <first@example.com>"]))
    page.locator("#pulse", has_text="A newer mail came").wait_for()
    assert "My own words." in value(page)
    page.locator("#pulse a").first.click()
    page.locator("#kept").wait_for()
    page.locator("[data-act=use-kept]").click()
    assert "My own words." in value(page)


def test_two_people_on_one_ticket(desk: Desk, desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    lea = desk.page("lea", f"/tickets/{ticket.pk}")
    lea.keyboard.press("e")
    kim = desk.page("kim", f"/tickets/{ticket.pk}")
    kim.locator("#pulse", has_text="lea has this ticket open").wait_for()
    kim.get_by_role("button", name="Take over").click()
    kim.locator("#notices", has_text="You have it now").wait_for()
    lea.locator("#pulse", has_text="kim has this ticket open").wait_for()


def test_a_session_that_ends_in_the_middle_of_an_edit_loses_nothing(desk: Desk, desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    page = desk.page(path=f"/tickets/{ticket.pk}")
    page.context.clear_cookies()
    typed(page, "Typed for an hour.")
    page.locator("#signed-out[open]").wait_for()
    page.locator("#sign-in").click()
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/tickets/{ticket.pk}")
    assert "Typed for an hour." in value(page)


def test_several_are_selected_and_approved(desk: Desk, desk_config: Config) -> None:
    for name in ("ada", "ben"):
        drafted_ticket(desk_config, mail_bytes(sender=f"{name}@mail.example"), received_at=timezone.now())
    page = desk.page()
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.locator("#picked", has_text="2 selected").wait_for()
    page.get_by_role("button", name="Approve the selected").click()
    page.get_by_role("heading", name="2 of 2 approved").wait_for()
    assert Ticket.objects.filter(state="approved").count() == 2


def test_a_connection_that_is_lost_is_told(desk: Desk, desk_config: Config) -> None:
    drafted_ticket(desk_config)
    page = desk.page()
    page.context.set_offline(True)
    page.locator("#lost").wait_for()
    page.context.set_offline(False)
    page.locator("#lost").wait_for(state="hidden")
