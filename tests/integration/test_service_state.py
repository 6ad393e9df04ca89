from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from django.test import Client

from pipeline.config import Config, ModelConfig
from pipeline.drafting.writer.writer import SILENT, Writer
from pipeline.engine.desk import Desk
from pipeline.engine.stages import parse_stage, triage_stage
from pipeline.errors import ModelError
from pipeline.records import Draft, Service, Triage, WrittenBy
from pipeline.review import decisions
from pipeline.store.models import Outgoing, ServiceState
from pipeline.store.services import note_trouble, note_working, noted, troubles
from tests.rows import OWNER, drafted_ticket, mail_bytes, make_desk, open_draft, person, stored, triage_of, work_off

pytestmark = pytest.mark.django_db


def banner() -> str:
    client = Client()
    client.force_login(person("agent"))
    return client.get("/").content.decode().partition('<div class="notices"')[0]


def broken_weights(config: Config, folder: Path) -> Config:
    folder.mkdir()
    (folder / "card.json").write_text("{", encoding="utf-8")
    model = config.calmdesk.model.model_copy(update={"weights": str(folder)})
    return replace(config, calmdesk=config.calmdesk.model_copy(update={"model": model}))


def test_a_broken_weights_folder_is_told_on_every_page(desk_config: Config, tmp_path: Path) -> None:
    broken = broken_weights(desk_config, tmp_path / "weights")
    with pytest.raises(ModelError):
        Desk.load(broken, noted)
    assert [row.name for row in ServiceState.objects.all()] == [Service.TRIAGE]
    assert "the model of the triage cannot be used" in banner()
    note_working(Service.TRIAGE)
    assert "cannot be used" not in banner()


def test_without_a_database_nothing_is_noted(desk_config: Config, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Desk.load(broken_weights(desk_config, tmp_path / "weights"))
    assert not ServiceState.objects.exists()


def test_a_trouble_that_lasts_keeps_its_beginning(desk_config: Config) -> None:
    note_trouble(Service.WRITER, "no answer")
    since = troubles()[0].since
    note_trouble(Service.WRITER, "refused")
    (trouble,) = troubles()
    assert (trouble.since, trouble.error) == (since, "refused")


def test_a_bug_is_no_missing_model(desk_config: Config) -> None:
    with pytest.raises(ZeroDivisionError), noted(Service.TRIAGE):
        raise ZeroDivisionError
    assert troubles() == []


def test_a_model_that_fails_at_work_is_told_until_it_works_again(desk_config: Config) -> None:
    stored(mail_bytes())

    def failing(_: Any) -> Triage:
        raise ModelError("the weights are gone")

    parse_stage(make_desk(desk_config), OWNER)
    triage_stage(make_desk(desk_config, failing), OWNER)
    assert "the weights are gone" in banner()
    stored(mail_bytes("Another one."))
    parse_stage(make_desk(desk_config), OWNER)
    triage_stage(make_desk(desk_config, triage_of), OWNER)
    assert troubles() == []


class FakeWriter:
    """Gives every draft ``marks``."""

    def __init__(self, **marks: Any) -> None:
        self.marks = marks

    def write(self, _: str, composed: Draft, *__: Any) -> Draft:
        return replace(composed, **self.marks)


def test_a_silent_writer_is_told_until_it_writes_again(desk_config: Config) -> None:
    desk = make_desk(desk_config)

    def work(writer: FakeWriter | None) -> None:
        desk.composer.writer = cast(Writer, writer)
        stored(mail_bytes())
        work_off(desk)

    work(None)
    assert troubles() == []
    work(FakeWriter(dropped=(SILENT,)))
    assert "Drafts are made from templates alone" in banner()
    work(FakeWriter(writer=WrittenBy.WRITTEN))
    assert troubles() == []


def test_a_page_that_cannot_check_drafts_says_so_and_approves_nothing(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = open_draft(drafted_ticket(desk_config))

    def broken(_: ModelConfig) -> None:
        raise ModelError("replies.safetensors is broken")

    monkeypatch.setattr("pipeline.review.decisions.common.shared_reply_reader", broken)
    with pytest.raises(ModelError):
        decisions.approve(desk_config, person("agent"), draft.pk, draft.version)
    assert not Outgoing.objects.exists()
    assert "replies.safetensors is broken" in banner()


def test_who_may_not_read_is_told_nothing(desk_config: Config) -> None:
    note_trouble(Service.TRIAGE, "secret path")
    assert b"secret path" not in Client().get("/login").content
