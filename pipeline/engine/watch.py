"""Watching one mailbox: new mail is stored as raw bytes, nothing more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import structlog
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from pipeline.errors import MailboxError, MailboxLoginError
from pipeline.intake.imap import ImapSource
from pipeline.intake.source import MailSource
from pipeline.store.intake import open_folder, store_raw
from pipeline.store.models import Folder, Message

log = structlog.get_logger(__name__)

FETCH_AT_ONCE = 50
SHORTEST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0
LOGIN_BACKOFF = 300.0
"""A refused login is never hammered: providers lock accounts."""


def poll(source: MailSource, mailbox: str, folder_name: str, first_day: date) -> int:
    """Store all mail that is new in the selected folder; returns how many. Safe to repeat at any point."""
    status = source.select()
    known = Folder.objects.filter(mailbox=mailbox, name=folder_name, uid_validity=status.uid_validity).exists()
    first_uid = 1 if known else source.first_uid_since(_since(mailbox, folder_name, first_day))
    folder = open_folder(mailbox, folder_name, status.uid_validity, first_uid)
    stored = 0
    while True:
        fetched = 0
        for mail in source.fetch_new(folder.last_uid, FETCH_AT_ONCE):
            stored += store_raw(mail) is not None
            folder.last_uid = mail.uid
            fetched += 1
        if fetched < FETCH_AT_ONCE:
            break
    Folder.objects.filter(pk=folder.pk).update(polled_at=timezone.now(), error="")
    return stored


def _since(mailbox: str, folder_name: str, first_day: date) -> date:
    """From which day a folder with unknown UIDs is read: the first day, or that of the oldest mail stored from it.

    After a change of UIDVALIDITY stored mail is fetched again and known by its hash; older history stays untouched.
    """
    stored = Message.objects.filter(mailbox=mailbox, folder=folder_name).order_by("received_at").first()
    return min(first_day, stored.received_at.date()) if stored else first_day


def watch(
    source: ImapSource,
    mailbox: str,
    folder_name: str,
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
                    if poll(source, mailbox, folder_name, (timezone.now() - newer_than).date()):
                        stored()
                    wait = SHORTEST_BACKOFF
                    source.wait(poll_seconds, stop)
        except (MailboxError, DatabaseError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            log.warning("mailbox not read", mailbox=mailbox, reason=reason)
            with suppress(DatabaseError):
                Folder.objects.filter(mailbox=mailbox, name=folder_name).update(error=reason)
            stop.wait(LOGIN_BACKOFF if isinstance(error, MailboxLoginError) else wait)
            wait = min(wait * 2, LONGEST_BACKOFF)
