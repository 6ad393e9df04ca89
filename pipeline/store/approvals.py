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
    found = draft.first_approvals.filter(draft_version=draft.version, ticket_version=draft.ticket.version)
    return (found.filter(hash=hash) if hash else found).select_related("approver").first()
