"""The desk in a real browser: what a person types, presses and is told while others work beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import Draft, Outgoing, Ticket
from tests.acceptance.browser import PASSWORD, Desk, colleague, holds
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
    holds(page, "My own words.")
    page.locator("#pulse a").first.click()
    page.locator("#kept").wait_for()
    page.locator("[data-act=use-kept]").click()
    holds(page, "My own words.")


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
    holds(page, "Typed for an hour.")


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


def test_an_approval_of_what_another_person_changed_is_refused_with_the_difference(
    desk: Desk, slow_config: Config
) -> None:
    draft = open_draft(drafted_ticket(slow_config))
    page = desk.page(path=f"/tickets/{draft.ticket_id}")
    page.wait_for_load_state("networkidle")  # kim holds the ticket by now
    decisions.open_ticket(colleague("lea"), draft.ticket_id, take=True)
    decisions.edit(slow_config, colleague("lea"), draft.pk, draft.version, f"{draft.body}\nA word of Lea's.\n")
    typed(page, "A word of my own.")
    page.keyboard.press("Control+Enter")
    page.locator("#notices .error").wait_for()
    page.locator("#refused", has_text="Your text is not saved").wait_for()
    assert "my own" in page.locator("#refused ins").all_inner_texts()
    holds(page, "A word of my own.")
    assert not Outgoing.objects.exists()


def test_one_that_fails_does_not_stop_the_others(desk: Desk, slow_config: Config) -> None:
    tickets = [
        drafted_ticket(slow_config, mail_bytes(sender=f"{name}@mail.example"), received_at=timezone.now())
        for name in ("ada", "ben", "cyd")
    ]
    page = desk.page()
    for ticket in tickets:
        page.locator(f"#pick-{ticket.pk}").check()
    draft = open_draft(tickets[1])
    decisions.edit(slow_config, colleague("lea"), draft.pk, draft.version, draft.body + "\nMore.\n")
    page.get_by_role("button", name="Approve the selected").click()
    page.get_by_role("heading", name="2 of 3 approved").wait_for()
    assert "Not approved" in page.locator("#pane").inner_text()
    assert [Ticket.objects.get(pk=ticket.pk).state for ticket in tickets] == ["approved", "drafted", "approved"]


def test_each_key_does_what_the_help_says(desk: Desk, slow_config: Config) -> None:
    first, second = (drafted_ticket(slow_config, mail_bytes(sender=f"{name}@mail.example")) for name in ("ada", "ben"))
    page = desk.page()
    focused = "document.activeElement.id"
    for key, line in (("j", first), ("j", second), ("j", second), ("k", first)):
        page.keyboard.press(key)
        assert page.evaluate(focused) == f"ticket-{line.pk}"
    page.keyboard.press("x")
    assert page.locator(f"#pick-{first.pk}").is_checked()
    page.keyboard.press("x")
    assert not page.locator(f"#pick-{first.pk}").is_checked()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("ju?")
    assert page.locator("input[type=search]").input_value() == "ju?"
    page.locator(f"#ticket-{first.pk}").focus()
    page.keyboard.press("Enter")
    page.locator("#pane h1:focus").wait_for()
    page.keyboard.press("e")
    assert page.evaluate(focused) == "body"
    page.keyboard.press("Escape")
    assert page.evaluate(focused) != "body"
    page.keyboard.press("r")
    page.locator("#reject[open]").wait_for()
    page.get_by_label("wrong tone").check()
    page.get_by_role("button", name="Reject this draft").click()
    page.locator("#notices", has_text="Rejected").wait_for()
    assert Draft.objects.get(state="rejected").rejection == "wrong tone"
    page.keyboard.press("s")
    page.locator("#snooze[open] button").first.click()
    page.locator(".head", has_text="snoozed until").wait_for()
    assert Ticket.objects.get(pk=first.pk).snoozed_until is not None


def test_the_main_path_on_a_telephone(desk: Desk, slow_config: Config) -> None:
    ticket = drafted_ticket(slow_config)
    page = desk.page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.locator(f"#ticket-{ticket.pk}").tap()
    page.locator("#body").fill(open_draft(ticket).body.replace("Hello", "Good morning"))
    page.locator("#verdict").wait_for()
    page.get_by_role("button", name="Approve", exact=True).tap()
    page.locator("#leaving", has_text="Sending in").wait_for()
    page.get_by_role("button", name="Undo").tap()
    page.locator("#notices", has_text="nothing was sent").wait_for()
    assert Outgoing.objects.get().state == "withdrawn"
