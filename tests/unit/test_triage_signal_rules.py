"""signals.yaml of an installation: laid over the shipped one, strict, and closed where people's safety is concerned."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.errors import ConfigError
from pipeline.records import FLAG_LABELS
from pipeline.resources import default_folder
from pipeline.triage.patterns import MAX_WAYS, _parser, _ways, expand, expand_blocks
from pipeline.triage.signal_rules import (
    FILE,
    SAFETY,
    SIGNALS,
    SignalRules,
    load_rules,
    shipped_config,
    shipped_rules,
)
from pipeline.triage.signals import BOUNDARIES, OVERRIDES, facts
from pipeline.triage.stake import find_stake


def loaded(folder: Path, **given: object) -> SignalRules:
    (folder / FILE).write_text(yaml.safe_dump(given), encoding="utf-8")
    return load_rules(folder)


def fault(folder: Path, **given: object) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, **given)
    assert str(folder / FILE) in caught.value.message
    return str(caught.value)


def entry(*patterns: str, examples: list[str] | None = None, counterexamples: list[str] | None = None) -> object:
    return {"patterns": list(patterns), "examples": examples or [], "counterexamples": counterexamples or []}


def test_a_folder_without_the_file_has_the_shipped_rules(tmp_path: Path) -> None:
    assert load_rules(tmp_path) is shipped_rules()
    assert load_rules(default_folder("config")) is shipped_rules()


def test_an_untouched_copy_finds_what_the_shipped_file_finds(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes((default_folder("config") / FILE).read_bytes())
    rules = load_rules(tmp_path)
    for shipped in shipped_config().signals.values():
        for text in (*shipped.examples, *shipped.counterexamples):
            assert rules.find(text) == shipped_rules().find(text)


def test_a_plain_phrase_is_a_pattern_and_the_rest_stays_as_shipped(tmp_path: Path) -> None:
    rules = loaded(tmp_path, signals={"outage": entry("the BIG screen is black")})
    assert rules.fires("outage", "Since ten THE BIG\nSCREEN is black.")
    assert not rules.fires("outage", "The whole street is dark")
    assert rules.fires("deadline", "I need it by Friday")


def test_the_inputs_of_the_model_stay_those_of_the_shipped_rules(tmp_path: Path) -> None:
    before = facts("The whole street is dark")
    loaded(tmp_path, signals={"outage": entry()})
    assert facts("The whole street is dark") == before


def test_an_empty_list_switches_a_signal_off(tmp_path: Path) -> None:
    rules = loaded(tmp_path, signals={"churn_risk": entry(examples=["I am taking my business elsewhere"])})
    assert not rules.fires("churn_risk", "I am taking my business elsewhere")


@pytest.mark.parametrize("name", SAFETY)
def test_a_signal_of_safety_cannot_be_switched_off(tmp_path: Path, name: str) -> None:
    assert f"{name!r} guards people" in fault(tmp_path, signals={name: entry()})


@pytest.mark.parametrize("name", SAFETY)
def test_a_signal_of_safety_can_be_added_to_and_keeps_what_is_shipped(tmp_path: Path, name: str) -> None:
    rules = loaded(tmp_path, signals={name: entry("purple alarm", examples=["The purple alarm rang"])})
    assert rules.fires(name, "PURPLE ALARM")
    assert all(rules.fires(name, text) for text in shipped_config().signals[name].examples)


@pytest.mark.parametrize(
    ("name", "phrase", "text"),
    [
        ("danger", "she can.t breathe", "She can't breathe"),
        ("self_harm", "kill myself", "I will kill myself"),
        ("injury", "second degree", "Second degree burns on his chest"),
    ],
)
def test_a_manner_of_speaking_cannot_hide_what_safety_needs(tmp_path: Path, name: str, phrase: str, text: str) -> None:
    shipped = list(shipped_config().figurative or ())
    for figurative in ([*shipped, phrase], [phrase], []):
        rules = loaded(tmp_path, figurative=figurative)
        assert rules.fires(name, text)
        assert rules.count(name, text) == shipped_rules().count(name, text)
        assert name in {signal.name for signal in rules.find(text)}


def test_the_shipped_manners_of_speaking_hold_for_safety_whatever_a_file_says(tmp_path: Path) -> None:
    rules = loaded(tmp_path, figurative=["by friday"])
    assert not rules.fires("danger", "My boss will kill me if this is late")
    assert not rules.fires("deadline", "I need it by Friday")


def test_other_words_change_other_signals_and_the_stake(tmp_path: Path) -> None:
    rules = loaded(tmp_path, words={"event": ["regatta"]})
    text = "Our regatta is on Saturday"
    assert rules.fires("deadline", text)
    assert find_stake(text, rules.find(text), rules) == "Our regatta is on Saturday"
    assert not shipped_rules().fires("deadline", text)


def test_safety_keeps_the_shipped_words(tmp_path: Path) -> None:
    rules = loaded(tmp_path, words={"life_support": ["kettle"]})
    assert rules.fires("danger", "dad is on oxygen and the power is out")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"signal": {}}, "unknown key signal"),
        ({"signals": {"fire": entry("fire")}}, "unknown signal 'fire'; the signals are deadline"),
        ({"signals": {"money": {"patterns": ["x"], "exmples": []}}}, "unknown key signals.money.exmples"),
        ({"signals": {"money": entry("cash (back")}}, "signals.money: pattern 'cash (back': missing )"),
        ({"signals": {"money": entry("(?i)x")}}, "signals.money: pattern '(?i)x': global flags"),
        ({"signals": {"money": entry("(?x) a b")}}, "signals.money: pattern '(?x) a b': global flags"),
        ({"signals": {"money": entry("(?<=a+)b")}}, "look-behind requires fixed-width pattern"),
        ({"signals": {"money": entry("on {freeday}")}}, "signals.money: pattern 'on {freeday}': no block of words"),
        ({"signals": {"money": entry("(cash)?")}}, "matches the empty text"),
        ({"signals": {"money": entry(r"(a)\1")}}, "pattern"),
        ({"signals": {"money": entry("cash", examples=["No coin"])}}, "signals.money: does not fire on its example"),
        ({"signals": {"money": entry("cash", counterexamples=["cash"])}}, "signals.money: fires on its counterexample"),
        ({"words": {"day": []}}, "'day' has no words"),
        ({"words": {"Free Day": ["x"]}}, "'Free Day' must be of the letters"),
        ({"words": {"a": ["{b}"], "b": ["{a}"]}}, "uses itself"),
        ({"words": {"day": ["(("]}}, "words.day: pattern '(('"),
        ({"figurative": ["[z-a]"]}, "figurative: pattern '[z-a]'"),
        ({"signals": {"money": {"patterns": [True]}}}, "signals.money.patterns.0"),
    ],
)
def test_a_fault_is_named_with_file_and_place(tmp_path: Path, given: dict[str, object], says: str) -> None:
    assert says in fault(tmp_path, **given)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(\w+ )*x",
        r"(\w+\s*)+x",
        r".*cash",
        r"cash.+gone",
        r"[^.]*cash",
        r"\s+cash",
        r"(\w+){0,9}x",
        r"(\w*\w*){3}x",
        r"\w+\w+\w+\w+\w+#",
        r"\w+a\w+a\w+#",
        r"\w+( \w+)?\w+( \w+)?\w+#",
        r"(ab|a|b){1,60}#",
        r"(aa|a|aaa){20}#",
        r"((a|b|ab){0,20}){0,20}x",
        r"((\w+ ){0,20}){0,20}x",
        r"( \w+){0,90}( \w+){0,90}( \w+){0,90}x",
        r"x{5}(a b){0,100000}",
        "(" * 2000 + "a" + ")" * 2000,
    ],
)
def test_a_pattern_that_a_hostile_mail_could_stall_is_refused(tmp_path: Path, pattern: str) -> None:
    assert "signals.money: pattern" in fault(tmp_path, signals={"money": entry(pattern)})


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [
        (r"\w+ \w+ \w+", 1),
        (r"\w+( \w+){0,3} x", 4),
        (r"(\w+ ){0,3}\w+", 4),
        (r"(ab|a|b)x", 2),
        (r"(cat|dog|cow)s", 1),
    ],
)
def test_ways_are_counted_where_a_text_can_be_read_so(pattern: str, ways: int) -> None:
    assert _ways(_parser.parse(expand(pattern, {}, "here"))) == ways


def test_every_shipped_pattern_can_be_tried_in_few_ways() -> None:
    blocks = expand_blocks(shipped_config().words)
    patterns = [pattern for signal in shipped_config().signals.values() for pattern in signal.patterns]
    patterns += shipped_config().figurative or ()
    ways = [_ways(_parser.parse(expand(pattern, blocks, "shipped"))) for pattern in patterns]
    assert max(ways) <= MAX_WAYS / 5


def test_a_signal_is_a_flag_a_boundary_or_an_override() -> None:
    assert set(SIGNALS) - {*BOUNDARIES, *OVERRIDES} <= set(FLAG_LABELS)
    assert set(SAFETY) <= {*BOUNDARIES, *OVERRIDES}
