"""Whether mail comes in: the state of every folder of every mailbox, for the page, the banner and the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Count, Max, Min, Q

from pipeline.config import Config, MailboxConfig
from pipeline.flow import MessageState
from pipeline.intake.maildir import EmlFolderSource, MaildirSource
from pipeline.intake.source import IMPORTED
from pipeline.store.limits import HELD_BACK
from pipeline.store.models import Folder, Message

MISSED_POLLS = 5
SHORTEST_SILENCE = timedelta(minutes=1)
"""A folder that is read every second may take longer than five of them."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came from one folder. ``last_stored`` and ``oldest_waiting`` are None where there is none."""

    last_stored: datetime | None = None
    stored_24h: int = 0
    waiting: int = 0
    oldest_waiting: datetime | None = None
    held_back_1h: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class FolderState:
    """One folder; ``polled_at`` is None where it was never read. ``trouble`` says why it is not read now, or "".

    ``warning`` says what is amiss although it is read, ``notice`` what last happened to it.
    """

    mailbox: str
    folder: str
    configured: bool
    imported: bool
    polled_at: datetime | None
    error: str
    warning: str
    notice: str
    trouble: str
    traffic: Traffic = field(default_factory=Traffic)


def folder_states(config: Config, now: datetime) -> list[FolderState]:
    """Every folder that is configured or was ever read; imported ones last."""
    traffic = _traffic(now)
    states = [
        _state(config, *key, row, now, traffic.get(key) or Traffic()) for key, row in _folders(config, imported=True)
    ]
    return sorted(states, key=lambda state: (state.imported, state.mailbox, not state.configured))


def troubles(config: Config, now: datetime) -> list[FolderState]:
    """The configured folders that are not being read."""
    states = (_state(config, *key, row, now, Traffic()) for key, row in _folders(config, imported=False))
    return [state for state in states if state.trouble]


def _folders(config: Config, imported: bool) -> Iterator[tuple[tuple[str, str], Folder | None]]:
    """Configured folders first, with their rows; then rows of folders that are no longer configured."""
    rows = {(row.mailbox, row.name): row for row in Folder.objects.order_by("mailbox", "name")}
    for name, mailbox in config.mailboxes.items():
        for folder in folder_names(name, mailbox):
            yield (name, folder), rows.pop((name, folder), None)
    if imported:
        yield from rows.items()


def folder_names(name: str, mailbox: MailboxConfig) -> tuple[str, ...]:
    """The folders of a mailbox as the rows name them."""
    if mailbox.maildir:
        return (MaildirSource(name, Path(mailbox.maildir)).folder,)
    if mailbox.eml_folder:
        return (EmlFolderSource(name, Path(mailbox.eml_folder)).folder,)
    return mailbox.imap.folder if mailbox.imap else ()


def _state(
    config: Config, mailbox: str, folder: str, row: Folder | None, now: datetime, traffic: Traffic
) -> FolderState:
    known = config.mailboxes.get(mailbox)
    configured = known is not None and folder in folder_names(mailbox, known)
    return FolderState(
        mailbox=mailbox,
        folder=folder,
        configured=configured,
        imported=folder.startswith(IMPORTED),
        polled_at=row.polled_at if row else None,
        error=row.error if row else "",
        warning=row.warning if row and configured else "",
        notice=row.notice if row else "",
        trouble=_trouble(config, mailbox, folder, row, now) if configured else "",
        traffic=traffic,
    )


def _trouble(config: Config, mailbox: str, folder: str, row: Folder | None, now: datetime) -> str:
    if row and row.error:
        return row.error
    if row is None or row.polled_at is None:
        # The first read of a full folder takes its time; what it stores shows that it goes on.
        return "" if _stores(mailbox, folder, now - SHORTEST_SILENCE) else "it has not been read yet"
    silence = max(timedelta(seconds=config.calmdesk.worker.poll_seconds * MISSED_POLLS), SHORTEST_SILENCE)
    if now - row.polled_at <= silence or _stores(mailbox, folder, now - silence):
        return ""
    return "nobody reads it: is the worker running?"


def _stores(mailbox: str, folder: str, since: datetime) -> bool:
    return Message.objects.filter(mailbox=mailbox, folder=folder, stored_at__gt=since).exists()


def _traffic(now: datetime) -> dict[tuple[str, str], Traffic]:
    waiting = Q(state=MessageState.RECEIVED)
    held_back = Q(state=MessageState.SUPPRESSED, reason__startswith=HELD_BACK)
    rows = Message.objects.values_list("mailbox", "folder").annotate(
        last_stored=Max("stored_at"),
        stored_24h=Count("pk", filter=Q(stored_at__gt=now - timedelta(days=1))),
        waiting=Count("pk", filter=waiting),
        oldest_waiting=Min("stored_at", filter=waiting),
        held_back_1h=Count("pk", filter=held_back & Q(stored_at__gt=now - timedelta(hours=1))),
        quarantined=Count("pk", filter=Q(state=MessageState.QUARANTINED)),
    )
    return {(mailbox, folder): Traffic(*facts) for mailbox, folder, *facts in rows}
