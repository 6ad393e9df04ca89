"""A draft set as the JSON object of ``calmdesk draft``; the names are a contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipeline.records import CheckResult, Draft, DraftSet, EscalationSummary, Promise


def to_json(draft_set: DraftSet, suppressed: str | None) -> dict[str, Any]:
    """``suppressed`` is why the mail must not be answered; then there are no drafts."""
    return {
        "id": draft_set.id,
        "suppressed": suppressed,
        "escalate": draft_set.escalate,
        "proposed": draft_set.proposed.value if draft_set.proposed and not suppressed else None,
        "why": draft_set.why,
        "summary": _summary(draft_set.summary),
        "drafts": [] if suppressed else [_draft(draft) for draft in draft_set.drafts],
    }


def _summary(summary: EscalationSummary | None) -> dict[str, Any] | None:
    if summary is None:
        return None
    return {
        "why": summary.why,
        "customer": summary.customer,
        "happened": list(summary.happened),
        "asked": list(summary.asked),
        "promised": [{"text": promise.text, "due_at": _time(promise.due_at)} for promise in summary.promised],
        "urgency": summary.urgency,
        "since": summary.since.isoformat(),
        "mails": summary.mails,
        "contact": summary.contact,
    }


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind.value,
        "subject": draft.subject,
        "body": draft.body,
        "restated": list(draft.restated),
        "sources": list(dict.fromkeys(source.id for source in draft.sources)),
        "promises": [_promise(promise) for promise in draft.promises],
        "asks": list(draft.asks),
        "checks": [_check(check) for check in draft.checks],
        "writer": draft.writer.value,
        "dropped": list(draft.dropped),
        "summary": _summary(draft.summary),
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "text": promise.text,
        "start": promise.start,
        "end": promise.end,
        "due_at": _time(promise.due_at),
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "name": check.name,
        "status": check.status.value,
        "message": check.message,
        "start": check.start,
        "end": check.end,
    }
