"""The serving forward of the encoder against transformers' own, and what of a text is read for which question."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.triage.encoder import BATCH_TOKENS, Encoder, Window, batches
from pipeline.triage.fast_body import FEW_ROWS, fast_body, padded_rows
from pipeline.triage.heads import LABELS, Heads
from pipeline.triage.reader import Reader

TEXTS = (
    "Hello, please help: our tills are down and nobody can pay! Thank you",
    "where is my parcel",
    "",
    "The invoice is wrong. " * 40,
    "The kettle leaks!!! You idiots. " * 90,
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(dtype=torch.float32)


@pytest.fixture(scope="module")
def heads(encoder: Encoder) -> Heads:
    torch.manual_seed(3)
    return Heads(encoder).eval().requires_grad_(False)


def batch(lengths: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    mask = torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]
    ids = torch.randint(1000, 20_000, mask.shape, generator=torch.Generator().manual_seed(len(lengths)))
    return ids * mask, mask


@given(lengths=st.lists(st.integers(1, 70), min_size=1, max_size=18))
@settings(max_examples=15, deadline=None)
def test_the_fast_forward_gives_the_states_of_the_generic_one(heads: Heads, lengths: list[int]) -> None:
    fast = fast_body(heads.body)
    assert fast is not None
    ids, mask = batch(lengths)
    with torch.inference_mode():
        assert torch.allclose(fast.states(ids, mask)[mask], heads.states(ids, mask)[mask], atol=1e-4)


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_it_stops_half_way_where_it_is_told_to(encoder: Encoder, depth: int) -> None:
    fast = fast_body(encoder.model)
    assert fast is not None
    ids, mask = batch([40, 12])
    with torch.inference_mode():
        wanted = encoder.model(input_ids=ids, attention_mask=mask.long(), output_hidden_states=True).hidden_states
        assert torch.allclose(fast.states(ids, mask, depth)[mask], wanted[depth][mask], atol=1e-4)


def test_products_come_in_few_shapes_and_little_is_multiplied_in_vain() -> None:
    padded = [padded_rows(rows) for rows in range(1, BATCH_TOKENS + 1)]
    assert all(0 <= more - rows < max(FEW_ROWS, rows / 2) for rows, more in enumerate(padded, start=1))
    assert len(set(padded)) < 25


def test_in_bfloat16_both_forwards_are_as_near_to_single_precision(heads: Heads) -> None:
    half = copy.deepcopy(heads)
    half.body.to(torch.bfloat16)
    fast = fast_body(half.body)
    if fast is None:
        pytest.skip("this processor does not multiply bfloat16")
    ids, mask = batch([200, 31, 96])
    with torch.inference_mode():
        exact, generic, own = (one.states(ids, mask)[mask] for one in (heads, half, fast))
    assert (own - exact).norm() <= 1.1 * (generic - exact).norm()


def test_another_activation_or_a_decoder_is_left_to_its_own_forward(heads: Heads) -> None:
    assert fast_body(torch.nn.Linear(2, 2)) is None
    for name, value in (("hidden_act", "relu"), ("is_decoder", True)):
        body = copy.deepcopy(heads.body)
        setattr(body.config, name, value)
        assert fast_body(body) is None


def test_order_is_kept_and_a_batch_reads_like_single_texts(encoder: Encoder, heads: Heads) -> None:
    reader = Reader(encoder, heads)
    for text, together in zip(TEXTS, reader.read(TEXTS), strict=True):
        (alone,) = reader.read([text])
        for name in LABELS:
            assert together.scores[name] == pytest.approx(alone.scores[name], abs=1e-4)


def test_what_is_not_asked_is_not_read_and_the_rest_is_the_same(encoder: Encoder, heads: Heads) -> None:
    reader = Reader(encoder, heads)
    asked = [("urgency",), ("tone",), ("urgency", "tone"), ("flags", "intensity"), tuple(LABELS)]
    for names, some, full in zip(asked, reader.read(TEXTS, asked=asked), reader.read(TEXTS), strict=True):
        assert set(some.scores) == set(names)
        for name in names:
            assert some.scores[name] == pytest.approx(full.scores[name], abs=1e-4)


@given(lengths=st.lists(st.integers(1, 256), max_size=200))
def test_batches_hold_every_text_once_within_the_limit_and_by_length(lengths: list[int]) -> None:
    windows = [Window(owner, (7,) * length, ((0, 1),) * length) for owner, length in enumerate(lengths)]
    found = list(batches(windows))
    assert sorted(window.owner for one in found for window in one) == list(range(len(lengths)))
    assert all(len(one) * max(len(window.ids) for window in one) <= BATCH_TOKENS for one in found)
    sizes = [len(window.ids) for one in found for window in one]
    assert sizes == sorted(sizes)
