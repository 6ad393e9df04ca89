"""Mails longer than the encoder's window: what stands at the end counts, and length alone is not urgent."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipeline.config import Thresholds
from pipeline.records import TONE_LABELS, URGENCY_LABELS, Message
from pipeline.triage.concern_head import load_head
from pipeline.triage.concerns import Mail
from pipeline.triage.encoder import WINDOW_TOKENS, batches
from pipeline.triage.quiet import quiet
from pipeline.triage.reader import Reader, Reading
from pipeline.triage.signals import facts
from pipeline.triage.triager import Triager
from pipeline.triage.volume import surface
from pipeline.triage.weights_file import load_reader
from pipeline.triage.weights_folder import SHIPPED
from tests.long_mail import PARAGRAPHS, SMALL_TALK, behind_small_talk

URGENT = [
    "Somebody has got into my account. They changed the password and are moving the money out right now. Please block "
    "it at once.",
    "Since this morning nobody in our company can sign in. All forty people are standing still and our customers are "
    "waiting. Please send somebody now.",
    "Our flight leaves at six tomorrow morning and the tickets have still not come. Without them we cannot travel. "
    "Please send them today.",
]
ROUNDING = 0.02
TYPO = "There is a small typing error on page four of the leaflet, in the second line."


@pytest.fixture(scope="module")
def reader(one_thread: None) -> Reader:
    return load_reader("all-minilm-l6-v2", "")


def urgent(reading: Reading) -> float:
    """The probability that it is critical or high."""
    return reading.scores["urgency"]["critical"] + reading.scores["urgency"]["high"]


def label(reading: Reading) -> str:
    return max(URGENCY_LABELS, key=lambda name: reading.scores["urgency"][name])


def test_the_small_talk_is_long_enough_for_several_windows(reader: Reader) -> None:
    assert 880 <= len(SMALL_TALK.split()) <= 1000
    found = reader.encoder.windows([SMALL_TALK])
    assert 4 <= len(found) <= 6
    assert all(len(window.ids) <= WINDOW_TOKENS for window in found)


@pytest.mark.parametrize("paragraph", URGENT)
def test_an_urgent_paragraph_after_900_words_makes_the_mail_as_urgent_as_it_is_alone(
    reader: Reader, paragraph: str
) -> None:
    alone, calm, told = reader.read([paragraph, SMALL_TALK, behind_small_talk(paragraph)])
    assert label(alone) in ("critical", "high")
    assert label(calm) in ("normal", "low")
    assert label(told) in ("critical", "high")
    assert urgent(told) > 0.5 > urgent(calm)


def test_flags_hear_the_end_of_a_long_mail(reader: Reader) -> None:
    calm, told = (reading.scores["flags"] for reading in reader.read([SMALL_TALK, behind_small_talk(URGENT[0])]))
    assert told["security"] > 2 * calm["security"]
    assert told["no_ask"] < calm["no_ask"] / 2


def test_a_long_calm_mail_stays_calm(reader: Reader) -> None:
    rotated = ["\n\n".join(PARAGRAPHS[place:] + PARAGRAPHS[:place]) for place in range(0, len(PARAGRAPHS), 5)]
    for reading in reader.read([*rotated, behind_small_talk(TYPO)]):
        assert label(reading) in ("normal", "low")
        assert urgent(reading) < 0.3


def test_a_batch_of_long_and_short_mails_reads_like_single_mails(reader: Reader) -> None:
    """But for rounding: in half the precision a text comes out a little different beside others."""
    texts = [behind_small_talk(URGENT[0]), TYPO, SMALL_TALK, "", URGENT[1], "word " * 400]
    for reading, text in zip(reader.read(texts, shares=True), texts, strict=True):
        (alone,) = reader.read([text], shares=True)
        for head, scores in reading.scores.items():
            assert scores == pytest.approx(alone.scores[head], abs=ROUNDING)
        for target in ("urgency", "tone"):
            assert reading.shares[target].spans == alone.shares[target].spans
            together, single = (one.shares[target].values.sum(axis=0) for one in (reading, alone))
            assert np.allclose(together, single, atol=10 * ROUNDING)


def test_the_windows_of_one_mail_stay_in_one_batch(reader: Reader) -> None:
    texts = [SMALL_TALK] * 9 + [TYPO] * 40
    found = list(batches(reader.encoder.windows(texts)))
    assert len(found) > 1
    owners = [{window.owner for window in batch} for batch in found]
    assert sum(map(len, owners)) == len(set().union(*owners)) == len(texts)


@pytest.mark.parametrize("text", [TYPO, behind_small_talk(URGENT[0])], ids=["short", "long"])
def test_the_shares_of_the_tokens_add_up_to_the_logits(reader: Reader, text: str) -> None:
    """But for what bias and the numbers beside the text give, which is the same for any text with these numbers."""
    (reading,) = reader.read([text], shares=True)
    blank = torch.zeros(1, 2 * reader.encoder.width)
    with torch.inference_mode():
        rest = {
            **reader.heads.of_feeling(blank, torch.tensor([surface(text)])),
            **reader.heads.of_matter(blank, torch.tensor([facts(quiet(text))])),
        }
    for head, labels in (("urgency", URGENCY_LABELS), ("tone", TONE_LABELS)):
        assert reading.shares[head].values.shape == (len(reading.shares[head].spans), len(labels))
        logits = torch.from_numpy(reading.shares[head].values.sum(axis=0)) + rest[head][0]
        scores = reader.calibration.probabilities({head: logits.unsqueeze(0)})[head][0].tolist()
        assert scores == pytest.approx([reading.scores[head][name] for name in labels], abs=1e-3)


def test_shares_are_given_only_where_they_are_asked_for(reader: Reader) -> None:
    (without,), (found,) = reader.read([TYPO]), reader.read([TYPO], shares=True)
    assert without.shares == {}
    assert set(found.shares) == {"urgency", "tone"}
    assert without.scores == found.scores


def test_sentences_at_the_end_of_a_long_mail_are_scored(reader: Reader) -> None:
    text = behind_small_talk(URGENT[0])
    mail = Mail.of("", text)
    head = load_head(SHIPPED, reader.encoder)
    assert head is not None
    (margins,) = head.margins(reader.encoder, [mail])
    assert margins.shape == (len(mail.sentences),)
    assert np.isfinite(margins).all()


def test_the_evidence_of_a_long_mail_is_the_urgent_paragraph(reader: Reader) -> None:
    text = behind_small_talk(URGENT[0])
    (found,) = Triager(reader).triage([Message("1", "A question", text)], lambda mailbox: Thresholds())
    assert found.urgency.label in ("critical", "high")
    proof = [one for one in found.evidence if one.target == "urgency"]
    assert sum(one.start >= len(SMALL_TALK) for one in proof) > len(proof) / 2
    assert found.urgency.confidence > 0.5


@pytest.mark.parametrize("text", ["[SEP] " * 400, "[CLS][PAD] " * 300, "\x00" * 2000, "a" * 5000, "?! " * 3000])
def test_odd_long_texts_are_cut_into_windows(reader: Reader, text: str) -> None:
    found = reader.encoder.windows([text])
    assert 1 <= len(found) <= 6
    assert all(2 <= len(window.ids) == len(window.spans) <= WINDOW_TOKENS for window in found)
