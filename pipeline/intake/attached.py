"""What a mail carries beside its text: which parts these are, what they are called, and their bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from mimetypes import MimeTypes

from pipeline.intake.charset import clean_line
from pipeline.intake.danger import danger
from pipeline.intake.mime import Part, split_mail, subject_of
from pipeline.records import Attachment

LONGEST_NAME = 200
"""Bytes of a file name in UTF-8; file systems allow 255, and people put something before it."""
LONGEST_EXTENSION = 20


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """An attachment with its decoded bytes; ``name`` as the sender gave it, without any folder, or ""."""

    name: str
    type: str
    data: bytes


def is_text(part: Part) -> bool:
    """Whether a leaf is read as text of the mail itself."""
    shown = part.disposition != "attachment" and not part.name
    return shown and part.type in ("text/plain", "text/html")


def attached_parts(root: Part) -> Iterator[Part]:
    """Every part that is no text of the mail, in the order of the mail; an attached mail, then what that carries."""
    attached_mail = root.type == "message/rfc822" and root.children
    if attached_mail or not (root.children or is_text(root)):
        yield root
    for child in root.children:
        yield from attached_parts(child)


def attachment_of(part: Part) -> Attachment:
    """What is told of a part before anybody takes it."""
    name, data = _given_name(part), part.content()
    picture = part.type.startswith("image/") and part.disposition != "attachment"
    inside = picture and (part.disposition == "inline" or part.headers.has("content-id"))
    return Attachment(name, part.type, len(data), inside, danger(name, part.type, data))


def attached_file(raw: bytes, number: int) -> AttachedFile | None:
    """The attachment ``number`` of a mail, counted from 1 as `attached_parts` goes; None where there is none."""
    part = next(islice(attached_parts(split_mail(raw)[0]), number - 1, None), None) if number > 0 else None
    return AttachedFile(_given_name(part), part.type, part.content()) if part else None


def _given_name(part: Part) -> str:
    if part.name or part.type != "message/rfc822" or not part.children:
        return part.name
    return f"{clean_line(subject_of(part.children[0])[:250])[0] or 'message'}.eml"


_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_TYPES = MimeTypes()
"""The library's own table: that of the machine would give other names elsewhere."""


def file_name(name: str, type: str, number: int) -> str:
    """A name that any system takes, that hides nothing and keeps its last extension; never empty.

    No folder, no control, invisible or direction-changing character, no leading or trailing dot.
    """
    name = clean_line(unicodedata.normalize("NFC", name))[0]
    name = _NOT_IN_NAMES.sub("_", name).strip(" .")
    if not name:
        name = f"attachment-{number}{_TYPES.guess_extension(type) or ''}"
    if _DEVICE.match(name):
        name = f"_{name}"
    stem, dot, extension = name.rpartition(".")
    end = f"{dot}{extension}" if stem and len(extension.encode()) <= LONGEST_EXTENSION else ""
    start = name.removesuffix(end).encode()[: LONGEST_NAME - len(end.encode())].decode("utf-8", "ignore")
    return f"{start.rstrip(' .') or '_'}{end}"
