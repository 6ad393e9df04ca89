"""How many mails wait for an answer: as the record says, or as its thread shows."""

from __future__ import annotations

import json

import pytest

from pipeline.batch import Record, Unusable, read_records
from pipeline.config import load_config
from pipeline.resources import default_folder

CONFIG = load_config(default_folder("config"), {})


def read(**given: object) -> Record | Unusable:
    (record,) = read_records([json.dumps({"id": 1, "text": "Any news?", **given}).encode()], CONFIG)
    return record


@pytest.mark.parametrize(
    ("given", "unanswered"),
    [
        ({}, 0),
        ({"unanswered": 2}, 2),
        ({"thread": ["Where is it?"]}, 1),
        ({"thread": ["Where is it?", {"from": "us", "text": "On its way."}]}, 0),
        ({"thread": [{"from": "us", "text": "On its way."}, "Still nothing.", "Hello?"]}, 2),
        ({"thread": ["Where is it?"], "unanswered": 0}, 0),
        ({"received_at": "2026-11-20T09:30", "thread": [{"text": "Where?", "at": "2026-11-20T09:00"}]}, 0),
        ({"received_at": "2026-11-20T09:30", "thread": [{"text": "Where?", "at": "2026-11-20T08:00"}]}, 1),
    ],
)
def test_unanswered_is_told_or_counted(given: dict[str, object], unanswered: int) -> None:
    record = read(**given)
    assert isinstance(record, Record)
    assert record.message.unanswered == unanswered


@pytest.mark.parametrize("value", [-1, True, "2", 1.5, []])
def test_anything_but_a_count_is_refused(value: object) -> None:
    record = read(unanswered=value)
    assert isinstance(record, Unusable)
    assert '"unanswered" must be a whole number, 0 or more' in record.error
