from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.installation import Installation, Template
from tests.integration import mailstack
from tests.requirements import require


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
