"""A changed configuration on the mail that is stored."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipeline.config import Config, ProposeConfig, Thresholds, ThresholdsConfig
from pipeline.engine.replay import Outcome, replay_stored
from pipeline.records import DraftKind
from pipeline.review import decisions
from pipeline.store.models import Draft, Message
from pipeline.triage.boundary import ABUSE
from pipeline.triage.signal_rules import shipped_rules
from tests.ops_rows import read_mail
from tests.rows import person

pytestmark = pytest.mark.django_db
EVEN = Thresholds(urgency=dict.fromkeys(("critical", "high", "normal", "low"), 0.5))
EAGER = EVEN.model_copy(update={"urgency": {**EVEN.urgency, "high": 0.3}})
SLOW = EVEN.model_copy(update={"urgency": {**EVEN.urgency, "high": 1.0}})


def changed(config: Config, thresholds: Thresholds) -> Config:
    return Config(config.folder, config.calmdesk, config.mailboxes, ThresholdsConfig(default=thresholds), config.policy)


def replayed(config: Config, thresholds: Thresholds, was: Thresholds = EVEN, **more: Any) -> list[Outcome]:
    found = replay_stored(changed(config, was), changed(config, thresholds), shipped_rules(), **more)
    return [one for one in found if one.differs]


def test_the_same_thresholds_change_nothing(desk_config: Config) -> None:
    read_mail(desk_config)
    read_mail(desk_config, ("high", "normal"))
    assert replayed(desk_config, EVEN) == []


def test_a_lower_threshold_is_told_with_what_was_and_what_would_be(desk_config: Config) -> None:
    row = read_mail(desk_config)
    read_mail(desk_config, ("low", "normal"))
    assert replayed(desk_config, EAGER) == [
        Outcome(row.pk, row.ticket_id, "care", {"urgency": "normal"}, {"urgency": "high"})
    ]


def test_what_a_person_corrected_stays(desk_config: Config) -> None:
    row = read_mail(desk_config)
    decisions.correct_label(person("agent"), row.pk, "urgency", "low")
    assert replayed(desk_config, EAGER) == []


@pytest.mark.parametrize(
    ("text", "would_be"), [("There is a smell of gas in here.", None), ("I need it by Friday.", "normal")]
)
def test_the_rules_are_asked_again_where_the_reading_does_not_tell(
    desk_config: Config, text: str, would_be: str | None
) -> None:
    read_mail(desk_config, ("high", "normal"), text=text, reasons=(f'Urgency is high: the writer says "{text}"',))
    found = replayed(desk_config, SLOW)
    assert [(one.would_be.get("urgency"), one.unknown) for one in found] == ([(would_be, ())] if would_be else [])


def test_abuse_takes_a_second_witness(desk_config: Config) -> None:
    rude = EVEN.model_copy(update={"tone": {**EVEN.tone, "abusive": 0.2}})
    for text in ("You idiots, where is it?", "Where is it?"):
        read_mail(desk_config, tone=("angry", "abusive"), text=text, intensity=2)
    open_one, insult = replayed(desk_config, rude)
    assert (open_one.would_be, open_one.unknown) == ({"tone": "abusive"}, ("escalation",))
    assert insult.would_be == {"tone": "abusive", "escalation": ABUSE, "kind": None}


def test_the_kind_of_draft_follows_tone_and_doubt(desk_config: Config) -> None:
    read_mail(desk_config, tone=("worried", "angry"), intensity=2)
    angry = EVEN.model_copy(update={"tone": {**EVEN.tone, "angry": 0.2}})
    (found,) = replayed(desk_config, angry)
    assert found.would_be["kind"] == DraftKind.APOLOGY
    assert found.was["kind"] != DraftKind.APOLOGY


def test_a_passage_that_was_not_looked_for_is_unknown(desk_config: Config) -> None:
    row = read_mail(desk_config)
    Draft.objects.filter(message=row).update(sources=[])
    less = EVEN.model_copy(update={"propose": ProposeConfig(solution_from_score=0.1)})
    assert [one.unknown for one in replayed(desk_config, less)] == [("kind",)]
    source = {"id": "a", "title": "A", "passage": "Do this.", "score": 0.7}
    Draft.objects.filter(message=row, kind="solution").update(sources=[source])
    assert replayed(desk_config, less) == []
    more = EVEN.model_copy(update={"propose": ProposeConfig(solution_from_score=0.9)})
    assert [one.would_be for one in replayed(desk_config, more)] == [{"kind": DraftKind.ACKNOWLEDGMENT}]


def test_a_reading_without_all_scores_is_told_and_passed_over(desk_config: Config) -> None:
    row = read_mail(desk_config)
    Message.objects.filter(pk=row.pk).update(triage=row.triage | {"tone": row.triage["tone"] | {"scores": {}}})
    found = list(replay_stored(desk_config, changed(desk_config, EAGER), shipped_rules()))
    assert [(one.scores, one.differs) for one in found] == [(False, False)]


def test_batches_cost_the_same_and_leave_every_row_as_it_is(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.engine.replay.BATCH", 2)
    for _ in range(5):
        read_mail(desk_config)
    before = list(Message.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as asked:
        assert len(replayed(desk_config, EAGER)) == 5
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
    assert list(Message.objects.order_by("pk").values()) == before
    assert len(replayed(desk_config, EAGER, limit=3)) == 3
    newest = max(row["received_at"] for row in before)
    assert len(replayed(desk_config, EAGER, since=newest)) == 1


def test_the_command_writes_lines_and_tells_what_it_could_not_do(tmp_path: Path) -> None:
    def calmdesk(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from pipeline.cli import main; main()", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    desk, trial = tmp_path / "desk", tmp_path / "trial"
    assert calmdesk("init", desk).returncode == 0
    assert calmdesk("seed", "--tickets", 40, "--config", desk).returncode == 0
    shutil.copytree(desk, trial, ignore=shutil.ignore_patterns("*.sqlite3*"))
    file = trial / "thresholds.yaml"
    text = (
        file.read_text(encoding="utf-8")
        .replace("critical: 0.3 ", "critical: 0.01 ")
        .replace("    money: 0.5", "    money: 0.9")
    )
    file.write_text(text, encoding="utf-8")
    same = calmdesk("replay", "--config", desk, "--with", desk)
    assert (same.returncode, same.stdout) == (0, "")
    assert "0 would differ" in same.stderr
    done = calmdesk("replay", "--config", desk, "--with", trial, "--days", 36500)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert {row["would_be"]["urgency"] for row in rows} == {"critical"}
    assert set(rows[0]) == {"id", "ticket", "mailbox", "was", "would_be", "unknown"}
    assert f"{len(rows)} would differ" in done.stderr
    assert "thresholds.yaml: flags differs, and was not replayed" in done.stderr
    assert len(calmdesk("replay", "--config", desk, "--with", trial, "--limit", 1).stdout.splitlines()) <= 1
    file.write_text("default: {urgency: {critical: 2}}", encoding="utf-8")
    assert calmdesk("replay", "--config", desk, "--with", trial).returncode == 2
