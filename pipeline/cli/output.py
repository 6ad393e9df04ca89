"""What a verb writes: records as lines of JSON to stdout, faults and progress to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import typer

from pipeline.cli.options import STDIN


def complain(message: str) -> None:
    """One line on stderr, whatever is in the message."""
    typer.echo(f"calmdesk: {' '.join(message.splitlines())}", err=True)


def write(record: Mapping[str, object]) -> None:
    """One line of JSON in UTF-8, whatever the terminal's encoding; flushed, so that a pipe sees it at once."""
    try:
        line = json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:  # half a character, in an id or a file name
        line = json.dumps(record).encode("ascii")
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def report(records: Iterable[Mapping[str, object]], file: Path | None = None) -> None:
    """Write every record as it comes; exit code 2 where one of them is a fault."""
    faults = 0
    for record in _counted(records):
        write(record)
        if "error" in record:
            faults += 1
            complain(f"{_shown(file)}: {record['error']}" if file else str(record["error"]))
    if faults:
        raise typer.Exit(2)


def _shown(file: Path) -> str:
    return "stdin" if file == STDIN else str(file)


def tell_read(file: Path, count: int) -> None:
    """Progress, on a terminal alone."""
    if sys.stderr.isatty():
        typer.echo(f"{file}: {count} mails read", err=True)


def tell_progress(line: str) -> None:
    """A line that the next one takes the place of, on a terminal alone."""
    if sys.stderr.isatty():
        typer.echo(f"\r{line}", err=True, nl=False)


def busy(what: str) -> AbstractContextManager[object]:
    """A spinner on a terminal, nothing elsewhere."""
    from rich.console import Console

    return Console(stderr=True).status(what)


def _counted(records: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    """The records themselves, with a counter on a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} read"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        yield from progress.track(records, total=None)
