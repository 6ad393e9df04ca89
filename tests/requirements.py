"""What some tests need beside Python: missing parts are named, and an error where everything must run."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest


def require(what: str, missing: Sequence[str]) -> None:
    """Skip the calling test (or fixture) by name if anything is ``missing``; fail under CALMDESK_REQUIRE_ALL=1."""
    if not missing:
        return
    reason = f"needs {what}: missing {', '.join(missing)}"
    if os.environ.get("CALMDESK_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
