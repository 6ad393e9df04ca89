"""Splits a mail into its MIME parts (RFC 2045, RFC 2046), within limits that no mail can exceed.

The standard library's parser recurses and re-scans once a nesting level; a thousand levels end it. This one cuts at
boundaries with fixed limits on depth, parts and header bytes; what lies beyond a limit stays an unread leaf, and a
warning says so. Nothing here raises, whatever the bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.intake.charset import clean_line, decode_bytes
from pipeline.intake.headers import (
    Headers,
    decode_words,
    parse_parameters,
)
from pipeline.intake.transfer import decode_transfer

MAX_DEPTH = 20
MAX_PARTS = 500
MAX_HEADER_BYTES = 262_144
"""Bytes of one header section that are read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME part. ``body`` is still transfer-encoded; ``children`` are those of a multipart or message part.

    Of a multipart ``body`` is what stands outside its parts, which mail programs do not show (RFC 2046, 5.1.1).
    """

    headers: Headers
    type: str
    params: Mapping[str, str]
    body: bytes
    children: tuple[Part, ...] = ()

    @property
    def disposition(self) -> str:
        return parse_parameters(self.headers.get("content-disposition"))[0]

    @property
    def name(self) -> str:
        """The file name as the sender gave it, without any folder, or ""."""
        given = parse_parameters(self.headers.get("content-disposition"))[1].get("filename", "")
        return clean_line(re.split(r"[\\/]", given or self.params.get("name", ""))[-1][:255])[0]

    def content(self) -> bytes:
        """The decoded bytes."""
        encoding = self.headers.get("content-transfer-encoding").strip().lower()
        return decode_transfer(self.body, encoding, is_text=self.type.startswith("text/"))

    def text(self) -> tuple[str, str]:
        """The decoded text of a leaf, and a warning or ""."""
        return decode_bytes(self.content(), self.params.get("charset"))


@dataclass(slots=True)
class _Budget:
    parts: int = MAX_PARTS
    warnings: dict[str, None] = field(default_factory=dict)

    def warn(self, text: str) -> None:
        self.warnings[text] = None


_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)


def _field_text(value: bytes) -> str:
    return decode_bytes(value, None)[0].replace("\n", " ").strip()


def _lost_fold(before: bytes, lines: list[bytes]) -> bool:
    """Whether the first of ``lines`` goes on with the field above although its indentation was lost."""
    if before.rstrip().endswith(b";") and not lines[0].startswith(b"--"):
        return True
    for line in lines:
        if line.startswith(b"--"):
            return False
        if _FIELD.fullmatch(line):
            return True
    return False


def parse_headers(data: bytes) -> tuple[Headers, bytes]:
    """The header section at the start of ``data`` and what follows it. Line ends are ``\\n``."""
    end = 0 if data.startswith(b"\n") else data.find(b"\n\n")
    section, body = (data, b"") if end < 0 else (data[:end], data[end:].removeprefix(b"\n").removeprefix(b"\n"))
    if end == 0:
        body = data[1:]
    lines = section.split(b"\n")
    fields: list[tuple[str, list[bytes]]] = []
    for index, line in enumerate(lines):
        match = _FIELD.fullmatch(line)
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif match:
            fields.append((match[1].decode("ascii").lower(), [match[2]]))
        elif index == 0 and line.startswith((b"From ", b">From ")):
            continue
        elif fields and _lost_fold(fields[-1][1][-1], lines[index : index + 4]):
            fields[-1][1].append(line)
        else:
            body = b"\n".join(lines[index:]) + (b"\n\n" + body if body else b"")
            break
    return Headers(tuple((name, _field_text(b"\n".join(value))) for name, value in fields)), body


_KNOWN = re.compile(
    rb"(?:from|to|date|subject|message-id|received|return-path|mime-version|content-type|delivered-to|x-[!-9;-~]+)[ \t]*:",
    re.IGNORECASE,
)


def is_mail(headers: Headers) -> bool:
    """Whether any field is one that mails have; a text with a colon in its first line is no mail."""
    return any(_KNOWN.match(f"{name}:".encode()) for name, _ in headers.fields)


def _without_junk(data: bytes) -> bytes:
    """Without up to three lines before the first known field: an mbox line, a log line, a broken first fold."""
    start = 0
    for _ in range(3):
        if _KNOWN.match(data, start) or _FIELD.fullmatch(data[start : start + 1000].partition(b"\n")[0]):
            return data[start:]
        start = data.find(b"\n", start) + 1
        if start == 0:
            return data
    return data[start:] if _KNOWN.match(data, start) else data


_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def _boundary_pattern(boundary: str) -> re.Pattern[bytes]:
    return re.compile(rb"^--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*$", re.MULTILINE)


def _sections(body: bytes, boundary: str, limit: int) -> tuple[list[bytes], bytes]:
    """The bytes between the boundaries, and those before the first and after the last, which are no part."""
    sections: list[bytes] = []
    start: int | None = None
    outside = b""
    for match in _boundary_pattern(boundary).finditer(body):
        if start is None:
            outside = body[: match.start()]
        else:
            sections.append(body[start : max(start, match.start() - 1)])
        start = None if match[1] else match.end() + 1
        if match[1]:
            outside += body[match.end() :]
        if match[1] or len(sections) >= limit:
            break
    if start is not None and len(sections) < limit:
        sections.append(body[start:])  # the closing boundary is missing: the mail was cut
    return sections, outside


def _split(data: bytes, depth: int, default_type: str, budget: _Budget) -> Part:
    if len(data) > MAX_HEADER_BYTES and data.find(b"\n\n", 0, MAX_HEADER_BYTES) < 0 and not data.startswith(b"\n"):
        budget.warn("the header was too long and was cut")
        end = data.find(b"\n\n")
        data = data[:MAX_HEADER_BYTES] + (data[end:] if end >= 0 else b"")
    headers, body = parse_headers(data)
    kind, params = parse_parameters(headers.get("content-type"))
    named = _TYPE.match(kind)
    kind = named[0] if named else default_type
    budget.parts -= 1
    leaf = Part(headers, kind, params, body)
    container = kind.startswith("multipart/") or kind == "message/rfc822"
    if not container or depth >= MAX_DEPTH or budget.parts <= 0:
        if container:
            budget.warn("the mail is nested too deeply or has too many parts; the rest was not read")
        return leaf
    if kind == "message/rfc822":
        inner = _split(leaf.content().lstrip(b"\n"), depth + 1, "text/plain", budget)
        return Part(headers, kind, params, body, (inner,))
    return _split_multipart(leaf, depth, budget)


def _split_multipart(leaf: Part, depth: int, budget: _Budget) -> Part:
    boundary = leaf.params.get("boundary", "")
    sections, outside = _sections(leaf.body, boundary, MAX_PARTS) if boundary else ([], b"")
    if not sections:
        budget.warn("a multipart without parts was read as plain text")
        return Part(leaf.headers, "text/plain", {}, leaf.body)
    default = "message/rfc822" if leaf.type == "multipart/digest" else "text/plain"
    children: list[Part] = []
    for section in sections:
        if budget.parts <= 0:
            budget.warn("the mail is nested too deeply or has too many parts; the rest was not read")
            break
        children.append(_split(section, depth + 1, default, budget))
    return Part(leaf.headers, leaf.type, leaf.params, outside, tuple(children))


def normal_lines(raw: bytes) -> bytes:
    """The mail with ``\\n`` line ends, from its first header field on."""
    data = raw.replace(b"\r\n", b"\n")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return _without_junk(data.lstrip(b"\n"))


def split_mail(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """The tree of parts of a mail, at most `MAX_DEPTH` deep and `MAX_PARTS` large, and warnings."""
    budget = _Budget()
    root = _split(normal_lines(raw), 0, "text/plain", budget)
    return root, tuple(budget.warnings)


def subject_of(part: Part) -> str:
    return decode_words(part.headers.get("subject"))
