"""What cannot be used is said in one line that names it, before anything else happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.installation import Installation, Template, calmdesk, change
from tests.integration import mailstack
from tests.integration.mailstack import free_port
from tests.requirements import require


@pytest.fixture(scope="module")
def good(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that would work; each test spoils a copy."""
    require("the acceptance test", mailstack.missing())
    with mailstack.MailStack() as stack:
        yield Installation(tmp_path_factory.mktemp("good") / "desk", stack, template)


@pytest.fixture
def folder(good: Installation, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good.folder, tmp_path / "desk"))


def set_unknown_key(folder: Path) -> str:
    change(folder, "calmdesk.yaml", lambda data: data["worker"].update(pol_seconds=3))
    return "worker.pol_seconds"


def remove_file(folder: Path) -> str:
    (folder / "policy.yaml").unlink()
    return "policy.yaml"


def change_password(folder: Path) -> str:
    (folder / "mail.password").write_text("not the password", encoding="utf-8")
    return "mailboxes.care.imap"


def name_missing_password_file(folder: Path) -> str:
    (folder / "mail.password").unlink()
    return "mailboxes.care.imap.password_file"


def name_missing_folder(folder: Path) -> str:
    change(folder, "mailboxes.yaml", lambda data: care(data)["imap"].update(folder="Complaints"))
    return "'Complaints'"


def use_closed_imap_port(folder: Path) -> str:
    return use_closed_port(folder, "imap")


def use_closed_smtp_port(folder: Path) -> str:
    return use_closed_port(folder, "smtp")


def use_closed_port(folder: Path, server: str) -> str:
    port = free_port()
    change(folder, "mailboxes.yaml", lambda data: care(data)[server].update(port=port))
    return f"127.0.0.1:{port}"


def care(data: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = data["mailboxes"]["care"]
    return entry


@pytest.mark.parametrize(
    "spoil",
    [
        set_unknown_key,
        remove_file,
        change_password,
        name_missing_password_file,
        name_missing_folder,
        use_closed_imap_port,
        use_closed_smtp_port,
    ],
)
def test_bad_configuration_is_one_line_and_exit_code_two(folder: Path, spoil: Callable[[Path], str]) -> None:
    named = spoil(folder)
    done = calmdesk("run", "--config", folder)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_folder_that_does_not_exist_is_named() -> None:
    done = calmdesk("run", "--config", "no-such-folder")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "no-such-folder" in done.stderr
