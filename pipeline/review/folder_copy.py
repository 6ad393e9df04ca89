"""What became of a draft in the Drafts folder of its mailbox, as it is told beside the draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.review.diff import Change, changes
from pipeline.store.models import CopyState, Draft, MailboxDraft

_WORDS: dict[CopyState, tuple[str, str]] = {
    CopyState.PLACING: ("Being put into the Drafts folder.", ""),
    CopyState.PLACED: ("In the Drafts folder, too.", "Sent from there, it is answered here too."),
    CopyState.EDITED: (
        "Edited in the Drafts folder.",
        "What is approved here is the text below, not that one: see what differs, and who is at it, before you do.",
    ),
    CopyState.MISSING: (
        "Gone from the Drafts folder.",
        "It may have been sent from there just now, or deleted: wait a moment before you approve it here.",
    ),
    CopyState.SENT: ("Sent from the mail client.", ""),
    CopyState.DELETED: ("Deleted in the Drafts folder.", "Somebody did not want it sent like this."),
}
_ALARMING = (CopyState.EDITED, CopyState.MISSING, CopyState.DELETED)


@dataclass(frozen=True, slots=True)
class FolderCopy:
    """``look``: a person should see it before they approve. ``changes``: what they made of the text there."""

    row: MailboxDraft
    title: str
    more: str
    look: bool
    changes: Sequence[Change] = ()


def copy_row(draft: Draft) -> MailboxDraft | None:
    """The copy that counts: one that a person has in hand, or else the newest that we did not remove ourselves."""
    rows = [row for row in draft.copies.all() if row.state != CopyState.WITHDRAWN]
    theirs = [row for row in rows if row.state in (CopyState.EDITED, CopyState.MISSING)]
    return max(theirs or rows, key=lambda row: row.pk, default=None)


def folder_copy(draft: Draft) -> FolderCopy | None:
    """None for a draft that was never put into a mailbox, or is not there any more."""
    row = copy_row(draft)
    if row is None:
        return None
    title, more = _WORDS[CopyState(row.state)]
    edited = row.state == CopyState.EDITED
    return FolderCopy(row, title, more, row.state in _ALARMING, changes(row.text, row.edited) if edited else ())
