"""What a person's yes still covers."""

from __future__ import annotations

from pipeline.flow import DraftState
from pipeline.store.models import Outgoing


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
