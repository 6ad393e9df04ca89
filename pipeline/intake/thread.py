"""Which conversation a mail belongs to: by Message-IDs it answers, and by the signed token it was sent to.

A token stands behind a plus sign in the address that a reply asks answers to: ``care+TOKEN@example.com``. Who
answers that address has our mail; ids and references can be guessed or copied, tokens cannot.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from pipeline.intake.addresses import is_own
from pipeline.records import ParsedMail

SIGNATURE_LENGTH = 16
"""Base32 characters of the signature: 80 bits."""

_TOKEN = re.compile(rf"t([1-9][0-9]{{0,18}})[a-z2-7]{{{SIGNATURE_LENGTH}}}")


def thread_candidates(parsed: ParsedMail) -> tuple[str, ...]:
    """Message-IDs to look the conversation up by, newest first; the mail's own is not among them."""
    return tuple(reference for reference in reversed(parsed.references) if reference != parsed.message_id)


def reply_token(key: bytes, mailbox: str, ticket: int) -> str:
    """The token of a ticket: "t", its number, and a signature (HMAC-SHA256) over mailbox and number.

    Lower-case letters and digits alone, as servers fold the case of local parts and cut them at other signs.
    """
    digest = hmac.digest(key, f"reply-token:{len(mailbox)}:{mailbox}:{ticket}".encode(), hashlib.sha256)
    return f"t{ticket}{base64.b32encode(digest).decode('ascii').lower()[:SIGNATURE_LENGTH]}"


def reply_address(address: str, token: str) -> str:
    """``address`` with ``token`` as its detail (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def ticket_of_token(key: bytes, mailbox: str, addresses: Iterable[str], own_addresses: frozenset[str]) -> int | None:
    """The ticket whose token stands in one of ``addresses`` that are ours; None where none is genuine."""
    for address in addresses:
        local, _, domain = address.lower().rpartition("@")
        base, _, token = local.rpartition("+")
        found = _TOKEN.fullmatch(token)
        if found is None or not is_own(f"{base}@{domain}", own_addresses):
            continue
        ticket = int(found[1])
        if hmac.compare_digest(token.encode("ascii"), reply_token(key, mailbox, ticket).encode("ascii")):
            return ticket
    return None


def token_addresses(parsed: ParsedMail) -> tuple[str, ...]:
    """Every address the mail was sent or delivered to, in lower case, once each."""
    written = (address.email.lower() for address in (*parsed.to, *parsed.cc))
    return tuple(dict.fromkeys((*written, *parsed.delivered_to)))
