"""What every decision on a draft begins with: the draft as it is now, locked, and what its text is checked against."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from pipeline.config import Config, MailboxConfig
from pipeline.drafting.checks import CheckContext, Judge
from pipeline.drafting.escalation import escalation_summary
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.errors import FlowError, StaleError
from pipeline.flow import DraftState
from pipeline.records import (
    DraftKind,
    Service,
    Source,
)
from pipeline.store import codec
from pipeline.store.cases import case_of
from pipeline.store.models import Draft, Ticket
from pipeline.store.services import noted
from pipeline.triage.reply_reader import shared_reply_reader

LONGEST_BODY = 100_000


def mailbox_of(config: Config, ticket: Ticket) -> MailboxConfig:
    try:
        return config.mailboxes[ticket.mailbox]
    except KeyError:
        raise FlowError(f"mailbox {ticket.mailbox!r} is no longer in mailboxes.yaml") from None


def context_of(config: Config, draft: Draft, body: str, role: str) -> CheckContext:
    mailbox = mailbox_of(config, draft.ticket)
    knowledge = KnowledgeBase.load(config.knowledge_folder(draft.ticket.mailbox))
    return CheckContext(
        body=body,
        kind=DraftKind(draft.kind),
        case=case_of(draft.message),
        firm=mailbox.firm,
        policy=config.policy_of(draft.ticket.mailbox),
        now=timezone.now(),
        sources=tuple(Source(**source) for source in draft.sources),
        restated=tuple(draft.restated),
        knowledge="\n".join(passage.searchable for passage in knowledge.passages),
        composure=config.thresholds.of(draft.ticket.mailbox).composure,
        role=role,
    )


def judge_of(config: Config) -> Judge | None:
    """The model beside the rules. Loaded at the first call, which takes seconds: call it before a row is locked."""
    with noted(Service.REPLIES):
        return shared_reply_reader(config.calmdesk.model)


def summary_of(context: CheckContext, why: str) -> Any:
    """What the second person is told, as it is stored."""
    return codec.summary_to_json(escalation_summary(context.case, context.firm, context.policy.calendar, why))


def open_draft(draft_id: int, version: int) -> Draft:
    """The draft, locked, if it can still be decided on; the ticket row is locked first, by every writer."""
    draft = Draft.objects.select_related("ticket", "message").get(pk=draft_id)
    Ticket.objects.select_for_update().get(pk=draft.ticket_id)
    draft = Draft.objects.select_for_update().select_related("ticket", "message").get(pk=draft_id)
    if draft.state != DraftState.PROPOSED:
        raise StaleError(f"draft {draft_id} is {draft.state}, not proposed")
    if draft.version != version:
        raise StaleError(f"draft {draft_id} is at version {draft.version} by now, you saw {version}")
    if draft.ticket_version != draft.ticket.version:
        raise StaleError(f"a newer mail came to ticket {draft.ticket_id} after this draft was written")
    return draft
