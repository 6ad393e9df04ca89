"""Agents' browsers for tests of the desk. What goes wrong in any of them fails the test; its pictures can be kept.

``CALMDESK_SCREENSHOTS=folder`` has every looked-at page saved there, light and dark, wide and narrow.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.test import Client

from tests.rows import person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request

PASSWORD = "a long enough password"
WIDE, NARROW, ZOOMED = (1400, 900), (390, 844), (640, 450)
"""In CSS pixels; ``ZOOMED`` is a small laptop's window at 200 %."""
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = ("serious", "critical")


class Desk:
    """Windows of agents on the desk at ``url``."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.troubles: list[str] = []

    def page(self, name: str = "kim", path: str = "/", *, role: str = "agent", **window: Any) -> Page:
        """A window of its own for ``name``, who is signed in."""
        client = Client()
        client.force_login(colleague(name, role))
        context = self.browser.new_context(**({"viewport": _size(WIDE), "reduced_motion": "reduce"} | window))
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.url}])
        self._watch(context)
        page = context.new_page()
        page.goto(self.url + path)
        return page

    def close(self) -> None:
        """End every window; none may write while the tables are emptied."""
        for context in self.browser.contexts:
            context.route("**/leave", lambda route: route.abort())
            context.close()

    def _watch(self, context: BrowserContext) -> None:
        def dialog(shown: Any) -> None:
            self.troubles.append(f"dialog: {shown.message}")
            shown.dismiss()

        def request(asked: Request) -> None:
            if not asked.url.startswith((self.url, "data:", "about:", "blob:")):
                self.troubles.append(f"request outside: {asked.url}")

        def console(line: Any) -> None:
            if "Security Policy" in line.text:
                self.troubles.append(line.text)

        context.on("dialog", dialog)
        context.on("request", request)
        context.on("console", console)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        # Chromium does not write every breach of the policy to the console.
        context.expose_function("breached", lambda what: self.troubles.append(f"policy: {what}"))
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => breached(e.violatedDirective + ' ' + e.blockedURI))"
        )


def colleague(name: str, role: str = "agent") -> User:
    """Someone with a password, made on first use."""
    user = User.objects.filter(username=name).first()
    if user is None:
        user = person(role, name)
        user.set_password(PASSWORD)
        user.save()
    return user


def holds(page: Page, words: str) -> None:
    """The editor has ``words`` in it, at the latest when what was swapped in has settled."""
    page.wait_for_function("(words) => document.getElementById('body')?.value.includes(words)", arg=words)


def look(page: Page, name: str, sizes: Sequence[tuple[int, int]] = (WIDE,)) -> None:
    """The page keeps to WCAG 2.2 AA in light and dark, and nothing runs over its side at any of ``sizes``."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        picture(page, f"{name}-{scheme}")
        found = serious(page)
        assert not found, (name, scheme, found)
    page.emulate_media(color_scheme="light")
    for size in sizes:
        page.set_viewport_size(_size(size))
        assert overflowing(page) == [], (name, size)
        if size != WIDE:
            picture(page, f"{name}-{size[0]}")
    page.set_viewport_size(_size(WIDE))


def serious(page: Page) -> list[str]:
    """What axe-core finds of its two gravest kinds, with the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}}).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {[node['html'][:160] for node in rule['nodes']][:3]}"
        for rule in found
        if rule["impact"] in SERIOUS
    ]


_OVERFLOWING = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
        .map((e) => e.outerHTML.slice(0, 120)).slice(0, 3)"""


def overflowing(page: Page) -> list[str]:
    """Elements beyond the right side where the page as a whole would have to be scrolled to see them."""
    return list(page.evaluate(_OVERFLOWING))


def picture(page: Page, name: str) -> None:
    """Keep how the page looks, where pictures are wanted."""
    folder = os.environ.get("CALMDESK_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}
