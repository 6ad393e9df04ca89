"""The served model: order, odd texts, offsets, thresholds, evidence that holds, volume that does not count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.config import PACKAGED_ENCODER, ModelConfig, Thresholds
from pipeline.errors import ModelError
from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS, Message, Triage
from pipeline.triage.batch import to_json
from pipeline.triage.encoder import Encoder
from pipeline.triage.triager import Triager
from pipeline.triage.weights_file import load_reader
from pipeline.triage.weights_folder import SHIPPED

EVEN = Thresholds()
ROUNDING = 0.02
"""What half the precision makes of a text beside others."""

OUTAGE = Message(
    "outage",
    "Tills down",
    "Hello,\n\nSince ten this morning none of the tills in our nine shops can log in. We cannot sell anything. "
    "Please put an engineer on it now.\n\nThank you\nRosa Imre",
)
PRAISE = Message("praise", "Thank you", "The lamp arrived and it is lovely. Thank you so much, what a friendly shop!")
ABUSE = Message("abuse", "", "You useless idiots, you absolute morons, the kettle is dented. Send one, you clowns.")
GERMAN = Message("german", "", "Guten Tag, mein Paket ist seit zwei Wochen nicht angekommen und niemand antwortet mir.")
ODD = [
    Message("empty", "", ""),
    Message("blank", " ", " \n\t\n "),
    Message("nul", "\x00", "\x00\x00 what \x00"),
    Message("surrogate", "\udcff", "half a character: \ud83d, where is it?"),
    Message("emoji", "", "😡" * 500),
    Message("long", "", "The parcel is lost. " * 3000),
    Message("unbroken", "", "a" * 50_000),
    Message("marks", "!!!", "?!" * 2000),
]


@pytest.fixture(scope="module")
def triager() -> Iterator[Triager]:
    before = torch.get_num_threads()
    yield Triager.load(ModelConfig(threads=1))
    torch.set_num_threads(before)


def read(triager: Triager, *messages: Message, thresholds: Thresholds = EVEN) -> list[Triage]:
    return triager.triage(messages, lambda mailbox: thresholds)


def test_order_is_kept_and_a_batch_reads_like_single_messages(triager: Triager) -> None:
    together = read(triager, OUTAGE, PRAISE, ABUSE)
    assert [one.id for one in together] == ["outage", "praise", "abuse"]
    for one, alone in zip(together, (read(triager, each)[0] for each in (OUTAGE, PRAISE, ABUSE)), strict=True):
        assert one.urgency.scores == pytest.approx(alone.urgency.scores, abs=ROUNDING)
        assert one.tone.scores == pytest.approx(alone.tone.scores, abs=ROUNDING)
        assert one.concerns == alone.concerns


def test_clear_messages_are_read_as_what_they_are(triager: Triager) -> None:
    outage, praise, abuse = read(triager, OUTAGE, PRAISE, ABUSE)
    assert outage.urgency.label == "critical"
    assert (praise.urgency.label, praise.tone.label, praise.escalate) == ("low", "positive", None)
    assert abuse.tone.label == "abusive"
    assert abuse.escalate is not None
    assert "outage" in outage.flags


def test_scores_are_probabilities_of_every_label(triager: Triager) -> None:
    (found,) = read(triager, OUTAGE)
    for judgement, labels in ((found.urgency, URGENCY_LABELS), (found.tone, TONE_LABELS)):
        assert set(judgement.scores) == set(labels)
        assert sum(judgement.scores.values()) == pytest.approx(1, abs=1e-3)
        assert judgement.confidence == judgement.scores[judgement.label]


@pytest.mark.parametrize("message", ODD, ids=lambda message: message.id)
def test_odd_texts_are_read_without_an_error(triager: Triager, message: Message) -> None:
    (found,) = read(triager, message)
    assert found.urgency.label in URGENCY_LABELS
    spans = [(one.start, one.end) for one in found.evidence] + [(one.start, one.end) for one in found.concerns]
    assert all(0 <= start < end <= len(message.text) for start, end in spans)
    json.dumps(to_json(found)).encode()


def test_an_empty_message_abstains(triager: Triager) -> None:
    (found,) = read(triager, ODD[0])
    assert found.abstain
    assert found.reasons[-1] == "The message has no text"


def test_what_is_urgent_has_its_concern_though_it_asks_for_nothing(triager: Triager) -> None:
    text = "Small typo on page 4 of the leaflet. By the way, somebody is in my account and moves money out right now."
    (found,) = read(triager, Message("1", "", text))
    assert found.urgency.label == "critical"
    assert any("in my account" in concern.text for concern in found.concerns)


def test_another_language_abstains_and_names_it(triager: Triager) -> None:
    (found,) = read(triager, GERMAN)
    assert (found.language, found.abstain) == ("de", True)
    assert "The language is de; the model reads English" in found.reasons


def test_volume_does_not_move_urgency(triager: Triager) -> None:
    plain = Message("plain", "Wrong size", "The shirt came in the wrong size. How do I send it back?")
    loud = Message("loud", "WRONG SIZE!!!", "THE SHIRT CAME IN THE WRONG SIZE!!!! HOW DO I SEND IT BACK???!!!")
    one, other = read(triager, plain, loud)
    assert other.urgency.label == one.urgency.label
    assert other.urgency.scores == pytest.approx(one.urgency.scores, abs=ROUNDING)


def test_thresholds_of_the_mailbox_decide(triager: Triager) -> None:
    eager = Thresholds(urgency={"critical": 1e-6}, flags=dict.fromkeys(FLAG_LABELS, 1e-6))
    messages = [Message(name, PRAISE.subject, PRAISE.text, mailbox=name) for name in ("calm", "eager")]
    calm, strict = triager.triage(messages, lambda mailbox: eager if mailbox == "eager" else EVEN)
    assert calm.urgency.label != "critical"
    assert strict.urgency.label == "critical"
    assert len(strict.flags) > len(calm.flags)


def test_the_score_falls_when_evidence_is_taken_out(triager: Triager) -> None:
    (found,) = read(triager, OUTAGE)
    proof = [one for one in found.evidence if one.target == "urgency"]
    assert 1 <= len(proof) <= 3
    text = OUTAGE.text
    for one in reversed(proof):
        text = text[: one.start] + text[one.end :]
    (rest,) = read(triager, Message("rest", OUTAGE.subject, text))
    assert rest.urgency.scores[found.urgency.label] < found.urgency.confidence


def test_a_fact_at_the_end_of_a_long_mail_counts(triager: Triager) -> None:
    chat = "We had a quiet week and the garden is coming on well, thank you for asking. " * 30
    fact = "Somebody is in my account right now and is moving the money out, please block it."
    quiet, urgent = read(triager, Message("quiet", "", chat), Message("urgent", "", chat + fact))
    gain = [one.urgency.scores["critical"] + one.urgency.scores["high"] for one in (quiet, urgent)]
    assert gain[1] > gain[0]


def test_the_record_has_the_names_of_the_contract(triager: Triager) -> None:
    record = to_json(read(triager, OUTAGE)[0])
    assert list(record) == [
        "id", "language", "urgency", "tone", "flags", "abstain", "reasons", "evidence", "concerns", "stake", "escalate",
    ]  # fmt: skip
    assert set(record["urgency"]) == {"label", "confidence", "scores"}
    assert set(record["tone"]) == {"label", "confidence", "scores", "intensity"}
    assert set(record["evidence"][0]) == {"start", "end", "for"}
    assert set(record["concerns"][0]) == {"text", "start", "end"}


def test_embeddings_have_length_one_and_bring_like_to_like(triager: Triager) -> None:
    vectors = triager.embed(["How do I return a lamp?", "Sending a lamp back", "The train leaves at noon", ""])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_an_encoder_has_the_name_it_is_asked_for_by() -> None:
    assert Encoder.load(PACKAGED_ENCODER).name == PACKAGED_ENCODER


def test_an_encoder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no-such-encoder"):
        Triager.load(ModelConfig(encoder="no-such-encoder"))


def test_weights_of_another_encoder_are_refused_naming_both(tmp_path: Path) -> None:
    card = json.loads((SHIPPED / "model.json").read_text(encoding="utf-8"))
    real = card["encoder"]["sha256"]
    card["encoder"]["sha256"] = "0" * 64
    (tmp_path / "model.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load_reader("all-minilm-l6-v2", str(tmp_path))
    assert real in str(caught.value)
    assert f"encoder {PACKAGED_ENCODER} has" in str(caught.value)
    assert "0" * 64 in str(caught.value)


@pytest.mark.parametrize("content", ["", "{}", '{"labels": {"urgency": ["soon"]}}', "[]"])
def test_a_broken_description_of_weights_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"model\.json"):
        load_reader("all-minilm-l6-v2", str(tmp_path))


def test_cut_weights_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes((SHIPPED / "model.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes((SHIPPED / "model.safetensors").read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        load_reader("all-minilm-l6-v2", str(tmp_path))


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        Triager.load(ModelConfig(weights=str(tmp_path / "nowhere")))
