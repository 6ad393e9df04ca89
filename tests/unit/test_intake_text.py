"""Characters and header fields: charsets, encoded words, parameters, ids, dates, addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.addresses import addresses_in, parse_addresses
from pipeline.intake.charset import clean_line, clean_text, decode_bytes
from pipeline.intake.headers import (
    MAX_REFERENCES,
    Headers,
    decode_words,
    message_id,
    parse_date,
    parse_parameters,
    references,
)
from pipeline.records import Address


def test_a_named_charset_decodes() -> None:
    assert decode_bytes("Größe".encode("iso-8859-15"), "ISO-8859-15") == ("Größe", "")


def test_latin_1_means_windows_1252_as_senders_use_it() -> None:
    assert decode_bytes(b"\x93yes\x94", "iso-8859-1")[0] == "“yes”"


@pytest.mark.parametrize(
    "charset", ["utf-7", "unicode_escape", "raw_unicode_escape", "rot13", "idna", "hex", "x-\0", "é"]
)
def test_no_codec_outside_the_list_is_ever_used(charset: str) -> None:
    text, warning = decode_bytes(b"+ADw-script+AD4- \\u0041", charset)
    assert text == "+ADw-script+AD4- \\u0041"
    assert "unknown charset" in warning


def test_of_all_codecs_of_python_only_charsets_of_mail_are_used() -> None:
    names = {name for name in set(aliases.values()) | {"utf_7", "idna", "punycode", "undefined", "mbcs", "oem"}}
    used = {name for name in names if "unknown charset" not in decode_bytes(b"a", name)[1]}
    assert not used & {"utf_7", "idna", "punycode", "undefined", "raw_unicode_escape", "unicode_escape", "mbcs", "oem"}
    assert not used & {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"}
    assert {"utf_8", "latin_1", "cp1252", "koi8_r", "iso2022_jp", "gb18030", "euc_kr"} <= used


@pytest.mark.parametrize("reader", [decode_words, lambda word: parse_parameters(f"a; name*={word}")[1]["name"]])
@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "raw_unicode_escape"])
def test_headers_never_use_them_either(reader: Callable[[str], str], charset: str) -> None:
    for word in (f"=?{charset}?Q?+AGE-=5Cu0041?=", f"{charset}''+AGE-%5Cu0041"):
        found = reader(word)
        assert "a" not in found.replace(charset, "").replace("name", "") and "A-\\" not in found
        assert "+AGE-" in found


def test_ascii_that_claims_to_be_utf_16_stays_readable() -> None:
    assert decode_bytes(b"My lamp is broken", "utf-16")[0] == "My lamp is broken"
    assert decode_bytes("Lampe ü".encode("utf-16"), "utf-16") == ("Lampe ü", "")


def test_bytes_that_do_not_fit_fall_back_to_utf_8_and_then_to_windows_1252() -> None:
    assert decode_bytes("Zürich".encode(), "us-ascii") == ("Zürich", "")
    text, warning = decode_bytes("Köln ist schön".encode("cp1252"), "utf-8")
    assert (text, bool(warning)) == ("Köln ist schön", True)


def test_one_broken_byte_does_not_change_the_charset() -> None:
    text, _ = decode_bytes("Grüße ".encode() * 40 + b"\xff", "utf-8")
    assert text.startswith("Grüße Grüße") and text.endswith("\ufffd")


def test_invisible_characters_go_and_are_reported() -> None:
    assert clean_text("pay\u200b me\u202e now\U000e0041") == ("pay me now", True)
    assert clean_line("a\r\nBcc: b") == ("a Bcc: b", False)


def test_joiners_stay_where_scripts_and_emoji_need_them() -> None:
    assert clean_text("می\u200cخواهم 👩\u200d👧 a\u200cb") == ("می\u200cخواهم 👩\u200d👧 ab", True)


def test_runs_of_joiners_and_variation_selectors_carry_nothing() -> None:
    assert clean_text("é\u200c\u200d\u200cé ☀\ufe0f\ufe01\ufe02") == ("éé ☀\ufe0f", True)
    assert clean_text("é\u2007\u200d\u2007é") == ("é\u2007\u2007é", True)


def test_line_ends_and_trailing_spaces_are_normalised() -> None:
    assert clean_text("a \r\nb\t\rc\u2028d\0") == ("a\nb\nc\nd", True)


@given(st.text())
def test_clean_text_is_idempotent_and_leaves_nothing_hidden(text: str) -> None:
    cleaned, _ = clean_text(text)
    assert clean_text(cleaned) == (cleaned, False)
    assert not {"\0", "\r", "\u202e", "\u200b"} & set(cleaned)


def test_encoded_words_are_joined_before_they_are_decoded() -> None:
    assert decode_words("=?utf-8?B?w6TD?= =?utf-8?B?tsO8?= und =?iso-8859-1?Q?=DF?=") == "äöü und ß"


def test_text_around_encoded_words_stays() -> None:
    assert decode_words("Re: =?utf-8?q?caf=C3=A9?= bill") == "Re: café bill"
    assert decode_words("=?broken?= =?utf-8?x?y?=") == "=?broken?= =?utf-8?x?y?="


def test_parameters_are_read_quoted_continued_and_percent_encoded() -> None:
    kind, params = parse_parameters(
        'Attachment; filename*0*=utf-8\'\'R%C3%A9; filename*1="su;me.pdf"; size="12"; size=13'
    )
    assert (kind, params) == ("attachment", {"filename": "Résu;me.pdf", "size": "12"})


def test_parameters_survive_a_missing_semicolon() -> None:
    assert parse_parameters('multipart/mixed\tboundary="b 1"')[1] == {"boundary": "b 1"}


@given(st.text(max_size=300))
def test_header_readers_never_raise(value: str) -> None:
    decode_words(value)
    parse_parameters(value)
    message_id(value)
    parse_date(value)
    assert all("@" in address.email for address in parse_addresses(value))


def test_dates_become_utc_and_nonsense_none() -> None:
    assert parse_date("Tue, 3 Mar 2026 10:00:00 +0200") == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert parse_date("Tue, 99 Mar 2026 10:00:00 +9999999999") is None
    assert parse_date("yesterday") is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (" <a.b@c.example> ", "<a.b@c.example>"),
        ("<[x@y]>", "<[x@y]>"),
        ("a@c.example", "<a@c.example>"),
        ("two words", ""),
        ("", ""),
    ],
)
def test_message_ids_keep_their_angle_brackets(value: str, found: str) -> None:
    assert message_id(value) == found


def test_references_are_oldest_first_once_each_and_capped() -> None:
    chain = " ".join(f"<{number}@x.example>" for number in range(200))
    found = references(Headers((("references", chain), ("in-reply-to", "<199@x.example>"))))
    assert len(found) == MAX_REFERENCES
    assert (found[0], found[-1]) == ("<0@x.example>", "<199@x.example>")


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("Ana <ana@Shop.Example>", [("Ana", "ana@shop.example")]),
        ('"Lee, Ana" <ana@x.example>, bo@x.example (Bo)', [("Lee, Ana", "ana@x.example"), ("Bo", "bo@x.example")]),
        ("=?utf-8?q?J=C3=B6rg?= <j@x.example>", [("Jörg", "j@x.example")]),
        ("Team: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("To: (c):", []),
        ("<@relay.example:u@x.example>", [("", "u@x.example")]),
        ("undisclosed-recipients:;", []),
        ("a@good.example <evil@bad.example>", [("a@good.example", "evil@bad.example")]),
        ("a@x.example b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ('"a b"@x.example', [("", '"a b"@x.example')]),
        ("(((nested) comment) a@x.example", []),
    ],
)
def test_address_lists(value: str, addresses: list[tuple[str, str]]) -> None:
    assert list(parse_addresses(value)) == [Address(*pair) for pair in addresses]


def test_a_display_name_with_an_address_in_it_is_found() -> None:
    assert addresses_in("Support (help@good.example)") == ("help@good.example",)
