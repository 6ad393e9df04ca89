"""Learning to search the knowledge base: the firms, the measure, the training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.config import ModelConfig
from pipeline.drafting.knowledge import KnowledgeBase, Search
from pipeline.drafting.knowledge.index import FEATURES, Index, read_questions
from pipeline.errors import RecordError
from pipeline.learning.search_firms import FIRMS, QUESTIONS, Firm, firm_folders, read_firm
from pipeline.learning.search_fit import SearchHead, SearchRecipe, fit_search, train_search
from pipeline.learning.search_measure import Compared, Found, measured, middle_of, ranked, surprise
from pipeline.triage.encoder import Encoder
from pipeline.triage.search_encoder import CARD, WEIGHTS, load_search
from tests.unit.tiny_model import tiny_encoder

ASKED = (
    {"subject": "", "text": "my parcel never came", "article": "late", "section": "Late parcel", "also": []},
    {"subject": "jug", "text": "it fell in two", "article": "jug", "section": "Broken jug", "also": ["late"]},
    {"subject": "", "text": "do you hire gardeners?", "article": "", "section": "", "also": []},
)


def a_firm(folder: Path, *rows: object) -> Path:
    folder.mkdir(parents=True)
    (folder / "late.md").write_text(
        "# Late parcel\n\nWait two days. Then write to us.\n\n## Lost parcel\n\nWe search.\n"
    )
    (folder / "jug.md").write_text("# Broken jug\n\nKeep the pieces of the jug.\n")
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows or ASKED)
    (folder / QUESTIONS).write_text("".join(f"{line}\n" for line in lines))
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_encoder(tmp_path_factory.mktemp("tiny")))


def test_a_firm_knows_which_passages_answer(tmp_path: Path) -> None:
    folder = a_firm(tmp_path / "firm")
    firm = read_firm(folder, folder / QUESTIONS)
    assert set(firm.articles) == {"late", "jug"}
    by_article = [{name for name, is_right in zip(firm.articles, row, strict=True) if is_right} for row in firm.right]
    assert by_article == [{"late"}, {"late", "jug"}, set()]
    assert all(
        "parcel" in firm.texts[start].lower()
        for start, name in zip(firm.first, firm.articles, strict=True)
        if name == "late"
    )
    assert firm.words[0, firm.articles.index("late")] > firm.words[0, firm.articles.index("jug")]


@pytest.mark.parametrize(
    "row",
    [
        "not json",
        [1],
        {"subject": "", "text": "a", "article": "late"},
        {"subject": "", "text": "a", "article": "nowhere", "also": []},
        {"subject": "", "text": "a", "article": "late", "also": [["late"]]},
        {"subject": "", "text": 3, "article": "late", "also": []},
    ],
)
def test_a_bad_question_is_named_with_file_and_line(tmp_path: Path, row: object) -> None:
    folder = a_firm(tmp_path / "firm", ASKED[0], row)
    with pytest.raises(RecordError, match=r"questions\.jsonl:2"):
        read_firm(folder, folder / QUESTIONS)


def test_a_folder_gives_the_firms_in_it_or_is_one(tmp_path: Path) -> None:
    one, other = a_firm(tmp_path / "one"), a_firm(tmp_path / "other")
    assert firm_folders([tmp_path]) == [one, other] == firm_folders([other, one, tmp_path])
    with pytest.raises(RecordError, match="no folder"):
        firm_folders([tmp_path / "nowhere"])


def test_no_question_to_judge_with_is_trained_on() -> None:
    trained = {
        text.casefold() for folder in firm_folders([FIRMS]) for text in read_firm(folder, folder / QUESTIONS).questions
    }
    for name in ("questions.jsonl", "questions_dev.jsonl"):
        judged = read_firm(Path("config/knowledge"), FIRMS.parent / name)
        assert not trained & {text.casefold() for text in judged.questions}


def test_the_right_passage_or_none_takes_all_the_surprise_away() -> None:
    right = torch.tensor([[True, False], [False, False]])
    sure = surprise(torch.tensor([[30.0, 0.0], [0.0, 0.0]]), torch.tensor(15.0), right)
    wrong = surprise(torch.tensor([[0.0, 30.0], [30.0, 0.0]]), torch.tensor(15.0), right)
    assert sure.max() < 1e-3 and wrong.min() > 10


def test_questions_are_ranked_by_article_and_measured() -> None:
    features = np.array([[[3.0], [2.0], [1.0]], [[3.0], [2.0], [1.0]], [[0.5], [0.0], [0.0]]])
    right = np.array([[False, False, True], [True, False, False], [False, False, False]])
    found = ranked(Compared(features, right, ("a", "a", "b")), np.array([2.0]), none=1.0)
    assert found == [Found(True, 5.0, 1), Found(True, 5.0, 0), Found(False, 0.0, 2)]
    assert middle_of(found) == 0.0
    assert measured(found, 0.5) == {"recall_at_1": 0.5, "recall_at_3": 1.0, "right_no_answer": 1.0, "answered": 1.0}


def test_what_is_trained_on_is_what_the_index_compares(tmp_path: Path, tiny: str) -> None:
    folder = a_firm(tmp_path / "firm")
    firm, encoder = read_firm(folder, folder / QUESTIONS), Encoder.load(tiny, torch.float32)
    index = Index(KnowledgeBase.load(folder).passages, Search(encoder.embed))
    wanted = np.stack([index.features(question) for question in read_questions(firm.questions, encoder.embed)])
    with torch.no_grad():
        found = SearchHead(encoder).features(firm).numpy()
    assert found.shape == (3, 3, len(FEATURES))
    assert found == pytest.approx(wanted, abs=0.02)


def surprise_at(head: SearchHead, firm: Firm) -> float:
    with torch.no_grad():
        scores = head.features(firm) @ head.numbers[:-1]
        return float(surprise(scores, head.numbers[-1], torch.tensor(firm.right)).mean())


def test_training_learns_what_it_is_shown_and_repeats(tmp_path: Path) -> None:
    folder = a_firm(tmp_path / "firm")
    firm = read_firm(folder, folder / QUESTIONS)

    def trained(epochs: int) -> float:
        encoder = Encoder.load(dtype=torch.float32)
        return surprise_at(fit_search(encoder, [firm], SearchRecipe(epochs=epochs), lambda line: None), firm)

    before, after = trained(0), trained(12)
    assert after < before / 3
    assert trained(12) == pytest.approx(after, abs=1e-6)


def test_a_search_is_trained_saved_and_loaded(tmp_path: Path, tiny: str) -> None:
    for number in range(4):
        a_firm(tmp_path / "firms" / f"firm{number}")
    told: list[str] = []
    card = train_search(
        [tmp_path / "firms"],
        tmp_path / "out",
        model=ModelConfig(encoder=tiny),
        progress=told.append,
        recipe=SearchRecipe(epochs=1),
    )
    assert card["scores"]["firms left out"].keys() == {"recall_at_1", "recall_at_3", "right_no_answer", "answered"}
    assert [row["firm"] for row in card["data"]] == [f"firm{number}" for number in range(4)]
    assert any(line.startswith("fold 4") for line in told)
    loaded = load_search(Encoder.load(tiny), tmp_path / "out")
    assert loaded is not None
    knowledge = KnowledgeBase.load(
        tmp_path / "firms" / "firm0", Search.tuned(loaded.embed, loaded.weights, loaded.middle)
    )
    assert {source.id for source in knowledge.search("the jug broke")} == {"jug", "late"}
    assert load_search(Encoder.load(), tmp_path / "out") is None


def test_too_few_firms_are_told(tmp_path: Path, tiny: str) -> None:
    a_firm(tmp_path / "firm")
    with pytest.raises(RecordError, match="1 firms"):
        train_search([tmp_path], tmp_path, model=ModelConfig(encoder=tiny), progress=lambda line: None)
    assert not (tmp_path / CARD).exists() and not (tmp_path / WEIGHTS).exists()
