"""``calmdesk doctor``: everything an installation rests on, checked one by one, with a remedy for what fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Config, MailboxConfig, load_config
from pipeline.errors import CalmdeskError, ConfigError

CONFIG = "config"
"""The name of the finding about the configuration; where it fails, there is no other."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part: "imap care" is the IMAP server of mailbox care."""

    name: str
    ok: bool
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.name}: {self.message}{f' -> {self.remedy}' * bool(self.remedy)}"


def diagnose(folder: Path) -> Iterator[Finding]:
    """Check the installation in ``folder``, each part as soon as it is asked for; sends and changes no mail."""
    try:
        config = load_config(folder)
    except ConfigError as error:
        yield Finding(CONFIG, False, error.message, error.remedy)
        return
    yield _configuration(config)
    yield _found("database", lambda: _database(config))
    yield _found("signals", lambda: _signals(config))
    yield _found("model", lambda: _model(config))
    yield _found("writer", lambda: _writer(config))
    if config.calmdesk.sign_on.on:
        yield _found("sign-on", lambda: _sign_on(config))
    for name, mailbox in config.mailboxes.items():
        yield from _mailbox(config, name, mailbox)


def _found(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except CalmdeskError as error:
        return Finding(name, False, error.message, error.remedy)


def _configuration(config: Config) -> Finding:
    if not config.mailboxes:
        file = config.folder / "mailboxes.yaml"
        return Finding("mailboxes", False, f"{file}: no mailbox", "add one; `calmdesk init DIR` writes an example")
    return Finding(CONFIG, True, f"{config.folder}, mailboxes {', '.join(config.mailboxes)}")


def _mailbox(config: Config, name: str, mailbox: MailboxConfig) -> Iterator[Finding]:
    from pipeline.intake.sources import source_key

    yield _found(f"knowledge {name}", lambda: _knowledge(config, name))
    key = source_key(mailbox)
    yield _found(f"{key} {name}", lambda: _imap(config, name) if mailbox.imap else _files(config, name))
    yield _found(f"smtp {name}", lambda: _smtp(config, name, mailbox))


def _database(config: Config) -> str:
    """Connects and compares the applied migrations with those of this version."""
    from pipeline.settings import activate

    activate(config)
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error, connection
    from django.db.migrations.executor import MigrationExecutor

    where = f"{connection.vendor} {connection.settings_dict['NAME']}"
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        # Connecting would create it, empty.
        raise ConfigError(f"{where}: no such file", remedy="`calmdesk run` creates it")
    try:
        executor = MigrationExecutor(connection)
        open_changes = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (Error, ImproperlyConfigured) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ConfigError(f"{where}: {reason}", remedy="check database.url in calmdesk.yaml") from None
    finally:
        connection.close()
    if open_changes:
        raise ConfigError(
            f"{where}: {len(open_changes)} migrations are not applied, first {open_changes[0][0]}",
            remedy="`calmdesk run` applies them",
        )
    return f"{where}, all migrations applied"


def _sign_on(config: Config) -> str:
    from pipeline.settings import activate

    activate(config)
    from pipeline.review.provider import Provider

    Provider(config).check()
    return f"{config.calmdesk.sign_on.issuer} answers, and is what it is called"


def _signals(config: Config) -> str:
    from pipeline.triage.signal_rules import FILE, load_rules

    load_rules(config.folder)
    file = config.folder / FILE
    return f"{file}, its examples hold" if file.exists() else "as shipped"


def _model(config: Config) -> str:
    from pipeline.triage.triager import Triager
    from pipeline.triage.weights_file import read_card
    from pipeline.triage.weights_folder import weights_folder

    folder = weights_folder(config.calmdesk.model.weights)
    encoder = read_card(folder)["encoder"]
    Triager.load(config.calmdesk.model)
    return f"encoder {config.calmdesk.model.encoder} has sha256 {encoder['sha256']}, as the weights in {folder} want it"


def _writer(config: Config) -> str:
    from pipeline.drafting.writer import check_writer

    return check_writer(config.calmdesk.writer, config.folder)


def _knowledge(config: Config, name: str) -> str:
    from pipeline.drafting.knowledge import KnowledgeBase

    folder = config.knowledge_folder(name)
    count = len(KnowledgeBase.load(folder).passages)
    if not count:
        raise ConfigError(f"{folder}: no passages", remedy="add Markdown articles; without them no solution is drafted")
    return f"{folder}: {count} passages"


def _imap(config: Config, name: str) -> str:
    from pipeline.intake.imap import ImapSource
    from pipeline.intake.sources import open_sources

    found = []
    for source in open_sources(config, name):
        with source:
            found.append(f"folder {source.folder!r}: {source.select().exists} mails")
            offers = source.capabilities() if isinstance(source, ImapSource) else ()
    server = config.mailboxes[name].imap
    assert server is not None
    idle = "IDLE, so mail is seen at once" if "IDLE" in offers else "no IDLE, so mail is seen at each poll"
    where = f"{server.host}:{server.port}: logged in as {server.user}"
    return f"{where}, {', '.join(found)}, {idle}; offers {' '.join(offers)}"


def _files(config: Config, name: str) -> str:
    from pipeline.intake.sources import open_sources

    (source,) = open_sources(config, name)
    with source:
        return f"{source.folder}: {source.select().exists} mails"


def _smtp(config: Config, name: str, mailbox: MailboxConfig) -> str:
    from pipeline.accounts.logins import credentials_of
    from pipeline.sending.smtp import SmtpSubmitter

    return SmtpSubmitter(config.server(mailbox.smtp), credentials_of(config, name, "smtp")).check()
