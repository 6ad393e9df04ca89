from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration import mailstack
from tests.requirements import require


@pytest.fixture(scope="session")
def mail_stack() -> Iterator[mailstack.MailStack]:
    """Real Dovecot and Postfix; tests that share it use addresses or subjects of their own."""
    require("Dovecot and Postfix", mailstack.missing())
    with mailstack.MailStack() as stack:
        yield stack
