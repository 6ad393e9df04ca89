from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.config import Config
from tests.acceptance.browser import Desk
from tests.acceptance.installation import Installation, Template
from tests.integration import mailstack
from tests.requirements import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser


QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NEEDED = ("playwright", "axe_playwright_python")


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: Any) -> Any:
    """The pages' server, begun when the database is a file already: its threads get connections of their own."""
    return live_server


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template") / "desk")


@pytest.fixture
def stack() -> Iterator[mailstack.MailStack]:
    """Mail servers of the test's own, so that every mail and every log line on them is accounted for."""
    require("the acceptance test", mailstack.missing())
    with mailstack.MailStack() as own:
        yield own


@pytest.fixture
def install(stack: mailstack.MailStack, template: Template, tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Makes an installation on the stack; its process ends with the test."""
    with ExitStack() as ending:

        def make(**given: Any) -> Installation:
            folder = tmp_path / f"desk-{len(list(tmp_path.iterdir()))}"
            installation = Installation(folder, stack, template, **given)
            ending.callback(installation.close)
            return installation

        yield make


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; for a module, as an event loop runs in this thread while it lives."""
    chromium = shutil.which("chromium")
    absent = [*([] if chromium else ["chromium"]), *(name for name in NEEDED if not find_spec(name))]
    require("the desk in a browser", absent)
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def desk(browser: Browser, live_server: Any, slow_config: Config) -> Iterator[Desk]:
    """Windows of agents; nothing may go wrong in the browser meanwhile."""
    opened = Desk(browser, live_server.url)
    yield opened
    opened.close()
    assert opened.troubles == []
