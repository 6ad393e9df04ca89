"""Concerns learnt: gold is aligned to sentences, spans are scored by it, a head is trained, stored and served."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.config import ModelConfig, Thresholds
from pipeline.errors import ModelError, RecordError
from pipeline.learning.concern_fit import cross_validated
from pipeline.learning.concern_gold import Alignment, ConcernExample, Gold, align, read_gold, shortened
from pipeline.learning.concern_measure import FEWEST_CONCERNS, best_threshold, score_concerns, score_margins
from pipeline.learning.data import SEED, Example, data_files
from pipeline.learning.fit import Recipe
from pipeline.learning.train import train
from pipeline.records import Concern, Message
from pipeline.triage.concern_head import ConcernHead, load_head, save_head, sentence_of_tokens, sentence_states
from pipeline.triage.concerns import CLUES, Mail, clues, find_concerns
from pipeline.triage.encoder import Encoder, Window
from pipeline.triage.triager import Triager
from pipeline.triage.weights_folder import SHIPPED
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


def test_a_sentence_that_raises_more_than_the_labels_is_right_to_find_and_no_loss_to_miss() -> None:
    gold = [Alignment(((1,),), 0, (4,))]
    both = score_concerns([example("x")], gold, [[span("the kettle"), span("My card")]])
    assert (both.recall, both.precision) == (1.0, 1.0)
    assert score_concerns([example("x")], gold, [[span("the kettle")]]).recall == 1.0


def lines(file: Path, *rows: Any) -> Path:
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


def test_rows_are_read_with_their_restatements_and_without_those_nobody_labelled(
    encoder: Encoder, tmp_path: Path
) -> None:
    file = lines(
        tmp_path / "rows.jsonl",
        {"id": "a", "text": TEXT, "concerns": ["kettle leaks"]},
        {"id": "b", "text": TEXT, "concerns": []},
        {"id": "c", "text": TEXT},
        {"id": "d", "text": TEXT, "concerns": [], "flags": ["no_ask"]},
    )
    restated = lines(tmp_path / "restated.jsonl", {"id": "a", "restate": ["your kettle leaks"]})
    found = read_gold(encoder, [file, restated])
    assert list(found) == ["a", "d"]
    assert found["a"].example.concerns == (("kettle leaks", "your kettle leaks"),)


def test_what_a_person_marked_goes_before_the_alignment(encoder: Encoder, tmp_path: Path) -> None:
    file = lines(
        tmp_path / "rows.jsonl",
        {"id": "a", "text": TEXT, "concerns": ["kettle leaks", "no other was offered"]},
        {"id": "b", "text": TEXT, "concerns": ["kettle leaks"]},
    )
    present, card = TEXT.index("It was"), TEXT.index("card was")
    marks = {"places": [[present, TEXT.index("Please"), present + 1], [len(TEXT)]], "more": [card]}
    lines(tmp_path / "concern_places.jsonl", {"id": "a", **marks}, {"id": "b", "places": []})
    found = read_gold(encoder, [file])
    assert found["a"].alignment == Alignment(((2, 3),), 1, (4,))
    assert found["a"].alignment.sentences == {2, 3, 4}
    assert found["b"].alignment.concerns[0][0] == 1, "marks for another number of concerns are not used"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("rows.jsonl", "{"),
        ("rows.jsonl", "[]"),
        ("rows.jsonl", '{"id": "a", "concerns": ["x"]}'),
        ("rows.jsonl", '{"id": "a", "text": "b", "concerns": [1]}'),
        ("restated.jsonl", '{"id": "a", "restate": "b"}'),
        ("restated.jsonl", '{"restate": ["b"]}'),
        ("concern_places.jsonl", '{"id": "a"}'),
        ("concern_places.jsonl", '{"id": "a", "places": [1]}'),
        ("concern_places.jsonl", '{"id": "a", "places": [[true]]}'),
        ("concern_places.jsonl", '{"id": "a", "places": [], "more": "1"}'),
    ],
)
def test_a_bad_row_is_named_by_its_line(encoder: Encoder, tmp_path: Path, name: str, line: str) -> None:
    good = lines(tmp_path / "rows.jsonl", {"id": "a", "text": TEXT, "concerns": ["kettle leaks"]})
    (tmp_path / name).write_text(line, encoding="utf-8")
    with pytest.raises(RecordError, match=rf"{name} line 1"):
        read_gold(encoder, [good])


def test_every_mark_of_the_seed_set_stands_in_its_mail(encoder: Encoder) -> None:
    marked = [one for one in read_gold(encoder, data_files([SEED])).values() if one.example.marks]
    assert len(marked) > 900
    for one in marked:
        assert one.example.marks is not None
        places = [place for own in (*one.example.marks.places, one.example.marks.more) for place in own]
        starts = {sentence.start for sentence in one.example.mail.sentences}
        assert set(places) <= starts
        assert one.alignment.unaligned <= 1


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


def served(model: ModelConfig, weights: Path) -> tuple[Encoder, ConcernHead]:
    encoder = Encoder.load(model.encoder)
    head = load_head(weights, encoder)
    assert head is not None
    return encoder, head


def test_training_finds_the_concern_and_leaves_the_story(trained: tuple[ModelConfig, Path]) -> None:
    encoder, head = served(*trained)
    mails = [
        Mail.of(subject, "We had a sunny walk by the lake. The kettle number 3 leaks oil.")
        for subject in ("", "About my order")
    ]
    for margins in head.margins(encoder, mails):
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
    model, weights = trained
    rows = [*leaking("train", 8), *leaking("dev", FEWEST_CONCERNS - 1), *leaking("test", 2)]
    data = write_rows(tmp_path / "rows.jsonl", rows)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "concerns.safetensors").write_bytes((weights / "concerns.safetensors").read_bytes())
    train([data], tmp_path / "out", model=model, progress=lambda line: None, recipe=Recipe(epochs=1))
    text = "We had a sunny walk by the lake. Could you send me a new kettle, because mine leaks?"
    triager = Triager.load(ModelConfig(encoder=model.encoder, weights=str(tmp_path / "out"), threads=1))
    (found,) = triager.triage([Message("1", "", text)], lambda mailbox: Thresholds())
    assert found.concerns == find_concerns(text)
    assert found.concerns


def test_a_broken_head_is_refused_by_name_and_that_of_another_encoder_is_not_used(
    trained: tuple[ModelConfig, Path], encoder: Encoder, tmp_path: Path
) -> None:
    own, head = served(*trained)
    assert load_head(trained[1], encoder) is None
    file = tmp_path / "concerns.safetensors"
    file.write_bytes(b"no tensors")
    with pytest.raises(ModelError, match=r"concerns\.safetensors: cannot be loaded"):
        load_head(tmp_path, own)
    save_head(tmp_path, replace(head, clues=head.clues[1:].copy()), own)
    with pytest.raises(ModelError, match=r"concerns\.safetensors: made for another version"):
        load_head(tmp_path, own)


def test_a_head_comes_back_from_its_folder_and_none_takes_it_away(
    trained: tuple[ModelConfig, Path], tmp_path: Path
) -> None:
    encoder, head = served(*trained)
    save_head(tmp_path, head, encoder)
    found = load_head(tmp_path, encoder)
    assert found is not None
    assert (found.bias, found.threshold) == pytest.approx((head.bias, head.threshold))
    assert np.array_equal(found.states, head.states) and np.array_equal(found.clues, head.clues)
    save_head(tmp_path, None, encoder)
    assert list(tmp_path.iterdir()) == []


def test_mails_of_a_batch_are_heard_as_alone(encoder: Encoder) -> None:
    mails = [Mail.of("", text) for text in (TEXT, "...", "Where is it? " * 300, "No stop")]
    for together, mail in zip(sentence_states(encoder, mails), mails, strict=True):
        (alone,) = sentence_states(encoder, [mail])
        assert together.shape == (len(mail.sentences), encoder.width)
        assert np.allclose(together, alone, atol=0.05)


def test_the_state_of_a_sentence_is_that_of_its_own_words(encoder: Encoder) -> None:
    kettle, lamp = "The kettle leaks at the seam.", "My lamp flickers all the time."
    (one,) = sentence_states(encoder, [Mail.of("", f"{kettle} {lamp}")])
    (other,) = sentence_states(encoder, [Mail.of("", f"{lamp} {kettle}")])
    assert one[0] @ other[1] > one[0] @ other[0]
    assert one[1] @ other[0] > one[1] @ other[1]


def test_tokens_belong_to_the_sentence_they_stand_in() -> None:
    mail = Mail.of("", "One two. Three four.")
    spans = ((0, 0), (0, 3), (4, 7), (7, 8), (9, 14), (15, 19), (19, 20), (0, 0))
    tokens, owners = sentence_of_tokens(Window(0, tuple(range(len(spans))), spans), mail)
    assert (tokens.tolist(), owners.tolist()) == ([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1])


def test_a_mail_cut_down_keeps_its_ends_and_what_is_marked() -> None:
    text = "Hello,\n\nwe had a sunny week. The kettle leaks. It is blue. Send another one.\n\nAda"
    gold = Gold(ConcernExample("a", Mail.of("Kettle", text), text, (("x",), ("y",))), Alignment(((2,), (4, 2)), 0))
    short = shortened(gold)
    assert short.example.original == "Hello,\n\nThe kettle leaks. Send another one.\n\nAda"
    assert short.alignment.sentences == {1, 2}
    assert [sentence.text for sentence in short.example.mail.sentences] == [
        "Hello,", "The kettle leaks.", "Send another one.", "Ada",
    ]  # fmt: skip


def test_every_mail_is_judged_once_by_the_head_of_the_other_folds(encoder: Encoder) -> None:
    rows = [*leaking("train", 40), *leaking("dev", 2 * FEWEST_CONCERNS + 2)]
    gold = [
        Gold(ConcernExample(row["id"], Mail.of("", row["text"]), row["text"], (("x",),)), Alignment(((1,),), 0))
        for row in rows
    ]
    held = {row["id"] for row in rows[40:]}
    fold = {row["id"]: number % 2 for number, row in enumerate(rows)}
    found = cross_validated(encoder, gold, fold, held.__contains__, {})
    assert found is not None
    assert (found.mails, found.gold) == (len(rows), len(rows))
    assert found.recall > 0.9 and found.precision > 0.9
    silent = cross_validated(encoder, gold, fold, held.__contains__, dict.fromkeys(fold, False))
    assert silent is not None and silent.spans == 0
    assert cross_validated(encoder, gold, fold, lambda name: False, {}) is None


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
    """Of 20 rungs 0.86 is 18 at least: the two lowest may be missed, so it stands at the third."""
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
def shipped(encoder: Encoder) -> ConcernHead:
    head = load_head(SHIPPED, encoder)
    assert head is not None
    return head


@pytest.mark.parametrize("text", ["", "\n\n", "?", "a" * 30_000, "why not? " * 3_000, "\u2019\x00\U0001f600 \r\n" * 50])
def test_the_shipped_weights_read_any_text(shipped: ConcernHead, encoder: Encoder, text: str) -> None:
    mail = Mail.of(text, text)
    (margins,) = shipped.margins(encoder, [mail])
    assert margins.shape == (len(mail.sentences),) and np.isfinite(margins).all()
    assert clues(mail).shape == (len(mail.sentences), len(CLUES))
    assert all(text[one.start : one.end].strip() == one.text for one in find_concerns(text, margins=margins))


def test_the_shipped_weights_keep_the_matter_and_leave_the_story(shipped: ConcernHead, encoder: Encoder) -> None:
    text = (
        "Dear team,\n\nwe spent a sunny week at the lake with the whole family. The tent that I ordered in May came "
        "without its poles. Could you tell me when they will arrive?\n\nKind regards,\nAda Quillon"
    )
    (margins,) = shipped.margins(encoder, [Mail.of("Tent without poles", text)])
    found = " ".join(concern.text for concern in find_concerns(text, margins=margins))
    assert "without its poles" in found and "when they will arrive" in found
    assert not any(words in found for words in ("Dear", "sunny", "regards", "Quillon"))
