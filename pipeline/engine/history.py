"""Importing old mail as history: context for later mail of the same people, nothing is drafted for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from pipeline.engine.watch import in_lots
from pipeline.intake.mbox import history_of
from pipeline.store.intake import folder_row, open_folder, store_mails


def import_mbox(path: Path, mailbox: str, progress: Callable[[int], object] = lambda read: None) -> tuple[int, int]:
    """Store the mails of an mbox file: (read, new). Importing again stores nothing twice.

    The running worker, or the next one, reads what was stored, after all mail that waits for an answer.
    ``progress`` is told how many were read so far. InputError where the file is no mbox.
    """
    read = new = 0
    folder = None
    for lot in in_lots(history_of(path, mailbox)):
        # Opened with the first mail, so that a file that is no mbox leaves nothing behind.
        first = lot[0]
        folder = folder or folder_row(mailbox, first.folder)
        folder = folder or open_folder(mailbox, first.folder, first.uid_validity, 1, timezone.now())
        new += store_mails(folder, lot, history=True)
        read += len(lot)
        progress(read)
    return read, new
