"""What a person may decide on drafts and replies. The page and the API both come here, so both follow the same rules.

Each function works in one transaction, raises StaleError when the person acted on something that is no longer so,
NotAllowed when their role does not permit it, and leaves a line in the audit trail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.config import Config, MailboxConfig
from pipeline.drafting.checks import CheckContext, Judge, concessions, judged, run_checks
from pipeline.drafting.checks.promises import commitments
from pipeline.drafting.escalation import escalation_summary, why_second_yes
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.errors import FlowError, StaleError
from pipeline.flow import OUTGOING_CHANGES, DraftState, OutgoingState, check_change
from pipeline.intake.parse import MISSING_ID_DOMAIN
from pipeline.intake.thread import reply_address, reply_token
from pipeline.records import (
    ACTION_KINDS,
    Address,
    CheckStatus,
    DraftKind,
    Envelope,
    Fault,
    ParsedMail,
    Reply,
    Source,
)
from pipeline.review.done import done_action
from pipeline.review.recipient import confirmed_recipient
from pipeline.review.roles import AGENT, LEAD, Permission, approver_role, require
from pipeline.sending.compose import approval_hash, compose_reply, envelope_for, new_message_id
from pipeline.store import approvals, codec, tickets
from pipeline.store.cases import case_of
from pipeline.store.models import Action, Approval, Draft, FirstApproval, Outgoing, Ticket
from pipeline.store.threads import signing_key
from pipeline.triage.reply_reader import shared_reply_reader

LONGEST_BODY = 100_000


def _mailbox(config: Config, ticket: Ticket) -> MailboxConfig:
    try:
        return config.mailboxes[ticket.mailbox]
    except KeyError:
        raise FlowError(f"mailbox {ticket.mailbox!r} is no longer in mailboxes.yaml") from None


def _context(config: Config, draft: Draft, body: str, role: str) -> CheckContext:
    mailbox = _mailbox(config, draft.ticket)
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


def _judge(config: Config) -> Judge | None:
    """The model beside the rules. Loaded at the first call, which takes seconds: call it before a row is locked."""
    return shared_reply_reader(config.calmdesk.model)


def _summary(context: CheckContext, why: str) -> Any:
    """What the second person is told, as it is stored."""
    return codec.summary_to_json(escalation_summary(context.case, context.firm, context.policy.calendar, why))


def _open_draft(draft_id: int, version: int) -> Draft:
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


def edit(config: Config, user: User, draft_id: int, version: int, body: str) -> Draft:
    """Save a new text; its checks are run again and its version grows."""
    require(user, Permission.DECIDE)
    if not body.strip() or len(body) > LONGEST_BODY:
        raise FlowError("an empty text cannot be sent" if not body.strip() else "the text is too long to be a reply")
    judge = _judge(config)
    with transaction.atomic():
        draft = _open_draft(draft_id, version)
        text = body.replace("\r\n", "\n").rstrip() + "\n"
        if text != draft.body:
            draft.body = text
            context = judged(_context(config, draft, text, AGENT), judge)
            draft.checks = codec.checks_to_json(run_checks(context))
            draft.promises = codec.promises_to_json(tuple(commitments(context)))
            mine = run_checks(replace(context, role=approver_role(user)))
            draft.summary = _summary(context, why_second_yes(mine))
            draft.version += 1
            draft.updated_at = timezone.now()
            draft.save()
            tickets.record(user.get_username(), "draft edited", draft.ticket, draft=draft.pk, version=draft.version)
    return draft


def approve(config: Config, user: User, draft_id: int, version: int, confirm_recipient: str = "") -> Draft:
    """A person's yes: put the reply into its final bytes, bind the approval to them, and queue it.

    Where the policy wants two people the first yes is stored, and the draft waits as it is for a second person.
    ``confirm_recipient`` names the address the reply goes to, where that is not plainly the customer's.
    """
    require(user, Permission.DECIDE)
    judge = _judge(config)
    with transaction.atomic():
        draft = _open_draft(draft_id, version)
        ticket, message = draft.ticket, draft.message
        context = _context(config, draft, draft.body, approver_role(user))
        why = _why_two(draft, context, judge)
        mailbox = _mailbox(config, ticket)
        recipient = confirmed_recipient(config, ticket, message, confirm_recipient)
        hash = approvals.text_hash(draft, recipient.email)
        first = approvals.first_approval(draft, hash)
        if why and first is None:
            _note_first(user, draft, hash, _summary(context, why))
            return draft
        if why and first:
            _must_complete(user, first)
        reply = _reply(draft, mailbox, recipient)
        raw, envelope = compose_reply(reply), envelope_for(reply)
        approval = Approval.objects.create(
            draft=draft,
            draft_version=draft.version,
            ticket_version=ticket.version,
            approver=user,
            hash=approval_hash(raw, envelope),
            first=first if first and first.approver_id != user.pk else None,
        )
        Outgoing.objects.create(
            approval=approval,
            ticket=ticket,
            mailbox=ticket.mailbox,
            message_id=reply.message_id,
            sender=envelope.sender,
            recipients=list(envelope.recipients),
            raw=raw,
        )
        _note_grants(context, ticket, approval)
        tickets.set_draft_state(draft, DraftState.APPROVED)
        for other in message.drafts.filter(state=DraftState.PROPOSED):
            tickets.set_draft_state(other, DraftState.SUPERSEDED)
        tickets.refresh(ticket)
        tickets.record(
            user.get_username(), "draft approved", ticket, draft=draft.pk, version=version, hash=approval.hash
        )
    return draft


def _why_two(draft: Draft, context: CheckContext, judge: Judge | None) -> str:
    """Why the yes of somebody in the role of ``context`` needs another's, or ""; StaleError where no yes would do.

    Checked as of now: a time that was promised when the draft was written may have passed since. What is over the
    limits of the role alone, a lead may grant together with them.
    """
    context = judged(context, judge)
    results = run_checks(context)
    why = why_second_yes(results)
    if why and context.role != LEAD:
        results = run_checks(replace(context, role=LEAD))
    blocked = [result for result in results if result.status is CheckStatus.BLOCK]
    if blocked:
        raise StaleError(f"draft {draft.pk} is blocked: {blocked[0].message}")
    return why


def _note_first(user: User, draft: Draft, hash: str, summary: Any) -> None:
    """Keep the yes, and what the second person is told of it."""
    ticket = draft.ticket
    draft.summary = summary
    draft.save(update_fields=["summary"])
    draft.first_approvals.create(draft_version=draft.version, ticket_version=ticket.version, hash=hash, approver=user)
    tickets.record(user.get_username(), "first of two approvals", ticket, draft=draft.pk, version=draft.version)


def _must_complete(user: User, first: FirstApproval) -> None:
    """The second yes is another person's, and a lead's."""
    if first.approver_id == user.pk:
        raise FlowError(f"draft {first.draft_id} needs the yes of a second person: yours is given")
    require(user, Permission.COMPLETE)


def _note_grants(context: CheckContext, ticket: Ticket, approval: Approval) -> None:
    """Count the money that the reply grants towards what its customer has been granted."""
    for grant in concessions.grants(context):
        one = grant.concession
        if one.amount and one.currency:
            kind = one.kind if one.kind in ACTION_KINDS else "discount"  # a fee let off is money off
            ticket.actions.create(
                kind=kind, amount=one.amount, currency=one.currency, by=approval.approver, approval=approval
            )


def _reply(draft: Draft, mailbox: MailboxConfig, recipient: Address) -> Reply:
    sender = Address(mailbox.display_name or mailbox.firm.name, mailbox.address)
    return Reply(
        message_id=new_message_id(sender.email.rpartition("@")[2]),
        sender=sender,
        recipient=recipient,
        subject=draft.subject,
        body=draft.body,
        references=_references(codec.parsed_from_json(draft.message.parsed)),
        date=timezone.now(),
        reply_to=_token_address(draft.ticket, sender) if mailbox.plus_addressing else None,
    )


def _token_address(ticket: Ticket, sender: Address) -> Address:
    """Where the customer's next mail shall go: an address that proves which conversation it continues."""
    token = reply_token(signing_key(), ticket.mailbox, ticket.pk)
    return Address(sender.name, reply_address(sender.email, token))


def _references(parsed: ParsedMail) -> tuple[str, ...]:
    """References of a reply (RFC 5322 3.6.4); a mail that came without a Message-ID cannot be named."""
    earlier = tuple(item for item in parsed.references if item != parsed.message_id)
    return earlier if parsed.message_id.endswith(f"@{MISSING_ID_DOMAIN}>") else (*earlier, parsed.message_id)


def reject(user: User, draft_id: int, version: int, reason: str) -> Draft:
    """A person's no, with its reason; the other drafts of the message stay open."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        draft = _open_draft(draft_id, version)
        draft.rejection = reason.strip()[:2000]
        draft.save(update_fields=["rejection"])
        tickets.set_draft_state(draft, DraftState.REJECTED)
        tickets.refresh(draft.ticket)
        tickets.record(user.get_username(), "draft rejected", draft.ticket, draft=draft.pk, version=version)
    return draft


def set_fault(user: User, ticket_id: int, fault: Fault) -> Ticket:
    """What a person established about who is at fault. Open drafts are written again with it."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
        if ticket.merged_into_id:
            raise StaleError(f"ticket {ticket_id} was put into ticket {ticket.merged_into_id}")
        ticket.fault = fault
        ticket.save(update_fields=["fault"])
        tickets.draft_again(tickets.newest_answerable(ticket))
        tickets.refresh(ticket)
        tickets.record(user.get_username(), "fault set", ticket, fault=str(fault))
    return ticket


def record_action(
    user: User, ticket_id: int, kind: str, amount: str = "", currency: str = "", note: str = ""
) -> Action:
    """What a person says was done on the ticket. Open drafts are written again with it, and checked against it.

    FlowError where `done_action` does not understand what was given.
    """
    require(user, Permission.DECIDE)
    done = done_action(kind, amount, currency, note)
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
        if ticket.merged_into_id:
            raise StaleError(f"ticket {ticket_id} was put into ticket {ticket.merged_into_id}")
        action = ticket.actions.create(
            kind=done.kind, amount=done.amount, currency=done.currency, note=done.note, by=user
        )
        tickets.draft_again(tickets.newest_answerable(ticket))
        tickets.refresh(ticket)
        money = {"amount": str(done.amount), "currency": done.currency} if done.amount else {}
        tickets.record(user.get_username(), "action recorded", ticket, kind=done.kind, **money)
    return action


def approval_void(row: Outgoing) -> str:
    """Why the approval of ``row`` no longer holds, so that the sender would refuse it; "" while it does."""
    return approvals.why_void(row, approval_hash(bytes(row.raw), Envelope(row.sender, tuple(row.recipients))))


def settle(user: User, outgoing_id: int, was_sent: bool) -> Outgoing:
    """A person says what became of an uncertain mail, or that a failed one shall be tried again."""
    require(user, Permission.SETTLE)
    with transaction.atomic():
        tickets.lock(Outgoing.objects.only("ticket_id").get(pk=outgoing_id).ticket_id)
        rows = Outgoing.objects.select_for_update(of=("self",)).select_related("ticket", "approval__draft")
        row = rows.get(pk=outgoing_id)
        if row.state not in (OutgoingState.UNCERTAIN, OutgoingState.FAILED):
            raise StaleError(f"outgoing mail {outgoing_id} is {row.state}: there is nothing to settle")
        if row.state == OutgoingState.FAILED and not was_sent and (why := approval_void(row)):
            raise StaleError(f"outgoing mail {outgoing_id} cannot be sent: {why}")
        new = OutgoingState.SENT if was_sent else OutgoingState.QUEUED
        row.state = check_change(OUTGOING_CHANGES, OutgoingState(row.state), new)
        row.error, row.due_at = "", timezone.now()
        if was_sent:
            row.sent_at = timezone.now()
            tickets.set_draft_state(row.approval.draft, DraftState.SENT)
        row.save()
        tickets.refresh(row.ticket)
        tickets.record(user.get_username(), f"outgoing settled as {new}", row.ticket, outgoing=row.pk)
    return row
