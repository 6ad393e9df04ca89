"""What a person's yes still covers."""

from __future__ import annotations

import hashlib

from pipeline.flow import DraftState
from pipeline.store.models import Draft, FirstApproval, Outgoing


def why_void(row: Outgoing, hash: str) -> str:
    """Why the approval of ``row`` no longer holds, or ""; ``hash`` is that of its bytes and envelope as they are."""
    approval = row.approval
    if approval.hash != hash:
        return "the mail is not what was approved"
    if row.ticket.version != approval.ticket_version:
        return "a newer mail of the customer came after the approval"
    if approval.draft.state != DraftState.APPROVED or approval.draft.version != approval.draft_version:
        return "the draft changed after its approval"
    return ""


def text_hash(draft: Draft, recipient: str) -> str:
    """What a first yes is given to: the text, its subject and where it goes."""
    return hashlib.sha256("\0".join((recipient, draft.subject, draft.body)).encode()).hexdigest()


def first_approval(draft: Draft, hash: str | None = None) -> FirstApproval | None:
    """The first yes to ``draft`` as it is now, if somebody gave one; ``hash`` is that of its text and recipient."""
    as_it_is = (draft.version, draft.ticket.version)
    given = sorted(draft.first_approvals.all(), key=lambda one: one.pk)  # not a query of its own where prefetched
    same = (one for one in given if (one.draft_version, one.ticket_version) == as_it_is)
    return next((one for one in same if hash in (None, one.hash)), None)
