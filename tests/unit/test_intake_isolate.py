"""Parsing in a child process: the same record, and no mail that takes the others down."""

from __future__ import annotations

import json
import os
import signal
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
