from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.drafting.knowledge import KnowledgeBase, Search, read_article
from pipeline.drafting.knowledge.index import sentences
from pipeline.drafting.propose import find_sources, find_sources_many
from pipeline.errors import ConfigError
from pipeline.resources import default_folder
from tests.unit.drafting_cases import make_case

SAMPLE = KnowledgeBase.load(default_folder("config") / "knowledge")


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_plain_file_is_enough(tmp_path: Path) -> None:
    (passage,) = read_article(write(tmp_path, "slow-parcel.md", "# Slow parcel\n\nWait two days.\n"))
    assert (passage.article, passage.title, passage.text) == ("slow-parcel", "Slow parcel", "Wait two days.")


def test_a_file_without_a_heading_is_one_passage_named_after_the_file(tmp_path: Path) -> None:
    (passage,) = read_article(write(tmp_path, "opening-hours.md", "We are here from nine to five.\n"))
    assert (passage.article, passage.label, passage.text) == (
        "opening-hours", "opening-hours", "We are here from nine to five.",
    )  # fmt: skip


def test_front_matter_names_the_article_and_headings_cut_passages(tmp_path: Path) -> None:
    text = "---\nid: leaks\ntitle: Leaks\n---\n# Any\n\n## Tank\n1. Wipe it.\n\n## Tray\n1. Empty it.\n"
    passages = read_article(write(tmp_path, "x.md", text))
    assert [(p.article, p.label, p.text) for p in passages] == [
        ("leaks", "Tank", "1. Wipe it."),
        ("leaks", "Tray", "1. Empty it."),
    ]


@pytest.mark.parametrize("head", ["---\nid: a\n", "---\n: : :\n---\n", "---\ncolour: red\n---\n", "---\n- a\n---\n"])
def test_faulty_front_matter_names_the_file(tmp_path: Path, head: str) -> None:
    with pytest.raises(ConfigError, match=r"bad\.md"):
        read_article(write(tmp_path, "bad.md", head + "# T\n\ntext\n"))


def test_bytes_that_are_no_text_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "bin.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"bin\.md"):
        KnowledgeBase.load(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        KnowledgeBase.load(tmp_path / "nowhere")


def test_an_empty_folder_answers_nothing(tmp_path: Path) -> None:
    assert KnowledgeBase.load(tmp_path).search("anything") == []


def test_a_changed_file_is_found_without_loading_again(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "# Kettle\n\nDescale the kettle with vinegar.\n")
    knowledge = KnowledgeBase.load(tmp_path)
    file = write(tmp_path, "b.md", "# Toaster\n\nEmpty the crumb tray of the toaster.\n")
    os.utime(file, (1, 1))
    assert knowledge.search("crumb tray toaster")[0].id == "b"
    file.unlink()
    assert all(source.id != "b" for source in knowledge.search("crumb tray toaster"))


def test_passages_are_verbatim_and_scores_are_probabilities() -> None:
    knowledge = KnowledgeBase.load(default_folder("config") / "knowledge")
    found = knowledge.search("The grinder of my coffee machine hums and grinds nothing")
    assert found[0].id == "grinder-and-leaks"
    file = default_folder("config") / "knowledge" / "grinder-and-leaks.md"
    assert found[0].passage in file.read_text(encoding="utf-8")
    assert all(0 <= source.score <= 1 for source in found)
    assert found == sorted(found, key=lambda source: -source.score)


def test_words_the_articles_do_not_know_have_no_answer() -> None:
    knowledge = KnowledgeBase.load(default_folder("config") / "knowledge")
    assert all(source.score < 0.5 for source in knowledge.search("Are you hiring violinists for Tuesday?"))


def test_meaning_finds_what_words_miss(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "# Late parcel\n\nWait two days.\n")
    write(tmp_path, "b.md", "# Broken jug\n\nKeep the pieces.\n")

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0] if "arcel" in t or "shipment" in t else [0.0, 1.0] for t in texts], np.float32)

    assert KnowledgeBase.load(tmp_path, Search(embed)).search("my shipment is overdue")[0].id == "a"


# --- front matter ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("audience: friends", "audience"),
        ("valid_from: soon", "valid_from"),
        ("valid_until: 2026-02-30", "valid YAML"),
        ("valid_from: 2026-05-01\nvalid_until: 2026-04-01", "valid_until"),
        ("id: ''", "id"),
        ("tags: parcel", "tags"),
    ],
)
def test_a_faulty_key_is_named_with_its_file(tmp_path: Path, head: str, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"bad\.md.*{key}"):
        read_article(write(tmp_path, "bad.md", f"---\n{head}\n---\n# T\n\ntext\n"))


def test_front_matter_may_end_the_file_and_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert read_article(write(tmp_path, "x.md", "---\nid: a\n---")) == ()
    (passage,) = read_article(write(tmp_path, "y.md", "\ufeff---\r\nid: a\r\n---\r\n# T\r\n\r\ntext\r\n"))
    assert (passage.article, passage.text) == ("a", "text")


def test_two_files_with_one_id_are_both_named(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\nid: same\n---\n# A\n\nOne.\n")
    write(tmp_path, "same.md", "# B\n\nTwo.\n")
    with pytest.raises(ConfigError, match=r"same\.md.*a\.md"):
        KnowledgeBase.load(tmp_path)


def test_an_internal_article_is_in_no_answer_and_grounds_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\naudience: internal\n---\n# Kettle margins\n\nWe may give 40 euro off a kettle.\n")
    knowledge = KnowledgeBase.load(tmp_path)
    assert knowledge.passages == ()
    assert knowledge.search("margin on a kettle") == []


def test_an_article_is_used_on_the_days_it_is_valid_and_on_no_other(tmp_path: Path) -> None:
    head = "---\nvalid_from: 2026-12-01\nvalid_until: 2026-12-31\n---\n"
    write(tmp_path, "a.md", head + "# Christmas returns\n\nPresents can be returned until Epiphany.\n")
    knowledge = KnowledgeBase.load(tmp_path)
    found = {
        day: [source.id for source in knowledge.search("Christmas presents returned", day=day)]
        for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    }
    assert list(found.values()) == [[], ["a"], ["a"], []]


# --- while the worker runs ------------------------------------------------------------------------------------------


def test_a_file_that_breaks_keeps_what_it_said_is_reported_once_and_stops_no_other(tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", "# Kettle\n\nDescale the kettle with vinegar.\n")
    knowledge = KnowledgeBase.load(tmp_path)
    write(tmp_path, "a.md", "---\nnever closed\n")
    write(tmp_path, "b.md", "# Toaster\n\nEmpty the crumb tray of the toaster.\n")
    with structlog.testing.capture_logs() as logs:
        assert knowledge.search("kettle vinegar")[0].id == "a"
        assert knowledge.search("crumb tray toaster")[0].id == "b"
    assert [("a.md" in entry["reason"], entry["log_level"]) for entry in logs] == [(True, "error")]
    file.write_text("# Kettle\n\nDescale the kettle with lemon juice.\n", encoding="utf-8")
    assert "lemon" in knowledge.search("descale kettle")[0].passage


def test_a_folder_that_vanishes_leaves_its_articles_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    write(folder, "a.md", "# Kettle\n\nDescale the kettle with vinegar.\n")
    knowledge = KnowledgeBase.load(folder)
    shutil.rmtree(folder)
    with structlog.testing.capture_logs() as logs:
        assert knowledge.search("kettle vinegar")[0].id == "a"
        assert knowledge.search("kettle vinegar")[0].id == "a"
    assert len(logs) == 1


# --- search ---------------------------------------------------------------------------------------------------------


@dataclass
class CountingEmbed:
    """Vectors by keyword, and how often it was called."""

    keywords: tuple[str, ...]
    calls: int = 0

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        rows = [[float(word in text.lower()) for word in self.keywords] + [0.01] for text in texts]
        vectors = np.array(rows, np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def two_articles(folder: Path) -> None:
    write(folder, "a.md", "# Late parcel\n\nWait two days.\n\n## Lost parcel\n\nWe search for the parcel.\n")
    write(folder, "b.md", "# Broken jug\n\nKeep the pieces of the jug.\n")


def test_each_article_is_found_once_by_its_best_passage(tmp_path: Path) -> None:
    two_articles(tmp_path)
    found = KnowledgeBase.load(tmp_path, Search(CountingEmbed(("parcel", "jug")))).search(
        "the parcel is lost, the jug too", 3
    )
    assert sorted(source.id for source in found) == ["a", "b"]


def test_many_mails_cost_one_call_of_the_encoder(tmp_path: Path) -> None:
    two_articles(tmp_path)
    embed = CountingEmbed(("parcel", "jug"))
    knowledge = KnowledgeBase.load(tmp_path, Search(embed))
    embed.calls = 0
    cases = [make_case("Where is my parcel?", subject=""), make_case("The jug broke. What now?", subject="")]
    many = find_sources_many(cases, knowledge, 0.0)
    assert embed.calls == 1
    assert [sources[0].id for sources in many] == ["a", "b"]
    assert many == [find_sources(case, knowledge, 0.0) for case in cases]


def test_mail_that_no_article_could_answer_is_not_looked_up(tmp_path: Path) -> None:
    two_articles(tmp_path)
    knowledge = KnowledgeBase.load(tmp_path)
    unanswerable = [
        make_case("Wo ist mein parcel?", language="de"),
        make_case("The jug is lovely, thank you!", tone="positive", flags=("no_ask",)),
        make_case("The jug broke and I will hurt you.", escalate="threat"),
    ]
    assert find_sources_many(unanswerable, knowledge, 0.0) == [(), (), ()]


@given(st.text(max_size=300))
def test_any_text_is_cut_into_sentences_and_none_of_its_words_is_lost(text: str) -> None:
    found = sentences(text)
    assert all(line.strip() for line in found)
    letters = "".join(character for character in text if character.isalpha())
    assert letters == "".join(character for line in found for character in line if character.isalpha())


@given(st.text(max_size=300))
def test_any_mail_can_be_searched_for(text: str) -> None:
    assert all(0 <= source.score <= 1 for source in SAMPLE.search(text))
