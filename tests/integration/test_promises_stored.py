"""What is stored as a promise is what the check takes for one, whoever wrote the text."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.drafting.compose import Composer
from pipeline.engine.desk import Desk
from pipeline.resources import default_folder
from pipeline.review import decisions
from pipeline.store.models import Draft, Ticket
from pipeline.triage.reply_reader import shared_reply_reader
from tests.rows import drafted_ticket, mail_bytes, make_desk, open_draft, person, stored, work_off

pytestmark = pytest.mark.django_db

HEARD = "My call on Friday tells you the rest."
"""A promise that no rule knows by its words and the model hears."""
UNDATED = "My next walk is to the kiln."


def edited(config: Config, text: str) -> Draft:
    draft = open_draft(drafted_ticket(config))
    return decisions.edit(config, person("agent"), draft.pk, draft.version, text)


def promised(draft: Draft) -> dict[str, str | None]:
    return {promise["text"]: promise["due_at"] for promise in draft.promises}


def desk_saying(config: Config, sentence: str, folder: Path) -> Desk:
    """A desk with the real reader of replies, whose acknowledgment says ``sentence``."""
    templates = folder / "templates"
    shutil.copytree(default_folder("templates"), templates)
    acknowledgment = templates / "en" / "acknowledgment.txt.j2"
    acknowledgment.write_text(f"{acknowledgment.read_text(encoding='utf-8')}\n{sentence}\n", encoding="utf-8")
    desk = make_desk(config)
    desk.composer = Composer(templates, shared_reply_reader(config.calmdesk.model))
    return desk


def test_an_edit_stores_what_only_the_model_hears_with_its_time(desk_config: Config) -> None:
    found = promised(edited(desk_config, f"Thank you for your mail. {HEARD}\n"))
    assert list(found) == [HEARD]
    assert found[HEARD] is not None


def test_what_the_check_points_at_is_stored(desk_config: Config) -> None:
    draft = edited(desk_config, f"We will write to you. {UNDATED}\n")
    flagged = {(check["start"], check["end"]) for check in draft.checks if check["name"] == "promises"}
    assert len(flagged) == 2
    assert {(promise["start"], promise["end"]) for promise in draft.promises} == flagged


def test_what_the_customer_is_said_to_have_been_promised_is_no_promise(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    ticket.drafts.update(restated=["we will call you by Friday"])
    draft = open_draft(ticket)
    text = "As I understand it, we will call you by Friday. I will look into it today.\n"
    found = decisions.edit(desk_config, person("agent"), draft.pk, draft.version, text)
    assert [promise["text"] for promise in found.promises] == ["I will look into it today."]


def test_the_worker_stores_what_only_the_model_hears(desk_config: Config, tmp_path: Path) -> None:
    stored(mail_bytes())
    work_off(desk_saying(desk_config, HEARD, tmp_path))
    draft = Ticket.objects.get().drafts.get(kind="acknowledgment")
    assert promised(draft)[HEARD] is not None
