"""The verb for whoever tunes the thresholds: what a changed configuration would have done with the stored mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import ConfigFolder, load
from pipeline.cli.output import tell_progress, write

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.engine.replay import Outcome

TOLD_EVERY = 500


def replay(
    config: ConfigFolder,
    other: Annotated[Path, typer.Option("--with", metavar="DIR", help="The changed copy of the configuration folder.")],
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="Only mail received in the last N days.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the newest N mails.")] = None,
) -> None:
    """Show what other thresholds would have made of the mail that is stored. Nothing is changed, and no model is run.

    Copy the folder of --config, change thresholds.yaml in the copy, and name the copy with --with; only the files of
    its configuration are read. The mails of the database of --config are decided again from the scores that were stored
    with them, newest first.

    Writes one line for each mail that would be different:
    {"id","ticket","mailbox","was":{},"would_be":{},"unknown":[]}, of "urgency", "tone", "abstain", "escalation" and
    "kind" (of the draft proposed first) those that differ. What a rule raised stays raised, and what a person corrected
    stays as they said. "unknown" names what may differ and cannot be told: an "escalation", where a mail would be
    abusive in tone only now and whether it insults anybody was not stored; a "kind", where the knowledge base was not
    searched or less would do. Not replayed: the thresholds of flags, boundary and composure. The summary on stderr says
    how many mails changed, and which changes of the configuration had no part in it.

    With --with naming the folder of --config itself it lists what was decided before the thresholds were last changed.

    Exit codes: 0 done, whatever differs; 1 the database cannot be read; 2 a configuration cannot be used.

    Example: cp -r desk trial; edit trial/thresholds.yaml; calmdesk replay --config desk --with trial --days 30
    """
    loaded = load(config)
    from pipeline.config import load_config

    changed = load_config(other)
    from pipeline.setup import migrate
    from pipeline.triage.signal_rules import load_rules

    rules = load_rules(loaded.folder)
    migrate(loaded)
    from pipeline.engine.replay import replay_stored

    since = datetime.now(UTC) - timedelta(days=days) if days else None
    read = differing = open_ones = without = 0
    for read, outcome in enumerate(replay_stored(loaded, changed, rules, since, limit), start=1):
        differing += bool(outcome.would_be)
        open_ones += bool(outcome.unknown)
        without += not outcome.scores
        if outcome.differs:
            write(_to_json(outcome))
        if read % TOLD_EVERY == 0:
            tell_progress(f"{read} mails, {differing} differ")
    _summary(f"{read} mails replayed: {differing} would differ, of {open_ones} something cannot be told")
    if without:
        _summary(f"{without} of them have no scores of every label and were passed over")
    for name in _ignored(loaded, changed):
        _summary(f"{name} differs, and was not replayed")


def _to_json(outcome: Outcome) -> dict[str, object]:
    return {
        "id": outcome.id,
        "ticket": outcome.ticket,
        "mailbox": outcome.mailbox,
        "was": dict(outcome.was),
        "would_be": dict(outcome.would_be),
        "unknown": list(outcome.unknown),
    }


def _ignored(was: Config, would_be: Config) -> list[str]:
    """What of the changed configuration had no part in the replay."""
    from pipeline.triage.replay import not_replayed
    from pipeline.triage.signal_rules import load_rules

    mailboxes = {None, *was.mailboxes}
    sections = {name for one in mailboxes for name in not_replayed(was.thresholds.of(one), would_be.thresholds.of(one))}
    found = [f"thresholds.yaml: {name}" for name in sorted(sections)]
    if load_rules(was.folder) != load_rules(would_be.folder):
        found.append("signals.yaml")
    if was.calmdesk.model != would_be.calmdesk.model:
        found.append("calmdesk.yaml: model")
    return found


def _summary(line: str) -> None:
    typer.echo(line, err=True)
