"""A written draft from the mail to the page: kept, shown as what it is, and never in the way."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from django.test import Client

from pipeline.config import Config
from pipeline.drafting.compose import Composer
from pipeline.drafting.writer import ScriptedModel, Turn, Writer
from pipeline.engine.desk import Desk
from pipeline.engine.stages import draft_stage, parse_stage, triage_stage
from pipeline.errors import WriterSilent
from pipeline.review import decisions
from pipeline.store.models import Draft, Message
from tests.rows import OWNER, mail_bytes, make_desk, open_draft, person, stored, work_off

pytestmark = pytest.mark.django_db

OPENING = "Being left without a word is wearing, and I understand why you write."


def good(turns: Sequence[Turn]) -> str:
    concerns = json.loads(turns[1].content.split("<data>")[1].split("</data>")[0])["concerns"]
    return json.dumps({"opening": OPENING, "concerns": concerns, "bridge": ""})


def silent(turns: Sequence[Turn]) -> str:
    raise WriterSilent("127.0.0.1: not reached: ConnectionError")


def desk_with(config: Config, model: ScriptedModel) -> Desk:
    desk = make_desk(config)
    desk.composer = Composer(writer=Writer(model))
    return desk


def page_of(row: Message) -> str:
    assert row.ticket is not None
    client = Client()
    client.force_login(person("agent"))
    return client.get(f"/tickets/{row.ticket.pk}").content.decode()


def drafted(config: Config, model: ScriptedModel) -> Message:
    row = stored(mail_bytes("My parcel has not come. Where is it?"))
    work_off(desk_with(config, model))
    row.refresh_from_db()
    return row


def test_a_written_draft_is_kept_and_shown_as_one(desk_config: Config) -> None:
    row = drafted(desk_config, ScriptedModel(good))
    assert [draft.writer for draft in Draft.objects.filter(message=row)] == ["written"] * 3
    page = page_of(row)
    assert OPENING in page and "Written by the language model, checked." in page


def test_a_dropped_one_is_shown_with_the_rules_it_broke(desk_config: Config) -> None:
    row = drafted(desk_config, ScriptedModel(lambda turns: "No."))
    assert [draft.dropped for draft in Draft.objects.filter(message=row)] == [["answer_form"]] * 3
    assert "Composed; the language model’s text was dropped: answer_form." in page_of(row)


def test_a_model_that_is_gone_stops_no_mail(desk_config: Config) -> None:
    row = drafted(desk_config, ScriptedModel(silent))
    assert row.state == "drafted" and row.tries == 0
    assert [draft.dropped for draft in Draft.objects.filter(message=row)] == [["writer_silent"]] * 3


def test_the_page_tells_of_a_persons_edit(desk_config: Config) -> None:
    row = drafted(desk_config, ScriptedModel(good))
    assert row.ticket is not None
    draft = open_draft(row.ticket)
    assert "Edited by a person" not in page_of(row)
    decisions.edit(desk_config, person("agent"), draft.pk, draft.version, draft.body.replace("wearing", "tiring"))
    assert "Written by the language model, checked. Edited by a person." in page_of(row)


def test_a_desk_with_a_model_takes_one_mail_at_a_time(desk_config: Config) -> None:
    """Its answers take long: a batch would outlast the lease."""
    for number in range(3):
        stored(mail_bytes(sender=f"orla@home{number}.example"))
    desk = desk_with(desk_config, ScriptedModel(good))
    parse_stage(desk, OWNER)
    triage_stage(desk, OWNER)
    assert [draft_stage(desk, OWNER) for _ in range(4)] == [1, 1, 1, 0]
