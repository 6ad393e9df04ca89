"""What a person may decide on mails: answer this one after all, try it again, put it into that conversation.

The rules are those of `decisions`: one transaction, StaleError, NotAllowed, a line in the audit trail. Nothing in a
mail leads here.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.errors import FlowError, StaleError
from pipeline.flow import MESSAGE_CHANGES, UNANSWERED, DraftState, MessageState, check_change
from pipeline.records import MailKind
from pipeline.review.decisions.presence import refuse_if_opened
from pipeline.review.decisions.reading import locked_mail, show_reading
from pipeline.review.recipient import recipient_of
from pipeline.review.roles import Permission, require
from pipeline.store import codec, search, tickets
from pipeline.store.claims import release
from pipeline.store.models import Draft, Message, Ticket
from pipeline.store.threads import lock_mailbox

LONGEST_REASON = 500


def is_customer(user: User, message_id: int) -> Ticket:
    """A person says that a suppressed mail is a customer's after all, or that one of history be answered."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket, message = locked_mail(message_id)
        refuse_if_opened(ticket, user)
        if message.state not in UNANSWERED:
            raise StaleError(f"message {message_id} is {message.state}: it is taken for a customer's already")
        _must_be_whole(message)
        recipient_of(message)
        _must_be_undecided(ticket, message)
        done = "taken from history" if message.state == MessageState.HISTORY else "called a customer"
        message.state = check_change(MESSAGE_CHANGES, MessageState(message.state), MessageState.PARSED)
        message.reason, message.tries, message.due_at = "", 0, timezone.now()
        message.parsed = {**(message.parsed or {}), "kind": MailKind.CUSTOMER, "reason": ""}
        message.save()
        for draft in message.drafts.filter(state=DraftState.SUPERSEDED, superseded_by=None):
            tickets.set_draft_state(draft, DraftState.PROPOSED)
        if tickets.newest_answerable(ticket) == message:
            ticket.reasons = []
        _grown(ticket)
        tickets.refresh(ticket)
        tickets.record(user.get_username(), done, ticket, message=message.pk)
    return ticket


def not_customer(user: User, message_id: int, why: str) -> Ticket:
    """A person says that a mail is no customer's and must not be answered; `is_customer` takes that back.

    Its open drafts are put aside. Where it had overtaken an earlier mail, that one is to be answered again.
    """
    require(user, Permission.DECIDE)
    why = " ".join(why.split())[:LONGEST_REASON]
    if not why:
        raise FlowError("say why it is no customer's")
    with transaction.atomic():
        ticket, message = locked_mail(message_id)
        refuse_if_opened(ticket, user)
        if message.state in UNANSWERED:
            raise StaleError(f"message {message_id} is {message.state}: no answer is due to it already")
        _must_be_unanswered(message)
        message.state = check_change(MESSAGE_CHANGES, MessageState(message.state), MessageState.SUPPRESSED)
        message.reason = f"not a customer, says {user.get_username()}: {why}"
        release(message, due_at=timezone.now())  # a worker that has it in hand would put it back
        message.save(update_fields=["state", "reason", "owner", "lease_until", "due_at"])
        for draft in message.drafts.filter(state=DraftState.PROPOSED):
            tickets.set_draft_state(draft, DraftState.SUPERSEDED)
        _back_to_earlier(ticket, message.reason)
        tickets.refresh(ticket)
        tickets.record(user.get_username(), "called no customer", ticket, message=message.pk)
    return ticket


def reprocess(user: User, message_id: int) -> Ticket:
    """A person says: try the quarantined mail again, from its raw bytes."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket, message = locked_mail(message_id)
        if message.state != MessageState.QUARANTINED:
            raise StaleError(f"message {message_id} is {message.state}, not in quarantine")
        _must_be_whole(message)
        message.state = check_change(MESSAGE_CHANGES, MessageState(message.state), MessageState.RECEIVED)
        message.tries, message.due_at, message.reason = 0, timezone.now(), ""
        message.save()
        tickets.refresh(ticket)
        tickets.record(user.get_username(), "tried again", ticket, message=message.pk)
    return ticket


def join(user: User, message_id: int) -> Ticket:
    """A person says that the mail continues the ticket that was suggested for it; its own ticket is merged into that.

    Robots' mail and second deliveries on its ticket go along. The customer of the other ticket stays who it was.
    """
    require(user, Permission.DECIDE)
    with transaction.atomic():
        message, source, target = _with_suggestion(message_id)
        refuse_if_opened(source, user)
        refuse_if_opened(target, user)
        _must_be_joinable(message, source, target)
        source.messages.update(ticket=target)
        # Versions of one ticket say nothing in another; 0 is that of no thread: none can be approved as it is.
        Draft.objects.filter(ticket=source).update(ticket=target, ticket_version=0)
        message.ticket, message.suggested, message.suggestion = target, None, ""
        release(message, due_at=timezone.now())  # a worker that has it in hand would put it back
        message.save()
        if message.state not in UNANSWERED:
            if tickets.newest_answerable(target) == message:
                _take_over(target, source)
            _grown(target)
        source.merged_into = target
        source.save(update_fields=["merged_into"])
        target.suggestions.filter(ticket=source).update(suggested=None, suggestion="")
        source.suggestions.filter(ticket=target).update(suggested=None, suggestion="")
        source.suggestions.update(suggested=target)
        search.index(source)
        search.index(target)
        tickets.refresh(target)
        tickets.record(user.get_username(), "put into another ticket", source, message=message_id, into=target.pk)
        tickets.record(user.get_username(), "another mail put here", target, message=message_id, of=source.pk)
    return target


def keep_apart(user: User, message_id: int) -> Ticket:
    """A person says that the mail is a matter of its own."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        ticket, message = locked_mail(message_id)
        if message.suggested_id is None:
            raise _no_suggestion(message_id)
        other, message.suggested, message.suggestion = message.suggested_id, None, ""
        message.save(update_fields=["suggested", "suggestion"])
        tickets.record(user.get_username(), "kept apart", ticket, message=message_id, other=other)
    return ticket


# --- what must be so ------------------------------------------------------------------------------------------------


def _with_suggestion(message_id: int) -> tuple[Message, Ticket, Ticket]:
    """The mail, its ticket and the suggested one, all locked; the mailbox too, so that nobody adds to them."""
    seen = Message.objects.only("mailbox", "ticket_id", "suggested_id").get(pk=message_id)
    if seen.ticket_id is None or seen.suggested_id is None:
        raise _no_suggestion(message_id)
    lock_mailbox(seen.mailbox)
    both = Ticket.objects.select_for_update().filter(pk__in=[seen.ticket_id, seen.suggested_id]).order_by("pk")
    rows = {ticket.pk: ticket for ticket in both}
    message = Message.objects.select_for_update().get(pk=message_id)
    if (message.ticket_id, message.suggested_id) != (seen.ticket_id, seen.suggested_id):
        raise _no_suggestion(message_id)
    return message, rows[seen.ticket_id], rows[seen.suggested_id]


def _no_suggestion(message_id: int) -> StaleError:
    return StaleError(f"no other ticket is suggested for message {message_id} any more")


def _must_be_joinable(message: Message, source: Ticket, target: Ticket) -> None:
    if target.merged_into_id:
        raise StaleError(f"ticket {target.pk} was put into ticket {target.merged_into_id} meanwhile")
    if source.outgoing.exists():
        raise FlowError(f"ticket {source.pk} has a reply of its own already: go on there")
    if source.messages.exclude(pk=message.pk).exclude(state=MessageState.SUPPRESSED).exists():
        raise FlowError(f"ticket {source.pk} holds other mail of the customer as well: go on there")
    if message.state not in UNANSWERED:
        _must_be_undecided(target, message)


def _must_be_whole(message: Message) -> None:
    if not message.complete:
        raise FlowError(f"only the header of message {message.pk} was fetched: read and answer it in a mail client")


def _must_be_unanswered(message: Message) -> None:
    if message.drafts.filter(state=DraftState.APPROVED).exists():
        raise FlowError(f"a reply to message {message.pk} is on its way: undo its approval first")
    if message.drafts.filter(state=DraftState.SENT).exists():
        raise FlowError(f"message {message.pk} was answered already")


def _must_be_undecided(ticket: Ticket, message: Message) -> None:
    """Refuse to put ``message`` where no answer to it could be written: below a newer mail that was decided on."""
    if tickets.answered_later(ticket, message):
        raise FlowError(f"a newer mail of ticket {ticket.pk} was decided on: no answer would be written to this one")


# --- what follows ---------------------------------------------------------------------------------------------------


def _grown(ticket: Ticket) -> None:
    """The thread has another mail to answer: approvals given before are void, drafts are written from the whole."""
    tickets.grow(ticket)
    ticket.save()
    newest = tickets.newest_answerable(ticket)
    if newest:
        tickets.withdraw_open_drafts(ticket, newest)
        tickets.write_again(newest)


def _back_to_earlier(ticket: Ticket, reason: str) -> None:
    """The newest mail is no customer's: the ticket stands where the one before it left it."""
    newest = tickets.newest_answerable(ticket)
    if newest is None:
        ticket.reasons, ticket.reply_due_at = [reason], None
        ticket.save(update_fields=["reasons", "reply_due_at"])
        return
    if newest.triage:
        show_reading(ticket, newest, codec.triage_from_json(newest.triage))
    for draft in tickets.of_the_product(newest).filter(state=DraftState.STALE):
        tickets.set_draft_state(draft, DraftState.PROPOSED)
    tickets.draft_again(newest)


def _take_over(target: Ticket, source: Ticket) -> None:
    """``target`` shows the reading of its newest mail, which came from ``source``."""
    target.urgency, target.tone, target.reasons = source.urgency, source.tone, source.reasons
    target.reply_due_at = source.reply_due_at
