"""A whole installation of Calmdesk on a private mail stack, driven as a user does: by its commands and its API."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import yaml

from tests.integration.mailstack import SUPPORT, MailStack, free_port

START_SECONDS = 90.0
STOP_SECONDS = 40.0
POLL_SECONDS = 0.1
CALMDESK = (sys.executable, "-c", "from pipeline.cli import main; main()")
"""The console command, also where its script is not on the path."""

T = TypeVar("T")


def wait_until(what: str, found: Callable[[], T | None], seconds: float = 60.0, every: float = POLL_SECONDS) -> T:
    """The first true result of ``found``; TimeoutError that names ``what`` where it does not come."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(every)
    return result


def environment(**settings: object) -> dict[str, str]:
    """This process's environment with the settings of a quick test installation."""
    # One thread: the model shares the processor with the mail servers and the browser.
    fixed = {
        "CALMDESK_PAGE__UNDO_SECONDS": "0",
        "CALMDESK_WORKER__POLL_SECONDS": "1",
        "CALMDESK_MODEL__THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **fixed, **{name: str(value) for name, value in settings.items()}}


def calmdesk(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [*CALMDESK, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, env=environment(**settings))


def call(url: str, token: str = "", data: object | None = None) -> tuple[int, Any]:
    """One request to the REST API: status and parsed answer, refusals too."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = None if data is None else json.dumps(data).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def change(folder: Path, file: str, edit: Callable[[Any], object]) -> None:
    """Edit one of the YAML files of a configuration."""
    path = folder / file
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def add_user(folder: Path, name: str, role: str) -> dict[str, str]:
    """A person with a token: {"name", "role", "password", "token"}."""
    made = calmdesk("user", "add", name, "--role", role, "--token", "--config", folder)
    assert made.returncode == 0, made.stderr
    user: dict[str, str] = json.loads(made.stdout)
    return user


class Template:
    """What `calmdesk init` makes, with a lead who has a token: made once, copied for each test."""

    def __init__(self, folder: Path) -> None:
        made = calmdesk("init", folder)
        assert made.returncode == 0, made.stderr
        self.folder = folder
        self.lead = add_user(folder, "lead", "lead")


class Installation:
    """A configuration folder for ``address``, its people, and the running process.

    With ``imap_port`` or ``smtp_port`` that server is reached there without TLS: the port of a fault proxy.
    """

    def __init__(
        self,
        folder: Path,
        stack: MailStack,
        template: Template,
        *,
        address: str = SUPPORT,
        imap_port: int | None = None,
        smtp_port: int | None = None,
    ) -> None:
        self.folder = Path(shutil.copytree(template.folder, folder))
        self.lead = template.lead
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._configure(stack, address, imap_port, smtp_port)

    def _configure(self, stack: MailStack, address: str, imap_port: int | None, smtp_port: int | None) -> None:
        (self.folder / "mail.password").write_text(f"{stack.password}\n", encoding="utf-8")
        account = {"host": stack.host, "user": address, "password_file": "mail.password", "timeout_seconds": 20}
        tls, plain = {**account, "ca_file": str(stack.ca_file)}, {**account, "tls": "none"}
        imap = {**plain, "port": imap_port} if imap_port else {**tls, "port": stack.imaps_port}
        smtp = {**plain, "port": smtp_port} if smtp_port else {**tls, "port": stack.submission_port, "tls": "starttls"}
        entry = {"address": address, "imap": imap, "smtp": smtp}
        change(self.folder, "mailboxes.yaml", lambda data: data["mailboxes"]["care"].update(entry))

    def add_user(self, name: str, role: str) -> dict[str, str]:
        return add_user(self.folder, name, role)

    # --- the process ------------------------------------------------------------------------------------------------

    def start(self, wait: bool = True) -> None:
        """Start `calmdesk run`; with ``wait`` until the page answers."""
        command = [*CALMDESK, "run", "--config", str(self.folder)]
        with (self.folder / "run.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(CALMDESK_PAGE__PORT=self.port),
            )
        if wait:
            wait_until(f"the page at {self.url}", self._answers, START_SECONDS)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            return call(f"{self.url}/api/v1/tickets")[0] == 401
        except OSError:
            return False

    def kill(self) -> None:
        """SIGKILL: nothing of it can be tidied up."""
        assert self._process is not None
        self._process.kill()
        assert self._process.wait(STOP_SECONDS) == -signal.SIGKILL, self.log()
        self._process = None

    def stop(self) -> None:
        """SIGTERM; it must end by itself with exit code 0."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(STOP_SECONDS) == 0, self.log()
        self._process = None

    def close(self) -> None:
        """Leave no process behind, whatever the test did."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        return (self.folder / "run.log").read_text(errors="replace")[-4000:]

    # --- what it shows ----------------------------------------------------------------------------------------------

    def api(self, path: str, data: object | None = None, token: str | None = None) -> tuple[int, Any]:
        """A request to ``/api/v1/PATH``, as the lead where no token is given."""
        return call(f"{self.url}/api/v1/{path}", self.lead["token"] if token is None else token, data)

    def tickets(self) -> list[dict[str, Any]]:
        """Every ticket in full."""
        status, page = self.api("tickets?limit=500")
        assert (status, page["next"]) == (200, None)
        return [self.ticket(item["id"]) for item in page["items"]]

    def ticket(self, number: int) -> dict[str, Any]:
        status, ticket = self.api(f"tickets/{number}")
        assert status == 200
        found: dict[str, Any] = ticket
        return found

    def wait_for_state(self, number: int, state: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            ticket = self.ticket(number)
            return ticket if ticket["state"] == state else None

        return wait_until(f"ticket {number} is {state}", reached)

    def wait_until_read(self, count: int) -> list[dict[str, Any]]:
        """All tickets, once ``count`` of them are there and none is still being read."""

        def read() -> bool:
            items = self.api("tickets?limit=500")[1]["items"]
            return len(items) >= count and all(item["state"] != "received" for item in items)

        wait_until(f"{count} mails are read", read, 120)
        return self.tickets()

    def count(self, condition: str) -> int:
        """How many messages in the database meet an SQL ``condition``; 0 while there is none."""
        database = f"file:{self.folder / 'calmdesk.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as connection:
            number: int = connection.execute(f"SELECT count(*) FROM store_message WHERE {condition}").fetchone()[0]
            return number

    def settle(self, ticket: int, outgoing: int, outcome: str) -> int:
        """What the lead decides on the page about a mail of unknown fate; the status of the page that follows."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

        def post(page: str, path: str, **fields: str) -> int:
            with opener.open(f"{self.url}{page}", timeout=30) as shown:
                hidden = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.read().decode())
            assert hidden is not None
            form = urlencode({"csrfmiddlewaretoken": hidden[1], **fields}).encode()
            with opener.open(f"{self.url}{path}", form, timeout=30) as answer:
                status: int = answer.status
                return status

        post("/login", "/login", username=self.lead["name"], password=self.lead["password"])
        return post(f"/tickets/{ticket}", f"/outgoing/{outgoing}/settle", outcome=outcome)


def lines(text: str) -> list[str]:
    """A text whatever its line ends, which differ between page, mail and database."""
    return text.rstrip().splitlines()


def first_sendable(tickets: list[dict[str, Any]]) -> dict[str, Any]:
    """The first ticket whose proposed draft no check blocks."""
    return next(ticket for ticket in tickets if ticket["state"] == "drafted" and sendable(ticket["drafts"][0]))


def sendable(draft: dict[str, Any]) -> bool:
    return all(check["status"] != "block" for check in draft["checks"])
