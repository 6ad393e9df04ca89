"""The command ``calmdesk``: the verbs, thin. Results go to stdout, progress and faults to stderr.

Exit codes: 0 done; 1 the work failed; 2 what was given cannot be used (configuration, arguments, a line of input);
130 interrupted. Whatever takes long to import is imported inside its verb, so that ``--help`` answers at once.
"""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from pipeline import __version__
from pipeline.errors import CalmdeskError, InputError
from pipeline.resources import default_folder
from pipeline.setup import Role

if TYPE_CHECKING:
    from pipeline.config import Config

app = typer.Typer(
    name="calmdesk",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Reads customer mail with a local model, drafts the reply a good agent would sign, and sends nothing without "
    "a person's yes.",
)

INTERRUPTED = 130
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


class Part(enum.StrEnum):
    WORKER = "worker"
    PAGE = "page"


def main() -> None:
    """The console command: every expected fault is one line on stderr and an exit code."""
    try:
        app()
    except CalmdeskError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"calmdesk {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


# --- an installation ------------------------------------------------------------------------------------------------


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")]) -> None:
    """Write a commented configuration to DIR, create the database and the first login.

    Prints the password of the login "admin" once. Refuses a folder that holds a configuration already.

    Example: calmdesk init desk
    """
    from pipeline.setup import init

    for line in init(folder):
        typer.echo(line)


@app.command()
def doctor(config: ConfigFolder) -> None:
    """Check configuration, database, model, knowledge, and every mailbox (IMAP and SMTP).

    Writes one JSON object {"name","ok","message","remedy"} a check; on a terminal also a readable line. Sends nothing
    and changes no mail. Exit code 0: all well; 1: something failed; 2: the configuration cannot be read.

    Example: calmdesk doctor --config desk
    """
    from dataclasses import asdict

    from pipeline.doctor import CONFIG, diagnose

    failed = set()
    for finding in diagnose(config):
        _write(asdict(finding))
        if sys.stderr.isatty():
            typer.echo(str(finding), err=True)
        if not finding.ok:
            failed.add(finding.name)
    raise typer.Exit(2 if CONFIG in failed else 1 if failed else 0)


@app.command()
def run(config: ConfigFolder, only: Annotated[Part | None, typer.Option(help="Start this part alone.")] = None) -> None:
    """Watch the mailboxes, draft replies and serve the approval page until interrupted.

    Reads mail over IMAP, sends what a person has approved over SMTP. Exit code 2 where the configuration or a server
    named in it cannot be used.

    Example: calmdesk run --config desk
    """
    loaded = _load(config)
    from pipeline.engine.serve import run
    from pipeline.setup import migrate

    migrate(loaded)
    run(loaded, only=only.value if only else None)


@app.command()
def user(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Login name.")],
    config: ConfigFolder,
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.AGENT,
    token: Annotated[bool, typer.Option("--token", help="Also make a bearer token for the REST API.")] = False,
) -> None:
    """Add a person who may log in to the page, with a generated password.

    Writes {"name","role","password"} and, if asked for, "token"; neither is shown again. agent: edits, approves and
    rejects; lead: everything; ops: reads and settles failed mail; auditor: reads.

    Example: calmdesk user mara --role agent --config desk
    """
    loaded = _load(config)
    from pipeline.setup import add_token, add_user

    made = {"name": name, "role": role.value, "password": add_user(loaded, name, role)}
    _write({**made, "token": add_token(loaded, name)} if token else made)


@app.command("import")
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
    loaded = _load(config)
    from pipeline.setup import migrate

    if mailbox not in loaded.mailboxes:
        known = ", ".join(loaded.mailboxes) or "none"
        raise InputError(f"no mailbox {mailbox!r} in {config / 'mailboxes.yaml'}", remedy=f"mailboxes there: {known}")
    migrate(loaded)
    from pipeline.engine.history import import_mbox

    def records() -> Iterator[dict[str, object]]:
        for file in files:
            try:
                read, stored = import_mbox(file, mailbox, partial(_tell_read, file))
                yield {"file": str(file), "read": read, "stored": stored}
            except InputError as error:
                yield {"file": str(file), "error": str(error)}

    _report(records())


@app.command()
def login(
    mailbox: Annotated[str, typer.Argument(metavar="MAILBOX", help="Its name in mailboxes.yaml.")], config: ConfigFolder
) -> None:
    """Log in to a mailbox that wants OAuth 2.0 (Microsoft 365, Google and others), once, with a browser.

    Shows an address on stderr, and for most providers a code; open it in any browser, on any machine, and agree. Then
    the mailbox's token_file is written and renewed from there on; a running worker takes it up by itself. Writes
    {"mailbox","provider","token_file","expires_at"}. `calmdesk doctor` tells whether the mail servers accept it.

    Example: calmdesk login care --config desk
    """
    loaded = _load(config)
    from pipeline.accounts.logins import log_in

    made = log_in(loaded, mailbox, say=lambda line: typer.echo(line, err=True))
    _write(
        {
            "mailbox": made.mailbox,
            "provider": made.provider,
            "token_file": str(made.token_file),
            "expires_at": made.expires_at.isoformat(timespec="seconds"),
        }
    )


@app.command()
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


# --- batches --------------------------------------------------------------------------------------------------------


@app.command()
def triage(file: Lines = STDIN, config: OptionalConfig = None) -> None:
    """Read messages and say how urgent they are, in what tone, and what they ask for.

    Reads {"id","text","subject"?,"thread"?,"unanswered"?,"mailbox"?} a line; writes {"id","language","urgency","tone",
    "flags","abstain","reasons","evidence","concerns","stake","escalate"} a line, in the same order. A bad line yields
    {"id","error"} and exit code 2 at the end.

    Example: calmdesk triage mails.jsonl > read.jsonl
    """
    loaded = _load(config)
    with _open(file) as lines:
        from pipeline.batch import triage_lines
        from pipeline.triage.signal_rules import load_rules
        from pipeline.triage.triager import Triager

        with _busy("loading the model"):
            triager = Triager.load(loaded.calmdesk.model, load_rules(loaded.folder))
        _report(triage_lines(lines, loaded, triager), file)


@app.command()
def draft(file: Lines = STDIN, config: OptionalConfig = None) -> None:
    """Write the three drafts for each message, checked, and say which goes first.

    Reads {"id","text","subject"?,"from"?,"thread"?,"fault"?,"received_at"?,"mailbox"?} a line; thread is a list of
    strings or of {"from":"us"|"customer","text"}. Writes {"id","suppressed","escalate","proposed","why","drafts"} a
    line, in the same order. Nothing is sent. A bad line yields {"id","error"} and exit code 2 at the end.

    Example: calmdesk draft mails.jsonl --config desk
    """
    loaded = _load(config)
    with _open(file) as lines:
        from pipeline.batch import draft_lines
        from pipeline.engine.desk import Desk

        with _busy("loading the model"):
            desk = Desk.load(loaded)
        _report(draft_lines(lines, loaded, desk), file)


@app.command()
def parse(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Mails; - or nothing: stdin.")] = None,
    config: OptionalConfig = None,
) -> None:
    """Read mail files (.eml): what the customer wrote, quoted history apart, and whether it may be answered.

    Writes {"file","message_id","from","subject","kind","reason","text","quoted","identity",...} a file; the addresses
    in --config tell the firm's own mail. A file that cannot be opened yields {"file","error"} and exit code 2.

    Example: calmdesk parse inbox/*.eml
    """
    loaded = _load(config)
    from pipeline.intake.batch import parse_files

    paths = [STDIN_FILE if file == STDIN else file for file in files or [STDIN]]
    _report(parse_files(paths, loaded.own_addresses))


@app.command()
def train(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the weights.")],
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA...", help="Labelled .jsonl files, or folders of them; default: the seed set."),
    ] = None,
    auxiliary: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Further labelled data to learn from, such as GoEmotions; may be repeated."),
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Go on from these weights instead of the published encoder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same weights on one machine.")] = 7,
    epochs: Annotated[int, typer.Option(min=0, max=100, help="Passes over the messages.")] = 5,
    auxiliary_epochs: Annotated[int, typer.Option(min=0, max=100, help="Passes over the further data before.")] = 3,
    config: OptionalConfig = None,
) -> None:
    """Train the triage model on labelled messages: on those named, or on the seed set in the package.

    Reads {"id","text","urgency","tone","subject"?,"intensity"?,"flags"?,"pair"?,"boundary"?,"concerns"?} a line;
    writes model.safetensors and model.json to DIR, the scores on messages it never saw among them, and
    {"out","trained_on","dev","test"} to stdout. Name DIR as model.weights in calmdesk.yaml to use it; the encoder is
    that of --config.

    Example: calmdesk train labelled/ --out weights
    """
    loaded = _load(config)
    from pipeline.learning.data import SEED
    from pipeline.learning.fit import Recipe
    from pipeline.learning.train import train

    report = train(
        data or [SEED],
        out,
        model=loaded.calmdesk.model,
        auxiliary=auxiliary or [],
        start=start,
        recipe=Recipe(epochs=epochs, auxiliary_epochs=auxiliary_epochs, seed=seed),
        progress=lambda line: typer.echo(line, err=True),
    )
    typer.echo(str(report), err=True)
    dev, test = report.dev.as_dict(), report.test.as_dict()
    _write({"out": str(report.out), "trained_on": report.trained_on, "dev": dev, "test": test})


@app.command()
def evaluate(
    data: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA...", help="Labelled .jsonl files, or folders of them, beside the seed set."),
    ] = None,
    auxiliary: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Auxiliary data, as for train; may be repeated."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report and what it can go on from.")] = Path(
        "evaluation"
    ),
    full: Annotated[
        bool, typer.Option("--full", help="Train again to cross-validate and to see what helps: hours on a CPU.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the trainings.")] = 7,
    config: OptionalConfig = None,
) -> None:
    """Measure the triage model of --config: a report with figures and plots, and what to improve next.

    Writes report.html and report.json to --out and {"report"} to stdout. Without --full the weights are read on
    the messages that no training saw; with it, the way of training is judged too, on five folds. What was trained is
    kept in --out, so an interrupted run goes on where it stopped. Needs matplotlib: pip install 'calmdesk[evaluate]'.

    Example: calmdesk evaluate labelled/ --auxiliary goemotions --full
    """
    loaded = _load(config)
    from pipeline.learning.data import SEED, data_files
    from pipeline.learning.evaluation import Plan, evaluate_all
    from pipeline.learning.fit import Recipe
    from pipeline.learning.report import write_report

    plan = Plan(
        seed=[SEED],
        others=data or [],
        auxiliary=auxiliary or [],
        runs=out / "runs",
        model=loaded.calmdesk.model,
        thresholds=loaded.thresholds.default,
        recipe=Recipe(seed=seed),
        cross_validate=full,
        trials=full,
    )
    results = evaluate_all(plan, lambda line: typer.echo(line, err=True))
    report = write_report(results, out, {file.stem for file in data_files([SEED])})
    _write({"report": str(report)})


# --- input and output -----------------------------------------------------------------------------------------------


def _load(folder: Path | None) -> Config:
    """The configuration in ``folder``, or the shipped one; logging is set up by it."""
    from pipeline.config import load_config
    from pipeline.logs import configure

    config = load_config(folder or default_folder("config"))
    configure(config.calmdesk.logging)
    return config


@contextmanager
def _open(file: Path) -> Iterator[IO[bytes]]:
    if file == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from None
    with stream:
        yield stream


def _complain(message: str) -> None:
    typer.echo(f"calmdesk: {' '.join(message.splitlines())}", err=True)


def _write(record: Mapping[str, object]) -> None:
    """One line of JSON in UTF-8, whatever the terminal's encoding; flushed, so that a pipe sees it at once."""
    try:
        line = json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:  # half a character, in an id or a file name
        line = json.dumps(record).encode("ascii")
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _report(records: Iterable[Mapping[str, object]], file: Path | None = None) -> None:
    """Write every record as it comes; exit code 2 where one of them is a fault."""
    faults = 0
    for record in _counted(records):
        _write(record)
        if "error" in record:
            faults += 1
            _complain(f"{_shown(file)}: {record['error']}" if file else str(record["error"]))
    if faults:
        raise typer.Exit(2)


def _shown(file: Path) -> str:
    return "stdin" if file == STDIN else str(file)


def _tell_read(file: Path, count: int) -> None:
    """Progress, on a terminal alone."""
    if sys.stderr.isatty():
        typer.echo(f"{file}: {count} mails read", err=True)


def _busy(what: str) -> AbstractContextManager[object]:
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
