from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.drafting.knowledge import KnowledgeBase, read_article
from pipeline.errors import ConfigError
from pipeline.resources import default_folder


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_plain_file_is_enough(tmp_path: Path) -> None:
    (passage,) = read_article(write(tmp_path, "slow-parcel.md", "# Slow parcel\n\nWait two days.\n"))
    assert (passage.article, passage.title, passage.text) == ("slow-parcel", "Slow parcel", "Wait two days.")


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

    assert KnowledgeBase.load(tmp_path, embed).search("my shipment is overdue")[0].id == "a"
