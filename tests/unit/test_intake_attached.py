from __future__ import annotations

import io
import unicodedata
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import ParseError
from pipeline.intake import danger as dangers
from pipeline.intake.attached import LONGEST_NAME, attached_file, file_name
from pipeline.intake.danger import danger
from pipeline.intake.isolate import ParserPool
from pipeline.intake.mime import MAX_PARTS
from pipeline.intake.parse import parse_mail
from tests.fuzz import mail_grammar

TYPE = "application/octet-stream"


def mail_with_parts(*parts: bytes) -> bytes:
    head = b"From: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    return head + b"".join(b"--b\n" + part + b"\n" for part in parts) + b"--b--\n"


@given(mail_grammar.mails())
def test_the_listed_files_are_those_that_are_taken(drawn: tuple[bytes, tuple[str, ...]]) -> None:
    raw, _ = drawn
    listed = parse_mail(raw).attachments
    for number, told in enumerate(listed, 1):
        file = attached_file(raw, number)
        assert file is not None
        assert (file.name, file.type, len(file.data)) == (told.name, told.type, told.size)
    if listed:
        assert attached_file(raw, len(listed) + 1) is None


@given(st.binary(max_size=400), st.integers(-3, 5))
def test_any_bytes_and_any_number_are_borne(raw: bytes, number: int) -> None:
    file = attached_file(raw, number)
    assert file is None or number > 0


def test_an_attached_mail_is_listed_and_then_what_it_carries() -> None:
    inner = EmailMessage()
    inner["Subject"] = "The first answer"
    inner.set_content("What they wrote.")
    inner.add_attachment(b"%PDF-1.4 bill", maintype="application", subtype="pdf", filename="bill.pdf")
    outer = EmailMessage()
    outer["From"] = "a@example.com"
    outer.set_content("See below.")
    outer.add_attachment(inner)
    outer.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    raw = outer.as_bytes()
    assert [file.name for file in parse_mail(raw).attachments] == ["The first answer.eml", "bill.pdf", "winmail.dat"]
    mail, bill = attached_file(raw, 1), attached_file(raw, 2)
    assert mail and b"What they wrote." in mail.data
    assert bill and bill.data == b"%PDF-1.4 bill"


def test_ten_thousand_parts_are_listed_up_to_the_limit() -> None:
    raw = mail_with_parts(*[b'Content-Disposition: attachment; filename="x"\n\nx'] * 10_000)
    assert len(parse_mail(raw).attachments) < MAX_PARTS
    assert attached_file(raw, 9_999) is None


def test_a_declared_size_and_broken_base64_promise_nothing() -> None:
    huge = b"Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf; size=1073741824\n"
    raw = mail_with_parts(huge + b"Content-Length: 1073741824\nContent-Transfer-Encoding: base64\n\nQUJ!!D\xff=Q=\nRA")
    (listed,), file = parse_mail(raw).attachments, attached_file(raw, 1)
    assert file is not None
    assert file.data.startswith(b"ABC")
    assert listed.size == len(file.data) < 10


def test_a_picture_of_the_text_is_told_from_an_attached_one() -> None:
    inside = b"Content-Type: image/png\nContent-ID: <logo@x>\n\nx"
    attached = b"Content-Type: image/png\nContent-Disposition: attachment; filename=photo.png\n\nx"
    assert [file.inside for file in parse_mail(mail_with_parts(inside, attached)).attachments] == [True, False]


def test_a_child_process_takes_the_file_and_bounds_what_it_costs() -> None:
    raw = mail_with_parts(b"Content-Type: application/pdf\nContent-Disposition: attachment\n\nx")
    with ParserPool() as pool:
        file = pool.attached_file(raw, 1)
        assert file and file.data == b"x"
        assert pool.attached_file(raw, 2) is None
        assert pool.parse(raw).attachments[0].size == 1
    with ParserPool(memory=250 << 20) as small, pytest.raises(ParseError):
        small.attached_file(mail_with_parts(b"Content-Disposition: attachment\n\n" + b"x" * (80 << 20)), 1)


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("bill.pdf", "bill.pdf"),
        ("../../etc/passwd", "_._etc_passwd"),
        ("C:\\Windows\\x.exe", "C__Windows_x.exe"),
        ("bill\u202efdp.exe", "billfdp.exe"),
        ("bill\u2066.pdf\u2069", "bill.pdf"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"),
        ("a\0b.txt", "ab.txt"),
        ("bill.pdf" + " " * 90 + ".exe", "bill.pdf.exe"),
        ("bill.exe. . .", "bill.exe"),
        (".htaccess", "htaccess"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com10.txt", "com10.txt"),
        ('a"b;c.txt', "a_b;c.txt"),
        ("Rückschein.pdf", "Rückschein.pdf"),
        ("", "attachment-3.pdf"),
        (" . ", "attachment-3.pdf"),
        ("x" * 500 + ".docx", "x" * (LONGEST_NAME - 5) + ".docx"),
    ],
)
def test_a_name_hides_nothing_and_leads_nowhere(given_name: str, name: str) -> None:
    assert file_name(given_name, "application/pdf", 3) == name


@given(st.text(st.characters() | st.sampled_from("./\\\u202e\u2066\0\r\n\ufeff:\ud800"), max_size=400))
@example("é" * 300)
@example("." * 300)
@example("x." + "y" * 300)
def test_any_name_is_made_safe(given_name: str) -> None:
    name = file_name(given_name, TYPE, 1)
    assert 0 < len(name.encode()) <= LONGEST_NAME
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    assert not set(name) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
    assert name == name.strip(" .")


# --- what to beware of ----------------------------------------------------------------------------------------------


def zipped(*names: str, locked: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    data = bytearray(buffer.getvalue())
    if locked:
        data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
VBA = "_VBA_PROJECT".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "type", "data", "told"),
    [
        ("setup.exe", TYPE, b"", dangers.A_PROGRAM),
        ("run.ps1", "text/plain", b"", dangers.A_PROGRAM),
        ("report.pdf", "application/pdf", b"MZ\x90\0", dangers.A_PROGRAM),
        ("photo", "image/png", b"\x7fELF", dangers.A_PROGRAM),
        ("x", "application/x-msdownload", b"", dangers.A_PROGRAM),
        ("page.html", TYPE, b"", dangers.A_PAGE),
        ("page", "text/html", b"", dangers.A_PAGE),
        ("drawing.svg", "image/svg+xml", b"<svg/>", dangers.A_PAGE),
        ("photo.png", "image/png", b"\n <!DOCTYPE html><script>", dangers.A_PAGE),
        ("photo.png", "image/png", b"<?xml version='1.0'?>\n<svg>", dangers.A_PAGE),
        ("bill.docm", TYPE, b"", dangers.A_MACRO),
        ("bill.docx", TYPE, zipped("word/document.xml", "word/vbaProject.bin"), dangers.A_MACRO),
        ("bill.doc", "application/msword", OLE + VBA, dangers.A_MACRO),
        ("bill.xlsx", TYPE, OLE + "EncryptedPackage".encode("utf-16-le"), dangers.LOCKED),
        ("bill.pdf", "application/pdf", b"%PDF-1.7 <</OpenAction<</S/JavaScript/JS(x)>>", dangers.A_SCRIPTED_PDF),
        ("photos.zip", "application/zip", zipped("a.jpg", locked=True), dangers.LOCKED),
        ("photos.zip", "application/zip", zipped("a.jpg", "b/Start.JS"), dangers.A_PROGRAM_INSIDE),
        ("photos.rar", TYPE, b"Rar!\x1a\x07\0", dangers.AN_ARCHIVE),
        ("photos.jpg", "image/jpeg", b"7z\xbc\xaf\x27\x1c", dangers.AN_ARCHIVE),
        ("disc.iso", TYPE, b"", dangers.A_DISC),
        ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22", dangers.AN_OUTLOOK_PACKAGE),
        ("bill.pdf.exe", TYPE, b"", f"{dangers.A_PROGRAM} {dangers.A_FALSE_NAME}"),
        ("bill.pdf .scr", TYPE, b"", f"{dangers.A_PROGRAM} {dangers.A_FALSE_NAME}"),
        ("bill.exe.", TYPE, b"", dangers.A_PROGRAM),
        ("bill.pdf", "application/pdf", b"%PDF-1.7 plain", ""),
        ("bill.docx", TYPE, zipped("word/document.xml", "_rels/.rels"), ""),
        ("photos.zip", "application/zip", zipped("a.jpg", "b.jpg"), ""),
        ("photo.jpg", "image/jpeg", b"\xff\xd8\xff", ""),
        ("notes.txt", "text/plain", b"<html> is a tag", ""),
        ("old.doc", "application/msword", OLE, ""),
        ("", "", b"", ""),
    ],
)
def test_what_to_beware_of_is_told(name: str, type: str, data: bytes, told: str) -> None:
    assert danger(name, type, data) == told


@given(st.text(max_size=40), st.text(max_size=40), st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", OLE]))
@example("a.zip", "", b"PK\x01\x02" * 20, b"PK\x03\x04")
def test_any_file_can_be_looked_at(name: str, type: str, data: bytes, start: bytes) -> None:
    assert isinstance(danger(name, type, start + data), str)
