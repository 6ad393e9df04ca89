"""Concerns learnt: gold is aligned to sentences, spans are scored by it, a head is trained, stored and served."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError, RecordError
from pipeline.learning.concern_measure import (
    Alignment,
    ConcernExample,
    align,
    read_concern_examples,
    score_concerns,
)
from pipeline.learning.concerns import train_concerns
from pipeline.records import Concern
from pipeline.triage.concern_head import FILE, load_head
from pipeline.triage.concerns import CLUES, Mail, clues, find_concerns
from pipeline.triage.encoder import Encoder
from pipeline.triage.weights_file import SHIPPED

TEXT = (
    "Hello,\n\nthe kettle that I ordered in May leaks. It was a present. Please send another one. "
    "My card was charged twice for it.\n\nAda"
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


def example(*concerns: str, text: str = TEXT) -> ConcernExample:
    return ConcernExample("a", Mail.of("", text), text, tuple((concern,) for concern in concerns))


def span(words: str, text: str = TEXT) -> Concern:
    start = text.index(words)
    return Concern(words, start, start + len(words))


def test_a_concern_rests_on_its_sentence_and_one_that_is_not_in_the_mail_on_none(encoder: Encoder) -> None:
    (found,) = align(encoder, [example("kettle leaks", "charged twice", "opening hours in Bristol")])
    assert [rests[0] for rests in found.concerns] == [1, 4]
    assert found.unaligned == 1


def test_a_mail_without_a_sentence_aligns_nothing(encoder: Encoder) -> None:
    assert align(encoder, [example("kettle leaks", text="...")]) == [Alignment((), 1)]
    assert align(encoder, []) == []


def test_a_span_finds_the_concern_it_overlaps() -> None:
    scores = score_concerns([example("x", "y")], [Alignment(((1,), (4,)), 0)], [[span("the kettle"), span("It was a")]])
    assert (scores.recall, scores.precision) == (0.5, 0.5)


def test_a_second_span_on_the_same_concern_is_right_but_not_strictly() -> None:
    scores = score_concerns([example("x")], [Alignment(((1, 3),), 0)], [[span("the kettle"), span("Please send")]])
    assert (scores.recall, scores.precision, scores.strict_precision) == (1.0, 1.0, 0.5)


def test_joining_distinct_concerns_into_one_span_does_not_pay() -> None:
    whole = Concern(TEXT, 0, len(TEXT))
    assert score_concerns([example("x", "y")], [Alignment(((1,), (4,)), 0)], [[whole]]).recall == 0.5


def test_rows_are_read_with_their_restatements_and_without_chats(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": TEXT, "concerns": ["kettle leaks"]},
        {"id": "b", "text": TEXT, "concerns": [], "channel": "chat"},
        {"id": "a", "restate": ["your kettle leaks"]},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (found,) = read_concern_examples([file])
    assert found.concerns == (("kettle leaks", "your kettle leaks"),)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "a", "concerns": ["x"]}', '{"id": "a", "text": "b", "concerns": [1]}']
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(RecordError, match=r"rows\.jsonl line 1"):
        read_concern_examples([file])


def test_training_learns_what_is_a_concern_and_the_head_comes_back_from_its_file(
    tmp_path: Path, encoder: Encoder
) -> None:
    things = ("kettle", "lamp", "router", "blender", "clock", "heater")
    rows = [
        {
            "id": f"row-{number}",
            "text": f"The {thing} number {number} leaks oil. We had a sunny walk by the river.",
            "concerns": [f"{thing} number {number} leaks"],
        }
        for number, thing in enumerate(things * 8)
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = train_concerns([file], tmp_path, encoder, lambda line: None)
    assert report.dev.recall > 0.9 and report.dev.precision > 0.9
    head = load_head(tmp_path, encoder)
    assert head is not None
    (margins,) = head.margins(encoder, [Mail.of("", "The toaster leaks oil. We had a sunny walk by the lake.")])
    assert margins[0] >= 0 > margins[1]


def test_too_few_rows_are_refused(tmp_path: Path, encoder: Encoder) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"id": "a", "text": TEXT, "concerns": []}), encoding="utf-8")
    with pytest.raises(RecordError, match="too few"):
        train_concerns([file], tmp_path, encoder, lambda line: None)


def test_without_the_file_the_rules_alone_decide_and_a_broken_one_is_named(tmp_path: Path, encoder: Encoder) -> None:
    assert load_head(tmp_path, encoder) is None
    (tmp_path / FILE).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match=r"concerns\.safetensors"):
        load_head(tmp_path, encoder)


def test_a_head_for_another_encoder_is_left_aside(tmp_path: Path, encoder: Encoder) -> None:
    other = Encoder.__new__(Encoder)
    other.__dict__.update(encoder.__dict__, sha256="0" * 64)
    assert load_head(SHIPPED, other) is None


@pytest.mark.parametrize("text", ["", "\n\n", "?", "a" * 30_000, "why not? " * 3_000, "\u2019\x00\U0001f600 \r\n" * 50])
def test_the_shipped_head_reads_any_text(encoder: Encoder, text: str) -> None:
    head = load_head(SHIPPED, encoder)
    assert head is not None
    mail = Mail.of(text, text)
    (margins,) = head.margins(encoder, [mail])
    assert margins.shape == (len(mail.sentences),) and np.isfinite(margins).all()
    assert clues(mail).shape == (len(mail.sentences), len(CLUES))
    assert all(text[one.start : one.end].strip() == one.text for one in find_concerns(text, margins=margins))


def test_the_shipped_head_keeps_the_matter_and_leaves_the_story(encoder: Encoder) -> None:
    text = (
        "Dear team,\n\nwe spent a sunny week at the lake with the whole family. The tent that I ordered in May came "
        "without its poles. Could you tell me when they will arrive?\n\nKind regards,\nAda Quillon"
    )
    head = load_head(SHIPPED, encoder)
    assert head is not None
    (margins,) = head.margins(encoder, [Mail.of("Tent without poles", text)])
    found = " ".join(concern.text for concern in find_concerns(text, margins=margins))
    assert "without its poles" in found and "when they will arrive" in found
    assert not any(words in found for words in ("Dear", "sunny", "regards", "Quillon"))
