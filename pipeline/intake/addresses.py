"""Address lists of RFC 5322, read from whatever stands there: never raises, one pass, no recursion."""

from __future__ import annotations

import re

import idna

from pipeline.intake.charset import clean_line
from pipeline.intake.headers import MAX_FIELD, decode_words
from pipeline.records import Address

MAX_ADDRESSES = 500

_TOKEN = re.compile(
    r"""(?P<space>\s+)|"(?P<quoted>(?:[^"\\]|\\.)*)"?|<(?P<angle>[^<>]*)>?|(?P<comment>\()|(?P<end>[,;])|(?P<group>:)"""
    r"""|(?P<word>(?:\[[^\]\s]{0,60}\]|[^\s"<(,;:\[])+)|(?P<other>.)""",
    re.DOTALL,
)
_ADDRESS = re.compile(r"""[^\s@<>",;()]{1,256}@[^\s@<>",;()]{1,255}|"[^"]{1,200}"@[^\s@<>",;()]{1,255}""")


def normal_address(text: str) -> str:
    """The addr-spec in ``text`` with its domain in lower case, or "" where there is none."""
    bare = text.strip() if '"' in text else re.sub(r"\s+", "", text)
    if bare.startswith("@") and ":" in bare:  # an obsolete route: <@relay.example:user@example.com>
        bare = bare.rpartition(":")[2]
    if not _ADDRESS.fullmatch(bare):
        return ""
    local, _, domain = bare.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def _comment_end(text: str, start: int) -> int:
    depth = 0
    for position in range(start, len(text)):
        if text[position] == "(":
            depth += 1
        elif text[position] == ")":
            depth -= 1
            if depth == 0:
                return position + 1
    return len(text)


class _Entry:
    """What was read of one address so far."""

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.angles: list[str] = []
        self.comment = ""

    def addresses(self) -> list[Address]:
        phrase = " ".join(self.phrase)
        if not self.angles:
            found = normal_address("".join(self.phrase))
            if found:
                return [Address(decode_words(self.comment), found)]
            bare = [normal_address(word) for word in self.phrase]
            return [Address("", email) for email in bare if email]
        emails = [email for email in map(normal_address, self.angles) if email]
        return [Address(decode_words(phrase), email) for email in emails]


def parse_addresses(value: str) -> tuple[Address, ...]:
    """Every mailbox in an address field, display names decoded; what is no address is left out."""
    value = clean_line(value[:MAX_FIELD])[0]
    found: list[Address] = []
    entry = _Entry()
    position = 0
    while position < len(value) and len(found) < MAX_ADDRESSES:
        match = _TOKEN.match(value, position)
        if match is None:
            break
        position = match.end()
        if match["comment"]:
            position = _comment_end(value, match.start())
            entry.comment = entry.comment or value[match.end() : position].removesuffix(")")
        elif match["end"]:
            found += entry.addresses()
            entry = _Entry()
        elif match["group"]:
            entry = _Entry()
        elif match["angle"] is not None:
            entry.angles.append(match["angle"])
        elif match["quoted"] is not None:
            _add_quoted(entry, re.sub(r"\\(.)", r"\1", match["quoted"]), value[position : position + 1])
        elif match["word"]:
            entry.phrase.append(match["word"])
    return tuple((found + entry.addresses())[:MAX_ADDRESSES])


def _add_quoted(entry: _Entry, text: str, following: str) -> None:
    entry.phrase.append(f'"{text}"' if following == "@" else text)


def addresses_in(text: str) -> tuple[str, ...]:
    """Address-like words of a display name: a name that shows another address than it stands for is a trick."""
    return tuple(found for found in map(normal_address, re.split(r"[\s<>(),;:\"']+", text[:1000])) if found)


def ascii_domain(domain: str) -> str:
    """The domain as DNS has it (IDNA 2008), so that both spellings of one domain are equal."""
    try:
        return domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain.lower()


def same_address(one: str, other: str) -> bool:
    """Whether mail to both reaches one mailbox, as far as can be told: case and the spelling of the domain aside.

    Letters beyond ASCII are compared as they are: some fold to ASCII ones, but name other mailboxes.
    """
    return _mailbox(one) == _mailbox(other)


def _mailbox(email: str) -> tuple[str, str]:
    local, _, domain = email.rpartition("@")
    return local.lower() if local.isascii() else local, ascii_domain(domain)


def is_own(email: str, own_addresses: frozenset[str]) -> bool:
    """Whether ``email`` is one of ``own_addresses`` (lower case), with or without a detail: care+x@example.com."""
    local, _, domain = email.lower().rpartition("@")
    if f"{local}@{domain}" in own_addresses:
        return True
    plus = (position for position, character in enumerate(local) if character == "+")
    return any(f"{local[:position]}@{domain}" in own_addresses for position in plus)
