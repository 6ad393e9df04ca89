"""A person's yes: one or two, bound to exact bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.config import Config, MailboxConfig
from pipeline.drafting.checks import CheckContext, concessions, run_checks
from pipeline.drafting.escalation import why_second_yes
from pipeline.errors import FlowError, StaleError
from pipeline.flow import DraftState
from pipeline.intake.parse import MISSING_ID_DOMAIN
from pipeline.intake.thread import reply_address, reply_token
from pipeline.records import (
    ACTION_KINDS,
    Address,
    CheckStatus,
    ParsedMail,
    Reply,
    WrittenBy,
)
from pipeline.review.decisions.common import as_of_now, heard, locked_draft, mailbox_of, seen_draft, summary_of
from pipeline.review.recipient import confirmed_recipient, customer_of
from pipeline.review.roles import LEAD, Permission, approver_role, permissions, require
from pipeline.sending.compose import approval_hash, compose_reply, envelope_for, new_message_id
from pipeline.store import approvals, codec, tickets
from pipeline.store.models import Approval, Draft, FirstApproval, Outgoing, Ticket
from pipeline.store.threads import signing_key


def approve(config: Config, user: User, draft_id: int, version: int, confirm_recipient: str = "") -> Draft:
    """A person's yes: put the reply into its final bytes, bind the approval to them, and queue it.

    Where the policy wants two people the first yes is stored, and the draft waits as it is for a second person.
    ``confirm_recipient`` names the address the reply goes to, where that is not plainly the customer's.
    """
    require(user, Permission.DECIDE)
    seen = seen_draft(draft_id)
    before = heard(config, seen, seen.body)
    with transaction.atomic():
        draft = locked_draft(user, draft_id, version)
        if not draft.body.strip():
            raise FlowError("an empty text cannot be sent")
        ticket, message = draft.ticket, draft.message
        context = as_of_now(config, draft, draft.body, approver_role(user), before)
        why = _why_two(draft, context)
        mailbox = mailbox_of(config, ticket)
        recipient = (
            customer_of(config, ticket)
            if draft.fresh
            else confirmed_recipient(config, ticket, message, confirm_recipient)
        )
        hash = approvals.text_hash(draft, recipient.email)
        first = approvals.first_approval(draft, hash)
        if why and first is None:
            _note_first(user, draft, hash, summary_of(context, why))
            return draft
        if why and first:
            _must_complete(user, first)
        reply = reply_of(draft, mailbox, recipient)
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
            due_at=timezone.now() + timedelta(seconds=config.calmdesk.page.undo_seconds),
        )
        note_grants(context, ticket, approval)
        tickets.set_draft_state(draft, DraftState.APPROVED)
        _put_aside_others(draft, approval)
        tickets.refresh(ticket)
        tickets.record(
            user.get_username(), "draft approved", ticket, draft=draft.pk, version=version, hash=approval.hash
        )
    return draft


def _put_aside_others(draft: Draft, approval: Approval) -> None:
    """Of the product's drafts one is sent; what a person wrote neither puts them aside nor is put aside."""
    if draft.writer == WrittenBy.PERSON:
        return
    for other in tickets.of_the_product(draft.message).filter(state=DraftState.PROPOSED):
        other.superseded_by = approval
        other.save(update_fields=["superseded_by"])
        tickets.set_draft_state(other, DraftState.SUPERSEDED)


def _why_two(draft: Draft, context: CheckContext) -> str:
    """Why the yes of somebody in the role of ``context`` needs another's, or ""; StaleError where no yes would do.

    Checked as of now: a time that was promised when the draft was written may have passed since. What is over the
    limits of the role alone, a lead may grant together with them.
    """
    results = run_checks(context)
    why = why_second_yes(results)
    if why and context.role != LEAD:
        results = run_checks(replace(context, role=LEAD))
    blocked = [result for result in results if result.status is CheckStatus.BLOCK]
    if blocked:
        raise StaleError(f"draft {draft.pk} is blocked: {blocked[0].message}", kind="blocked", version=draft.version)
    return why


def _note_first(user: User, draft: Draft, hash: str, summary: Any) -> None:
    """Keep the yes, and what the second person is told of it."""
    ticket = draft.ticket
    draft.summary = summary
    draft.save(update_fields=["summary"])
    draft.first_approvals.create(
        draft_version=draft.version,
        ticket_version=ticket.version,
        hash=hash,
        approver=user,
        completes=Permission.COMPLETE in permissions(user),
    )
    tickets.record(user.get_username(), "first of two approvals", ticket, draft=draft.pk, version=draft.version)


def _must_complete(user: User, first: FirstApproval) -> None:
    """The second yes is another person's, and one of the two that of a lead, who is one still."""
    if first.approver_id == user.pk:
        raise FlowError(f"draft {first.draft_id} needs the yes of a second person: yours is given")
    if not (first.completes and Permission.COMPLETE in permissions(first.approver)):
        require(user, Permission.COMPLETE)


def note_grants(context: CheckContext, ticket: Ticket, approval: Approval) -> None:
    """Count the money that the reply grants towards what its customer has been granted."""
    for grant in concessions.grants(context):
        one = grant.concession
        if one.amount and one.currency:
            kind = one.kind if one.kind in ACTION_KINDS else "discount"  # a fee let off is money off
            ticket.actions.create(
                kind=kind, amount=one.amount, currency=one.currency, by=approval.approver, approval=approval
            )


def reply_of(draft: Draft, mailbox: MailboxConfig, recipient: Address) -> Reply:
    """``draft`` as a mail to ``recipient``, with a Message-ID of its own."""
    sender = Address(mailbox.display_name or mailbox.firm.name, mailbox.address)
    return Reply(
        message_id=new_message_id(sender.email.rpartition("@")[2]),
        sender=sender,
        recipient=recipient,
        subject=draft.subject,
        body=draft.body,
        references=() if draft.fresh else _references(codec.parsed_from_json(draft.message.parsed)),
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
