"""Mails as they came, and what a person says of them."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, operation
from pipeline.review.api.shapes import MessageView, Text
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
    headers = {"Content-Disposition": f'attachment; filename="message-{message_id}.eml"'}
    return HttpResponse(bytes(message.raw.data), content_type="application/octet-stream", headers=headers)


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
