"""A reply put into the bytes that are approved and sent. Pure, except that a reply without a date gets the present one.

Headers are written here, not by `email.message`: on CPython 3.11.7 an encoded word in a Subject could add a header
there (CVE-2024-6923). Whatever the input,
the result is parsed again and compared with what was meant before it is returned.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import secrets
import textwrap
import unicodedata
from datetime import UTC, datetime
from email import message_from_string, policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.utils import format_datetime

import idna

from pipeline.errors import SubmissionRefused
from pipeline.records import Address, Envelope, Reply

SUBJECT_LIMIT = 200
NAME_LIMIT = 100
ADDRESS_LIMIT = 254
REFERENCES_LIMIT = 20
HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)
"""Every header a reply may have, in order, each at most once. No Auto-Submitted: a person approved it (RFC 3834)."""

_OPTIONAL = {"Reply-To", "In-Reply-To", "References"}
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a0-\U0010ffff-]+"
_LOCAL_PART = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}>")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_MAILABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_LINE_LIMIT = 998


def compose_reply(reply: Reply) -> bytes:
    """The mail as RFC 5322 bytes with CRLF line ends, text/plain in UTF-8, quoted-printable.

    Controls in subject and names become spaces; characters that no mail can carry become U+FFFD. References that are
    not Message-IDs are left out; of more than 20 the first and the last 19 stay. Pure ASCII but for a local part that
    is not (such a mail needs SMTPUTF8). Raises SubmissionRefused if an address or the Message-ID cannot be used as it
    is, or if the result does not read back as what was meant.
    """
    subject, body = one_line(reply.subject)[:SUBJECT_LIMIT].rstrip(), _mailable_lines(reply.body)
    fields = _fields(reply, subject)
    header = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    raw = header.encode("utf-8") + b"\r\n" + binascii.b2a_qp(body.encode("utf-8"), istext=True)
    _check(raw, fields, reply, subject, body)
    return raw


def envelope_for(reply: Reply) -> Envelope:
    """The SMTP envelope of ``reply``: from its sender to its one recipient, domains in ASCII."""
    return Envelope(smtp_address(reply.sender.email), (smtp_address(reply.recipient.email),))


def smtp_address(address: str) -> str:
    """``address`` with its domain in ASCII (IDNA 2008); SubmissionRefused if it is not one plain mailbox."""
    local, _, domain = address[: ADDRESS_LIMIT + 1].rpartition("@")
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii") if not domain.isascii() else domain.lower()
    except (idna.IDNAError, UnicodeError):
        raise SubmissionRefused(f"{address!a} has a domain that does not exist in mail") from None
    plain = _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain) and one_line(local) == local
    too_long = len(address) > ADDRESS_LIMIT or len(local.encode("utf-8", "replace")) > 64
    if not plain or too_long or "=?" in local or " " in local:  # "=?": readers would decode it as an encoded word
        raise SubmissionRefused(f"{address!a} is not one plain mail address")
    return f"{local}@{domain}"


def new_message_id(domain: str) -> str:
    """A Message-ID that was never given before; SubmissionRefused if ``domain`` is none."""
    return f"<{secrets.token_hex(16)}@{smtp_address(f'calmdesk@{domain}').partition('@')[2]}>"


def approval_hash(raw: bytes, envelope: Envelope) -> str:
    """SHA-256 (hex) of exactly what an approval covers: the bytes of the mail and its envelope."""
    covered = json.dumps([envelope.sender, *envelope.recipients]).encode("ascii") + b"\n" + raw
    return hashlib.sha256(covered).hexdigest()


def one_line(text: str) -> str:
    """``text`` without controls, line or paragraph separators, invisible format characters or repeated space."""
    kept = "".join(" " if unicodedata.category(character) in _UNSEEN else character for character in text)
    return _NOT_MAILABLE.sub("\ufffd", " ".join(kept.split()))


_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}


def _mailable_lines(text: str) -> str:
    """``text`` with CRLF line ends, the last line ended too."""
    lines = _NOT_MAILABLE.sub("\ufffd", _LINE_END.sub("\n", text)).rstrip("\n").split("\n")
    return "\r\n".join(lines) + "\r\n"


def _fields(reply: Reply, subject: str) -> dict[str, str]:
    """The headers by name, values folded."""
    if not _MESSAGE_ID.fullmatch(reply.message_id):
        raise SubmissionRefused(f"{reply.message_id[:100]!a} is not a Message-ID")
    fields = {
        "From": _mailbox(reply.sender),
        "To": _mailbox(reply.recipient),
        **({"Reply-To": _mailbox(reply.reply_to)} if reply.reply_to else {}),
        "Subject": _unstructured(subject),
        "Date": format_datetime((reply.date or datetime.now(UTC)).astimezone(UTC)),
        "Message-ID": reply.message_id,
    }
    if reply.references and _MESSAGE_ID.fullmatch(reply.references[-1]):
        fields["In-Reply-To"] = reply.references[-1]
    if references := _capped([id for id in reply.references if _MESSAGE_ID.fullmatch(id)]):
        fields["References"] = "\r\n ".join(references)
    fields["X-Auto-Response-Suppress"] = "All"
    fields["MIME-Version"] = "1.0"
    fields["Content-Type"] = 'text/plain; charset="utf-8"'
    fields["Content-Transfer-Encoding"] = "quoted-printable"
    return fields


def _capped(references: list[str]) -> list[str]:
    if len(references) <= REFERENCES_LIMIT:
        return references
    return [references[0], *references[1 - REFERENCES_LIMIT :]]


def _unstructured(text: str) -> str:
    """``text`` as it is where that is safe, folded at its spaces; as encoded words (RFC 2047) otherwise."""
    if not text.isascii() or "=?" in text or any(len(word) > 70 for word in text.split()):
        return _encoded_words(text)
    return "\r\n ".join(textwrap.wrap(text, 66, break_long_words=False, break_on_hyphens=False))


def _mailbox(address: Address) -> str:
    name, email = one_line(address.name)[:NAME_LIMIT].rstrip(), smtp_address(address.email)
    if not name:
        return f"<{email}>"
    if not name.isascii() or "=?" in name:
        return f"{_encoded_words(name)}\r\n <{email}>"
    quoted = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{quoted}"\r\n <{email}>' if len(quoted) + len(email) > 60 else f'"{quoted}" <{email}>'


def _encoded_words(text: str) -> str:
    """RFC 2047 encoded words of at most 75 characters, whole characters in each."""
    chunks = [b""]
    for character in text:
        encoded = character.encode("utf-8")
        if len(chunks[-1]) + len(encoded) > 42:
            chunks.append(b"")
        chunks[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?=" for chunk in chunks)


def _check(raw: bytes, fields: dict[str, str], reply: Reply, subject: str, body: str) -> None:
    """Read ``raw`` as a stranger would and refuse it unless it says exactly what was meant."""
    try:
        _compare(raw, fields, reply, subject, body)
    except (ValueError, LookupError, AttributeError, TypeError) as error:  # the parser's own faults on odd input
        raise SubmissionRefused(f"the reply would not be readable mail: {type(error).__name__}: {error}") from error


def _compare(raw: bytes, fields: dict[str, str], reply: Reply, subject: str, body: str) -> None:
    message = message_from_string(raw.decode("utf-8"), policy=policy.default)
    assert isinstance(message, EmailMessage)
    names = message.keys()
    if names != [name for name in HEADERS if name in fields] or not set(HEADERS) - _OPTIONAL <= set(names):
        raise SubmissionRefused(f"the reply would carry the headers {', '.join(map(ascii, names))[:200]}")
    if list(message.raw_items()) != list(fields.items()):
        raise SubmissionRefused("the reply would have other values in its headers than were meant")
    if _BARE_LINE_END.search(raw) or any(len(line) > _LINE_LIMIT for line in raw.split(b"\r\n")):
        raise SubmissionRefused("the reply would not consist of proper lines")
    for name, address in (("From", reply.sender), ("To", reply.recipient), ("Reply-To", reply.reply_to)):
        if address and _addresses(message, name) != [smtp_address(address.email)]:
            raise SubmissionRefused(f"the reply would not have the one {name} address {address.email!a}")
    if str(message["Subject"]) != subject:
        raise SubmissionRefused("the reply would have another subject than was meant")
    if message.get_payload(decode=True) != body.encode("utf-8"):
        raise SubmissionRefused("the reply would have another text than was meant")


def _addresses(message: EmailMessage, name: str) -> list[str]:
    header = message[name]
    assert isinstance(header, AddressHeader)
    return [address.addr_spec for address in header.addresses]
