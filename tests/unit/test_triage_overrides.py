"""What no model's opinion may lower: injury, hazard, a business at a standstill, and quiet self-harm."""

from __future__ import annotations

import pytest

from pipeline.triage.signals import find_signals


def names(text: str) -> set[str]:
    return {signal.name for signal in find_signals(text)}


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("The kettle gave me an electric shock.", "injury"),
        ("My daughter's arm is badly scalded, the lid came off.", "injury"),
        ("The toaster started smoking this morning.", "hazard"),
        ("There is a smell of burning when it heats up.", "hazard"),
        ("None of the tills in our nine shops can log in.", "standstill"),
        ("We cannot take orders since eight. Thanks for looking into it.", "standstill"),
        ("All our machines in the canteens are down.", "standstill"),
        ("I sometimes think it would be easier not to wake up at all.", "self_harm"),
        ("Nobody would notice if I ended it tonight.", "self_harm"),
    ],
)
def test_a_grave_fact_is_found_however_politely_it_is_said(text: str, signal: str) -> None:
    assert signal in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "I was shocked by the price.",
        "None of the other benefits can be seen, can you help me out?",
        "This app is killing me, love the new colours though.",
        "It is easier not to update at all.",
        "I see no reason to get the larger one.",
        "Is smoking allowed on the balcony?",
        "He was in hospital for two nights, so I write only now.",
    ],
)
def test_ordinary_words_raise_nothing(text: str) -> None:
    assert not names(text) & {"injury", "hazard", "standstill", "self_harm", "danger"}
