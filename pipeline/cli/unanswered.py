"""The verb for the writer of articles: what the knowledge base could not answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import OptionalConfig, load, open_lines
from pipeline.cli.output import busy, report
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.config import Config


def unanswered(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.jsonl]", help="Mails as for calmdesk draft, - for stdin; default: the database."),
    ] = None,
    config: OptionalConfig = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only mail received from then on, UTC."),
    ] = None,
    mailbox: Annotated[str | None, typer.Option(metavar="NAME", help="Only mail of this mailbox.")] = None,
) -> None:
    """List the mails that no article of the knowledge base answers, what recurs most first.

    Without a file it reads the database of --config: mail whose drafts rest on no article, and that today's articles
    do not answer either. Mail in another language than English, praise, and what went to a person are left out.

    Writes {"group","in_group","ticket","mailbox","date","urgency","subject","question","best":{"id","title","score"}}
    a line. Like questions stand together under one "group", numbered from the largest; "best" is the article that comes
    nearest and "score" how likely it answers: the solution is drafted from propose.solution_from_score in
    thresholds.yaml on. A high score asks for another heading or some tags there, a low one for a new article. Changed
    articles count at once: run it again and see what is left. For a file "ticket" is the id of its line; a bad line
    yields {"id","error"} and exit code 2 at the end.

    Example: calmdesk unanswered --config desk --since 2026-11-01 > write-next.jsonl
    """
    if file is None and config is None:
        raise InputError("nothing to read", remedy="name a FILE.jsonl, or --config DIR to read its database")
    loaded = load(config)
    if mailbox is not None and mailbox not in loaded.mailboxes:
        raise InputError(f"no mailbox {mailbox!r}", remedy=f"mailboxes: {', '.join(loaded.mailboxes) or 'none'}")
    begin = since.replace(tzinfo=UTC) if since else None
    if file is None:
        _of_store(loaded, mailbox, begin)
    else:
        _of_file(file, loaded, mailbox, begin)


def _of_store(config: Config, mailbox: str | None, since: datetime | None) -> None:
    from pipeline.setup import migrate

    migrate(config)
    from pipeline.engine.desk import Desk
    from pipeline.engine.unanswered import unanswered
    from pipeline.engine.unsourced import asked_in_store

    with busy("loading the model"):
        desk = Desk.load(config)
    try:
        report(unanswered(asked_in_store(mailbox, since), desk))
    finally:
        desk.close()


def _of_file(file: Path, config: Config, mailbox: str | None, since: datetime | None) -> None:
    with open_lines(file) as lines:
        from pipeline.batch import unanswered_lines
        from pipeline.engine.desk import Desk

        with busy("loading the model"):
            desk = Desk.load(config)
        try:
            report(unanswered_lines(lines, config, desk, mailbox, since), file)
        finally:
            desk.close()
