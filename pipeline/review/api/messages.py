"""Mails as they came, and what a person says of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Router, Schema

from pipeline.errors import ParseError
from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, operation
from pipeline.review.api.refusals import Refused
from pipeline.review.api.shapes import MessageView, Text
from pipeline.review.files import attached_download, download, whole_mails
from pipeline.review.roles import Permission
from pipeline.store.models import Message

router = Router(tags=["messages"])
LabelField = Literal["urgency", "tone"]


class Label(Schema):
    label: Text


class Why(Schema):
    why: Text


def _shown(message_id: int) -> MessageView:
    return show.message_view(Message.objects.get(pk=message_id))


@operation(router, "GET", "/messages/{message_id}", Permission.READ, MessageView)
def get_message(request: HttpRequest, message_id: int) -> Any:
    return _shown(message_id)


@operation(router, "GET", "/messages/{message_id}/raw", Permission.READ, bytes)
def get_raw_message(request: HttpRequest, message_id: int) -> Any:
    """The mail as received, byte for byte."""
    message = Message.objects.select_related("raw").get(pk=message_id)
    return download(f"message-{message_id}.eml", bytes(message.raw.data))


@operation(router, "GET", "/messages/{message_id}/attachments/{number}", Permission.READ, bytes)
def get_attachment(request: HttpRequest, message_id: int, number: Annotated[int, Path(ge=1, le=100_000)]) -> Any:
    """One file of the mail, by its place in `attachments`, from 1 on."""
    message = whole_mails().get(pk=message_id)
    try:
        answer = attached_download(message, number)
    except ParseError as error:
        raise Refused(409, f"the file could not be taken out of the mail: {error}", kind="refused") from None
    if answer is None:
        raise Refused(404, "no such attachment")
    return answer


@operation(router, "PUT", "/messages/{message_id}/labels/{field}", Permission.DECIDE, MessageView)
def correct_label(request: HttpRequest, message_id: int, field: LabelField, given: Label) -> Any:
    """Say what the urgency or tone of the mail is; it becomes an example to learn from."""
    decisions.correct_label(asker(request), message_id, field, given.label)
    return _shown(message_id)


@operation(router, "POST", "/messages/{message_id}/customer", Permission.DECIDE, MessageView)
def is_customer(request: HttpRequest, message_id: int) -> Any:
    """Have a mail answered that was held back, or lies in history."""
    decisions.is_customer(asker(request), message_id)
    return _shown(message_id)


@operation(router, "POST", "/messages/{message_id}/not-customer", Permission.DECIDE, MessageView)
def not_customer(request: HttpRequest, message_id: int, given: Why) -> Any:
    """Say that the mail is no customer's and must not be answered."""
    decisions.not_customer(asker(request), message_id, given.why)
    return _shown(message_id)


@operation(router, "POST", "/messages/{message_id}/reprocess", Permission.DECIDE, MessageView)
def reprocess(request: HttpRequest, message_id: int) -> Any:
    """Try a quarantined mail again."""
    decisions.reprocess(asker(request), message_id)
    return _shown(message_id)


@operation(router, "POST", "/messages/{message_id}/join", Permission.DECIDE, MessageView)
def join(request: HttpRequest, message_id: int) -> Any:
    """Say that the mail continues the ticket that is suggested for it."""
    decisions.join(asker(request), message_id)
    return _shown(message_id)


@operation(router, "POST", "/messages/{message_id}/apart", Permission.DECIDE, MessageView)
def keep_apart(request: HttpRequest, message_id: int) -> Any:
    """Say that the mail is a matter of its own."""
    decisions.keep_apart(asker(request), message_id)
    return _shown(message_id)
