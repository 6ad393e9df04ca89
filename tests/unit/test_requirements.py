"""A missing part is named, and is an error where everything must run."""

from __future__ import annotations

import pytest

from tests.requirements import require


def test_nothing_missing_lets_the_test_run() -> None:
    require("Dovecot", [])


def test_a_missing_part_skips_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALMDESK_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs Dovecot and Postfix: missing dovecot, root"):
        require("Dovecot and Postfix", ["dovecot", "root"])


def test_a_missing_part_fails_where_everything_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALMDESK_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="missing dovecot"):
        require("Dovecot and Postfix", ["dovecot"])
