"""The command ``calmdesk``: the verbs, thin. Results go to stdout, progress and faults to stderr.

Exit codes: 0 done; 1 the work failed; 2 what was given cannot be used (configuration, arguments, a line of input);
130 interrupted. Whatever takes long to import is imported inside its verb, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from pipeline import __version__
from pipeline.cli import audit, batches, installation, learning, people, replay, unanswered
from pipeline.cli.output import complain
from pipeline.errors import CalmdeskError

INTERRUPTED = 130

VERBS: Mapping[str, Callable[..., None]] = {
    "init": installation.init,
    "doctor": installation.doctor,
    "run": installation.run,
    "import": installation.import_,
    "reindex": installation.reindex,
    "login": installation.login,
    "demo": installation.demo,
    "triage": batches.triage,
    "draft": batches.draft,
    "parse": batches.parse,
    "unanswered": unanswered.unanswered,
    "replay": replay.replay,
    "train": learning.train,
    "evaluate": learning.evaluate,
}
"""In the order in which ``--help`` lists them."""

app = typer.Typer(
    name="calmdesk",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Reads customer mail with a local model, drafts the reply a good agent would sign, and sends nothing without "
    "a person's yes.",
)
for _name, _verb in VERBS.items():
    app.command(_name)(_verb)
app.add_typer(people.app, name="user")
app.add_typer(audit.app, name="audit")
app.command("seed", hidden=True)(installation.seed)


def main() -> None:
    """The console command: every expected fault is one line on stderr and an exit code."""
    try:
        app()
    except CalmdeskError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"calmdesk {__version__}")
        raise typer.Exit


@app.callback()
def calmdesk(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
