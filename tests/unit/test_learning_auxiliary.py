"""Auxiliary data: the three forms, what is refused and by which name, and how their heads are scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pipeline.errors import RecordError
from pipeline.learning import auxiliary_scores
from pipeline.learning.auxiliary import Task, read_tasks
from pipeline.learning.rows import AUXILIARY_TOKENS, AuxiliaryRow, auxiliary_rows
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import Heads
from tests.unit.tiny_model import tiny_encoder


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(content, encoding="latin-1")
    return folder


def many(folder: Path, train: str = "So glad\t0\tid1\nOh no\t1,2\tid2\n") -> Path:
    return write(folder, labels_txt="joy\nfear\ngrief\n", train_tsv=train, dev_tsv="Hm\t2\tid3\n")


def one_a_line(folder: Path, labels: str = "1\n0\n") -> Path:
    return write(
        folder,
        mapping_txt="0\tnot irony\n1\tirony\n",
        train_text_txt="How nice\nIt rains\n",
        train_labels_txt=labels,
        val_text_txt="Lovely\n",
        val_labels_txt="1\n",
    )


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.load(str(tiny_encoder(tmp_path_factory.mktemp("encoder"))), torch.float32)


def test_texts_with_many_labels_are_read(tmp_path: Path) -> None:
    assert read_tasks([many(tmp_path / "Go-Emotions")]) == [
        Task(
            "go_emotions", ("joy", "fear", "grief"), True,
            (("So glad", (0,)), ("Oh no", (1, 2))), (("Hm", (2,)),),
        )
    ]  # fmt: skip


def test_texts_and_labels_side_by_side_are_read(tmp_path: Path) -> None:
    assert read_tasks([one_a_line(tmp_path / "irony")]) == [
        Task(
            "irony", ("not irony", "irony"), False,
            (("How nice", (1,)), ("It rains", (0,))), (("Lovely", (1,)),),
        )
    ]  # fmt: skip


def test_sentences_that_ask_or_do_not_are_read_as_latin_1(tmp_path: Path) -> None:
    folder = write(tmp_path / "intent", train_txt="Yes\tSend the caf\xe9 menu\nNo\tIt is\ta menu\n")
    (task,) = read_tasks([folder])
    assert task == Task("intent", ("no", "yes"), False, (("Send the café menu", (1,)), ("It is\ta menu", (0,))), ())


def test_the_order_of_the_folders_is_kept(tmp_path: Path) -> None:
    folders = [one_a_line(tmp_path / "b"), many(tmp_path / "a")]
    assert [task.name for task in read_tasks(folders)] == ["b", "a"]
    assert read_tasks([]) == []


@pytest.mark.parametrize(
    "line", ["no labels", "word\tjoy\tid", "word\t3\tid", "word\t-1\tid", "word\t0,\tid", "word\t\tid"]
)
def test_a_bad_line_with_many_labels_is_refused_with_file_and_line(tmp_path: Path, line: str) -> None:
    folder = many(tmp_path / "emotions", train=f"So glad\t0\tid1\n{line}\n")
    with pytest.raises(RecordError) as caught:
        read_tasks([folder])
    assert f"{folder / 'train.tsv'} line 2: " in str(caught.value)


@pytest.mark.parametrize("label", ["2", "irony", "", "-1", "0.5"])
def test_a_bad_label_beside_a_text_is_refused_with_file_and_line(tmp_path: Path, label: str) -> None:
    folder = one_a_line(tmp_path / "irony", labels=f"1\n{label}\n")
    with pytest.raises(RecordError) as caught:
        read_tasks([folder])
    assert f"{folder / 'train_labels.txt'} line 2: " in str(caught.value)


def test_texts_without_as_many_labels_are_refused(tmp_path: Path) -> None:
    folder = one_a_line(tmp_path / "irony", labels="1\n0\n1\n")
    with pytest.raises(RecordError, match="2 texts but 3 labels in train") as caught:
        read_tasks([folder])
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("line", ["Maybe\tSend it", "yes\tSend it", "Yes\t", "Yes", ""])
def test_an_answer_that_is_neither_yes_nor_no_is_refused_with_file_and_line(tmp_path: Path, line: str) -> None:
    folder = write(tmp_path / "intent", train_txt=f"Yes\tSend it\n{line}\nNo\tIt is so\n")
    with pytest.raises(RecordError) as caught:
        read_tasks([folder])
    assert f"{folder / 'train.txt'} line 2: " in str(caught.value)


@pytest.mark.parametrize("missing", ["labels.txt", "dev.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = many(tmp_path / "emotions")
    (folder / missing).unlink()
    with pytest.raises(RecordError) as caught:
        read_tasks([folder])
    assert str(folder / missing) in str(caught.value)


def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    folder = many(tmp_path / "emotions", train="So gl\xe4d\t0\tid1\n")
    with pytest.raises(RecordError, match=r"train\.tsv: cannot be read"):
        read_tasks([folder])


def test_a_folder_without_data_is_refused_by_name(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RecordError, match="no auxiliary data found") as caught:
            read_tasks([folder])
        assert str(folder) in str(caught.value)


def test_two_data_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    folders = [many(tmp_path / "one" / "Emotions"), one_a_line(tmp_path / "two" / "emotions")]
    with pytest.raises(RecordError, match="two auxiliary data sets are called emotions"):
        read_tasks(folders)


def test_rows_are_cut_with_their_closing_token_kept(encoder: Encoder) -> None:
    task = Task("long", ("no", "yes"), False, (("lamp " * 300, (1,)), ("lamp", (0,))), ())
    long, short = auxiliary_rows(encoder, task, "train")
    assert len(long.window.ids) == len(long.window.spans) == AUXILIARY_TOKENS
    assert long.window.ids[-1] == short.window.ids[-1]
    assert (int(long.target), int(short.target)) == (1, 0)


def test_rows_with_many_labels_have_a_one_for_each(encoder: Encoder) -> None:
    task = Task("many", ("a", "b", "c"), True, (), (("lamp", (0, 2)),))
    (row,) = auxiliary_rows(encoder, task, "dev")
    assert row.target.tolist() == [1.0, 0.0, 1.0]


def answering(logits: Tensor) -> Callable[[Heads, Encoder, Sequence[AuxiliaryRow]], Tensor]:
    """A model that gives row number n of the dev rows ``logits[n]``."""
    return lambda heads, encoder, rows: logits[[row.window.owner for row in rows]]


def texts(count: int) -> list[str]:
    """Of falling length, so that what is read by length comes back in another order."""
    return ["lamp " * (count - number) for number in range(count)]


def test_thresholds_come_from_the_other_half(monkeypatch: pytest.MonkeyPatch, encoder: Encoder) -> None:
    """By hand: rows 0 and 2 are one half, 1 and 3 the other. The first threshold that is best on the odd rows is 0.11,
    so row 2 is called wrongly; that of the even rows is 0.21 and right for the odd ones. F1 = 2 * 2 / (3 + 2)."""
    scores = torch.tensor([[0.9, 0.01], [0.3, 0.01], [0.2, 0.01], [0.1, 0.01]])
    gold: list[tuple[int, ...]] = [(0, 1), (0,), (), ()]
    monkeypatch.setattr(auxiliary_scores, "auxiliary_logits", answering(torch.logit(scores)))
    task = Task("emotions", ("joy", "fear"), True, (), tuple(zip(texts(4), gold, strict=True)))
    found = auxiliary_scores.auxiliary_score(Heads(encoder, {"emotions": 2}), encoder, task)
    assert found.by_label == pytest.approx({"joy": 0.8, "fear": 0.0})
    assert found.macro_f1 == pytest.approx(0.4)
    assert (found.task, found.rows) == ("emotions", 4)


def test_of_labels_that_exclude_each_other_the_likeliest_counts(
    monkeypatch: pytest.MonkeyPatch, encoder: Encoder
) -> None:
    """By hand: gold 0 0 1 2, called 0 1 1 2."""
    logits = torch.eye(3)[[0, 1, 1, 2]]
    gold: list[tuple[int, ...]] = [(0,), (0,), (1,), (2,)]
    monkeypatch.setattr(auxiliary_scores, "auxiliary_logits", answering(logits))
    task = Task("tone", ("a", "b", "c"), False, (), tuple(zip(texts(4), gold, strict=True)))
    found = auxiliary_scores.auxiliary_score(Heads(encoder, {"tone": 3}), encoder, task)
    assert found.by_label == pytest.approx({"a": 2 / 3, "b": 2 / 3, "c": 1.0})
    assert found.macro_f1 == pytest.approx(7 / 9)


def test_a_real_head_is_asked_in_batches(encoder: Encoder) -> None:
    rows = tuple((text, (number % 2,)) for number, text in enumerate(texts(70)))
    found = auxiliary_scores.auxiliary_score(
        Heads(encoder, {"t": 2}).eval(), encoder, Task("t", ("a", "b"), False, (), rows)
    )
    assert found.rows == 70
    assert 0 <= found.macro_f1 <= 1
