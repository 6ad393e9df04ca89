"""Parsing in a child process: the same record, and no mail that takes the others down."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import ParseError
from pipeline.intake.batch import parse_files
from pipeline.intake.isolate import ParserPool
from pipeline.intake.parse import parse_mail
from pipeline.records import MailKind

RAW = b"Message-ID: <1@x.example>\r\nFrom: a@x.example\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nhelp"
BIG_HTML = b"From: a@x.example\r\nContent-Type: text/html\r\n\r\n" + b"<table><tr><td>" + b"word <br>" * 200_000


def test_the_record_is_the_same_as_in_this_process() -> None:
    with ParserPool(seconds=60) as pool:
        assert pool.parse(RAW) == parse_mail(RAW)
        assert pool.parse(RAW, frozenset({"a@x.example"})).kind == MailKind.OWN


def test_a_mail_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    with ParserPool(seconds=60) as pool:
        pool.seconds = 0.01
        with pytest.raises(ParseError, match=r"within 0\.01 seconds"):
            pool.parse(BIG_HTML)
        pool.seconds = 60
        assert pool.parse(RAW).text == "help"


def test_a_mail_that_takes_too_much_memory_ends_only_the_child() -> None:
    with ParserPool(seconds=60, memory=400 << 20) as pool:
        with pytest.raises(ParseError, match="memory"):
            pool.parse(RAW + b"x" * (300 << 20))
        assert pool.parse(RAW).text == "help"


def test_a_dead_child_is_replaced() -> None:
    with ParserPool(seconds=60) as pool:
        pool.parse(RAW)
        assert pool._child is not None
        os.kill(pool._child.pid, signal.SIGKILL)
        with pytest.raises(ParseError):
            pool.parse(RAW)
        assert pool.parse(RAW).text == "help"


def test_the_child_may_neither_write_files_nor_leave_a_core_nor_open_many() -> None:
    with ParserPool(seconds=60) as pool:
        assert pool.pid == 0
        pool.parse(RAW)
        assert resource.prlimit(pool.pid, resource.RLIMIT_FSIZE) == (0, 0)
        assert resource.prlimit(pool.pid, resource.RLIMIT_CORE) == (0, 0)
        assert resource.prlimit(pool.pid, resource.RLIMIT_NOFILE)[1] <= 64
        assert resource.prlimit(pool.pid, resource.RLIMIT_AS)[1] == pool.memory
        assert resource.prlimit(pool.pid, resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY


def html_mail(body: bytes) -> bytes:
    return b"From: a@x.example\nContent-Type: text/html\n\n" + body


def text_mail(body: bytes) -> bytes:
    return b"From: a@x.example\nContent-Type: text/plain\n\n" + body


def nested(levels: int) -> bytes:
    return b"From: a@x.example\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(levels)
    )


MIXED = b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n"
STYLES = b"<style>" + b"".join(b"div p .a%d i.x{display:none}" % n for n in range(2_900)) + b"</style>"
BOMBS = {
    "a thousand levels": nested(1_000),
    "ten thousand parts": MIXED + b"--b\n\nx\n" * 10_000,
    "mails in mails": b"From: a@x.example\n" + b"Content-Type: message/rfc822\n\n" * 5_000,
    "a megabyte of subject": b"From: a@x.example\nSubject: " + b"=?utf-8?B?aGVsbG8=?= " * 50_000 + b"\n\nhi",
    "unfinished encoded words": b"From: a@x.example\nSubject: " + b"=?utf-8?Q?" * 100_000 + b"\n\nhi",
    "thirty thousand boxes": html_mail(b"<div>" * 30_000 + b"hello"),
    "nested tables": html_mail(b"<table><tr><td>" * 700 + b"hello"),
    "nested links": html_mail(b"<a href='https://x.example'>word " * 1_400),
    "rows of hidden words": html_mail(b"<b hidden>x</b>y" * 60_000),
    "many rules for many elements": html_mail(STYLES + b"<div><p class=a1><i class=x>w</i></p></div>" * 10_000),
    "open braces": html_mail(b"<style>" + b"@media{" * 40_000 + b"</style>hello"),
    "open comments": html_mail(b"<!--" * 100_000),
    "introductions": text_mail(b"On Mon 12:30 2026 a@x.example x\n" * 30_000),
    "headers of history": text_mail(b"From: a\nTo: b\n\n" * 30_000),
    "marks": text_mail(b">" * 1_000_000),
    "alternating marks": text_mail(b"> a\nb\n" * 60_000),
    "signature delimiters": text_mail(b"--\n" * 100_000),
    "base64 without end": b"From: a@x.example\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 4_000_000,
    "base64 padded at every letter": b"From: a@x.example\nContent-Transfer-Encoding: base64\n\n" + b"Q=\n" * 500_000,
    "one line of fifty megabytes": text_mail(b"x" * 50_000_000),
    "angles": b"From: " + b"<" * 500_000 + b"\n\nhi",
    "comments of addresses": b"From: " + b"(" * 500_000 + b"\n\nhi",
    "parameters": b"From: a@x.example\nContent-Type: text/plain" + b'; a="x' * 100_000 + b"\n\nhi",
    "fields": b"From: a@x.example\n" + b"X-A: b\n" * 300_000 + b"\nhi",
}


@pytest.fixture(scope="module")
def limited() -> Iterator[ParserPool]:
    with ParserPool() as pool:
        yield pool


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_bomb_takes_more_than_the_limits_or_the_next_mail_with_it(bomb: str, limited: ParserPool) -> None:
    try:
        assert not limited.parse(BOMBS[bomb]).reason.startswith("the parser failed")
    except ParseError as error:
        assert "within" in error.message or "ended the parser" in error.message
    assert limited.parse(RAW).text == "help"


def test_files_become_json_records_and_a_missing_one_an_error(tmp_path: Path) -> None:
    good, empty, missing = tmp_path / "a.eml", tmp_path / "b.eml", tmp_path / "c.eml"
    good.write_bytes(RAW)
    empty.write_bytes(b"")
    records = [json.loads(json.dumps(record)) for record in parse_files([good, missing, empty])]
    assert records[0] == {
        "file": str(good),
        "message_id": "<1@x.example>",
        "from": "a@x.example",
        "from_name": "",
        "reply_to": None,
        "to": [],
        "cc": [],
        "date": "2026-03-02T10:00:00+00:00",
        "subject": "",
        "kind": "customer",
        "reason": "",
        "text": "help",
        "quoted": "",
        "signature": "",
        "html": False,
        "attachments": [],
        "identity": {"trusted": False, "why": "no authentication result from a trusted server"},
        "references": [],
        "warnings": [],
    }
    assert records[1]["file"] == str(missing) and "No such file" in records[1]["error"]
    assert records[2]["kind"] == "unparseable"


def test_a_file_that_ends_the_parser_is_unparseable(tmp_path: Path) -> None:
    file = tmp_path / "bomb.eml"
    file.write_bytes(BIG_HTML)
    (record,) = parse_files([file], seconds=0.01)
    assert record["kind"] == "unparseable"
    assert "within" in str(record["reason"])
