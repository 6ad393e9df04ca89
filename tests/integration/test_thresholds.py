"""`config/thresholds.yaml` decides: the same mail, the same model, another file, another outcome."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.config import Config, load_config
from pipeline.drafting.compose import Composer
from pipeline.drafting.knowledge import KnowledgeBase, Search
from pipeline.errors import ConfigError
from pipeline.records import Address, Case, DraftKind, DraftSet, Message, Triage
from pipeline.resources import default_folder
from pipeline.triage.triager import Triager

MAIL = Message(
    "m1",
    "Where is my order",
    "I ordered a coffee machine on the 9th, order FH-20418, and it has not come. Where is my parcel?",
    "care",
)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def triager(tmp_path_factory: pytest.TempPathFactory) -> Triager:
    return Triager.load(load_config(default_folder("config"), {}).calmdesk.model)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Change], Config]:
    def change(edit: Change) -> Config:
        folder = Path(shutil.copytree(default_folder("config"), tmp_path / "config", dirs_exist_ok=True))
        file = folder / "thresholds.yaml"
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        edit(data)
        file.write_text(yaml.safe_dump(data), encoding="utf-8")
        return load_config(folder, {})

    return change


def read(triager: Triager, config: Config) -> Triage:
    (triage,) = triager.triage([MAIL], config.thresholds.of)
    return triage


def drafts(triager: Triager, config: Config) -> DraftSet:
    mailbox = config.mailboxes["care"]
    return Composer().draft(
        Case(MAIL, read(triager, config), Address("Basil", "basil@example.com"), datetime(2026, 3, 2, 9, tzinfo=UTC)),
        firm=mailbox.firm,
        policy=config.policy,
        thresholds=config.thresholds.of("care"),
        knowledge=KnowledgeBase.load(config.knowledge_folder("care"), Search(triager.embed)),
    )


def test_a_lower_threshold_makes_a_label_win(triager: Triager, changed: Callable[[Change], Config]) -> None:
    as_shipped = read(triager, changed(lambda data: None))
    assert as_shipped.urgency.label != "low"
    assert as_shipped.tone.label != "angry"

    def eager(data: dict[str, Any]) -> None:
        data["default"]["urgency"] = {"low": 1e-9}
        data["default"]["tone"] = {"angry": 1e-9}

    after = read(triager, changed(eager))
    assert (after.urgency.label, after.tone.label) == ("low", "angry")


def test_a_mailbox_has_its_own_thresholds(triager: Triager, changed: Callable[[Change], Config]) -> None:
    own = changed(lambda data: data.update(mailboxes={"care": {"urgency": {"low": 1e-9}}}))
    assert read(triager, own).urgency.label == "low"
    (other,) = triager.triage([Message("m2", MAIL.subject, MAIL.text)], own.thresholds.of)
    assert other.urgency.label != "low"


def test_the_confidence_asked_for_decides_abstention_and_the_kind(
    triager: Triager, changed: Callable[[Change], Config]
) -> None:
    trusting = changed(lambda data: data["default"].update(abstain={"urgency": 0.0, "tone": 0.0}))
    assert not read(triager, trusting).abstain
    assert drafts(triager, trusting).proposed is DraftKind.SOLUTION
    doubting = changed(lambda data: data["default"].update(abstain={"urgency": 1.0, "tone": 1.0}))
    assert read(triager, doubting).abstain
    assert drafts(triager, doubting).proposed is DraftKind.ACKNOWLEDGMENT


def test_the_rules_for_the_kind_are_read_from_the_file(triager: Triager, changed: Callable[[Change], Config]) -> None:
    def always_acknowledge(data: dict[str, Any]) -> None:
        data["default"]["abstain"] = {"urgency": 0.0, "tone": 0.0}
        data["default"]["propose"]["acknowledgment_from_intensity"] = 0

    assert drafts(triager, changed(always_acknowledge)).proposed is DraftKind.ACKNOWLEDGMENT


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (lambda data: data["default"]["urgency"].update(urgent=0.5), r"default\.urgency: unknown label 'urgent'"),
        (lambda data: data["default"]["tone"].update(angry=1.5), r"default\.tone\.angry"),
        (lambda data: data["default"].update(abstian={}), r"unknown key default\.abstian"),
        (lambda data: data.update(mailboxes={"nobody": {}}), r"mailboxes\.nobody: no such mailbox"),
    ],
)
def test_a_wrong_threshold_is_refused_with_its_key(changed: Callable[[Change], Config], edit: Change, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"thresholds\.yaml: {key}"):
        changed(edit)
