"""Bytes to text, without trusting the charset a mail claims, and text without characters a person cannot see."""

from __future__ import annotations

import codecs
import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")

# Codec names as `codecs.lookup` gives them. Neither utf-7 nor any codec that is not a charset (escapes, rot13, idna).
_ALLOWED = frozenset(
    [
        "utf-8",
        "utf-8-sig",
        "ascii",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "iso8859-1",
        "iso8859-2",
        "iso8859-3",
        "iso8859-4",
        "iso8859-5",
        "iso8859-6",
        "iso8859-7",
        "iso8859-8",
        "iso8859-9",
        "iso8859-10",
        "iso8859-11",
        "iso8859-13",
        "iso8859-14",
        "iso8859-15",
        "iso8859-16",
        "cp437",
        "cp850",
        "cp852",
        "cp855",
        "cp857",
        "cp858",
        "cp862",
        "cp866",
        "cp874",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "koi8-r",
        "koi8-u",
        "koi8-t",
        "kz1048",
        "ptcp154",
        "mac-roman",
        "mac-cyrillic",
        "mac-greek",
        "mac-latin2",
        "mac-turkish",
        "tis-620",
        "shift_jis",
        "cp932",
        "euc_jp",
        "iso2022_jp",
        "iso2022_jp_1",
        "iso2022_jp_2",
        "iso2022_jp_3",
        "iso2022_jp_ext",
        "gb2312",
        "gbk",
        "gb18030",
        "hz",
        "big5",
        "big5hkscs",
        "cp950",
        "euc_kr",
        "cp949",
        "johab",
        "iso2022_kr",
    ]
)

# What senders mean where they name the smaller set (the same mapping as in browsers, WHATWG Encoding Standard).
_WIDER = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}


def _codec(charset: str) -> str | None:
    name = charset.strip().strip("'\"")
    if not _NAME.fullmatch(name):
        return None
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    return _WIDER.get(codec, codec) if codec in _ALLOWED else None


def _fallback(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def decode_bytes(data: bytes, charset: str | None) -> tuple[str, str]:
    """Text of ``data`` and a warning (or ""): the named charset if it is allowed and fits, else UTF-8, else cp1252."""
    if not charset:
        return _fallback(data), ""
    codec = _codec(charset)
    if codec is None:
        return _fallback(data), f"unknown charset {charset[:40]!r}"
    if codec.startswith(("utf-16", "utf-32")) and data.isascii() and b"\0" not in data:
        return _fallback(data), f"text does not fit its charset {charset[:40]!r}"
    try:
        return data.decode(codec), ""
    except UnicodeError:
        text = data.decode(codec, "replace")
    # A few bad bytes in a long text: the charset is right. Many: it is wrong.
    if text.count("\ufffd") > 1 + len(text) // 50:
        text = _fallback(data)
    return text, f"text does not fit its charset {charset[:40]!r}"


_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Zero-width, bidirectional control, tag and supplementary variation characters, and runs of variation selectors.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\U0001d173-\U0001d17a\U000e0000-\U000e01ef]|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]+"
)
# The joiners U+200C and U+200D spell Persian, Indic scripts and emoji: one stays between two characters beyond ASCII.
_JOINERS = re.compile("[\u200c\u200d]{2,}|(?<![^\x00-\xa0\\s])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\xa0\\s])")
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_TRAILING_SPACE = re.compile(r"(?<![ \t])[ \t]+$", re.MULTILINE)

INVISIBLE_WARNING = "invisible characters were removed"


def _visible(text: str) -> tuple[str, bool]:
    """``text`` without invisible characters, and whether there were any."""
    if text.isascii():
        return text, False
    text, count = _INVISIBLE.subn("", _SURROGATE.sub("\ufffd", text))
    text, joiners = _JOINERS.subn("", text)
    return text, count + joiners > 0


def clean_line(text: str) -> tuple[str, bool]:
    """``text`` as one line without control and invisible characters, and whether an invisible one was removed."""
    text, removed = _visible(_CONTROL.sub("", _LINE_END.sub(" ", text)))
    return " ".join(text.split()), removed


def clean_text(text: str) -> tuple[str, bool]:
    """``text`` with ``\\n`` line ends, no trailing spaces, no control or invisible characters; and whether one was."""
    text, controls = _CONTROL.subn("", _LINE_END.sub("\n", text.removeprefix("\ufeff")).replace("\xa0", " "))
    text, removed = _visible(text)
    return _TRAILING_SPACE.sub("", text), removed or controls > 0
