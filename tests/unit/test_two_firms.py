"""Two firms on one installation never mix: voice, knowledge, calendar."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from pipeline.config import Config, ProposeConfig, Thresholds, load_config
from pipeline.drafting.compose import Composer
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.records import DraftKind, DraftSet
from pipeline.resources import default_folder
from tests.unit.drafting_cases import make_case

ANY_ARTICLE = Thresholds(propose=ProposeConfig(solution_from_score=0.0))
TEXT = "How do I stop the blue light on the tent lamp? Order FH-1."
OTHER = {
    "name": "Brightmoor Tents",
    "signature": "Anouk\nBrightmoor Tents",
    "team": "the Brightmoor desk",
    "contact": "hola@brightmoor.example",
    "escalation_contact": "boss@brightmoor.example",
    "knowledge": "brightmoor",
    "policy": "brightmoor.yaml",
}
ARTICLE = "# The blue light on the tent lamp\n\nHold the lamp's button for three seconds to stop the blue light.\n"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The sample firm, and beside it a second one in another country."""
    folder = Path(shutil.copytree(default_folder("config"), tmp_path / "config"))
    file = folder / "mailboxes.yaml"
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    care = written["mailboxes"]["care"]
    written["mailboxes"]["tents"] = care | {"address": OTHER["contact"], "aliases": [], "firm": OTHER}
    file.write_text(yaml.safe_dump(written), encoding="utf-8")
    (folder / "brightmoor").mkdir()
    (folder / "brightmoor" / "light.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "brightmoor.yaml").write_text(
        'calendar: {timezone: "Europe/Madrid", hours: {friday: {opens: "10:00", closes: "12:00"}}}\n', encoding="utf-8"
    )
    return load_config(folder, {})


def drafted(config: Config, mailbox: str) -> DraftSet:
    return Composer().draft(
        make_case(TEXT, (TEXT,), flags=("asks_for_manager",)),
        firm=config.mailboxes[mailbox].firm,
        policy=config.policy_of(mailbox),
        thresholds=ANY_ARTICLE,
        knowledge=KnowledgeBase.load(config.knowledge_folder(mailbox)),
    )


def spoken(found: DraftSet) -> str:
    return "\n".join(draft.body for draft in found.drafts)


def test_each_firm_speaks_with_its_own_voice_and_its_own_hours(config: Config) -> None:
    ours, theirs = spoken(drafted(config, "care")), spoken(drafted(config, "tents"))
    assert "Brightmoor" not in ours and "brightmoor" not in ours and "Madrid" not in ours
    assert "ernhollow" not in theirs and "Dublin" not in theirs
    assert "Anouk\nBrightmoor Tents" in theirs and "hola@brightmoor.example" in theirs
    assert "on Friday 18 December (Madrid time)" in theirs  # the only day it is open


def test_each_firm_answers_from_its_own_articles(config: Config) -> None:
    for mailbox, own in (("care", False), ("tents", True)):
        sources = [source.id for draft in drafted(config, mailbox).drafts for source in draft.sources]
        assert ("light" in sources) is own
        assert own or "Hold the lamp's button" not in spoken(drafted(config, mailbox))


def test_each_firm_has_its_own_person_for_hard_cases(config: Config) -> None:
    contacts = {name: drafted(config, name).summary for name in config.mailboxes}
    assert contacts["care"] and contacts["care"].contact == "duty-lead@fernhollow.example"
    assert contacts["tents"] and contacts["tents"].contact == "boss@brightmoor.example"


def test_what_one_firm_knows_grounds_nothing_the_other_says(config: Config) -> None:
    acknowledgment = drafted(config, "tents").drafts[0]
    assert acknowledgment.kind is DraftKind.ACKNOWLEDGMENT
    assert not [check for check in acknowledgment.checks if check.status == "block"]
