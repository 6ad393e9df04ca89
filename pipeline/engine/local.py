"""The default driver: one process, one database file, threads over the stages. Needs no server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog
from django.db import DatabaseError, close_old_connections, connection
from filelock import FileLock, Timeout

from pipeline.accounts.logins import credentials_of
from pipeline.config import Config, MailboxConfig
from pipeline.engine.desk import Desk
from pipeline.engine.send import recover, send_stage
from pipeline.engine.stages import draft_stage, parse_stage, triage_stage
from pipeline.engine.watch import watch
from pipeline.errors import CalmdeskError, ConfigError, MailboxError, SubmissionError
from pipeline.intake.source import MailSource
from pipeline.intake.sources import open_sources, source_key
from pipeline.sending.smtp import SmtpSubmitter
from pipeline.store.claims import free_all, worker_name
from pipeline.store.intake import was_read
from pipeline.store.models import Message

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
"""How long a stage rests when nothing told it that there is work."""


class Job(Protocol):
    """Something that runs beside the stages, on a thread of its own; `engine` need not know what."""

    name: str

    def check(self) -> None:
        """Raise what keeps it from running, before anything starts."""

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``."""


class LocalWorker:
    """Watchers and stages of one installation as threads of this process.

    Built with everything that can be wrong already checked: the constructor reads every password.
    """

    def __init__(self, config: Config, jobs: Iterable[Job] = ()) -> None:
        self._config = config
        self._jobs = tuple(jobs)
        self._desk: Desk | None = None
        self._owner = worker_name()
        self._stop = threading.Event()
        self._wake = {name: threading.Event() for name in ("parse", "triage", "draft", "send")}
        self._lock = FileLock(config.home / "worker.lock")
        self._sources = {name: open_sources(config, name) for name in config.mailboxes}
        self._submitters = {name: self._submitter(name, mailbox) for name, mailbox in config.mailboxes.items()}
        self._threads: list[threading.Thread] = []

    def _submitter(self, name: str, mailbox: MailboxConfig) -> SmtpSubmitter:
        return SmtpSubmitter(self._config.server(mailbox.smtp), credentials_of(self._config, name, "smtp"))

    def check(self) -> None:
        """Reach every server once; ConfigError names the key of the first that cannot be used as configured.

        A mailbox that was read before and cannot be reached now is a fault that passes: it is told, and the rest runs.
        """
        for name, sources in self._sources.items():
            for source in sources:
                with _as_config_error(name, source_key(self._config.mailboxes[name])), source:
                    source.select()
        for name, submitter in self._submitters.items():
            with _as_config_error(name, "smtp"):
                submitter.check()
        for job in self._jobs:
            job.check()

    def start(self, desk: Desk) -> None:
        """Start every thread; ``desk`` is closed by `stop`. CalmdeskError if another worker runs here."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise CalmdeskError(
                f"another worker runs on {self._config.home}", remedy="stop it first; one worker owns one database file"
            ) from None
        self._desk = desk
        if connection.vendor == "sqlite":
            # The lock shows that no other worker lives, so whatever is still held belongs to a dead one. On a database
            # that other hosts may share, leases decide.
            recover(owner_is_gone=True)
            free_all(Message)
        lease = timedelta(seconds=self._config.calmdesk.worker.lease_seconds)
        self._run("parse", self._wake["parse"], partial(parse_stage, desk, self._owner), self._wake["triage"])
        self._run("triage", self._wake["triage"], partial(triage_stage, desk, self._owner), self._wake["draft"])
        self._run("draft", self._wake["draft"], partial(draft_stage, desk, self._owner), None)
        self._run("send", self._wake["send"], partial(send_stage, self._submitters, self._owner, lease), None)
        for name, sources in self._sources.items():
            for source in sources:
                self._watch(source, timedelta(days=self._config.mailboxes[name].answer_newer_than_days))
        for job in self._jobs:
            self._thread(job.name, partial(job.run, self._stop))

    def stop(self) -> None:
        """End all threads; what they had claimed is claimed again at the next start."""
        self._stop.set()
        for event in self._wake.values():
            event.set()
        for thread in self._threads:
            thread.join(timeout=30)
        if self._desk:
            self._desk.close()
        self._lock.release()

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _watch(self, source: MailSource, newer_than: timedelta) -> None:
        def run() -> None:
            with _database_thread():
                seconds = self._config.calmdesk.worker.poll_seconds
                watch(source, newer_than, seconds, self._stop, self._wake["parse"].set)

        self._thread(f"watch-{source.name}-{source.folder}", run)

    def _run(self, name: str, wake: threading.Event, step: Callable[[], int], then: threading.Event | None) -> None:
        def run() -> None:
            with _database_thread():
                while not self._stop.is_set():
                    wake.clear()
                    moved = _guarded(name, step)
                    if moved and then:
                        then.set()
                    if not moved:
                        wake.wait(IDLE_SECONDS)

        self._thread(f"stage-{name}", run)


def _guarded(name: str, step: Callable[[], int]) -> int:
    """Run one batch; a database that cannot be reached or is full stops nothing, the batch comes again."""
    try:
        close_old_connections()
        return step()
    except (CalmdeskError, DatabaseError) as error:
        log.error("stage not run", stage=name, error=type(error).__name__, reason=str(error).splitlines()[0])
        return 0
    except Exception:  # a fault of ours: the thread must live, or mail would wait for ever while all looks well
        log.exception("stage failed", stage=name)
        return 0


@contextmanager
def _as_config_error(mailbox: str, key: str) -> Iterator[None]:
    try:
        yield
    except (MailboxError, SubmissionError) as error:
        if was_read(mailbox):
            log.warning("server not reached", mailbox=mailbox, server=key, reason=str(error))
            return
        raise ConfigError(f"mailboxes.yaml: mailboxes.{mailbox}.{key}: {error.message}", remedy=error.remedy) from error


@contextmanager
def _database_thread() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()
