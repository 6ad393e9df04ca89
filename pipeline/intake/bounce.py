"""Delivery reports in the words of many mail systems, as flufl.bounce knows them."""

from __future__ import annotations

import re
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
    report = _message(root)
    if not str(report.get("from", "")).strip():
        del report["from"]
        report["from"] = "<>"  # the library expects one
    try:
        temporary, permanent = all_failures(report)
    except (LookupError, ValueError, TypeError, AttributeError):  # it trips over what no mail system writes
        return ()
    return tuple(sorted(address.decode("ascii", "replace") for address in (*temporary, *permanent) if address))


_REPLY_LINE = re.compile(r"^[ \t>]{0,8}[45]\d\d[ -]", re.MULTILINE)
_COMMAND_LINE = re.compile(r"^[ \t>]{0,8}(?:RCPT TO|MAIL FROM) ?:", re.MULTILINE | re.IGNORECASE)


def holds_smtp_dialogue(root: Part) -> bool:
    """Whether the first text holds a refusal and a command of SMTP (RFC 5321), a line each."""
    part = root
    while part.children:
        part = part.children[0]
    text = part.text()[0][:MAX_REPORT] if part.type.startswith("text/") else ""
    return bool(_REPLY_LINE.search(text) and _COMMAND_LINE.search(text))
