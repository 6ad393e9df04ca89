"""Files out of mails, as downloads that no browser shows."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from pipeline.errors import ParseError
from pipeline.intake.attached import file_name
from pipeline.intake.isolate import ParserPool
from pipeline.records import Attachment
from pipeline.review.access import reader
from pipeline.store.models import Message

DOWNLOAD_POLICY = "default-src 'none'; sandbox"

_one_at_a_time = threading.Lock()
"""Reading a hostile mail may take much memory for a moment: never in several threads at once."""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An attachment in the list of a mail; ``number`` is what it is asked for by."""

    number: int
    name: str
    type: str
    size: int
    danger: str


def shown_files(attachments: Sequence[Attachment]) -> list[ShownFile]:
    return [
        ShownFile(number, file_name(file.name, file.type, number), file.type, file.size, file.danger)
        for number, file in enumerate(attachments, 1)
    ]


def pictures_inside(attachments: Sequence[Attachment]) -> int:
    """How many pictures the sender has put into the text, where they are not shown."""
    return sum(file.inside for file in attachments)


def download(name: str, data: bytes) -> HttpResponse:
    """``data`` to be saved under ``name`` (as `file_name` makes it); of its type nothing is said to the browser."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "Content-Security-Policy": DOWNLOAD_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


@reader
@require_GET
def attachment(request: HttpRequest, message_id: int, number: int) -> HttpResponse:
    """One file of a mail, taken out of its bytes as they were received."""
    message = get_object_or_404(whole_mails(), pk=message_id)
    try:
        answer = attached_download(message, number)
    except ParseError as error:
        told = f"The file could not be taken out of the mail: {error}. Download the mail as received instead."
        return HttpResponse(told, status=422, content_type="text/plain; charset=utf-8")
    if answer is None:
        raise Http404("no such attachment")
    return answer


def whole_mails() -> QuerySet[Message]:
    """Those whose files are there to be taken out."""
    return Message.objects.select_related("raw").filter(complete=True)


def attached_download(message: Message, number: int) -> HttpResponse | None:
    """The file with this number in ``message``; None where it has none, ParseError where it cannot be read."""
    with _one_at_a_time, ParserPool() as pool:
        file = pool.attached_file(bytes(message.raw.data), number)
    return download(file_name(file.name, file.type, number), file.data) if file else None
