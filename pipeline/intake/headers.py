"""Header fields of a mail: unfolding, encoded words (RFC 2047), parameters (RFC 2045, RFC 2231), ids, dates.

The standard library's modern header classes raise on hostile fields (``Message-ID: <[x@y]>``, ``To: (c):``), its
legacy ones pass any charset to the codecs; these functions do neither, and each runs in time linear in its input.
"""

from __future__ import annotations

import quopri
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from urllib.parse import unquote_to_bytes

from pipeline.intake.charset import clean_line, decode_bytes
from pipeline.intake.transfer import decode_base64

MAX_FIELD = 65_536
"""Characters of one field that are read."""
MAX_PARAMETERS = 8_192
"""Characters of a Content-Type or Content-Disposition that are read."""
MAX_REFERENCES = 50


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one header section in order: (lower-case name, unfolded raw value)."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for field, value in self.fields if field == name)

    def get(self, name: str) -> str:
        """The first value of the field ``name`` (lower case), or ""."""
        return next((value for field, value in self.fields if field == name), "")

    def has(self, name: str) -> bool:
        return any(field == name for field, _ in self.fields)


_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    return decode_base64(data) if encoding in "bB" else quopri.decodestring(data.replace(b" ", b"_"), header=True)


def decode_words(value: str) -> str:
    """``value`` with its encoded words decoded (RFC 2047), on one line, free of control and invisible characters.

    The bytes of neighbouring words in one charset are joined first, as senders do cut characters in two.
    """
    value = value[:MAX_FIELD]
    pieces: list[str] = []
    run, run_charset, end = b"", "", 0
    for match in _WORD.finditer(value):
        charset = match[1].partition("*")[0].lower()
        between = value[end : match.start()]
        neighbours = bool(run_charset) and not between.strip()
        if not neighbours or charset != run_charset:
            pieces += [decode_bytes(run, run_charset)[0], "" if neighbours else between]
            run, run_charset = b"", charset
        run += _word_bytes(match[2], match[3])
        end = match.end()
    pieces += [decode_bytes(run, run_charset)[0], value[end:]]
    return clean_line("".join(pieces))[0]


_PARAMETER = re.compile(r"""[;\s]\s{0,20}([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""", re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The bare value in lower case and its parameters, continued and percent-encoded ones (RFC 2231) put together."""
    value = value[:MAX_PARAMETERS]
    bare = value.partition(";")[0].strip().lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in _PARAMETER.finditer(value):
        given = re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else (match[3] or "").strip()
        name = _SECTION.fullmatch(match[1].lower())
        if name is None:
            continue
        if name[2] is None and name[3] is None:
            plain.setdefault(name[1], decode_words(given))
        else:
            sections.setdefault(name[1], {}).setdefault(int(name[2] or 0), (name[3] is not None, given))
    return bare, plain | {name: _join_sections(parts) for name, parts in sections.items()}


def _join_sections(sections: dict[int, tuple[bool, str]]) -> str:
    charset, data = "", b""
    for index, (encoded, value) in sorted(sections.items()):
        if encoded and index == min(sections) and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return clean_line(decode_bytes(data, charset or None)[0])[0]


def parse_date(value: str) -> datetime | None:
    """The Date field in UTC; None where it cannot be read. A missing zone counts as UTC."""
    try:
        fields = parsedate_tz(value[:200])
        if fields is None:
            return None
        zone = timezone(timedelta(seconds=fields[9] or 0))
        return datetime(*fields[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_ID = re.compile(r"<[^<>\s]{1,990}>")


def message_id(value: str) -> str:
    """The first Message-ID in ``value`` with its angle brackets, or ""."""
    value = clean_line(value[:MAX_FIELD])[0]
    found = _ID.search(value)
    if found:
        return found[0]
    bare = value.strip().strip("<>")
    return f"<{bare}>" if bare and len(bare) <= 990 and not re.search(r"[<>\s]", bare) else ""


def references(headers: Headers) -> tuple[str, ...]:
    """Message-IDs of References and In-Reply-To, oldest first, once each; of a long chain the first and the last."""
    field = " ".join((*headers.all("references"), *headers.all("in-reply-to")))[:MAX_FIELD]
    chain = _ID.findall(clean_line(field)[0])
    unique = tuple(dict.fromkeys(chain))
    return unique if len(unique) <= MAX_REFERENCES else (unique[0], *unique[-(MAX_REFERENCES - 1) :])
