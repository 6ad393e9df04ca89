"""``calmdesk doctor`` and ``calmdesk run`` against real servers on loopback, well and badly configured."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.demo.mailserver import MailServer
from tests.integration.chatserver import models, serving

PASSWORD = "demo-password"
COMMAND = [sys.executable, "-c", "from pipeline.cli import main; main()"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with MailServer(tmp_path_factory.mktemp("mail"), PASSWORD) as running:
        yield running


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation") / "desk"
    subprocess.run([*COMMAND, "init", folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def folder(installation: Path, server: MailServer, tmp_path: Path) -> Path:
    """An installation that reads from and sends through the running server."""
    copy = Path(shutil.copytree(installation, tmp_path / "desk"))
    configure(copy, "imap", host=server.host, port=server.imap_port, tls="none", timeout_seconds=5)
    configure(copy, "smtp", host=server.host, port=server.smtp_port, tls="none", timeout_seconds=5)
    return copy


def configure(folder: Path, part: str, /, **values: object) -> None:
    file = folder / "mailboxes.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["mailboxes"]["care"][part].update(values)
    file.write_text(yaml.safe_dump(data), encoding="utf-8")


def command(*arguments: str | Path, password: str | None = PASSWORD) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    environment.pop("CALMDESK_CARE_PASSWORD", None)
    if password is not None:
        environment["CALMDESK_CARE_PASSWORD"] = password
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=environment, timeout=120)
    assert "Traceback" not in done.stderr
    return done


def findings(folder: Path, password: str | None = PASSWORD) -> tuple[dict[str, dict[str, Any]], int]:
    done = command("doctor", "--config", folder, password=password)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {finding["name"]: finding for finding in found}, done.returncode


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_sound_installation_passes_every_check(folder: Path, server: MailServer) -> None:
    found, code = findings(folder)
    assert list(found) == [
        *("config", "database", "signals", "model", "writer"),
        *("knowledge care", "imap care", "smtp care"),
    ]
    assert [name for name, finding in found.items() if not finding["ok"]] == []
    assert code == 0
    assert "sha256" in found["model"]["message"]
    assert found["writer"]["message"] == "off, drafts are composed from templates"
    assert f"{server.host}:{server.imap_port}" in found["imap care"]["message"]
    assert "IDLE" in found["imap care"]["message"]


def test_a_wrong_password_is_named_for_both_servers_and_never_shown(folder: Path) -> None:
    done = command("doctor", "--config", folder, password="wrong-s3cret")
    failed = [json.loads(line) for line in done.stdout.splitlines() if not json.loads(line)["ok"]]
    assert [finding["name"] for finding in failed] == ["imap care", "smtp care"]
    assert all("password" in finding["remedy"] for finding in failed)
    assert "wrong-s3cret" not in done.stdout + done.stderr
    assert done.returncode == 1


def test_a_folder_that_is_not_there_is_named_with_those_that_are(folder: Path) -> None:
    configure(folder, "imap", folder="Support")
    found, code = findings(folder)
    assert "'Support'" in found["imap care"]["message"]
    assert "INBOX" in found["imap care"]["remedy"]
    assert found["smtp care"]["ok"]
    assert code == 1


def test_an_unreachable_host_is_named(folder: Path) -> None:
    port = unused_port()
    configure(folder, "smtp", port=port)
    found, code = findings(folder)
    assert f"127.0.0.1:{port}" in found["smtp care"]["message"]
    assert not found["smtp care"]["ok"]
    assert found["imap care"]["ok"]
    assert code == 1


def test_a_missing_password_names_its_key(folder: Path) -> None:
    found, code = findings(folder, password=None)
    assert "mailboxes.care.imap.password_env" in found["imap care"]["message"]
    assert "mailboxes.care.smtp.password_env" in found["smtp care"]["message"]
    assert code == 1


def test_an_empty_knowledge_base_and_a_missing_database_are_found(folder: Path) -> None:
    configure(folder, "firm", knowledge="nothing")
    (folder / "nothing").mkdir()
    database = folder / "calmdesk.sqlite3"
    database.unlink()
    found, code = findings(folder)
    assert not found["knowledge care"]["ok"]
    assert not found["database"]["ok"]
    assert not database.exists()
    assert code == 1


def test_a_database_behind_this_version_is_found(folder: Path) -> None:
    (folder / "calmdesk.sqlite3").write_bytes(b"")
    found, code = findings(folder)
    assert "not applied" in found["database"]["message"]
    assert code == 1


def test_weights_that_are_not_there_are_found(folder: Path) -> None:
    file = folder / "calmdesk.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('weights: ""', "weights: /nowhere"), encoding="utf-8")
    found, code = findings(folder)
    assert "/nowhere" in found["model"]["message"]
    assert code == 1


def test_the_writer_is_asked_for_its_models(folder: Path) -> None:
    file = folder / "calmdesk.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    with serving(lambda path, headers, body: models("small")) as url:
        for model, ok in (("small", True), ("large", False)):
            settings["writer"] |= {"backend": "server", "model": model, "url": url}
            file.write_text(yaml.safe_dump(settings), encoding="utf-8")
            found, code = findings(folder)
            assert (found["writer"]["ok"], code) == (ok, 0 if ok else 1)
    assert "'large'" in found["writer"]["message"] and "small" in found["writer"]["remedy"]


def test_a_configuration_that_cannot_be_read_ends_with_2(folder: Path) -> None:
    configure(folder, "imap", prot=993)
    found, code = findings(folder)
    assert list(found) == ["config"]
    assert "mailboxes.care.imap.prot" in found["config"]["message"]
    assert code == 2


@pytest.mark.parametrize(
    ("part", "values", "named"),
    [
        ("imap", {"prot": 993}, "mailboxes.care.imap.prot"),
        ("imap", {"folder": "Support"}, "Support"),
        ("imap", {"user": ""}, "mailboxes.care.imap"),
        ("smtp", {"host": "smtp.nowhere.invalid", "tls": "implicit"}, "smtp.nowhere.invalid"),
    ],
)
def test_run_refuses_a_bad_configuration_in_one_line_with_2(
    folder: Path, part: str, values: dict[str, object], named: str
) -> None:
    configure(folder, part, **values)
    done = command("run", "--config", folder, password="wrong" if "user" in values else PASSWORD)
    complaints = [line for line in done.stderr.splitlines() if line.startswith("calmdesk: ")]
    assert done.returncode == 2
    assert len(complaints) == 1
    assert named in complaints[0]
