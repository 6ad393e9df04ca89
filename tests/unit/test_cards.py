from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import ModelConfig
from pipeline.errors import ModelError
from pipeline.triage.cards import REPLIES, SEARCH, TRIAGE, cards_of, interval, read_card
from pipeline.triage.weights_folder import SHIPPED


def test_every_shipped_card_says_what_it_is_of_and_how_well_it_does() -> None:
    cards = cards_of(ModelConfig())
    assert [card.name for card in cards] == [TRIAGE, REPLIES, SEARCH]
    for card in cards:
        assert card.shipped
        assert card.trained.startswith("2026-")
        assert card.data
        assert card.figures
        assert card.limits
        for file in card.weights:
            assert file.sha256 == sha256((SHIPPED / file.name).read_bytes()).hexdigest()
            assert file.size == (SHIPPED / file.name).stat().st_size


def test_the_figures_are_those_of_the_file() -> None:
    said = json.loads((SHIPPED / "model.json").read_text(encoding="utf-8"))["scores"]["test"]
    urgency = read_card(SHIPPED, TRIAGE).figures[0]
    figures = {figure.name: figure for figure in urgency.figures}
    assert urgency.about == f"urgency, {said['rows']} test rows"
    assert figures["macro-F1"].value == said["urgency"]["macro_f1"]
    assert (figures["macro-F1"].low, figures["macro-F1"].number) == (None, None)
    accuracy = figures["accuracy"]
    assert (accuracy.value, accuracy.number) == (said["urgency"]["accuracy"], said["rows"])
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.low < accuracy.value < accuracy.high
    critical = said["urgency"]["confusion"][0]
    assert figures["critical: found of those labelled so"].value == critical[0] / sum(critical)


def test_a_share_without_a_count_has_no_interval() -> None:
    replies, search = read_card(SHIPPED, REPLIES), read_card(SHIPPED, SEARCH)
    assert {figure.number for group in replies.figures for figure in group.figures} >= {557, 86}
    assert "any fault: found with 2 % false alarms" in {one.name for group in replies.figures for one in group.figures}
    assert all(figure.low is None for group in search.figures for figure in group.figures)


def written(folder: Path, **more: Any) -> Path:
    """A folder of weights whose triage card lacks whatever it may lack."""
    said = json.loads((SHIPPED / "model.json").read_text(encoding="utf-8"))
    kept = {name: said[name] for name in ("labels", "encoder", "calibration", "scores")} | more
    (folder / "model.json").write_text(json.dumps(kept), encoding="utf-8")
    return folder


def test_what_a_card_does_not_say_stays_empty(tmp_path: Path) -> None:
    card, *beside = cards_of(ModelConfig(weights=str(written(tmp_path))))
    assert (card.shipped, card.trained, card.data, card.limits, card.weights) == (False, "", (), (), ())
    assert [one.shipped for one in beside] == [True, True]


def test_a_card_beside_weights_of_another_encoder_is_not_used(tmp_path: Path) -> None:
    folder = written(tmp_path, encoder={"sha256": "0" * 64})
    assert [card.name for card in cards_of(ModelConfig(weights=str(folder)))] == [TRIAGE]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"encoder": 1}', '{"encoder": {"sha256": "a"}, "scores": {}}'])
def test_a_broken_card_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="not a card of weights"):
        cards_of(ModelConfig(weights=str(tmp_path)))


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        cards_of(ModelConfig(weights=str(tmp_path / "none")))


@given(st.integers(1, 10**6).flatmap(lambda number: st.tuples(st.integers(0, number), st.just(number))))
def test_an_interval_holds_the_share_and_no_more_than_everything(counted: tuple[int, int]) -> None:
    hits, number = counted
    low, high = interval(hits / number, number)
    assert 0 <= low <= hits / number + 1e-9
    assert hits / number - 1e-9 <= high <= 1


def test_an_interval_is_wilsons() -> None:
    low, high = interval(0.7, 80)
    assert (round(low, 3), round(high, 3)) == (0.592, 0.789)
