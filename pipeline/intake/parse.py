"""One mail, from bytes to record. `parse_mail` returns for every input: what cannot be read is UNPARSEABLE."""

from __future__ import annotations

import hashlib

from pipeline.intake.addresses import addresses_in, parse_addresses
from pipeline.intake.body import Body, read_body
from pipeline.intake.charset import INVISIBLE_WARNING, clean_line
from pipeline.intake.guard import classify_mail
from pipeline.intake.headers import (
    Headers,
    decode_words,
    message_id,
    parse_date,
    references,
)
from pipeline.intake.mime import Part, is_mail, split_mail
from pipeline.intake.quoted import split_reply
from pipeline.records import Address, Identity, MailKind, ParsedMail

MAX_SUBJECT = 1000

_NO_RESULT = "no authentication result from a trusted server"


def synthetic_id(raw: bytes) -> str:
    """The identity of a mail without Message-ID: the hash of its bytes."""
    return f"<{hashlib.sha256(raw).hexdigest()}@missing.invalid>"


def unreadable_mail(raw: bytes, reason: str) -> ParsedMail:
    """The record of a mail that could not be read: kept and shown, never answered."""
    return ParsedMail(
        message_id=synthetic_id(raw),
        sender=None,
        reply_to=None,
        to=(),
        cc=(),
        date=None,
        subject="",
        kind=MailKind.UNPARSEABLE,
        reason=reason,
        text="",
        quoted="",
        signature="",
        html="",
        attachments=(),
        identity=Identity(False, "the mail could not be read"),
        references=(),
    )


def parse_mail(raw: bytes, own_addresses: frozenset[str] = frozenset()) -> ParsedMail:
    """Read a mail; ``own_addresses`` (lower case) are those of the mailbox, whose own mail is never answered.

    Never raises, whatever the bytes; only a lack of memory passes.
    """
    try:
        return _parse(raw, own_addresses)
    except MemoryError:
        raise
    except Exception as error:
        return unreadable_mail(raw, f"the parser failed: {type(error).__name__}")


def _addresses(headers: Headers, field: str) -> tuple[Address, ...]:
    return tuple(address for value in headers.all(field) for address in parse_addresses(value))


def _domain(address: Address) -> str:
    return address.email.rpartition("@")[2]


def _identity(headers: Headers, senders: tuple[Address, ...], reply_to: Address | None) -> Identity:
    """Never trusted without proof; the plainest trick is named first."""
    if not senders:
        return Identity(False, "the From header names no address")
    if len(headers.all("from")) > 1:
        return Identity(False, "the mail has several From headers")
    if len({address.email.lower() for address in senders}) > 1:
        shown = ", ".join(address.email for address in senders[:3])
        return Identity(False, f"the From header names several addresses: {shown}")
    others = [shown for shown in addresses_in(senders[0].name) if shown.lower() != senders[0].email.lower()]
    if others:
        return Identity(False, f"the sender's name shows another address: {others[0]} instead of {senders[0].email}")
    if reply_to and _domain(reply_to) != _domain(senders[0]):
        return Identity(False, f"replies go to another domain: {_domain(reply_to)}; {_NO_RESULT}")
    return Identity(False, _NO_RESULT)


def _subject(root: Part, warnings: dict[str, None]) -> str:
    raw = root.headers.get("subject")
    if clean_line(raw)[1]:
        warnings[INVISIBLE_WARNING] = None
    subject = decode_words(raw)
    if len(subject) > MAX_SUBJECT:
        warnings[f"the subject was cut to {MAX_SUBJECT} characters"] = None
    return subject[:MAX_SUBJECT].rstrip()


def _identifier(raw: bytes, headers: Headers, warnings: dict[str, None]) -> str:
    found = message_id(headers.get("message-id"))
    if not found:
        warnings["the Message-ID is missing"] = None
    return found or synthetic_id(raw)


def _join(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _parse(raw: bytes, own_addresses: frozenset[str]) -> ParsedMail:
    root, limits = split_mail(raw)
    headers = root.headers
    if not is_mail(headers):
        return unreadable_mail(raw, "the mail has no header")
    body: Body = read_body(root)
    warnings = dict.fromkeys(limits) | body.warnings
    senders = _addresses(headers, "from")
    reply_to = next(iter(_addresses(headers, "reply-to")), None)
    identity = _identity(headers, senders, reply_to)
    if identity.why != _NO_RESULT:
        warnings[identity.why.partition(";")[0]] = None
    date = parse_date(headers.get("date"))
    if date is None:
        warnings["the Date header is missing or cannot be read"] = None
    subject = _subject(root, warnings)
    text, quoted, signature = split_reply(body.text)
    kind, reason = classify_mail(root, senders, own_addresses, subject)
    return ParsedMail(
        message_id=_identifier(raw, headers, warnings),
        sender=senders[0] if senders else None,
        reply_to=reply_to,
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        date=date,
        subject=subject,
        kind=kind,
        reason=reason,
        text=text,
        quoted=_join(quoted, body.forwarded),
        signature=signature,
        html=body.html,
        attachments=tuple(body.attachments),
        identity=identity,
        references=references(headers),
        warnings=tuple(warnings),
    )
