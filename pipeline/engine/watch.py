"""Watching one folder: new mail is stored as raw bytes, nothing more."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta

import structlog
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.source import FolderStatus, MailSource
from pipeline.records import RawMail
from pipeline.store.intake import (
    folder_row,
    marked,
    note_error,
    open_folder,
    store_mails,
    stored_uids,
    to_mark,
)
from pipeline.store.models import Folder, Message

log = structlog.get_logger(__name__)

LOT_MAILS = 50
LOT_BYTES = 4_000_000
"""So much is held in memory and committed at once."""
MARK_AT_ONCE = 200
RECONCILE_EVERY = timedelta(hours=1)
SHORTEST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0
LOGIN_BACKOFF = 300.0
"""A refused login is never hammered: providers lock accounts."""


def poll(
    source: MailSource,
    newer_than: timedelta,
    stored: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
) -> int:
    """Store all mail that is new in the folder of ``source``; returns how many. Safe to repeat at any point.

    ``stored`` is called after each lot, ``stop`` ends the work between two.
    """
    status = source.select()
    folder = _folder(source, status, newer_than)
    full = not status.ordered or _is_due(folder)
    wanted = _missing(source, folder) if full else source.uids(folder.last_uid + 1)
    count = 0
    for lot in in_lots(source.fetch(wanted)) if wanted else ():
        count += store_mails(folder, lot)
        stored()
        if len(wanted) > LOT_MAILS:
            log.info("folder is read", mailbox=source.name, folder=source.folder, stored=count, of=len(wanted))
        if stop and stop.is_set():
            return count
    folder.polled_at = timezone.now()
    folder.reconciled_at = folder.polled_at if full else folder.reconciled_at
    folder.save(update_fields=["polled_at", "reconciled_at"])
    return count


def _folder(source: MailSource, status: FolderStatus, newer_than: timedelta) -> Folder:
    """The folder's progress; a folder unknown or renumbered starts at the first mail that may be of interest."""
    folder = folder_row(source.name, source.folder)
    if folder and folder.uid_validity == status.uid_validity and not _went_back(folder, status):
        if folder.error:  # it can be read again
            folder.error = ""
            folder.save(update_fields=["error"])
        return folder
    history_before = timezone.now() - newer_than
    first_uid = source.first_uid_since(_since(source, folder, history_before.date()))
    if folder:
        log.warning("folder renumbered", mailbox=source.name, folder=source.folder, uid_validity=status.uid_validity)
    return open_folder(source.name, source.folder, status.uid_validity, first_uid, history_before)


def _went_back(folder: Folder, status: FolderStatus) -> bool:
    """Whether the server gives out UIDs again that it has used: it was restored from a backup (RFC 3501, 2.3.1.1)."""
    return status.ordered and status.uid_next <= folder.last_uid


def _since(source: MailSource, folder: Folder | None, first_day: date) -> date:
    """From which day a folder with unknown UIDs is read: the first day, or that of the oldest mail stored from it.

    After a change of UIDVALIDITY stored mail is fetched again and known by its hash; older history stays untouched.
    """
    rows = Message.objects.filter(mailbox=source.name, folder=source.folder)
    oldest = rows.order_by("received_at").first() if folder else None
    started = folder.history_before.date() if folder and folder.history_before else first_day
    return min(first_day, started, *([oldest.received_at.date()] if oldest else []))


def _is_due(folder: Folder) -> bool:
    return folder.reconciled_at is None or timezone.now() - folder.reconciled_at > RECONCILE_EVERY


def _missing(source: MailSource, folder: Folder) -> list[int]:
    """Every UID of the folder that is not stored: new ones, and any that went past unseen."""
    known = stored_uids(folder)
    return [uid for uid in source.uids(folder.first_uid) if uid not in known]


def in_lots(mails: Iterable[RawMail]) -> Iterator[list[RawMail]]:
    """``mails`` in lots that are small enough to commit at once. What came before a fault is handed on first."""
    lot: list[RawMail] = []
    try:
        for mail in mails:
            lot.append(mail)
            if len(lot) >= LOT_MAILS or sum(len(each.raw) for each in lot) >= LOT_BYTES:
                yield lot
                lot = []
    except MailboxError:
        if lot:
            yield lot
        raise
    if lot:
        yield lot


def mark(source: MailSource) -> str:
    """Mark on the server what was dealt with, where that is configured; "" or why the server does not permit it."""
    folder = folder_row(source.name, source.folder)
    while source.marks and folder and (uids := to_mark(folder, MARK_AT_ONCE)):
        refusal = source.mark_done(uids)
        if refusal:
            return refusal
        marked(folder, uids)
    return ""


def _warn(source: MailSource, *warnings: str) -> None:
    """Show the operator what is amiss although mail flows, for as long as it is."""
    warning = "; ".join(filter(None, warnings))
    changed = Folder.objects.filter(mailbox=source.name, name=source.folder).exclude(warning=warning)
    if changed.update(warning=warning) and warning:
        log.warning("mailbox not whole", mailbox=source.name, folder=source.folder, reason=warning)


def watch(
    source: MailSource,
    newer_than: timedelta,
    poll_seconds: float,
    stop: threading.Event,
    stored: Callable[[], None],
) -> None:
    """Poll until ``stop``; faults of connection and database back off with growing waits and never end the watch."""
    wait = SHORTEST_BACKOFF
    while not stop.is_set():
        try:
            with source:
                while not stop.is_set():
                    close_old_connections()
                    poll(source, newer_than, stored, stop)
                    _warn(source, source.warning, mark(source))
                    wait = SHORTEST_BACKOFF
                    source.wait(poll_seconds, stop)
        except (MailboxError, DatabaseError) as error:
            _put_down(source, error)
            refused = isinstance(error, MailboxLoginError)
            stop.wait(LOGIN_BACKOFF if refused else random.uniform(wait / 2, wait))
            wait = min(wait * 2, LONGEST_BACKOFF)
        except Exception:  # a fault of ours: the watch must live, or mail would wait for ever while all looks well
            log.exception("watch failed", mailbox=source.name, folder=source.folder)
            stop.wait(LONGEST_BACKOFF)


def _put_down(source: MailSource, error: Exception) -> None:
    """Log a fault and show it to the operator, where the database can be reached."""
    reason = next(iter(str(error).splitlines()), type(error).__name__)
    log.warning("mailbox not read", mailbox=source.name, folder=source.folder, reason=reason)
    with suppress(DatabaseError):
        note_error(source.name, source.folder, reason)
