"""Splitting into parts, and what of them becomes text."""

from __future__ import annotations

import base64
import binascii
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.body import DIFFERENT_WARNING, read_body, unwrap_flowed
from pipeline.intake.mime import MAX_DEPTH, MAX_PARTS, Part, split_mail


def leaves(part: Part) -> list[Part]:
    return [leaf for child in part.children for leaf in leaves(child)] or [part]


def depth(part: Part) -> int:
    return 1 + max(map(depth, part.children), default=0)


def mail(text: str, html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "ana@customers.example"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_every_line_end_convention_gives_the_same_parts() -> None:
    raw = mail("Hello", "<p>Hello</p>").as_bytes()
    kinds = [[leaf.type for leaf in leaves(split_mail(raw.replace(b"\n", end))[0])] for end in (b"\n", b"\r\n", b"\r")]
    assert kinds == [["text/plain", "text/html"]] * 3


def test_a_missing_closing_boundary_loses_no_text() -> None:
    raw = b'From: a@x.example\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nfirst\n--b\n\nsecond'
    assert read_body(split_mail(raw)[0]).text == "first\nsecond"


def test_a_multipart_without_parts_is_read_as_text() -> None:
    root, warnings = split_mail(b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\nMy order is late.")
    assert read_body(root).text == "My order is late."
    assert warnings


def test_a_boundary_that_begins_like_another_is_not_taken_for_it() -> None:
    raw = (
        b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\ninner\n--bb--\n--b\n\nouter\n--b--\n"
    )
    assert read_body(split_mail(raw)[0]).text == "inner\nouter"


def test_a_fold_without_indentation_belongs_to_the_header_above() -> None:
    raw = b"Subject: a long\nsubject line\nFrom: a@x.example\n\nbody"
    root, _ = split_mail(raw)
    assert root.headers.get("subject") == "a long subject line"
    assert root.body == b"body"


def test_depth_and_parts_are_capped_with_a_warning() -> None:
    nested = b"From: a@x.example\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(1000)
    )
    root, warnings = split_mail(nested)
    assert depth(root) <= MAX_DEPTH + 1 and warnings
    wide = b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000
    root, warnings = split_mail(wide)
    assert len(leaves(root)) <= MAX_PARTS and warnings


@given(st.binary(max_size=400))
def test_any_bytes_split_and_read(raw: bytes) -> None:
    read_body(split_mail(raw)[0])


FRAGMENTS = st.sampled_from(
    [
        b"From: a@x.example\n",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b'Content-Type: multipart/alternative; boundary="b"\n',
        b"Content-Type: text/html; charset=utf-7\n",
        b"Content-Type: message/rfc822\n",
        b"Content-Type: text/plain; format=flowed; delsp=yes\n",
        b"Content-Type: text/plain; name*0*=x''%ff; name*=''; charset*=bad'x\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Disposition: attachment; filename==?utf-8?b?////?=\n",
        b"\n",
        b"--b\n",
        b"--b--\n",
        b"hello =C3 \n",
        b"<p style='display:none'>x<div>y",
        b"> quoted\n",
        b"\x00\xff\xfe",
    ]
)


@settings(max_examples=300)
@given(st.lists(FRAGMENTS, max_size=20))
def test_any_order_of_mime_fragments_is_read(pieces: list[bytes]) -> None:
    body = read_body(split_mail(b"".join(pieces))[0])
    assert "\0" not in body.text and "\r" not in body.text


def test_plain_text_is_preferred_and_the_html_kept() -> None:
    body = read_body(split_mail(mail("plain words", "<p>rich words</p>").as_bytes())[0])
    assert body.text == "plain words"
    assert "<p>rich words</p>" in body.html


def test_html_is_read_where_the_plain_part_is_empty_or_only_names_html() -> None:
    for stub in (" \n", "This message needs an HTML reader."):
        body = read_body(split_mail(mail(stub, "<p>My parcel has been lost for three weeks.</p>").as_bytes())[0])
        assert body.text == "My parcel has been lost for three weeks."


def test_the_html_is_read_where_it_has_every_plain_word_and_many_more() -> None:
    more = " ".join(f"detail{number}" for number in range(30))
    body = read_body(split_mail(mail("My lamp is broken", f"<p>My lamp is broken</p><p>{more}</p>").as_bytes())[0])
    assert "detail29" in body.text and body.text.startswith("My lamp is broken")


def test_a_mail_whose_versions_say_different_things_is_reported() -> None:
    words = [" ".join(f"{name}{number}" for number in range(40)) for name in ("one", "two")]
    body = read_body(split_mail(mail(words[0], f"<p>{words[1]}</p>").as_bytes())[0])
    assert body.text.strip() == words[0]
    assert DIFFERENT_WARNING in body.warnings


def part(content: str, headers: str = "Content-Type: text/plain") -> str:
    return f"--b\n{headers}\n\n{content}\n"


def test_every_plain_text_among_alternatives_is_read_however_nested() -> None:
    inner = "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nfirst\n--c\n\nsecond\n--c--\n"
    html = part("<p>rich</p>", "Content-Type: text/html")
    start = "From: a@x.example\nContent-Type: multipart/alternative; boundary=b\n\n"
    nested = f"{start}--b\n{inner}{html}--b--\n"
    assert read_body(split_mail(nested.encode())[0]).text == "first\nsecond"
    twice = f"{start}{part('one')}{part('two')}{part('one')}--b--\n"
    assert read_body(split_mail(twice.encode())[0]).text == "one\ntwo"


def test_texts_of_several_forwarded_mails_are_kept_apart() -> None:
    digest = "From: a@x.example\nContent-Type: multipart/digest; boundary=b\n\n" + "".join(
        part(f"Subject: s\n\nmail {number}", "") for number in (1, 2)
    )
    assert read_body(split_mail(digest.encode())[0]).forwarded == "mail 1\n\nmail 2"


def test_what_stands_outside_the_parts_is_read_only_where_there_is_nothing_else() -> None:
    start = "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    lonely = read_body(split_mail(f"{start}--b\n\n--b--\nMy lamp is broken.\n".encode())[0])
    assert lonely.text == "My lamp is broken." and lonely.warnings
    usual = read_body(split_mail(f"{start}This is a MIME mail.\n{part('help')}--b--\nthe end\n".encode())[0])
    assert usual.text == "help" and not usual.warnings


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        ("aGVsbG8gd29ybGQ=", "hello world"),
        ("aGVsbG8=\nIHdvcmxk", "hello world"),
        ("aGVsbG8gd29ybGQ= trailing words", "hello world"),
        ("aGVs bG8g\n d29y bGQ", "hello world"),
        ("aGVsbG8gd29ybGQ", "hello world"),
        ("My lamp is broken again, please help me.", "My lamp is broken again, please help me."),
        ("?garbage!", "?garbage!"),
    ],
)
def test_base64_is_decoded_piece_by_piece_and_words_that_are_none_stay(encoded: str, text: str) -> None:
    raw = f"From: a@x.example\nContent-Transfer-Encoding: base64\n\n{encoded}\n"
    assert read_body(split_mail(raw.encode())[0]).text == text


def test_base64_with_a_footer_of_a_list_below_is_still_decoded() -> None:
    body = base64.encodebytes(b"My lamp is broken. " * 5) + b"_____\nA mailing list: https://lists.example/\n" * 9
    raw = b"From: a@x.example\nContent-Transfer-Encoding: base64\n\n" + body
    assert read_body(split_mail(raw)[0]).text.startswith("My lamp is broken. My lamp")


def test_uuencoded_files_are_decoded_as_far_as_they_go() -> None:
    lines = [binascii.b2a_uu(b"x" * 45), binascii.b2a_uu(b"yz")]
    raw = b"From: a@x.example\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: x-uuencode\n\n"
    whole = b"begin 644 a.png\n" + b"".join(lines) + b"`\nend\n"
    assert split_mail(raw + whole)[0].content() == b"x" * 45 + b"yz"
    assert split_mail(raw + whole[:50])[0].content().startswith(b"x")
    assert split_mail(raw + b"no file")[0].content() == b"no file"


def test_attachments_are_listed_with_decoded_name_type_and_size() -> None:
    message = mail("see the picture")
    message.add_attachment(b"x" * 1000, maintype="image", subtype="png", filename="Rückgabe ä.png")
    message.add_attachment("log", filename="a/b\\run.log")
    body = read_body(split_mail(message.as_bytes())[0])
    assert [(part.name, part.type, part.size) for part in body.attachments] == [
        ("Rückgabe ä.png", "image/png", 1000),
        ("run.log", "text/plain", 4),
    ]
    assert body.text == "see the picture"


def test_a_forwarded_mail_is_an_attachment_and_its_text_is_apart() -> None:
    inner = mail("words of somebody else")
    inner["Subject"] = "earlier"
    message = mail("please read this")
    message.add_attachment(inner)
    body = read_body(split_mail(message.as_bytes())[0])
    assert (body.text, body.forwarded) == ("please read this", "words of somebody else")
    assert [(part.name, part.type) for part in body.attachments] == [("earlier.eml", "message/rfc822")]


def test_several_inline_texts_are_joined_in_order() -> None:
    raw = (
        b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n"
        b"Content-Type: text/html\n\n<p>two</p>\n--b\n\nthree\n--b--\n"
    )
    assert read_body(split_mail(raw)[0]).text == "one\ntwo\nthree"


def test_flowed_lines_are_joined_but_not_across_quotes_or_the_signature() -> None:
    text = "a long \nline\n> quoted \n> more\nend \n-- \nAna"
    assert unwrap_flowed(text) == "a long line\n> quoted more\nend \n-- \nAna"
    assert unwrap_flowed("Donau\u00ad \ndampf", delete_space=True) == "Donau\u00addampf"
