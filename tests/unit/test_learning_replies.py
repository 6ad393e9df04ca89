"""Learning to read sentences of replies: the lines, the threshold, the training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.config import ModelConfig
from pipeline.errors import RecordError
from pipeline.learning.reply_fit import ReplyRecipe, fit_replies, suspicions, train_replies
from pipeline.learning.reply_lines import JUDGES, REPLIES, Line, found_share, line_files, read_lines, threshold_at
from pipeline.triage.encoder import Encoder
from pipeline.triage.reply_reader import LABELS, ReplyReader


def written(folder: Path, *rows: object) -> Path:
    file = folder / "lines_9.jsonl"
    file.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return file


def test_lines_have_their_fault_or_none(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"text": "Calm down.", "bad": True, "kind": "command"},
        {"text": "Please hold the button.", "bad": False, "kind": "command"},
        {"text": "Good morning.", "bad": False, "kind": "plain"},
        {"text": "Which order was it?", "bad": True, "kind": "ask_again"},
    )
    lines = read_lines([file])
    assert [(LABELS[line.target[0]], line.bad) for line in lines] == [
        ("command", True),
        ("fine", False),
        ("fine", False),
    ]


def test_a_sentence_may_perform_several_acts(tmp_path: Path) -> None:
    file = tmp_path / "acts_9.jsonl"
    file.write_text('{"text": "It is sent, and I call you at two.", "acts": ["done", "promise"]}\n')
    (line,) = read_lines([file])
    assert (line.question, line.target) == ("acts", (1, 1, 0, 0))
    file.write_text('{"text": "a", "acts": ["sing"]}\n')
    with pytest.raises(RecordError, match="unknown act 'sing'"):
        read_lines([file])


@pytest.mark.parametrize(
    "row",
    [
        "not json",
        {"text": "a", "bad": True},
        {"text": "a", "bad": "yes", "kind": "doubt"},
        {"text": " ", "bad": False, "kind": "doubt"},
        {"text": "a", "bad": True, "kind": "rudeness"},
        [1],
    ],
)
def test_a_bad_row_is_named_with_file_and_line(tmp_path: Path, row: object) -> None:
    file = written(tmp_path, {"text": "a", "bad": False, "kind": "plain"}, row)
    with pytest.raises(RecordError, match=r"lines_9\.jsonl:2"):
        read_lines([file])


def test_a_folder_gives_all_lines_but_those_to_judge_by() -> None:
    names = [file.name for file in line_files([REPLIES])]
    assert "lines_1.jsonl" in names and not set(JUDGES) & set(names)
    with pytest.raises(RecordError, match="no such"):
        line_files([REPLIES / "nowhere"])


def test_no_line_to_judge_by_is_trained_on() -> None:
    trained = {line.text.casefold() for line in read_lines(line_files([REPLIES]))}
    assert not trained & {line.text.casefold() for line in read_lines([REPLIES / name for name in JUDGES])}


def test_the_threshold_lets_the_wanted_share_of_good_lines_through() -> None:
    lines = [Line("x", "faults", (0,))] * 100 + [Line("y", "faults", (2,))] * 4
    suspicion = [number / 100 for number in range(100)] + [0.5, 0.97, 0.975, 0.99]
    threshold = threshold_at(0.02, lines, suspicion)
    found, in_vain = found_share(lines, suspicion, threshold)
    assert in_vain == 0.02
    assert found == 0.5


def test_training_learns_what_it_is_shown_and_repeats() -> None:
    things, blame = ("bill", "door", "app"), (LABELS.index("blame"),)
    lines = [Line(f"You should have checked the {thing} first.", "faults", blame) for thing in things]
    lines += [Line(f"I will look at the {thing} today.", "faults", (0,)) for thing in things]
    recipe = ReplyRecipe(epochs=12, batch=6)

    def trained() -> list[float]:
        import torch

        encoder = Encoder.load(dtype=torch.float32)
        return suspicions(ReplyReader(encoder, fit_replies(encoder, lines, recipe, lambda line: None)), lines)

    once = trained()
    assert min(once[:3]) > 0.5 > max(once[3:])
    assert trained() == pytest.approx(once, abs=1e-6)


def test_too_few_lines_are_told(tmp_path: Path) -> None:
    file = written(tmp_path, {"text": "a", "bad": False, "kind": "plain"})
    with pytest.raises(RecordError, match="too few"):
        train_replies([file], tmp_path, model=ModelConfig(), progress=lambda line: None)
