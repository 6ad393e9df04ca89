"""`calmdesk demo --json`, driven by a script as its line of JSON invites to."""

from __future__ import annotations

import json
import signal
import smtplib
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]

from tests.acceptance.installation import CALMDESK, STOP_SECONDS, call, environment, lines, sendable, wait_until

TEXT = "Hello,\n\nmy kettle from order FH-40100 leaks at the handle. Can you send me a new one?\n\nTova\n"


@contextmanager
def demo(folder: Path) -> Iterator[dict[str, Any]]:
    """A running demo: its line of JSON. Ctrl-C must end it with exit code 0."""
    command = [*CALMDESK, "demo", "--dir", str(folder), "--port", "0", "--json"]
    with (folder.parent / "demo.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment())
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder.parent / "demo.log").read_text(errors="replace")
        yield json.loads(line)
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0
        assert process.stdout.read() == ""  # one line is all it says
    finally:
        process.kill()
        process.communicate()


def write(ready: dict[str, Any], sender: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Tova Lindeq <{sender}>", ready["address"], "Leaking kettle"
    mail["Message-ID"] = "<leak@example.com>"
    mail.set_content(TEXT)
    with smtplib.SMTP(ready["smtp"]["host"], ready["smtp"]["port"], timeout=30) as smtp:
        smtp.send_message(mail)


def tickets_from(ready: dict[str, Any], sender: str) -> list[dict[str, Any]]:
    status, page = call(f"{ready['url']}/api/v1/tickets?limit=500", ready["token"])
    assert status == 200
    return [ticket for ticket in page["items"] if ticket["from"] == sender]


def inbox(ready: dict[str, Any], account: dict[str, str]) -> list[EmailMessage]:
    with IMAPClient(ready["imap"]["host"], ready["imap"]["port"], ssl=False, timeout=30) as client:
        client.login(account["address"], account["password"])
        client.select_folder("INBOX", readonly=True)
        fetched = client.fetch(client.search(), ["BODY.PEEK[]"])
    return [message_from_bytes(item[b"BODY[]"], policy=default) for item in fetched.values()]


def test_a_script_mails_the_demo_approves_and_reads_the_reply(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as ready:
        assert ready.keys() >= {"url", "token", "users", "imap", "smtp", "accounts"}
        assert all(user.keys() >= {"name", "password", "role"} for user in ready["users"])
        api, token, account = f"{ready['url']}/api/v1", ready["token"], ready["accounts"][1]
        sender = account["address"]
        assert tickets_from(ready, sender) == []
        write(ready, sender)

        def drafted() -> list[dict[str, Any]]:
            return [ticket for ticket in tickets_from(ready, sender) if ticket["drafts"]]

        (ticket,) = wait_until("the mail has drafts", drafted)
        assert ticket["state"] == "drafted"
        full = call(f"{api}/tickets/{ticket['id']}", token)[1]
        draft = next(each for each in full["drafts"] if sendable(each))
        url, decision = f"{api}/drafts/{draft['id']}/approve", {"version": draft["version"]}
        assert "leaks at the handle" in full["text"]

        assert call(url, "", decision)[0] == 401
        assert call(f"{api}/tickets", "not-a-token")[0] == 401
        assert call(f"{api}/tickets/999999", token)[0] == 404
        assert call(f"{api}/drafts/999999/approve", token, decision)[0] == 404
        assert call(url, token, {"version": draft["version"] + 1})[0] == 409
        assert inbox(ready, account) == []
        assert call(url, token, decision)[0] == 200
        assert call(url, token, decision)[0] == 409

        (reply,) = wait_until("the reply arrives", lambda: inbox(ready, account))
        assert reply["In-Reply-To"] == "<leak@example.com>"
        assert reply["Subject"] == "Re: Leaking kettle"
        assert lines(reply.get_content()) == lines(draft["body"])
        wait_until("the ticket is sent", lambda: tickets_from(ready, sender)[0]["state"] == "sent")

    for port in (ready["imap"]["port"], ready["smtp"]["port"], int(ready["url"].rpartition(":")[2])):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)

    before = ready
    with demo(tmp_path / "demo") as ready:
        assert [ticket["state"] for ticket in tickets_from(ready, sender)] == ["sent"]
        assert (ready["token"], ready["users"]) == (before["token"], before["users"])
        (again,) = inbox(ready, account)
        assert again["Message-ID"] == reply["Message-ID"]
