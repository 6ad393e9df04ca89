"""The shipped rules: every example of config/signals.yaml, manners of speaking, offsets, hostile texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.triage.plain import MAX_CHARACTERS, MAX_WORD, plain
from pipeline.triage.signal_rules import SIGNALS, shipped_config, shipped_rules
from pipeline.triage.signals import FACTS, count_insults, facts, find_signals, flags_of

ENTRIES = shipped_config().signals
EXAMPLES = [(name, text) for name, entry in ENTRIES.items() for text in entry.examples]
COUNTEREXAMPLES = [(name, text) for name, entry in ENTRIES.items() for text in entry.counterexamples]


def names(text: str) -> set[str]:
    return {signal.name for signal in find_signals(text)}


def test_every_signal_has_patterns_examples_and_counterexamples() -> None:
    assert tuple(ENTRIES) == SIGNALS or set(ENTRIES) == set(SIGNALS)
    assert all(entry.patterns and entry.examples and entry.counterexamples for entry in ENTRIES.values())


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_a_signal_fires_on_its_example(name: str, text: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(("name", "text"), COUNTEREXAMPLES)
def test_a_signal_does_not_fire_on_its_counterexample(name: str, text: str) -> None:
    assert name not in names(text)


def test_the_inputs_of_the_model_keep_their_order() -> None:
    assert FACTS == (
        "deadline",
        "money",
        "security",
        "outage",
        "repeat_contact",
        "legal_threat",
        "asks_for_manager",
        "churn_risk",
        "public_threat",
        "data_loss",
        "personal_loss",
        "safety",
        "physical_harm",
        "vulnerable",
        "self_harm",
        "danger",
    )
    assert facts("I want a refund.") == tuple(float(name == "money") for name in FACTS)


def test_typographic_apostrophes_and_line_breaks_read_like_plain_ones() -> None:
    assert "self_harm" in names("I don\u2019t want\nto live")


@pytest.mark.parametrize("sign", "\u2019\u2018\xb4\u02bc\u2032`'")
def test_whatever_is_typed_as_an_apostrophe_is_one(sign: str) -> None:
    assert "self_harm" in names(f"I don{sign}t want to live")


@pytest.mark.parametrize("blank", "\u200b\ufeff\u2060\xa0\u2009")
def test_whatever_is_blank_reads_as_a_blank(blank: str) -> None:
    assert "self_harm" in names(f"I want{blank}to die")


@pytest.mark.parametrize("hyphen", "\u2010\u2011-")
def test_hyphens_read_alike(hyphen: str) -> None:
    assert "self_harm" in names(f"thoughts of self{hyphen}harm")


def test_soft_hyphens_are_not_seen_and_the_span_holds_them() -> None:
    text = "So: I wa\xadnt\xad to d\xadie"
    (found,) = [signal for signal in find_signals(text) if signal.name == "self_harm"]
    assert text[found.start : found.end] == "wa\xadnt\xad to d\xadie"
    assert shipped_rules().fires("self_harm", text)


def test_boundaries_are_no_flags() -> None:
    assert flags_of(find_signals("I will kill you, you idiots. Refund me.")) == {"money"}


def test_insults_are_counted() -> None:
    assert count_insults("You idiots, you clowns!") == 2


PIECES = [text for _, text in EXAMPLES] + [
    "\n",
    "\u2019",
    "\xad",
    "\u200b",
    "\u2003",
    "\U0001f525",
    "w" * (MAX_WORD + 1),
    "~",
    "*** ",
    "\u0130",
]


@given(st.text(max_size=300) | st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=8).map("".join))
def test_any_text_is_read_and_every_span_lies_inside_it(text: str) -> None:
    assert len(plain(text)) == len(text) == len(shipped_rules().literal(text))
    assert all(0 <= signal.start < signal.end <= len(text) for signal in find_signals(text))


def test_both_ends_of_a_very_long_text_are_read() -> None:
    text = "I want a refund. " + "word " * MAX_CHARACTERS + " There is a gas leak."
    assert {"money", "danger"} <= names(text)


def test_a_run_that_no_word_has_is_taken_out_and_the_rest_is_read() -> None:
    assert plain("a" * MAX_WORD) == "a" * MAX_WORD
    assert plain("a" * (MAX_WORD + 1)) == "~" * (MAX_WORD + 1)
    assert "danger" in names("x" * 5000 + " there is a gas leak")
