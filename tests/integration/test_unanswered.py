"""What the writer of articles is told: mail that no article answers, likest together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.batch import draft_lines, unanswered_lines
from pipeline.config import Config
from pipeline.drafting.knowledge import Search
from pipeline.engine import stages
from pipeline.engine.desk import Desk
from pipeline.engine.unanswered import group, unanswered
from pipeline.engine.unsourced import asked_in_store
from pipeline.errors import ConfigError
from pipeline.triage.triager import Triager
from tests.rows import MORNING, OWNER, FakeTriager, mail_bytes, make_desk, stored, triage_of, work_off

TOPICS = ("engrav", "norway", "parcel")


def topic_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """A text by the topics named in it."""
    rows = [[float(topic in text.lower()) for topic in TOPICS] + [0.05] for text in texts]
    vectors = np.array(rows, np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def reader(**more: Any) -> Triager:
    fake: Any = FakeTriager(lambda record: triage_of(record, concerns=(), **more))
    fake.embed = topic_vectors
    return cast(Triager, fake)


@pytest.fixture
def desk(desk_config: Config) -> Desk:
    made = make_desk(desk_config)
    made.triager = reader()
    made.search = Search(topic_vectors)
    return made


def lines(*texts: str, **more: Any) -> list[bytes]:
    return [json.dumps({"id": f"m{n}", "text": text, **more}).encode() for n, text in enumerate(texts)]


def test_like_questions_stand_together_the_commonest_first(desk: Desk) -> None:
    asked = lines("Do you post to Norway?", "Is engraving possible?", "How long does Norway take?", "Norway: any duty?")
    found = list(unanswered_lines(asked, desk.config, desk))
    assert [(row["ticket"], row["group"], row["in_group"]) for row in found] == [
        ("m0", 1, 3), ("m2", 1, 3), ("m3", 1, 3), ("m1", 2, 1),
    ]  # fmt: skip
    assert found[0]["question"] == "Do you post to Norway?"
    assert found[0]["mailbox"] == "care"


def test_an_article_takes_what_it_answers_off_the_list(desk: Desk) -> None:
    asked = lines("Can you engrave my initials on the engraved engraving plate?")
    assert len(list(unanswered_lines(asked, desk.config, desk))) == 1
    article = desk.config.knowledge_folder("care") / "engraving.md"
    article.write_text("# Engraving\n\nWe engrave initials on the engraving plate of a mill.\n", encoding="utf-8")
    assert list(unanswered_lines(asked, desk.config, desk)) == []


def test_a_bad_line_is_told_and_costs_no_other(desk: Desk) -> None:
    found = list(unanswered_lines([b"{", *lines("Norway?")], desk.config, desk))
    assert ["error" in row for row in found] == [True, False]


def test_praise_and_what_a_person_takes_are_not_listed(desk: Desk) -> None:
    desk.triager = reader(escalate="threat")
    assert list(unanswered_lines(lines("Norway?"), desk.config, desk)) == []


def test_mailbox_and_date_choose(desk: Desk) -> None:
    old = lines("Norway?", received_at="2026-01-05T10:00:00Z")
    assert list(unanswered_lines(old, desk.config, desk, since=MORNING)) == []
    assert list(unanswered_lines(old, desk.config, desk, mailbox="other")) == []
    assert len(list(unanswered_lines(old, desk.config, desk, mailbox="care"))) == 1


@pytest.mark.django_db
def test_stored_mail_without_a_source_is_listed_with_its_ticket(desk: Desk) -> None:
    stored(mail_bytes("Do you send to Norway?", subject="Norway"))
    stored(mail_bytes("Is engraving possible?", subject="Gift"))
    work_off(desk)
    found = unanswered(asked_in_store(), desk)
    assert sorted(row["subject"] for row in found) == ["Gift", "Norway"]
    assert all(isinstance(row["ticket"], int) for row in found)
    assert asked_in_store(mailbox="other") == []


def test_groups_do_not_depend_on_chance() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 1, 0, 2, 1, 0]]
    assert group(vectors) == [[0, 2, 5], [1, 4], [3]]


# --- the batch ------------------------------------------------------------------------------------------------------


def test_a_batch_is_looked_up_at_once_and_comes_out_as_each_alone(desk: Desk) -> None:
    asked = lines("Where is my parcel?", "Do you post to Norway?", received_at="2026-11-24T09:00:00Z")
    alone = [row for line in asked for row in draft_lines([line], desk.config, desk)]
    calls: list[int] = []
    desk.search = Search(lambda texts: calls.append(1) or topic_vectors(texts))
    desk._knowledge.clear()
    assert list(draft_lines(asked, desk.config, desk)) == alone
    assert len(calls) == 2  # the articles, the questions


def test_a_search_that_fails_for_a_batch_costs_the_batch_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Desk, cases: object) -> None:
        raise ConfigError("an article is broken")

    asked = lines("Where is my parcel?", received_at="2026-11-24T09:00:00Z")
    expected = list(draft_lines(asked, desk.config, desk))
    monkeypatch.setattr(Desk, "sources", fails)
    assert list(draft_lines(asked, desk.config, desk)) == expected


@pytest.mark.django_db
def test_each_mail_of_a_batch_is_read_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [stored(mail_bytes("Where is my parcel?")), stored(mail_bytes("Is engraving possible?"))]
    stages.parse_stage(desk, OWNER)
    stages.triage_stage(desk, OWNER)
    read: list[int] = []
    case_of = stages.case_of
    monkeypatch.setattr(stages, "case_of", lambda row: read.append(row.pk) or case_of(row))
    assert stages.draft_stage(desk, OWNER) == 2
    assert sorted(read) == sorted(row.pk for row in rows)


@pytest.mark.django_db
def test_one_row_that_cannot_be_searched_stops_no_other(desk: Desk) -> None:
    bad, good = stored(mail_bytes("Where is my parcel?")), stored(mail_bytes("Is engraving possible?"))
    stages.parse_stage(desk, OWNER)
    stages.triage_stage(desk, OWNER)
    bad.refresh_from_db()
    bad.triage = {"id": "x"}
    bad.save(update_fields=["triage"])
    assert stages.draft_stage(desk, OWNER) == 2
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.tries) == ("drafted", "triaged", 1)


def test_the_command_says_what_it_wants(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from pipeline.cli import app

    shown = CliRunner().invoke(app, ["unanswered", "--help"])
    assert shown.exit_code == 0
    assert "solution_from_score" in shown.output
    wrong = CliRunner().invoke(app, ["unanswered", str(tmp_path / "no.jsonl"), "--mailbox", "nobody"])
    assert "nobody" in str(wrong.exception)
