"""What a person may decide. The page and the API both come here, so both follow the same rules.

Each function works in one transaction, raises StaleError when the person acted on something that is no longer so,
NotAllowed when their role does not permit it, and leaves a line in the audit trail.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.config import Config, MailboxConfig
from pipeline.drafting.checks import CheckContext, run_checks
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.promises import find_promises
from pipeline.errors import FlowError, StaleError
from pipeline.flow import MESSAGE_CHANGES, OUTGOING_CHANGES, DraftState, MessageState, OutgoingState, check_change
from pipeline.records import Address, CheckResult, CheckStatus, DraftKind, Fault, MailKind, ParsedMail, Reply, Source
from pipeline.review.roles import Permission, require
from pipeline.sending.compose import approval_hash, compose_reply, envelope_for, new_message_id
from pipeline.store import codec, tickets
from pipeline.store.cases import case_of
from pipeline.store.models import Approval, Draft, Message, Outgoing, Ticket

LONGEST_BODY = 100_000
MISSING_ID_DOMAIN = "missing.invalid"


def _mailbox(config: Config, ticket: Ticket) -> MailboxConfig:
    try:
        return config.mailboxes[ticket.mailbox]
    except KeyError:
        raise FlowError(f"mailbox {ticket.mailbox!r} is no longer in mailboxes.yaml") from None


def check_text(config: Config, draft: Draft, body: str) -> tuple[CheckResult, ...]:
    """Run every check on ``body`` as the new text of ``draft``."""
    mailbox = _mailbox(config, draft.ticket)
    knowledge = KnowledgeBase.load(config.knowledge_folder(draft.ticket.mailbox))
    return run_checks(
        CheckContext(
            body=body,
            kind=DraftKind(draft.kind),
            case=case_of(draft.message),
            firm=mailbox.firm,
            policy=config.policy,
            now=timezone.now(),
            sources=tuple(Source(**source) for source in draft.sources),
            restated=tuple(draft.restated),
            knowledge="\n".join(passage.searchable for passage in knowledge.passages),
        )
    )


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
    with transaction.atomic():
        draft = _open_draft(draft_id, version)
        text = body.replace("\r\n", "\n").rstrip() + "\n"
        if text != draft.body:
            draft.body = text
            draft.checks = codec.checks_to_json(check_text(config, draft, text))
            draft.promises = codec.promises_to_json(find_promises(text, timezone.now(), config.policy.calendar))
            draft.version += 1
            draft.updated_at = timezone.now()
            draft.save()
            tickets.record(user.get_username(), "draft edited", draft.ticket, draft=draft.pk, version=draft.version)
    return draft


def recipient_of(message: Message) -> Address:
    """Whom a reply to ``message`` goes to: Reply-To where given, else From (RFC 5322 3.6.3)."""
    parsed = codec.parsed_from_json(message.parsed)
    recipient = parsed.reply_to or parsed.sender
    if recipient is None:
        raise FlowError(f"message {message.pk} names nobody who could be answered")
    return recipient


def approve(config: Config, user: User, draft_id: int, version: int) -> Draft:
    """A person's yes: put the reply into its final bytes, bind the approval to them, and queue it."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        draft = _open_draft(draft_id, version)
        ticket, message = draft.ticket, draft.message
        # Checked as of now: a time that was promised when the draft was written may have passed since.
        blocked = [check for check in check_text(config, draft, draft.body) if check.status is CheckStatus.BLOCK]
        if blocked:
            raise StaleError(f"draft {draft_id} is blocked: {blocked[0].message}")
        mailbox = _mailbox(config, ticket)
        recipient = recipient_of(message)
        if recipient.email.lower() in mailbox.own_addresses:
            raise FlowError("the reply would go to our own address")
        reply = _reply(draft, Address(mailbox.display_name or mailbox.firm.name, mailbox.address), recipient)
        raw, envelope = compose_reply(reply), envelope_for(reply)
        approval = Approval.objects.create(
            draft=draft,
            draft_version=draft.version,
            ticket_version=ticket.version,
            approver=user,
            hash=approval_hash(raw, envelope),
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
        tickets.set_draft_state(draft, DraftState.APPROVED)
        for other in message.drafts.filter(state=DraftState.PROPOSED):
            tickets.set_draft_state(other, DraftState.SUPERSEDED)
        tickets.refresh(ticket)
        tickets.record(
            user.get_username(), "draft approved", ticket, draft=draft.pk, version=version, hash=approval.hash
        )
    return draft


def _reply(draft: Draft, sender: Address, recipient: Address) -> Reply:
    parsed = codec.parsed_from_json(draft.message.parsed)
    domain = sender.email.rpartition("@")[2]
    return Reply(
        message_id=new_message_id(domain),
        sender=sender,
        recipient=recipient,
        subject=draft.subject,
        body=draft.body,
        references=_references(parsed),
        date=timezone.now(),
    )


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
        ticket.fault = fault
        ticket.save(update_fields=["fault"])
        tickets.draft_again(tickets.newest_answerable(ticket))
        tickets.refresh(ticket)
        tickets.record(user.get_username(), "fault set", ticket, fault=str(fault))
    return ticket


def is_customer(user: User, ticket_id: int) -> Ticket:
    """A person says that a suppressed mail is a customer's after all: it goes on through triage."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
        message = ticket.messages.order_by("-received_at", "-id").first()
        if message is None or message.state != MessageState.SUPPRESSED:
            raise StaleError(f"the newest mail of ticket {ticket_id} is not suppressed")
        recipient_of(message)
        message.state = check_change(MESSAGE_CHANGES, MessageState(message.state), MessageState.PARSED)
        message.reason = ""
        message.parsed = {**(message.parsed or {}), "kind": MailKind.CUSTOMER, "reason": ""}
        message.due_at = timezone.now()
        message.save()
        ticket.version += 1
        ticket.reasons = []
        tickets.withdraw_open_drafts(ticket, message)
        tickets.refresh(ticket)
        tickets.record(user.get_username(), "called a customer", ticket, message=message.pk)
    return ticket


def reprocess(user: User, ticket_id: int) -> Ticket:
    """A person says: try the quarantined mail again, from its raw bytes."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
        message = ticket.messages.filter(state=MessageState.QUARANTINED).order_by("-received_at").first()
        if message is None:
            raise StaleError(f"ticket {ticket_id} has no quarantined mail")
        message.state = check_change(MESSAGE_CHANGES, MessageState(message.state), MessageState.RECEIVED)
        message.tries, message.due_at, message.reason = 0, timezone.now(), ""
        message.save()
        tickets.refresh(ticket)
        tickets.record(user.get_username(), "tried again", ticket, message=message.pk)
    return ticket


def settle(user: User, outgoing_id: int, was_sent: bool) -> Outgoing:
    """A person says what became of an uncertain mail, or that a failed one shall be tried again."""
    require(user, Permission.SETTLE)
    with transaction.atomic():
        row = Outgoing.objects.select_for_update().select_related("ticket", "approval__draft").get(pk=outgoing_id)
        if row.state not in (OutgoingState.UNCERTAIN, OutgoingState.FAILED):
            raise StaleError(f"outgoing mail {outgoing_id} is {row.state}: there is nothing to settle")
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
