"""Storing what came in: raw bytes and the folder's progress in one transaction, before anything else happens."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from pipeline.errors import MailboxError
from pipeline.flow import MessageState
from pipeline.records import RawMail
from pipeline.store import tickets
from pipeline.store.limits import HELD_BACK
from pipeline.store.models import Folder, Message, RawMessage

UNOPENED = 0
"""The UIDVALIDITY of a folder that could not be opened yet; servers give positive ones (RFC 3501, 2.3.1.1)."""


def folder_row(mailbox: str, name: str) -> Folder | None:
    """The folder's progress, if it was ever opened."""
    return Folder.objects.filter(mailbox=mailbox, name=name).exclude(uid_validity=UNOPENED).first()


def was_read(mailbox: str) -> bool:
    """Whether any folder of the mailbox was ever read."""
    return Folder.objects.filter(mailbox=mailbox, polled_at__isnull=False).exists()


def open_folder(mailbox: str, name: str, uid_validity: int, first_uid: int, history_before: datetime) -> Folder:
    """A folder that is new, or whose UIDs the server has renumbered: it is read from ``first_uid`` on.

    Where the line between history and work runs is decided at the first start, once.
    """
    folder = Folder.objects.filter(mailbox=mailbox, name=name).first() or Folder(mailbox=mailbox, name=name)
    before = folder.uid_validity or UNOPENED
    if before == UNOPENED:
        folder.history_before = history_before
    else:
        folder.notice = (
            f"{timezone.now():%Y-%m-%d %H:%M} UTC: the server renumbered the folder (UIDVALIDITY was {before}, is "
            f"{uid_validity}); it was read again, mail that was stored before was recognised"
        )
        _retire(mailbox, name)
    folder.uid_validity, folder.first_uid, folder.last_uid = uid_validity, first_uid, first_uid - 1
    folder.error = ""
    folder.save()
    if before != UNOPENED:
        tickets.record("intake", "folder renumbered", None, mailbox=mailbox, folder=name, validity=uid_validity)
    return folder


def _retire(mailbox: str, name: str) -> None:
    """Take the numbers off the mails of a folder: each numbering that ended gets a negative UIDVALIDITY of its own.

    Servers that were restored from a backup hand out the same numbers again for other mails.
    """
    rows = Message.objects.filter(mailbox=mailbox, folder=name)
    lowest = rows.aggregate(lowest=Min("uid_validity"))["lowest"] or 0
    rows.filter(uid_validity__gt=0).update(uid_validity=min(lowest, 0) - 1)


def note_error(mailbox: str, name: str, reason: str) -> None:
    """Put down why a folder cannot be read, also one that was never opened."""
    folder, _ = Folder.objects.get_or_create(mailbox=mailbox, name=name, defaults={"uid_validity": UNOPENED})
    Folder.objects.filter(pk=folder.pk).update(error=reason)


def stored_uids(folder: Folder) -> set[int]:
    """The UIDs of every mail that was stored from the folder as it is numbered now."""
    return set(_numbered(folder).values_list("uid", flat=True))


def _numbered(folder: Folder) -> QuerySet[Message]:
    return Message.objects.filter(mailbox=folder.mailbox, folder=folder.name, uid_validity=folder.uid_validity)


def store_mails(folder: Folder, mails: Sequence[RawMail], history: bool = False) -> int:
    """Commit the raw bytes of ``mails`` and the folder's progress in one transaction; returns how many were new.

    ``history``: nothing is drafted for any of them. Safe to repeat: what is stored already, under these UIDs or under
    the folder's former ones, is not stored again.
    """
    with transaction.atomic():
        row = Folder.objects.select_for_update().get(pk=folder.pk)
        if row.uid_validity != folder.uid_validity:
            raise MailboxError(f"{folder.mailbox} folder {folder.name!r}: renumbered meanwhile, it is read again")
        known = set(_numbered(folder).filter(uid__in=[mail.uid for mail in mails]).values_list("uid", flat=True))
        new = {mail.uid: mail for mail in mails if mail.uid not in known}
        fresh = _without_renumbered(folder, [_row(folder, mail, history) for mail in new.values()])
        Message.objects.bulk_create(fresh)
        RawMessage.objects.bulk_create([RawMessage(message=row, data=new[row.uid].raw) for row in fresh])
        folder.last_uid = max(row.last_uid, *(mail.uid for mail in mails))
        folder.save(update_fields=["last_uid"])
    return len(fresh)


def _row(folder: Folder, mail: RawMail, history: bool) -> Message:
    return Message(
        mailbox=mail.mailbox,
        folder=mail.folder,
        uid_validity=mail.uid_validity,
        uid=mail.uid,
        sha256=hashlib.sha256(mail.raw).hexdigest(),
        size=mail.size,
        complete=mail.complete,
        received_at=mail.received_at,
        history=history or (folder.history_before is not None and mail.received_at < folder.history_before),
    )


def _without_renumbered(folder: Folder, rows: list[Message]) -> list[Message]:
    """Rows of ``rows`` that are new; the others are found under former UIDs by their bytes, and get their new ones."""
    stored = Message.objects.filter(mailbox=folder.mailbox, folder=folder.name, uid_validity__lt=0)
    by_hash: dict[str, list[Message]] = defaultdict(list)
    for row in stored.filter(sha256__in=[row.sha256 for row in rows]).order_by("-id"):
        by_hash[row.sha256].append(row)
    fresh = []
    for row in rows:
        if by_hash[row.sha256]:
            found = by_hash[row.sha256].pop()
            Message.objects.filter(pk=found.pk).update(uid_validity=row.uid_validity, uid=row.uid)
        else:
            fresh.append(row)
    return fresh


DEALT_WITH = (MessageState.DRAFTED, MessageState.SUPPRESSED)


def to_mark(folder: Folder, limit: int) -> list[int]:
    """UIDs of mails that were dealt with and not yet marked on the server; what was held back waits for a person."""
    rows = _numbered(folder).filter(marked_at__isnull=True, history=False, state__in=DEALT_WITH)
    rows = rows.exclude(reason__startswith=HELD_BACK)
    return list(rows.order_by("uid").values_list("uid", flat=True)[:limit])


def marked(folder: Folder, uids: Sequence[int]) -> None:
    _numbered(folder).filter(uid__in=uids).update(marked_at=timezone.now())
