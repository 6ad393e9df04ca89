"""What another parser found in a mail (JSON of Stalwart's mail-parser), compared with what ours found.

A text part agrees where every one of its words stands in our text, quoted history or signature, in its lines; an
attachment where name, type and size are the same. What differs gets the class of its reason, by rules that look at
the mail and the record alone; what no rule explains is reported as unexplained.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.html import HTMLParser, document_fromstring  # type: ignore[import-untyped]

from pipeline.records import ParsedMail

UNEXPLAINED = "unexplained"
_OVERRUN = re.compile(r"^--\S+\r?\nContent-", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Expected:
    """A leaf of the expected tree. ``use``: "text" (shown), "alternative" (another form of it), "attachment"."""

    use: str
    type: str
    name: str
    words: tuple[str, ...]
    size: int
    broken: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    use: str
    what: str
    reason: str

    @property
    def explained(self) -> bool:
        return self.reason != UNEXPLAINED

    def record(self) -> dict[str, str]:
        return {"part": self.use, "what": self.what, "reason": self.reason}


def _header(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    values = [field["value"] for field in part["headers"] if field["name"] == name]
    content = values[-1].get("ContentType") if values and isinstance(values[-1], dict) else None
    return content or {}


def _attribute(header: Mapping[str, Any], name: str) -> str:
    return next((item["value"] for item in header.get("attributes") or () if item["name"] == name), "")


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.replace("\u00ad", "")))


def _html_words(html: str) -> tuple[str, ...]:
    if not html.strip():
        return ()
    root = document_fromstring(html.encode(), parser=HTMLParser(encoding="utf-8"))
    for element in list(root.iter("style", "script", "title")):
        element.clear(keep_tail=True)
    return _words(" ".join(root.itertext(with_tail=True)))


def _leaf(part: Mapping[str, Any], use: str) -> Expected:
    ((kind, content),) = part["body"].items()
    type_, disposition = _header(part, "content_type"), _header(part, "content_disposition")
    name = _attribute(disposition, "filename") or _attribute(type_, "name")
    full = f"{type_.get('c_type', 'text')}/{type_.get('c_subtype') or 'plain'}".lower()
    words: tuple[str, ...] = ()
    if kind in ("Text", "Html"):
        words = _html_words(content) if kind == "Html" else _words(content)
    size = len(content.encode()) if isinstance(content, str) else len(content)
    text = content if isinstance(content, str) else bytes(content[:20]).decode("latin-1")
    return Expected(use, full, name, words, size, bool(part["is_encoding_problem"]), text)


def expected_parts(mail: Mapping[str, Any]) -> list[Expected]:
    """The leaves of an expected record, those of mails inside it included."""
    found: list[Expected] = []
    for index, part in enumerate(mail["parts"]):
        ((kind, content),) = part["body"].items()
        if kind == "Message":
            found += expected_parts(content)
        elif kind != "Multipart":
            shown = index in mail["text_body"] and kind in ("Text", "Html")
            alternative = index in mail["html_body"] and kind in ("Text", "Html")
            use = "text" if shown else "alternative" if alternative else "attachment"
            found.append(_leaf(part, use))
    return found


def _missing(part: Expected, ours: Sequence[str]) -> list[str]:
    """The words of the part that do not stand in our text in its order."""
    missing, position = [], 0
    place = {word: [i for i, other in enumerate(ours) if other == word] for word in set(part.words)}
    for word in part.words:
        at = next((i for i in place[word] if i >= position), None)
        if at is None:
            missing.append(word)
        else:
            position = at + 1
    return missing


def differences(mail: ParsedMail, parts: Sequence[Expected]) -> list[Difference]:
    """Everything in ``parts`` that our record has not, or has otherwise."""
    ours = _words("\n".join((mail.text, mail.quoted, mail.signature)))
    found: list[Difference] = []
    left = [(item.name, item.type, item.size) for item in mail.attachments]
    for part in parts:
        if part.use == "attachment" or (part.name and (part.name, part.type) in [item[:2] for item in left]):
            found += _attachment(part, left, ours)
        elif missing := _absent(part, mail):
            found.append(Difference(part.use, " ".join(missing[:8]), _text_reason(part, mail)))
    return found


def _absent(part: Expected, mail: ParsedMail) -> list[str]:
    """Words of a shown part that none of our three texts has."""
    texts = [_words(text) for text in (mail.text, mail.quoted, mail.signature)]
    orders = [(0, 1, 2), (1, 0, 2), (0, 2, 1)]
    return min((_missing(part, [word for at in order for word in texts[at]]) for order in orders), key=len)


def _text_reason(part: Expected, mail: ParsedMail) -> str:
    warnings = " ".join(mail.warnings)
    if _OVERRUN.search(part.text):
        return "the expected part runs over a boundary line"
    if "\ufffd" in part.text:
        return "the expected record could not decode it"
    if "utf-7" in warnings.lower():
        return "utf-7 is never decoded"
    if "cannot see" in warnings:
        return "hidden from a person"
    if part.use == "alternative":
        return "the other alternative was read"
    if part.broken or "charset" in warnings:
        return "the charset is unknown or does not fit"
    return UNEXPLAINED


def _attachment(part: Expected, left: list[tuple[str, str, int]], ours: Sequence[str]) -> list[Difference]:
    same = next((item for item in left if item == (part.name, part.type, part.size)), None)
    near = same or next((item for item in left if item[1] == part.type and item[0] == part.name), None)
    near = near or next((item for item in left if item[1] == part.type and item[2] == part.size), None)
    if near is None and "\ufffd" in part.name:
        near = next((item for item in left if item[1] == part.type), None)
    if near:
        left.remove(near)
    if same:
        return []
    what = f"{part.name!r} {part.type} {part.size}"
    if near is None:
        return [Difference("attachment", what, _lost_reason(part, ours))]
    return [Difference("attachment", f"{what} is here {near}", _other_reason(part, near))]


def _lost_reason(part: Expected, ours: Sequence[str]) -> str:
    if not part.text.strip() and part.type.startswith("text/"):
        return "an empty text part"
    if _OVERRUN.search(part.text):
        return "the expected part runs over a boundary line"
    return "shown as text" if part.words and not _missing(part, ours) else UNEXPLAINED


def _other_reason(part: Expected, near: tuple[str, str, int]) -> str:
    name, _, size = near
    if part.text.lstrip().startswith("begin ") and size < part.size:
        return "the expected record left the uuencode undecoded"
    if "\ufffd" in part.name or (name and not part.name):
        return "the expected record could not read the name"
    if name != part.name and name == re.split(r"[\\/]", part.name)[-1]:
        return "the folder is taken off the name"
    if name == part.name and part.words and size:
        return "size of a text counted in its own charset and line ends"
    return UNEXPLAINED
