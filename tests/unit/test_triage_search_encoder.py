"""The encoder of the search: saved and loaded, and how well the shipped one does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.drafts.measures import retrieval, rows
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.knowledge.index import FEATURES, Search
from pipeline.errors import ConfigError, ModelError
from pipeline.triage.encoder import Encoder
from pipeline.triage.search_encoder import CARD, WEIGHTS, load_search, save_search
from pipeline.triage.tuned_upper import TunedUpper
from pipeline.triage.weights_folder import SHIPPED

WEIGHT_OF = dict.fromkeys(FEATURES, 2.0)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


def saved(folder: Path, encoder: Encoder, /, **more: object) -> TunedUpper:
    tuned = TunedUpper(encoder)
    card = {"encoder": {"name": encoder.name, "sha256": encoder.sha256}, "weights": WEIGHT_OF, "middle": 3.0}
    save_search(folder, tuned, {**card, **more})
    return tuned


def test_what_was_saved_is_loaded(encoder: Encoder, tmp_path: Path) -> None:
    saved(tmp_path, encoder)
    search = load_search(encoder, tmp_path)
    assert search is not None
    assert (search.weights, search.middle) == (WEIGHT_OF, 3.0)
    texts = ["How do I return a lamp?", "a \ud800 b", "", "The train leaves at noon. " * 100]
    found = search.embed(texts)  # of untrained copies of the layers: the published vectors
    assert found.shape == (4, encoder.width)
    assert np.sum(found * encoder.embed(texts), axis=1) == pytest.approx(1, abs=0.01)


def test_weights_of_another_encoder_are_not_used(encoder: Encoder, tmp_path: Path) -> None:
    assert load_search(encoder, tmp_path) is None
    saved(tmp_path, encoder, encoder={"name": "other", "sha256": "0" * 64})
    assert load_search(encoder, tmp_path) is None


@pytest.mark.parametrize("file", [CARD, WEIGHTS])
def test_a_broken_file_is_named(encoder: Encoder, tmp_path: Path, file: str) -> None:
    saved(tmp_path, encoder)
    (tmp_path / file).write_bytes(b"{")
    with pytest.raises(ModelError, match=file):
        load_search(encoder, tmp_path)


@pytest.mark.parametrize("more", [{"weights": {"whole": "much"}}, {"weights": [1]}, {"middle": None}])
def test_a_card_without_numbers_is_named(encoder: Encoder, tmp_path: Path, more: dict[str, object]) -> None:
    saved(tmp_path, encoder, **more)
    with pytest.raises(ModelError, match=CARD):
        load_search(encoder, tmp_path)


def test_weights_for_other_features_are_refused(encoder: Encoder) -> None:
    with pytest.raises(ConfigError, match="trained for"):
        Search.tuned(encoder.embed, {"whole": 1.0}, 0.0)


def test_the_shipped_search_finds_more_than_the_published_encoder(encoder: Encoder) -> None:
    tuned = load_search(encoder, SHIPPED)
    assert tuned is not None and set(tuned.weights) == set(FEATURES)
    questions, folder = rows("questions_dev.jsonl"), Path("config/knowledge")
    trained, published = (
        retrieval(KnowledgeBase.load(folder, search), questions)
        for search in (Search.tuned(tuned.embed, tuned.weights, tuned.middle), Search(encoder.embed))
    )
    assert trained["recall_at_3"] > max(published["recall_at_3"], 0.93)
    assert trained["thresholds"][0.5]["answered"] > published["thresholds"][0.5]["answered"] + 0.2
