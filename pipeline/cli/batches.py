"""The verbs of a batch: messages or mails in, one line of JSON out for each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import STDIN, STDIN_FILE, Lines, OptionalConfig, load, open_lines
from pipeline.cli.output import busy, report


def triage(file: Lines = STDIN, config: OptionalConfig = None) -> None:
    """Read messages and say how urgent they are, in what tone, and what they ask for.

    Reads {"id","text","subject"?,"thread"?,"unanswered"?,"mailbox"?} a line; writes {"id","language","urgency","tone",
    "flags","abstain","reasons","evidence","concerns","stake","escalate"} a line, in the same order. A bad line yields
    {"id","error"} and exit code 2 at the end.

    Example: calmdesk triage mails.jsonl > read.jsonl
    """
    loaded = load(config)
    with open_lines(file) as lines:
        from pipeline.batch import triage_lines
        from pipeline.triage.signal_rules import load_rules
        from pipeline.triage.triager import Triager

        with busy("loading the model"):
            triager = Triager.load(loaded.calmdesk.model, load_rules(loaded.folder))
        report(triage_lines(lines, loaded, triager), file)


def draft(file: Lines = STDIN, config: OptionalConfig = None) -> None:
    """Write the three drafts for each message, checked, and say which goes first.

    Reads {"id","text","subject"?,"from"?,"thread"?,"fault"?,"received_at"?,"mailbox"?} a line; thread is a list of
    strings or of {"from":"us"|"customer","text"}. Writes
    {"id","suppressed","escalate","proposed","why","summary","drafts"} a line, in the same order. Nothing is sent. A bad
    line yields {"id","error"} and exit code 2 at the end.

    Example: calmdesk draft mails.jsonl --config desk
    """
    loaded = load(config)
    with open_lines(file) as lines:
        from pipeline.batch import draft_lines
        from pipeline.engine.desk import Desk

        with busy("loading the model"):
            desk = Desk.load(loaded)
        report(draft_lines(lines, loaded, desk), file)


def parse(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Mails; - or nothing: stdin.")] = None,
    config: OptionalConfig = None,
) -> None:
    """Read mail files (.eml): what the customer wrote, quoted history apart, and whether it may be answered.

    Writes {"file","message_id","from","subject","kind","reason","text","quoted","identity",...} a file; the addresses
    in --config tell the firm's own mail. A file that cannot be opened yields {"file","error"} and exit code 2.

    Example: calmdesk parse inbox/*.eml
    """
    loaded = load(config)
    from pipeline.intake.batch import parse_files

    paths = [STDIN_FILE if file == STDIN else file for file in files or [STDIN]]
    report(parse_files(paths, loaded.own_addresses))
