"""The verbs of an installation: making it, checking it, running it, and its mailboxes."""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import ConfigFolder, load
from pipeline.cli.output import report, tell_read, write
from pipeline.cli.people import PasswordStdin, ask_password, read_password
from pipeline.errors import InputError


class Part(enum.StrEnum):
    WORKER = "worker"
    PAGE = "page"


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    admin: Annotated[str, typer.Option(metavar="NAME", help="The first administrator's login name.")] = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Write a commented configuration to DIR, create the database and the first administrator.

    Asks for the administrator's name and password on a terminal. Elsewhere the name is --admin, by default "admin", and
    the password the first line of stdin (--password-stdin) or CALMDESK_ADMIN_PASSWORD; where neither is given, a random
    one is made and printed, once. Refuses a folder that holds a configuration already.

    Example: calmdesk init desk
    """
    from pipeline.setup import ADMINISTRATOR, init

    password = os.environ.get("CALMDESK_ADMIN_PASSWORD", "")
    if password_stdin:
        password = read_password()
    elif not password and sys.stdin.isatty():
        admin = admin or typer.prompt("Login name of the first administrator", default=ADMINISTRATOR, err=True)
        password = ask_password()
    for line in init(folder, admin or ADMINISTRATOR, password):
        typer.echo(line)


def doctor(config: ConfigFolder) -> None:
    """Check configuration, database, model, writer, knowledge, and every mailbox (IMAP and SMTP).

    Writes one JSON object {"name","ok","message","remedy"} a check; on a terminal also a readable line. Sends nothing
    and changes no mail. Exit code 0: all well; 1: something failed; 2: the configuration cannot be read.

    Example: calmdesk doctor --config desk
    """
    from dataclasses import asdict

    from pipeline.doctor import CONFIG, diagnose

    failed = set()
    for finding in diagnose(config):
        write(asdict(finding))
        if sys.stderr.isatty():
            typer.echo(str(finding), err=True)
        if not finding.ok:
            failed.add(finding.name)
    raise typer.Exit(2 if CONFIG in failed else 1 if failed else 0)


def run(config: ConfigFolder, only: Annotated[Part | None, typer.Option(help="Start this part alone.")] = None) -> None:
    """Watch the mailboxes, draft replies and serve the approval page until interrupted.

    Reads mail over IMAP, sends what a person has approved over SMTP. Exit code 2 where the configuration or a server
    named in it cannot be used.

    Example: calmdesk run --config desk
    """
    loaded = load(config)
    from pipeline.engine.serve import run
    from pipeline.setup import migrate

    migrate(loaded)
    from pipeline.review.mail_client.worker import drafts_workers

    run(loaded, only=only.value if only else None, jobs=drafts_workers(loaded))


def import_(
    mailbox: Annotated[str, typer.Argument(metavar="MAILBOX", help="Its name in mailboxes.yaml.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mbox", help="One or more mbox files.")],
    config: ConfigFolder,
) -> None:
    """Import old mail from mbox files as history: context for later mail, nothing is drafted for it.

    Writes {"file","read","stored"} a file; "stored" counts what was not known yet, so an import that was interrupted
    is simply started again. The running worker reads what was imported, after all mail that waits for an answer.

    Example: calmdesk import care archive.mbox --config desk
    """
    loaded = load(config)
    from pipeline.setup import migrate

    if mailbox not in loaded.mailboxes:
        known = ", ".join(loaded.mailboxes) or "none"
        raise InputError(f"no mailbox {mailbox!r} in {config / 'mailboxes.yaml'}", remedy=f"mailboxes there: {known}")
    migrate(loaded)
    from pipeline.engine.history import import_mbox

    def records() -> Iterator[dict[str, object]]:
        for file in files:
            try:
                read, stored = import_mbox(file, mailbox, partial(tell_read, file))
                yield {"file": str(file), "read": read, "stored": stored}
            except InputError as error:
                yield {"file": str(file), "error": str(error)}

    report(records())


def login(
    mailbox: Annotated[str, typer.Argument(metavar="MAILBOX", help="Its name in mailboxes.yaml.")], config: ConfigFolder
) -> None:
    """Log in to a mailbox that wants OAuth 2.0 (Microsoft 365, Google and others), once, with a browser.

    Shows an address on stderr, and for most providers a code; open it in any browser, on any machine, and agree. Then
    the mailbox's token_file is written and renewed from there on; a running worker takes it up by itself. Writes
    {"mailbox","provider","token_file","expires_at"}. `calmdesk doctor` tells whether the mail servers accept it.

    Example: calmdesk login care --config desk
    """
    loaded = load(config)
    from pipeline.accounts.logins import log_in

    made = log_in(loaded, mailbox, say=lambda line: typer.echo(line, err=True))
    write(
        {
            "mailbox": made.mailbox,
            "provider": made.provider,
            "token_file": str(made.token_file),
            "expires_at": made.expires_at.isoformat(timespec="seconds"),
        }
    )


def demo(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the demo keeps its data.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8025,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON once it is ready.")] = False,
) -> None:
    """Run the whole desk on sample mail with its own mail servers, on this machine alone.

    Ctrl-C ends everything it started; a second start keeps the data.

    Example: calmdesk demo --dir demo
    """
    from pipeline.demo.run import run

    run(folder, port, as_json)
