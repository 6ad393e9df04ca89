"""What an attachment can do to who opens it, told before they take it. No virus scanner: it names kinds of files.

Read are name, type and the bytes; nothing is unpacked, and each look is linear in the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PROGRAMS = _set(
    "exe com scr pif cpl msi msp msix appx dll sys ocx bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta jar jnlp apk "
    "app dmg pkg deb rpm sh bash zsh csh command run lnk url desktop scf reg inf gadget application appref-ms chm hlp "
    "py pyw pl rb php msc library-ms search-ms settingcontent-ms xll iqy slk one"
)
PAGES = _set("html htm shtml xhtml xht mht mhtml svg svgz xsl xslt")
MACROS = _set("docm dotm xlsm xltm xlsb xlam pptm potm ppsm ppam sldm")
DISCS = _set("iso img vhd vhdx udf")
ARCHIVES = _set("rar 7z tar gz tgz bz2 tbz xz txz zst cab ace arj lzh lha z")
PLAIN = _set("txt csv log md json eml")
"""What opens as text: markup in it does nothing."""

A_PROGRAM = "This is a program or starts one. Opening it can harm your computer."
A_PAGE = "This is a web page or a drawing that can run scripts. Opened, it can imitate a sign-in page."
A_MACRO = "This document carries macros: small programs. Do not allow them when it asks."
A_SCRIPTED_PDF = "This PDF carries scripts or starts other programs."
A_DISC = "This is a disc image. What is inside is not checked when it is opened."
LOCKED = "This is locked with a password, so no virus scanner could look inside."
AN_ARCHIVE = "This is an archive that was not looked into. It may hold programs."
A_PROGRAM_INSIDE = "This archive holds a program or something that starts one."
AN_OUTLOOK_PACKAGE = "This is a package of Outlook (winmail.dat). Files of the sender may be inside; Outlook opens it."
A_FALSE_NAME = "Its name is made to look like another kind of file."

_PROGRAM_TYPES = re.compile(
    r"javascript|ecmascript|ms-?dos|msdownload|executable|java-archive|/hta|x-sh\b|x-bat|x-ms-shortcut"
)
_PROGRAM_STARTS = (
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
    b"L\0\0\0\x01\x14\x02\0",
)
_PAGE_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,100}(?:<\?xml[^>]{0,200}>\s{0,100})?<(?:!doctype\s{1,20}(?:html|svg)|html|head|body|script|svg)",
    re.IGNORECASE,
)
_PAGE_TYPES = re.compile(r"(?:text/html|application/xhtml\+xml|image/svg(?:\+xml)?)$")
_ZIP, _OLE, _PDF = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"), b"%PDF-"
_PACKED = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"MSCF")
_PDF_ACTS = re.compile(rb"/(?:JavaScript|Launch)\b")
_VBA, _LOCKED_PACKAGE = "_VBA_PROJECT".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
_TWO_EXTENSIONS = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|rtf|jpe?g|png|gif|bmp|tiff?|txt|csv|mp[34]|zip|eml)[ ._-]{0,20}\.[\w-]{1,20}$",
    re.IGNORECASE,
)


def danger(name: str, type: str, data: bytes) -> str:
    """In plain words what to beware of; "" where nothing speaks against opening it."""
    extension = _extension(name)
    found = _by_content(extension, data) or _by_name(extension, type)
    if found and _TWO_EXTENSIONS.search(name):
        return f"{found} {A_FALSE_NAME}"
    return found


def _extension(name: str) -> str:
    return name.rstrip(" .").rpartition(".")[2].lower() if "." in name else ""


def _by_name(extension: str, type: str) -> str:
    if extension in PROGRAMS or _PROGRAM_TYPES.search(type):
        return A_PROGRAM
    if extension in MACROS or "macroenabled" in type:
        return A_MACRO
    if extension in DISCS:
        return A_DISC
    if type == "application/ms-tnef" or extension == "tnef":
        return AN_OUTLOOK_PACKAGE
    if extension in PAGES or (_PAGE_TYPES.match(type) and extension not in PLAIN):
        return A_PAGE
    return AN_ARCHIVE if extension in ARCHIVES else ""


def _by_content(extension: str, data: bytes) -> str:
    if data.startswith(_PROGRAM_STARTS):
        return A_PROGRAM
    if data.startswith(_ZIP):
        return _in_zip(data)
    if data.startswith(_OLE):
        return A_MACRO if _VBA in data else LOCKED if _LOCKED_PACKAGE in data else ""
    if data.startswith(_PACKED):
        return AN_ARCHIVE
    if _PDF in data[:1024]:
        return A_SCRIPTED_PDF if _PDF_ACTS.search(data) else ""
    return A_PAGE if extension not in PLAIN and _PAGE_START.match(data) else ""


MOST_ENTRIES = 2000
"""Entries of an archive that are looked at."""
_ENTRY = b"PK\x01\x02"


def _entries(data: bytes) -> Iterator[tuple[bool, str]]:
    """Of each entry in the directory of a ZIP file: whether it is locked, and its name (APPNOTE 4.3.12)."""
    at = data.find(_ENTRY)
    for _ in range(MOST_ENTRIES):
        if at < 0 or at + 46 > len(data):
            return
        length = int.from_bytes(data[at + 28 : at + 30], "little")
        yield bool(data[at + 8] & 1), data[at + 46 : at + 46 + length].decode("utf-8", "replace")
        at = data.find(_ENTRY, at + 46)


def _in_zip(data: bytes) -> str:
    """Documents of office programs are ZIP files too."""
    found = ""
    for locked, name in _entries(data):
        if locked:
            return LOCKED
        if name.endswith("vbaProject.bin") or name.startswith("Basic/"):
            found = A_MACRO
        elif not found and _extension(name) in PROGRAMS:
            found = A_PROGRAM_INSIDE
    return found
