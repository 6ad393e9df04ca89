"""Delivery reports in the words of many mail systems, as flufl.bounce knows them."""

from __future__ import annotations

from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart

from flufl.bounce import all_failures

from pipeline.intake.mime import Part

MAX_REPORT = 100_000
"""Characters of each part that are searched."""


def _message(part: Part) -> Message:
    """The part as the library wants it: made anew from what was already read within limits."""
    main, _, sub = part.type.partition("/")
    message: Message
    if part.children and main == "multipart":
        message = MIMEMultipart(sub)
        for child in part.children[:20]:
            message.attach(_message(child))
    else:
        message = MIMENonMultipart("text", "plain")
        message.set_payload(part.text()[0][:MAX_REPORT] if main in ("text", "message") else "")
    for name, value in part.headers.fields:
        if name in ("from", "subject", "to"):
            message[name] = " ".join(value[:500].split())
    return message


def failed_addresses(root: Part) -> tuple[str, ...]:
    """Addresses that a delivery report, by its wording, says could not be reached (or are delayed); sorted."""
    temporary, permanent = all_failures(_message(root))
    return tuple(sorted(address.decode("ascii", "replace") for address in (*temporary, *permanent) if address))
