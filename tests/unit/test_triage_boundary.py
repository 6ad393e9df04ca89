"""Who must not get an ordinary draft, on 420 messages written for it, half of them never read while the rules grew.

Many speak of death, danger or violence without its words, as people do; rules alone cannot find all of them, and the
urgency the model reads stands beside them. The floors say what the rules do find, and hold it.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

import pytest

from pipeline.config import Thresholds
from pipeline.learning.data import SEED
from pipeline.records import Judgement
from pipeline.triage.boundary import crossed, escalation
from pipeline.triage.signals import find_signals
from pipeline.triage.volume import joined

ROWS = [json.loads(line) for line in (SEED / "messages_3.jsonl").read_text("utf-8").splitlines()]
SIGNAL_OF = {"self_harm": "self_harm", "danger": "danger", "injury": "injury", "threat": "threat", "abuse": "insult"}


@cache
def found() -> tuple[Counter[str], Counter[str], Counter[str]]:
    """For each class its rows, those on which its own signal fires, and those that are handed to a person."""
    rows, own, handed = Counter[str](), Counter[str](), Counter[str]()
    for row in ROWS:
        boundary = row["boundary"]
        signals = find_signals(joined(row["subject"], row["text"]))
        tone = Judgement(row["tone"], 1.0, {})
        rows[boundary] += 1
        own[boundary] += SIGNAL_OF.get(boundary) in {signal.name for signal in signals}
        handed[boundary] += escalation(crossed(signals, {}, Thresholds().boundary), tone, row["intensity"]) is not None
    return rows, own, handed


@pytest.mark.parametrize(
    ("boundary", "floor"), [("self_harm", 0.5), ("danger", 0.63), ("injury", 0.75), ("threat", 0.6), ("abuse", 0.75)]
)
def test_the_rules_find_at_least_this_share(boundary: str, floor: float) -> None:
    rows, own, _ = found()
    assert own[boundary] / rows[boundary] >= floor


def test_manners_of_speaking_are_seldom_handed_to_a_person() -> None:
    rows, _, handed = found()
    assert handed["none"] / rows["none"] <= 0.04
