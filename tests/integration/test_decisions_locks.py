"""What takes time is done before a row is locked: reading the knowledge base, and asking the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from pipeline.config import Config
from pipeline.drafting.checks import Judge
from pipeline.drafting.checks.context import Heard
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.errors import StaleError
from pipeline.review import decisions
from pipeline.review.decisions import common
from pipeline.store.models import Draft
from pipeline.triage.reply_reader import shared_reply_reader
from tests.integration.api import Api
from tests.rows import drafted_ticket, open_draft, person

pytestmark = pytest.mark.django_db
OURS = "Thank you for your mail. We look for your parcel.\n"


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch, desk_config: Config) -> list[bool]:
    """Whether a transaction was open, each time that something took long. The test itself is in the outermost."""
    found: list[bool] = []
    reader, load = shared_reply_reader(desk_config.calmdesk.model), KnowledgeBase.load

    class Judging:
        def hear(self, sentences: Sequence[str]) -> Sequence[Heard]:
            found.append(bool(connection.savepoint_ids))
            assert reader is not None
            return reader.hear(sentences)

    def loading(*arguments: Any) -> KnowledgeBase:
        found.append(bool(connection.savepoint_ids))
        return load(*arguments)

    def judge(*_: Any) -> Judge:
        return Judging()

    monkeypatch.setattr(common, "shared_reply_reader", judge)
    monkeypatch.setattr(KnowledgeBase, "load", loading)
    return found


ACTS: dict[str, Callable[[Config, Draft], Any]] = {
    "edit": lambda config, draft: decisions.edit(config, person("agent"), draft.pk, draft.version, OURS),
    "preview": lambda config, draft: decisions.preview(config, person("agent"), draft.pk, OURS),
    "approve": lambda config, draft: decisions.approve(config, person("agent"), draft.pk, draft.version),
    "bulk": lambda config, draft: decisions.approve_many(config, person("agent"), [(draft.pk, draft.version)]),
    "reply": lambda config, draft: decisions.new_reply(config, person("agent"), draft.ticket_id, OURS),
    "mail": lambda config, draft: decisions.new_mail(config, person("agent"), draft.ticket_id, "News", OURS),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_that_takes_long_is_done_in_a_transaction(desk_config: Config, at_work: list[bool], act: str) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    at_work.clear()
    ACTS[act](desk_config, draft)
    assert at_work
    assert not any(at_work)


ASKED: dict[str, Callable[[Api, Draft, dict[str, str]], Any]] = {
    "edit": lambda api, draft, key: api.patch(f"drafts/{draft.pk}", {"body": OURS}, seen=1, headers=key),
    "preview": lambda api, draft, key: api.post(f"drafts/{draft.pk}/preview", {"body": OURS}, headers=key),
    "approve": lambda api, draft, key: api.post(f"drafts/{draft.pk}/approve", {}, seen=1, headers=key),
    "reply": lambda api, draft, key: api.post(f"tickets/{draft.ticket_id}/replies", {"body": OURS}, headers=key),
    "mail": lambda api, draft, key: api.post(
        f"tickets/{draft.ticket_id}/mails", {"subject": "News", "body": OURS}, headers=key
    ),
}


@pytest.mark.parametrize("act", ASKED)
def test_nor_where_a_key_makes_sure_that_it_is_done_once(desk_config: Config, at_work: list[bool], act: str) -> None:
    draft, api = open_draft(drafted_ticket(desk_config)), Api()
    at_work.clear()
    answers = [ASKED[act](api, draft, {"Idempotency-Key": "one"}) for _ in range(2)]
    assert answers[0].status_code < 300, answers[0].content
    assert answers[1].content == answers[0].content
    assert at_work
    assert not any(at_work)


def test_a_text_that_changed_while_it_was_heard_is_not_approved(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    locked = common.tickets.lock

    def changed(ticket_id: int) -> Any:
        Draft.objects.filter(pk=draft.pk).update(body=OURS)  # as nothing of ours does: the version stays
        return locked(ticket_id)

    monkeypatch.setattr(common.tickets, "lock", changed)
    with pytest.raises(StaleError, match="meanwhile") as caught:
        decisions.approve(desk_config, person("agent"), draft.pk, draft.version)
    assert caught.value.kind == "edited"
