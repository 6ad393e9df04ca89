"""The verbs for the audit trail: prove it, hand it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import ConfigFolder, load
from pipeline.cli.output import busy, complain, report, write

if TYPE_CHECKING:
    from pipeline.config import Config

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Prove the audit trail, or hand it out.")


@app.command()
def verify(
    config: ConfigFolder,
    head: Annotated[
        str, typer.Option(metavar="HASH", help="The head of an earlier call: proves that nothing up to it was cut off.")
    ] = "",
) -> None:
    """Prove that no row of the audit trail was changed, removed or moved since it was written.

    Writes {"ok":true,"rows","head"}; keep "head" where this machine's administrators cannot write, and give it as
    --head the next time. Else {"ok":false,"row","wrong","why"} of the first row that is not as it was written, "wrong"
    being changed, missing, reordered, unguarded or unknown head, and exit code 1.

    Example: calmdesk audit verify --config desk --head 5f2c...
    """
    _open(load(config))
    from pipeline.store.audit import Broken
    from pipeline.store.audit import verify as prove

    with busy("reading the audit trail"):
        found = prove(head.strip().lower())
    if isinstance(found, Broken):
        write({"ok": False, "row": found.row, "wrong": found.wrong, "why": found.why})
        complain(f"audit trail, row {found.row}: {found.wrong}: {found.why}")
        raise typer.Exit(1)
    write({"ok": True, "rows": found.rows, "head": found.head})


@app.command()
def export(config: ConfigFolder) -> None:
    """Write the audit trail, oldest first.

    Writes {"id","at","actor","action","ticket","detail","previous","hash"} a row. "hash" is SHA-256 over the other
    fields as JSON with sorted keys, no space, ASCII alone; so anybody can verify what was handed out.

    Example: calmdesk audit export --config desk > trail.jsonl
    """
    _open(load(config))
    from pipeline.store import audit

    def records() -> Iterator[dict[str, object]]:
        yield from map(audit.to_json, audit.rows())

    report(records())


def _open(config: Config) -> None:
    from pipeline.setup import migrate

    migrate(config)
