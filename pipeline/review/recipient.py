"""Whom a reply goes to, and when a person must say so in so many words."""

from __future__ import annotations

from pipeline.config import Config
from pipeline.errors import FlowError
from pipeline.flow import OutgoingState
from pipeline.intake.addresses import is_own, same_address
from pipeline.records import Address
from pipeline.store import codec
from pipeline.store.models import Message, Ticket


def recipient_of(message: Message) -> Address:
    """Whom a reply to ``message`` goes to: Reply-To where given, else From (RFC 5322 3.6.3)."""
    parsed = codec.parsed_from_json(message.parsed) if message.parsed else None
    recipient = (parsed.reply_to or parsed.sender) if parsed else None
    if recipient is None:
        raise FlowError(f"message {message.pk} names nobody who could be answered")
    return recipient


def customer_of(config: Config, ticket: Ticket) -> Address:
    """Whom a fresh mail on ``ticket`` goes to; FlowError if there is nobody, or it is one of our own addresses."""
    if not ticket.customer_email:
        raise FlowError(f"ticket {ticket.pk} has no customer who could be written to")
    if is_own(ticket.customer_email, config.own_addresses):
        raise FlowError("the mail would go to our own address")
    return Address(ticket.customer_name, ticket.customer_email)


def surprise(ticket: Ticket, message: Message) -> str:
    """In words, why the recipient of a reply to ``message`` must be confirmed; "" where it need not be.

    A reply holds what the conversation holds. So it needs a second look where it would leave for another address than
    the mail came from, or to somebody else than the customer of the ticket. A domain in common says nothing: at a mail
    provider strangers share one. What a person confirmed for the customer once in this ticket is not asked again.
    """
    sender, recipient = codec.parsed_from_json(message.parsed).sender, recipient_of(message)
    customer = sender is not None and same_address(sender.email, ticket.customer_email)
    if sender is None or not same_address(sender.email, recipient.email):
        if sender and customer and _answered_there(ticket, sender, recipient):
            return ""
        return f"the reply would go to {recipient.email}, not to the sender {sender.email if sender else '(nobody)'}"
    if not customer:
        return f"the reply would go to {recipient.email}, not to the customer of this ticket, {ticket.customer_email}"
    return ""


def _answered_there(ticket: Ticket, sender: Address, recipient: Address) -> bool:
    """Whether a reply to an earlier mail of ``sender`` in this ticket was sent to the very ``recipient``."""
    sent = ticket.outgoing.filter(
        state=OutgoingState.SENT, approval__draft__message__sender_email=sender.email.lower()
    ).values_list("recipients", flat=True)
    return any(same_address(earlier, recipient.email) for recipients in sent for earlier in recipients)


def confirmed_recipient(config: Config, ticket: Ticket, message: Message, confirmed: str) -> Address:
    """The recipient, if it is none of our own addresses and ``confirmed`` names it where it is a surprise."""
    recipient = recipient_of(message)
    if is_own(recipient.email, config.own_addresses):
        raise FlowError("the reply would go to our own address")
    why = surprise(ticket, message)
    if why and confirmed != recipient.email:
        raise FlowError(f"{why}: confirm the recipient")
    return recipient
