"""Chooses what of a mail is read as its text: plain text first, else HTML; lists everything else as attachments."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from pipeline.intake.attached import attached_parts, attachment_of, is_text
from pipeline.intake.charset import INVISIBLE_WARNING, clean_text, decode_bytes
from pipeline.intake.html import html_to_text
from pipeline.intake.mime import Part
from pipeline.records import Attachment

MAX_TEXT = 1_000_000
"""Characters of text that are read."""


@dataclass(slots=True)
class Body:
    """``text`` is the readable text, ``forwarded`` that of mails attached to it, ``html`` the HTML as sent."""

    text: str = ""
    forwarded: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)

    def warn(self, *texts: str) -> None:
        self.warnings.update(dict.fromkeys(filter(None, texts)))


def unwrap_flowed(text: str, delete_space: bool = False) -> str:
    """Undo format=flowed (RFC 3676): a line that ends in a space goes on in the next line of the same quote depth."""
    lines: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        stripped = line.lstrip(">")
        depth = len(line) - len(stripped)
        content = stripped.removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        piece = content[:-1] if flows and delete_space else content
        if open_depth == depth and content != "-- ":
            lines[-1].append(piece)
        else:
            lines.append([">" * depth + " " if depth else "", piece])
        open_depth = depth if flows else None
    return "\n".join("".join(pieces) for pieces in lines)


def _plain(part: Part, body: Body) -> str:
    text, warning = part.text()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.params.get("format", "").lower() == "flowed":
        text = unwrap_flowed(text, part.params.get("delsp", "").lower() == "yes")
    body.warn(warning)
    return text


def _html(part: Part, body: Body) -> str:
    html, warning = part.text()
    body.html = (body.html + "\n" + html) if body.html else html
    text, warnings = html_to_text(html)
    body.warn(warning, *warnings)
    return text


_STUB = re.compile(r"\bHTML\b")
_WORD = re.compile(r"\w+")
_FEW_WORDS = 20
DIFFERENT_WARNING = "the plain text and the HTML of the mail say different things; the plain text was read"


def _is_plain(part: Part) -> bool:
    """Whether the texts of a part, however nested, are plain."""
    if not part.children:
        return part.type == "text/plain"
    shown = [child for child in part.children if child.children or is_text(child)]
    return bool(shown) and all(map(_is_plain, shown))


def _choose(part: Part, body: Body) -> str:
    """One of the alternatives: what is plain, unless the HTML says all of that and much more."""
    read = [(_is_plain(child), text) for child in part.children if (text := _read(child, body)).strip()]
    plain = "\n".join(dict.fromkeys(text.strip("\r\n") for is_plain, text in read if is_plain))
    rich = next((text for is_plain, text in reversed(read) if not is_plain), "")
    if not plain or not rich:
        return plain or rich
    if len(plain) < 300 and _STUB.search(plain) and len(rich) > len(plain):
        return rich
    return _fuller(plain, rich, body)


def _fuller(plain: str, rich: str, body: Body) -> str:
    """The plain text; the HTML's where that has every word of it and as many again. Warns where they differ."""
    first, second = Counter(_WORD.findall(plain[:MAX_TEXT])), Counter(_WORD.findall(rich[:MAX_TEXT]))
    missing, more = (first - second).total(), (second - first).total()
    if missing <= first.total() // 20 and more >= max(_FEW_WORDS, first.total()):
        return rich
    if missing > max(_FEW_WORDS, first.total() // 2) and more > max(_FEW_WORDS, second.total() // 2):
        body.warn(DIFFERENT_WARNING)
    return plain


def _read(part: Part, body: Body) -> str:
    if part.type == "multipart/alternative" and part.children:
        return _choose(part, body)
    if part.type == "message/rfc822" and part.children:
        inner = _read_text(part.children[0])
        body.warn(*inner.warnings)
        body.forwarded = "\n\n".join(filter(None, (body.forwarded, inner.text, inner.forwarded)))
        return ""
    if part.children:
        return "\n".join(text for child in part.children if (text := _read(child, body).strip("\r\n")))
    if not is_text(part):
        return ""
    return _plain(part, body) if part.type == "text/plain" else _html(part, body)


def _outside(part: Part, body: Body) -> str:
    """What stands outside the parts of a multipart: read only where the mail has no other text."""
    text = decode_bytes(part.body, None)[0] if part.type.startswith("multipart/") else ""
    if not text.strip() or body.forwarded or any(attached_parts(part)):
        return ""
    body.warn("the mail has no readable part; the text around its parts was read")
    return text


def read_body(root: Part) -> Body:
    """The readable text of a mail, its HTML and its attachments, with warnings for everything left out."""
    body = _read_text(root)
    body.attachments = [attachment_of(part) for part in attached_parts(root)]
    return body


def _read_text(root: Part) -> Body:
    body = Body()
    texts = []
    shown = _read(root, body)
    for text in (shown or _outside(root, body), body.forwarded):
        if len(text) > MAX_TEXT:
            body.warn("the text was too long and was cut")
        cleaned, removed = clean_text(text[:MAX_TEXT])
        body.warn(INVISIBLE_WARNING if removed else "")
        texts.append(cleaned.strip("\n"))
    body.text, body.forwarded = texts
    body.html = body.html.replace("\0", "")
    return body
