"""Transfer encodings (RFC 2045): whatever stands there is decoded as far as it goes, nothing raises."""

from __future__ import annotations

import binascii
import quopri
import re

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_LETTERS))


def _decode_letters(data: bytes) -> bytes:
    letters = data.translate(None, _NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def decode_base64(data: bytes) -> bytes:
    """Base64 with everything outside the alphabet ignored and a missing end tolerated.

    Padding ends its line; lines below it are a further run (senders do encode piece by piece).
    """
    if b"=" not in data:
        return _decode_letters(data)
    pieces, start = [], 0
    while start < len(data):
        padding = data.find(b"=", start)
        padding = len(data) if padding < 0 else padding
        pieces.append(_decode_letters(data[start:padding]))
        line_end = data.find(b"\n", padding)
        start = len(data) if line_end < 0 else line_end + 1
    return b"".join(pieces)


_FULL_LINE = re.compile(rb"\s{0,100}[A-Za-z0-9+/]{40,}={0,2}\s")
_WORDS = re.compile(rb"\s*(?:\S{1,20}[ \t]+){4}")


def is_base64(data: bytes) -> bool:
    """Whether the data can be base64 at all: no row of words, and little outside the alphabet.

    A full first line is enough: lists and scanners put their footers below.
    """
    sample = data[:4000]
    if _FULL_LINE.match(sample):
        return True
    odd = len(sample.translate(None, _LETTERS + b"= \t\n"))
    return odd * 20 <= len(sample) and _WORDS.match(sample) is None


_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\n]{1,255}\n", re.MULTILINE)


def decode_uuencode(data: bytes) -> bytes:
    """The first uuencoded file in ``data``; the data itself where there is none."""
    begin = _UU_BEGIN.search(data)
    if not begin:
        return data
    pieces: list[bytes] = []
    for line in data[begin.end() :].split(b"\n"):
        if line.strip() in (b"end", b"`", b""):
            break
        wanted = (((line[0] - 32) & 63) * 4 + 2) // 3
        try:
            pieces.append(binascii.a2b_uu(line[: wanted + 1]))
        except binascii.Error:
            break
    return b"".join(pieces)


def decode_transfer(data: bytes, encoding: str, is_text: bool) -> bytes:
    """The bytes behind a Content-Transfer-Encoding (lower case); a text that is none of its encoding stays as it is."""
    if encoding == "base64" and not (is_text and not is_base64(data)):
        return decode_base64(data)
    if encoding == "quoted-printable":
        return quopri.decodestring(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue"):
        return decode_uuencode(data)
    return data
