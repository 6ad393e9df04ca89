"""What every decision begins with: the ticket or draft as it is now, locked, and what a text is checked against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from pipeline.config import Config, MailboxConfig
from pipeline.drafting.checks import CheckContext, judged, run_checks
from pipeline.drafting.checks.promises import commitments
from pipeline.drafting.escalation import escalation_summary, why_second_yes
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.errors import FlowError, StaleError
from pipeline.flow import DraftState
from pipeline.records import CheckResult, DraftKind, Promise, Service, Source
from pipeline.review.decisions.presence import refuse_if_opened
from pipeline.review.roles import AGENT
from pipeline.store import codec, tickets
from pipeline.store.cases import case_of
from pipeline.store.models import Draft, Ticket
from pipeline.store.services import noted
from pipeline.triage.reply_reader import shared_reply_reader

LONGEST_BODY = 100_000


@dataclass(frozen=True, slots=True)
class Preview:
    """What the checks say of a text, and the promises it makes."""

    checks: tuple[CheckResult, ...]
    promises: tuple[Promise, ...]


def mailbox_of(config: Config, ticket: Ticket) -> MailboxConfig:
    try:
        return config.mailboxes[ticket.mailbox]
    except KeyError:
        raise FlowError(f"mailbox {ticket.mailbox!r} is no longer in mailboxes.yaml") from None


def knowledge_of(config: Config, mailbox: str) -> str:
    """All that the firm knows, as text. Read from its files: call it before a row is locked."""
    return "\n".join(passage.searchable for passage in KnowledgeBase.load(config.knowledge_folder(mailbox)).passages)


def context_of(config: Config, draft: Draft, body: str, role: str, knowledge: str) -> CheckContext:
    mailbox = mailbox_of(config, draft.ticket)
    return CheckContext(
        body=body,
        kind=DraftKind(draft.kind),
        case=case_of(draft.message),
        firm=mailbox.firm,
        policy=config.policy_of(draft.ticket.mailbox),
        now=timezone.now(),
        sources=tuple(Source(**source) for source in draft.sources),
        restated=tuple(draft.restated),
        knowledge=knowledge,
        composure=config.thresholds.of(draft.ticket.mailbox).composure,
        role=role,
    )


def heard(config: Config, draft: Draft, body: str) -> CheckContext:
    """``body`` as a text of ``draft``, with what takes time to find out: what the firm knows, what the model hears.

    Call it before a row is locked, and `as_of_now` after.
    """
    knowledge = knowledge_of(config, draft.ticket.mailbox)
    with noted(Service.REPLIES):  # loaded at the first call, which takes seconds
        judge = shared_reply_reader(config.calmdesk.model)
    return judged(context_of(config, draft, body, AGENT, knowledge), judge)


def as_of_now(config: Config, draft: Draft, body: str, role: str, before: CheckContext) -> CheckContext:
    """``body`` in the light of the rows, which are locked by now; what takes time was found out `before`.

    StaleError where the model heard another text than this: ``body``, or what it restates, changed meanwhile.
    """
    now = context_of(config, draft, body, role, before.knowledge)
    if now.own != before.own:
        raise StaleError(f"draft {draft.pk or '(new)'} was changed meanwhile", kind="edited", version=draft.version)
    return replace(now, verdicts=before.verdicts)


def examined(context: CheckContext) -> Preview:
    return Preview(run_checks(context), tuple(commitments(context)))


def write_text(config: Config, draft: Draft, text: str, role: str, before: CheckContext) -> None:
    """Put ``text``, as it was `heard` before, into ``draft`` with all that follows from it; not saved.

    ``role`` is that of who wrote it.
    """
    context = as_of_now(config, draft, text, AGENT, before)
    found = examined(context)
    draft.body = text
    draft.checks, draft.promises = codec.checks_to_json(found.checks), codec.promises_to_json(found.promises)
    draft.summary = summary_of(context, why_second_yes(run_checks(replace(context, role=role))))
    draft.updated_at = timezone.now()


def summary_of(context: CheckContext, why: str) -> Any:
    """What the second person is told, as it is stored."""
    return codec.summary_to_json(escalation_summary(context.case, context.firm, context.policy.calendar, why))


def as_text(body: str) -> str:
    """``body`` as it is stored: a browser's line ends are ours, and the last line ends too."""
    if len(body) > LONGEST_BODY:
        raise FlowError("the text is too long to be a reply")
    return body.replace("\r\n", "\n").rstrip() + "\n"


def locked_ticket(ticket_id: int) -> Ticket:
    """The ticket, locked, if its mail is still there."""
    return standing(tickets.lock(ticket_id))


def standing(ticket: Ticket) -> Ticket:
    """The ticket, if its mail is still there."""
    if ticket.merged_into_id:
        raise StaleError(f"ticket {ticket.pk} was put into ticket {ticket.merged_into_id}")
    return ticket


def seen_draft(draft_id: int) -> Draft:
    """The draft as it is, not locked: to find out what takes time."""
    return Draft.objects.select_related("ticket", "message").get(pk=draft_id)


def locked_draft(user: User, draft_id: int, version: int) -> Draft:
    """The draft, locked, if ``user`` can still decide on it; the ticket row is locked first, by every writer."""
    seen = Draft.objects.only("ticket_id").get(pk=draft_id)
    tickets.lock(seen.ticket_id)
    rows = Draft.objects.select_for_update(of=("self",)).select_related("ticket__opened_by", "message")
    draft = rows.get(pk=draft_id)
    if why := _why_stale(draft, version):
        kind, message = why
        raise StaleError(message, kind=kind, version=draft.version, draft=draft_id, seen=version)
    refuse_if_opened(draft.ticket, user, draft.version)
    return draft


def _why_stale(draft: Draft, version: int) -> tuple[str, str] | None:
    """The kind of `StaleError` and its message, if ``draft`` is not what was seen as ``version``."""
    if draft.state != DraftState.PROPOSED:
        return "decided", f"draft {draft.pk} is {draft.state}, not proposed"
    if draft.ticket_version != draft.ticket.version:
        return "newer_mail", f"a newer mail came to ticket {draft.ticket_id} after this draft was written"
    if draft.version != version:
        return "edited", f"draft {draft.pk} is at version {draft.version} by now, you saw {version}"
    if draft.generating:
        return "generating", f"draft {draft.pk} is being written again"
    return None
