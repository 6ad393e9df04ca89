"""`calmdesk demo`: the whole product on one machine, on real mail, with nothing to set up.

A real SMTP and a real IMAP server run on loopback inside this process; sample customers' mails are delivered by SMTP,
read over IMAP, triaged, drafted and shown on the approval page. What is approved is really sent, and arrives in the
customers' own mailboxes on the same server.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import smtplib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import yaml

from pipeline import logs
from pipeline.config import Config, load_config
from pipeline.demo.mailserver import MailServer
from pipeline.demo.samples import SUPPORT_ADDRESS, sample_mails
from pipeline.engine.serve import PageServer, until_interrupted
from pipeline.errors import ConfigError
from pipeline.records import Role
from pipeline.resources import default_folder
from pipeline.setup import add_token, add_user, migrate

USERS = (("agent", "agent"), ("lead", "lead"), ("ops", "ops"), ("auditor", "auditor"), ("admin", "admin"))
SPARE_ACCOUNTS = ("customer@example.com", "customer@example.net", "customer@example.org")
"""Mailboxes without sample mail, for whoever wants to write to the desk and read its answer."""


def run(folder: Path, port: int, as_json: bool) -> None:
    """Serve until interrupted. The first start makes ``folder`` and delivers the samples; later ones keep the data."""
    say = _progress
    folder = folder.resolve()
    state = _state(folder)
    with MailServer(folder / "mail", state["mail_password"]) as mail, until_interrupted() as stop:
        config = _configure(folder, state, mail)
        logs.configure(config.calmdesk.logging)
        migrate(config)
        if "token" not in state:
            _accounts(config, state)
            _save_state(folder, state)
        if not state["delivered"]:
            say("Delivering the sample customers' mails by SMTP")
            deliver(mail, sample_mails())
            state["delivered"] = True
            _save_state(folder, state)
        say("Loading the local model")
        from pipeline.engine.desk import Desk
        from pipeline.engine.local import LocalWorker

        worker, desk = LocalWorker(config), Desk.load(config)
        page = PageServer("127.0.0.1", port)
        page.start()
        try:
            worker.start(desk)
            _wait_for_drafts(say, stop)
            _announce(as_json, f"http://127.0.0.1:{page.port}", state, mail)
            stop.wait()
        finally:
            say("Stopping")
            page.stop()
            worker.stop()


def deliver(mail: MailServer, mails: list[bytes]) -> None:
    """Hand ``mails`` to the server by SMTP, each from its own sender, as the world would."""
    with smtplib.SMTP("127.0.0.1", mail.smtp_port, timeout=30) as smtp:
        for raw in mails:
            headers = message_from_bytes(raw)
            sender = parseaddr(str(headers.get("Return-Path") or headers.get("From")))[1]
            smtp.sendmail(sender, [SUPPORT_ADDRESS], raw, mail_options=["BODY=8BITMIME"])


def _state(folder: Path) -> dict[str, Any]:
    """Passwords of this demo, made once: nothing guessable, even on loopback."""
    file = folder / "state.json"
    if file.exists():
        state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return state
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder}: is not empty and not a demo", remedy="name another folder with --dir")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = {
        "mail_password": secrets.token_urlsafe(12),
        "users": {name: secrets.token_urlsafe(9) for name, _ in USERS},
        "delivered": False,
    }
    _save_state(folder, state)
    return state


def _save_state(folder: Path, state: dict[str, Any]) -> None:
    file = folder / "state.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(state, indent=2), encoding="utf-8")


def _configure(folder: Path, state: dict[str, Any], mail: MailServer) -> Config:
    """The sample configuration, pointed at the demo's own servers; thresholds and texts stay the user's to change."""
    config = folder / "config"
    if not config.exists():
        shutil.copytree(default_folder("config"), config)
    (config / "mail.password").write_text(state["mail_password"], encoding="utf-8")
    data = yaml.safe_load((config / "mailboxes.yaml").read_text(encoding="utf-8"))
    server = {"host": "127.0.0.1", "tls": "none", "user": SUPPORT_ADDRESS, "password_file": "mail.password"}
    for entry in data["mailboxes"].values():
        entry["imap"] = {**server, "port": mail.imap_port}
        entry["smtp"] = {**server, "port": mail.smtp_port}
    (config / "mailboxes.yaml").write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    environ = {"CALMDESK_WORKER__POLL_SECONDS": "1", "CALMDESK_LOGGING__LEVEL": "warning", **os.environ}
    return load_config(config, environ)


def _accounts(config: Config, state: dict[str, Any]) -> None:
    """The sample people, made at the first start; the lead's token is for scripts."""
    for name, role in USERS:
        add_user(config, name, Role(role), state["users"][name])
    state["token"] = add_token(config, "lead")


def _wait_for_drafts(say: Callable[[str], None], stop: threading.Event) -> None:
    """Show how far the mails are until all have been read; then the page has something to show."""
    from pipeline.flow import MessageState
    from pipeline.store.models import Message

    waiting = (MessageState.RECEIVED, MessageState.PARSED, MessageState.TRIAGED)
    began, shown = time.monotonic(), ""
    while not stop.wait(0.2):
        total = Message.objects.count()
        done = total - Message.objects.filter(state__in=waiting).count()
        line = f"{done} of {total} mails read and drafted for"
        if line != shown:
            say(line)
            shown = line
        if (total and done == total and time.monotonic() - began > 2.0) or time.monotonic() - began > 120:
            return


def _announce(as_json: bool, url: str, state: dict[str, Any], mail: MailServer) -> None:
    roles = dict(USERS)
    users = [{"name": name, "password": state["users"][name], "role": roles[name]} for name in roles]
    addresses = [SUPPORT_ADDRESS, *SPARE_ACCOUNTS, *_customers()]
    if as_json:
        ready = {
            "url": url,
            "token": state["token"],
            "users": users,
            "imap": {"host": "127.0.0.1", "port": mail.imap_port},
            "smtp": {"host": "127.0.0.1", "port": mail.smtp_port},
            "accounts": [{"address": address, "password": state["mail_password"]} for address in addresses],
            "address": SUPPORT_ADDRESS,
        }
        print(json.dumps(ready), flush=True)
        return
    lines = [
        "",
        f"Calmdesk is ready: {url}",
        *(f"  sign in as {user['name']:<8} password {user['password']:<14} ({user['role']})" for user in users),
        f"Write to {SUPPORT_ADDRESS} by SMTP at 127.0.0.1:{mail.smtp_port};",
        f"read any mailbox by IMAP at 127.0.0.1:{mail.imap_port}, password {state['mail_password']}.",
        "Nothing is sent before you approve it. Ctrl-C ends everything; `make demo-reset` clears it.",
        "",
    ]
    print("\n".join(lines), file=sys.stderr, flush=True)


def _customers() -> Iterator[str]:
    seen: set[str] = set()
    for raw in sample_mails():
        address = parseaddr(str(message_from_bytes(raw).get("From")))[1]
        if address and address not in seen:
            seen.add(address)
            yield address


def _progress(line: str) -> None:
    print(f"==> {line}", file=sys.stderr, flush=True)
