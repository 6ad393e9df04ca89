"""What several verbs are given, the configuration folder and a file of lines, and how both are opened."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from pipeline.errors import InputError
from pipeline.resources import default_folder

if TYPE_CHECKING:
    from pipeline.config import Config

STDIN, STDIN_FILE = Path("-"), Path("/dev/stdin")

ConfigFolder = Annotated[
    Path, typer.Option("--config", metavar="DIR", envvar="CALMDESK_CONFIG", help="Configuration folder.")
]
OptionalConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="DIR", envvar="CALMDESK_CONFIG", help="Configuration folder; default: the sample firm's."
    ),
]
Lines = Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="One JSON object a line; - or nothing: stdin.")]


def load(folder: Path | None) -> Config:
    """The configuration in ``folder``, or the shipped one; logging is set up by it."""
    from pipeline.config import load_config
    from pipeline.logs import configure

    config = load_config(folder or default_folder("config"))
    configure(config.calmdesk.logging)
    return config


@contextmanager
def open_lines(file: Path) -> Iterator[IO[bytes]]:
    """The lines of ``file``, or of stdin; InputError where it cannot be opened."""
    if file == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from None
    with stream:
        yield stream
