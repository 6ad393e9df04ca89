"""Concerns learnt: gold is aligned to sentences, spans are scored by it, a head is trained, stored and served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.config import ModelConfig, Thresholds
from pipeline.errors import ModelError, RecordError
from pipeline.learning.concern_measure import (
    FEWEST_CONCERNS,
    Alignment,
    ConcernExample,
    Gold,
    align,
    best_threshold,
    read_concern_examples,
    score_concerns,
    score_margins,
)
from pipeline.learning.data import Example
from pipeline.learning.fit import Recipe
from pipeline.learning.train import train
from pipeline.records import Concern, Message
from pipeline.triage.concerns import CLUES, Mail, clues, find_concerns
from pipeline.triage.encoder import Encoder
from pipeline.triage.reader import Reader
from pipeline.triage.triager import Triager
from pipeline.triage.volume import joined
from pipeline.triage.weights_file import load_reader, read_card
from tests.unit.tiny_model import tiny_encoder, write_rows

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


THINGS = ("kettle", "lamp", "router", "blender", "clock", "heater")


def leaking(split: str, count: int) -> list[dict[str, Any]]:
    """Mails of the split with one concern each, beside a story that is none."""
    found: list[dict[str, Any]] = []
    for number in range(10_000):
        row = {
            "id": f"row-{number}",
            "text": f"We had a sunny walk by the river. The {THINGS[number % 6]} number {number} leaks oil.",
            "urgency": "normal",
            "tone": "neutral",
            "concerns": [f"{THINGS[number % 6]} number {number} leaks oil"],
        }
        if Example(f"row-{number}", "", "", "", "", 0, ()).split == split:
            found.append(row)
        if len(found) == count:
            break
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelConfig, Path]:
    """A tiny model trained on mails whose concerns are labelled."""
    folder = tmp_path_factory.mktemp("trained")
    model = ModelConfig(encoder=str(tiny_encoder(folder / "encoder")), threads=1)
    rows = [*leaking("train", 60), *leaking("dev", FEWEST_CONCERNS + 4), *leaking("test", 4)]
    data = write_rows(folder / "rows.jsonl", rows)
    recipe = Recipe(epochs=8, layer_rate=1e-3, head_rate=1e-2)
    train([data], folder / "weights", model=model, progress=lambda line: None, recipe=recipe)
    return model, folder / "weights"


def margins_of(reader: Reader, subject: str, text: str) -> NDArray[np.float32]:
    (found,) = reader.read([joined(subject, text)], mails=[Mail.of(subject, text)])
    assert found.margins is not None
    return found.margins


def test_training_finds_the_concern_and_leaves_the_story(trained: tuple[ModelConfig, Path]) -> None:
    model, weights = trained
    assert isinstance(read_card(weights)["concern_threshold"], float)
    reader = load_reader(model.encoder, str(weights))
    for subject in ("", "About my order"):
        margins = margins_of(reader, subject, "We had a sunny walk by the lake. The kettle number 3 leaks oil.")
        assert margins[1] >= 0 > margins[0]


def test_the_triage_shows_the_concerns_that_the_model_finds(trained: tuple[ModelConfig, Path]) -> None:
    model, weights = trained
    triager = Triager.load(ModelConfig(encoder=model.encoder, weights=str(weights), threads=1))
    text = "We had a sunny walk by the lake. The kettle number 3 leaks oil."
    (found,) = triager.triage([Message("1", "", text)], lambda mailbox: Thresholds())
    assert [concern.text for concern in found.concerns] == ["The kettle number 3 leaks oil."]


def test_with_too_few_labelled_concerns_no_threshold_is_guessed_and_the_rules_decide(
    trained: tuple[ModelConfig, Path], tmp_path: Path
) -> None:
    model, _ = trained
    rows = [*leaking("train", 8), *leaking("dev", FEWEST_CONCERNS - 1), *leaking("test", 2)]
    data = write_rows(tmp_path / "rows.jsonl", rows)
    train([data], tmp_path / "out", model=model, progress=lambda line: None, recipe=Recipe(epochs=1))
    assert read_card(tmp_path / "out")["concern_threshold"] is None
    text = "We had a sunny walk by the lake. Could you send me a new kettle, because mine leaks?"
    reader = load_reader(model.encoder, str(tmp_path / "out"))
    (reading,) = reader.read([text], mails=[Mail.of("", text)])
    assert reading.margins is None
    (found,) = Triager(reader).triage([Message("1", "", text)], lambda mailbox: Thresholds())
    assert found.concerns == find_concerns(text)
    assert found.concerns


def test_a_mail_that_is_not_given_has_no_margins(trained: tuple[ModelConfig, Path]) -> None:
    model, weights = trained
    reader = load_reader(model.encoder, str(weights))
    text = "The toaster leaks. Where is it?"
    with_mail, without, empty = reader.read([text, text, "..."], mails=[Mail.of("", text), None, Mail.of("", "...")])
    assert with_mail.margins is not None and with_mail.margins.shape == (2,)
    assert without.margins is None
    assert empty.margins is not None and empty.margins.shape == (0,)
    assert [reading.margins for reading in reader.read([text])] == [None]


@pytest.mark.parametrize("threshold", ['"high"', "[]", "true"])
def test_a_threshold_that_is_no_number_is_refused_by_name(
    trained: tuple[ModelConfig, Path], tmp_path: Path, threshold: str
) -> None:
    model, weights = trained
    card = {**read_card(weights), "concern_threshold": json.loads(threshold)}
    (tmp_path / "model.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match=r"model\.json: .*concern_threshold"):
        load_reader(model.encoder, str(tmp_path))


def gold_of(*rests: tuple[int, ...], text: str = TEXT) -> Gold:
    return Gold(example(*("x" for _ in rests), text=text), Alignment(rests, 0))


def numbers(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def test_sentences_from_the_threshold_upwards_are_scored() -> None:
    """Of the sentences (0: greeting and kettle, ...) the second and the fourth are concerns."""
    count = len(Mail.of("", TEXT).sentences)
    kettle, card = 1, 4
    logits = np.full(count, -5, np.float32)
    logits[kettle], logits[card] = 1.0, 0.5
    gold = [gold_of((kettle,), (card,))]
    assert score_margins(gold, [logits], 0.0).recall == 1.0
    assert score_margins(gold, [logits], 0.5).recall == 1.0
    assert score_margins(gold, [logits], 0.75).recall == 0.5
    assert score_margins(gold, [logits], 2.0).spans == 0


def ladder(count: int) -> tuple[list[Gold], list[NDArray[np.float32]]]:
    """Mails of one concern each, whose logits are 0.1, 0.2, ... upwards; beside it a story at -3.9."""
    text = "We had a sunny walk by the lake. The toaster leaks oil."
    gold = [gold_of((1,), text=text) for _ in range(count)]
    return gold, [numbers(-3.9, 0.1 * (place + 1)) for place in range(count)]


def test_the_threshold_is_the_highest_that_finds_enough() -> None:
    """Of 20 rungs 0.87 is 18 at least: the two lowest may be missed, so it stands at the third."""
    assert best_threshold(*ladder(20)) == pytest.approx(0.3)


def test_on_too_few_concerns_there_is_no_threshold() -> None:
    assert best_threshold(*ladder(FEWEST_CONCERNS - 1)) is None
    assert best_threshold([], []) is None


def test_where_no_threshold_finds_enough_the_lowest_is_taken() -> None:
    gold, logits = ladder(20)
    low = best_threshold(gold, [numbers(-9, -9) for _ in logits])
    assert low is not None
    assert all(low <= found for found in (best_threshold(*ladder(count)) for count in (20, 30)) if found is not None)


@pytest.fixture(scope="module")
def shipped() -> Reader:
    return load_reader("all-minilm-l6-v2", "")


@pytest.mark.parametrize("text", ["", "\n\n", "?", "a" * 30_000, "why not? " * 3_000, "\u2019\x00\U0001f600 \r\n" * 50])
def test_the_shipped_weights_read_any_text(shipped: Reader, text: str) -> None:
    mail = Mail.of(text, text)
    margins = margins_of(shipped, text, text)
    assert margins.shape == (len(mail.sentences),) and np.isfinite(margins).all()
    assert clues(mail).shape == (len(mail.sentences), len(CLUES))
    assert all(text[one.start : one.end].strip() == one.text for one in find_concerns(text, margins=margins))


@pytest.mark.xfail(strict=True, reason="the head of concerns misses a plain question after a report")
def test_the_shipped_weights_keep_the_matter_and_leave_the_story(shipped: Reader) -> None:
    text = (
        "Dear team,\n\nwe spent a sunny week at the lake with the whole family. The tent that I ordered in May came "
        "without its poles. Could you tell me when they will arrive?\n\nKind regards,\nAda Quillon"
    )
    margins = margins_of(shipped, "Tent without poles", text)
    found = " ".join(concern.text for concern in find_concerns(text, margins=margins))
    assert "without its poles" in found and "when they will arrive" in found
    assert not any(words in found for words in ("Dear", "sunny", "regards", "Quillon"))
