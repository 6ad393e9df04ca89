"""What reads sentences of replies: served, saved and loaded, and how well the shipped one does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import ModelConfig
from pipeline.drafting.checks import CHECKS
from pipeline.errors import ModelError
from pipeline.learning.reply_fit import suspicions
from pipeline.learning.reply_lines import JUDGES, REPLIES, found_share, read_lines
from pipeline.triage.encoder import Encoder
from pipeline.triage.reply_reader import (
    ACTS,
    CARD,
    FAULTS,
    WEIGHTS,
    ReplyHead,
    ReplyReader,
    load_reply_reader,
    save_reply_head,
    shared_reply_reader,
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


@pytest.fixture(scope="module")
def head(encoder: Encoder) -> ReplyHead:
    torch.manual_seed(5)
    return ReplyHead(encoder).eval()


def card_of(encoder: Encoder) -> dict[str, object]:
    return {"labels": ["fine", *FAULTS], "encoder": {"name": encoder.name, "sha256": encoder.sha256}}


def test_every_fault_has_a_rule_of_its_name() -> None:
    assert set(FAULTS) <= CHECKS.keys()


@given(sentences=st.lists(st.text(max_size=60), max_size=6))
@settings(max_examples=20, deadline=None)
def test_any_text_gets_probabilities_in_its_place(encoder: Encoder, head: ReplyHead, sentences: list[str]) -> None:
    reader = ReplyReader(encoder, head)
    found = reader.hear(sentences)
    assert len(found) == len(sentences)
    for one in found:
        assert one.faults.keys() == set(FAULTS) and 0 <= sum(one.faults.values()) <= 1 + 1e-5
        assert one.acts.keys() == set(ACTS) and all(0 <= score <= 1 for score in one.acts.values())
    assert reader.hear(sentences) == found


def test_a_sentence_is_read_alike_alone_and_among_others(encoder: Encoder, head: ReplyHead) -> None:
    sentences = ["Please hold the button for ten seconds.", "We are looking into it. " * 60, "", "a \ud800 b"]
    together = ReplyReader(encoder, head).hear(sentences)
    for sentence, found in zip(sentences[:2], together, strict=False):
        (alone,) = ReplyReader(encoder, head).hear([sentence])
        assert alone.faults["blame"] == pytest.approx(found.faults["blame"], abs=0.02)


def test_what_is_not_english_is_not_judged(encoder: Encoder, head: ReplyHead) -> None:
    (found,) = ReplyReader(encoder, head).hear(["Bitte beruhigen Sie sich, das ist doch halb so schlimm."])
    assert not any(found.faults.values()) and not any(found.acts.values())


def test_what_was_saved_is_loaded(encoder: Encoder, head: ReplyHead, tmp_path: Path) -> None:
    save_reply_head(tmp_path, head, card_of(encoder))
    reader = load_reply_reader(encoder, tmp_path)
    assert reader is not None
    sentence = "You should have read the manual."
    (found,), (wanted,) = reader.hear([sentence]), ReplyReader(encoder, head).hear([sentence])
    assert found.faults["blame"] == pytest.approx(wanted.faults["blame"], abs=0.01)


def test_weights_of_another_encoder_are_not_used(encoder: Encoder, head: ReplyHead, tmp_path: Path) -> None:
    assert load_reply_reader(encoder, tmp_path) is None
    save_reply_head(tmp_path, head, {**card_of(encoder), "encoder": {"name": "other", "sha256": "0" * 64}})
    assert load_reply_reader(encoder, tmp_path) is None


@pytest.mark.parametrize("file", [CARD, WEIGHTS])
def test_a_broken_file_is_named(encoder: Encoder, head: ReplyHead, tmp_path: Path, file: str) -> None:
    save_reply_head(tmp_path, head, card_of(encoder))
    (tmp_path / file).write_bytes(b"{")
    with pytest.raises(ModelError, match=file):
        load_reply_reader(encoder, tmp_path)


def test_other_labels_are_refused(encoder: Encoder, head: ReplyHead, tmp_path: Path) -> None:
    save_reply_head(tmp_path, head, card_of(encoder))
    card = json.loads((tmp_path / CARD).read_text())
    (tmp_path / CARD).write_text(json.dumps({**card, "labels": ["fine"]}))
    with pytest.raises(ModelError, match="other labels"):
        load_reply_reader(encoder, tmp_path)


def test_the_process_has_one_reader_for_a_model() -> None:
    model = ModelConfig()
    assert shared_reply_reader(model) is shared_reply_reader(model) is not None


def test_the_shipped_reader_does_as_its_card_says_on_a_hand_it_never_saw() -> None:
    reader = shared_reply_reader(ModelConfig())
    assert reader is not None
    lines = read_lines([REPLIES / name for name in JUDGES])
    found, in_vain = found_share(lines, suspicions(reader, lines), 0.95)
    assert found > 0.55
    assert in_vain < 0.05
