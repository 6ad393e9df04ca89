"""The labelled replies, facts and questions: complete, without doubles, and pointing at what exists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.drafts.measures import context, fires, retrieval, rows, shares
from benchmarks.knowledge import FEATURES, evaluate
from pipeline.config import load_config
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.learning.data import SEED
from pipeline.learning.reply_lines import JUDGES
from pipeline.learning.search_measure import Compared
from pipeline.records import Fault

KINDS = {
    "minimise", "doubt", "blame", "command", "sarcasm", "excuse", "policy_first", "hollow_apology", "overpromise",
    "liability", "ask_again", "shouting", "dismissal",
}  # fmt: skip


@pytest.mark.parametrize(("name", "each"), [("lines_1.jsonl", 45), ("lines_2.jsonl", 30), ("lines_14.jsonl", 20)])
def test_each_kind_has_as_many_good_lines_as_bad_ones(name: str, each: int) -> None:
    counts = Counter((row["kind"], row["bad"]) for row in rows(name))
    assert set(counts) >= {(kind, bad) for kind in KINDS - {"ask_again"} for bad in (True, False)}
    assert set(counts.values()) == {each}


def test_no_line_stands_twice() -> None:
    texts = [row["text"].casefold() for name in ("lines_1.jsonl", *JUDGES) for row in rows(name)]
    assert len(texts) == len(set(texts))


def test_what_is_wrong_in_a_draft_stands_in_it() -> None:
    found = rows("facts.jsonl")
    assert len({row["id"] for row in found}) == len(found) == 210
    for row in found:
        assert row["fault"] in {fault.value for fault in Fault}
        assert bool(row["span"]) == row["must_flag"]
        assert row["span"] in row["draft"]


FIRMS = sorted(folder for folder in (SEED / "replies" / "firms").iterdir() if folder.is_dir())


@pytest.mark.parametrize(
    ("knowledge", "questions"),
    [
        (Path("config/knowledge"), "questions.jsonl"),
        (Path("config/knowledge"), "questions_dev.jsonl"),
        *((folder, f"firms/{folder.name}/questions.jsonl") for folder in FIRMS),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_questions_name_sections_of_their_firm(knowledge: Path, questions: str) -> None:
    known = {(one.article, one.label) for one in KnowledgeBase.load(knowledge).passages}
    articles = {article for article, _ in known}
    asked = rows(questions)
    assert len({row["text"].casefold() for row in asked}) == len({row["id"] for row in asked}) == len(asked) >= 25
    assert {row["article"] for row in asked} >= {""}
    for row in asked:
        assert not row["article"] or (row["article"], row["section"]) in known
        assert set(row["also"]) <= articles


def test_no_question_to_develop_with_is_one_to_judge_with() -> None:
    judged = {row["text"].casefold() for row in rows("questions.jsonl")}
    assert not judged & {row["text"].casefold() for row in rows("questions_dev.jsonl")}


def test_the_weights_of_one_firm_are_found_from_the_others() -> None:
    rng = np.random.default_rng(3)
    places = np.tile(np.arange(4), 6)
    right = np.eye(4, dtype=bool)[places]
    right[::4] = False  # nothing answers these
    noise = rng.normal(0, 0.05, (24, 4, len(FEATURES)))
    firm = Compared(np.where(right, 0.6, 0.2)[:, :, None] + noise, right, ("a", "b", "c", "d"))
    found = evaluate({"one": firm, "two": firm}, firm)
    assert found["left_out"]["firms"]["recall_at_1"] == 1.0
    assert found["left_out"]["firms"]["right_no_answer"] >= 0.8
    assert found["left_out"]["firms"]["answered"] == 1.0


def test_the_measure_counts_found_and_in_vain() -> None:
    judged = [("blame", True, True), ("blame", True, False), ("blame", False, True), ("doubt", False, False)]
    assert shares(judged) == {
        "all": {"found": 0.5, "in_vain": 0.5, "bad": 2, "good": 2},
        "blame": {"found": 0.5, "in_vain": 1.0, "bad": 2, "good": 1},
        "doubt": {"found": None, "in_vain": 0.0, "bad": 0, "good": 1},
    }


def test_the_measure_sees_what_a_rule_finds_and_what_is_retrieved() -> None:
    config = load_config(Path("config"), {})
    assert fires(["blame"], context(config, {"text": "You should have read the leaflet before you switched it on."}))
    assert not fires(["blame"], context(config, {"text": "Thank you for telling us about the leaflet."}))
    knowledge = KnowledgeBase.load(Path("config/knowledge"))
    questions = [
        {"subject": "", "text": "The same order was charged twice on my card.", "article": "double-charge", "also": []},
        {"subject": "", "text": "qqq", "article": "", "also": []},
    ]
    found = retrieval(knowledge, questions)
    assert found["recall_at_1"] == 1.0
    assert found["thresholds"][0.5] == {"answered": 1.0, "right_no_answer": 1.0}
