"""One mail, from bytes to record. `parse_mail` returns for every input: what cannot be read is UNPARSEABLE."""

from __future__ import annotations

import hashlib

from pipeline.intake.addresses import parse_addresses
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
from pipeline.intake.identity import NO_RESULT, read_identity
from pipeline.intake.mime import Part, is_mail, normal_lines, parse_headers, split_mail
from pipeline.intake.quoted import split_reply
from pipeline.records import Address, Identity, MailKind, ParsedMail

MAX_SUBJECT = 1000
MISSING_ID_DOMAIN = "missing.invalid"
"""The domain of the ids we give to mails that came without one; no mail can be sent there."""
_DELIVERY_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to")


def synthetic_id(raw: bytes) -> str:
    """The identity of a mail without Message-ID: the hash of its bytes."""
    return f"<{hashlib.sha256(raw).hexdigest()}@{MISSING_ID_DOMAIN}>"


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
        content_hash=hashlib.sha256(raw).hexdigest(),
    )


def parse_mail(raw: bytes, own_addresses: frozenset[str] = frozenset(), authserv_id: str = "") -> ParsedMail:
    """Read a mail; ``own_addresses`` (lower case) are the firm's, whose own mail is never answered.

    ``authserv_id`` names the server whose Authentication-Results are believed; without it nobody is trusted.
    Never raises, whatever the bytes; only a lack of memory passes.
    """
    try:
        return _parse(raw, own_addresses, authserv_id)
    except MemoryError:
        raise
    except Exception as error:
        return unreadable_mail(raw, f"the parser failed: {type(error).__name__}")


def _addresses(headers: Headers, field: str) -> tuple[Address, ...]:
    return tuple(address for value in headers.all(field) for address in parse_addresses(value))


def _subject(root: Part, warnings: dict[str, None]) -> str:
    raw = root.headers.get("subject")
    if clean_line(raw)[1]:
        warnings[INVISIBLE_WARNING] = None
    subject = decode_words(raw)
    if len(subject) > MAX_SUBJECT:
        warnings[f"the subject was cut to {MAX_SUBJECT} characters"] = None
    return clean_line(subject[:MAX_SUBJECT])[0]


def _identifier(raw: bytes, headers: Headers, warnings: dict[str, None]) -> str:
    found = message_id(headers.get("message-id"))
    if not found:
        warnings["the Message-ID is missing"] = None
    return found or synthetic_id(raw)


_AUTHORS_FIELDS = ("from", "reply-to", "to", "cc", "subject", "date", "message-id")


def content_hash(raw: bytes, headers: Headers) -> str:
    """SHA-256 over what the author wrote: the fields that name the mail, and the body as bytes.

    Trace fields and what servers add differ between two deliveries of one mail; line ends and folding may.
    """
    digest = hashlib.sha256()
    for name in _AUTHORS_FIELDS:
        digest.update(f"{name}:{' '.join(' '.join(headers.all(name)).split())}\n".encode("utf-8", "replace"))
    digest.update(parse_headers(normal_lines(raw))[1].rstrip())
    return digest.hexdigest()


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    found = (address for name in _DELIVERY_FIELDS for address in _addresses(headers, name))
    return tuple(dict.fromkeys(address.email.lower() for address in found))


def _join(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _parse(raw: bytes, own_addresses: frozenset[str], authserv_id: str) -> ParsedMail:
    root, limits = split_mail(raw)
    headers = root.headers
    if not is_mail(headers):
        return unreadable_mail(raw, "the mail has no header")
    body: Body = read_body(root)
    warnings = dict.fromkeys(limits) | body.warnings
    senders = _addresses(headers, "from")
    reply_to = next(iter(_addresses(headers, "reply-to")), None)
    identity = read_identity(headers, senders, reply_to, authserv_id)
    verdict, _, aside = identity.why.partition("; ")
    if not identity.trusted and verdict != NO_RESULT:
        warnings[verdict] = None
    elif identity.trusted and aside:
        warnings[aside] = None
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
        content_hash=content_hash(raw, headers),
        delivered_to=_delivered_to(headers),
    )
