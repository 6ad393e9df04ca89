"""Markup and scripts in every field that anybody can fill: the browser shows them as words, and does nothing."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from django.contrib.auth.models import User
from django.utils.http import urlencode

from pipeline.config import Config
from pipeline.records import Service
from pipeline.review import decisions
from pipeline.review.queue import VIEWS
from pipeline.store.models import Message, Outgoing, Ticket
from pipeline.store.services import note_trouble
from tests.acceptance.browser import PASSWORD, Desk, colleague
from tests.rows import drafted_ticket, mail_bytes, open_draft, person, queued

pytestmark = pytest.mark.django_db(transaction=True)

IMAGE = "<img src=https://evil.example/i.png onerror=alert(1)>"
ATTRIBUTE = "\"'><svg onload=alert(2)>"
HTMX = '<b hx-get="https://evil.example/h" hx-trigger="load" hx-on:load="alert(3)">'
LINK = "javascript:alert(4)"
ALL = f"{IMAGE}{ATTRIBUTE}{HTMX} {LINK} </textarea></title></script><script>alert(5)</script>{{{{ 7919 * 7907 }}}}"
PAGE = f"""<html><head><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">
<style>@import url(https://evil.example/s.css); p {{ background: url(https://evil.example/b.png) }}</style>
<link rel="stylesheet" href="https://evil.example/l.css"></head><body onload="alert(6)">{ALL}
<p style="background:url(https://evil.example/p.png)">A parcel that has not come.</p><a href="{LINK}">here</a>
<iframe src="https://evil.example/f"></iframe><form action="https://evil.example/form"><input autofocus onfocus="alert(7)"></form>
<svg><use href="https://evil.example/u.svg#x"/></svg><video src="https://evil.example/v" autoplay></video></body></html>"""


def hostile_mail(number: int, html: bool) -> bytes:
    mail = EmailMessage()
    mail["From"] = Address((IMAGE, ATTRIBUTE)[number % 2], f"evil{number}", "example.com")
    mail["To"], mail["Date"] = "care@fernhollow.example", "Mon, 23 Nov 2026 08:59:00 +0000"
    mail["Subject"] = ALL
    mail["Message-ID"] = f"<hostile-{number}@example.com>"
    mail["Reply-To"] = Address(HTMX, f"other{number}", "example.com")
    mail.set_content(f"My parcel has not come. {ALL}")
    if html:
        mail.add_alternative(PAGE, subtype="html")
    mail.add_attachment(b"<script>alert(8)</script>", maintype="text", subtype="html", filename=f"{IMAGE}.html")
    return mail.as_bytes()


@pytest.fixture
def filled(slow_config: Config) -> list[str]:
    """A desk on which everybody has written the worst they can; the addresses of all its pages."""
    kim, odd = colleague("kim", "admin"), person("lead", ATTRIBUTE + IMAGE)
    waiting, second = (drafted_ticket(slow_config, hostile_mail(number, number > 1)) for number in (1, 2))
    draft = open_draft(waiting)
    decisions.edit(slow_config, odd, draft.pk, draft.version, draft.body + ALL)
    decisions.tag(kim, waiting.pk, [ATTRIBUTE])
    decisions.add_note(slow_config, kim, "care", waiting.customer_email, ALL)
    decisions.save_view(kim, IMAGE, ALL, shared=True)
    other = waiting.drafts.exclude(pk=draft.pk).filter(state="proposed")[0]
    decisions.reject(kim, other.pk, other.version, ALL)
    decisions.new_reply(slow_config, kim, second.pk, ALL)
    decisions.record_action(kim, second.pk, "repair", note=ALL)
    decisions.escalate(kim, second.pk, odd.username, ALL)
    decisions.open_ticket(odd, second.pk)
    sent = queued(slow_config, drafted_ticket(slow_config, mail_bytes()))
    Outgoing.objects.update(state="failed", error=ALL, server_reply=ALL)
    Ticket.objects.filter(pk=sent.ticket_id).update(state="failed")
    broken = drafted_ticket(slow_config, mail_bytes(sender="nil@example.com"))
    Message.objects.filter(ticket=broken).update(state="quarantined", reason=ALL, error=ALL)
    Ticket.objects.filter(pk=broken.pk).update(state="quarantined")
    note_trouble(Service.WRITER, ALL)
    tickets = [f"/tickets/{ticket.pk}" for ticket in Ticket.objects.all()]
    drafts = [f"/tickets/{row.ticket_id}?draft={row.pk}" for row in waiting.drafts.all()]
    return [
        *(f"/?view={view}" for view in VIEWS),
        *tickets,
        *drafts,
        f"/?{urlencode({'view': ALL, 'group': ALL, 'mailbox': ALL, 'after': ALL})}",
        f"/search?{urlencode({'q': ALL})}",
        "/search?q=alert",
        f"/customers?{urlencode({'mailbox': 'care', 'email': waiting.customer_email})}",
        *("/outgoing?group=failed", f"/outgoing/{sent.pk}", "/mailboxes", "/people", "/account"),
        *(f"/messages/{row.pk}/html" for row in Message.objects.all()),
        f"/login?{urlencode({'next': LINK})}",
    ]


def test_what_anybody_writes_is_shown_as_words(desk: Desk, slow_config: Config, filled: list[str]) -> None:
    page = desk.page("kim", user_agent=IMAGE)
    shown = 0
    for path in filled:
        page.goto(desk.url + path, wait_until="networkidle")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        words = page.locator("body").inner_text()
        assert "62615533" not in words
        shown += "onerror=alert(1)" in words
    assert shown > len(filled) / 2


def test_what_is_typed_and_what_comes_meanwhile_is_shown_as_words(desk: Desk, slow_config: Config) -> None:
    ticket = drafted_ticket(slow_config, mail_bytes(message_id="<first@example.com>"))
    page = desk.page("kim", f"/tickets/{ticket.pk}")
    page.locator("#body").fill(ALL)
    page.locator("#diff summary").click()
    page.locator("#diff ins", has_text="onerror=alert(1)").wait_for()
    drafted_ticket(slow_config, mail_bytes(ALL, headers=["In-Reply-To: <first@example.com>"]))
    page.locator("#pulse #newer summary").click()
    assert "onerror=alert(1)" in page.locator("#pulse").inner_text()
    page.locator("#pulse a").first.click()
    page.locator("#kept-start", has_text="onerror=alert(1)").wait_for()


def test_a_forged_login_goes_nowhere_else(desk: Desk) -> None:
    user: User = colleague("kim")
    page = desk.page("kim")
    page.context.clear_cookies()
    for target in (LINK, "https://evil.example/", "//evil.example/", "/\\evil.example"):
        page.goto(f"{desk.url}/login?{urlencode({'next': target})}")
        page.get_by_label("Name").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.locator(".bar .who").wait_for()
        assert page.url.startswith(desk.url)
        page.context.clear_cookies()


def test_the_watch_over_the_browser_notices_what_it_is_there_for(desk: Desk) -> None:
    page = desk.page("kim")
    page.evaluate("setTimeout(() => alert('hello'))")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=https://evil.example/i.png>')")
    page.evaluate("const script = document.createElement('script'); script.text = 'x()'; document.body.append(script)")
    page.evaluate("setTimeout(() => { throw new Error('broken'); })")
    page.goto(f"{desk.url}/mailboxes")
    noticed = " ".join(desk.troubles)
    for what in ("dialog: hello", "policy: img-src", "policy: script-src", "broken"):
        assert what in noticed
    desk.troubles.clear()
