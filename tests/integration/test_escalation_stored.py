"""The summary for somebody with more authority, kept as it was when the case went to them (P16, P11)."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config, PolicyConfig
from pipeline.drafting.compose import Composer
from pipeline.resources import default_folder
from pipeline.review import decisions
from pipeline.store import codec
from pipeline.store.models import Draft, Message, Outgoing, Ticket
from tests.integration.test_api import Api, status
from tests.integration.test_mail_pages import page_of
from tests.rows import MORNING, drafted_ticket, mail_bytes, make_desk, open_draft, person, stored, triage_of, work_off

pytestmark = pytest.mark.django_db

LIMITS = {
    "roles": {
        "agent": {"amounts": {"credit": {"EUR": 20}}, "customer_total": {"EUR": 50}},
        "lead": {"amounts": {"credit": {"EUR": 200}}, "customer_total": {"EUR": 500}},
    }
}
MAIL = "My parcel has not come. I lost 15, 60 and 150 euros by it."


@pytest.fixture
def config(desk_config: Config, settings: Any) -> Config:
    """The sample firm with limits that the tests name."""
    given = desk_config.policy.model_dump() | {"concessions": LIMITS, "second_approver": {"over": {"EUR": 100}}}
    config = dataclasses.replace(desk_config, policy=PolicyConfig.model_validate(given))
    settings.CALMDESK = config
    return config


def read_as(config: Config, raw: bytes, **reading: Any) -> Message:
    """A mail that was worked off with the reading given."""
    row = stored(raw)
    work_off(make_desk(config, lambda record: triage_of(record, **reading)))
    row.refresh_from_db()
    return row


def with_contact(config: Config, contact: str) -> Config:
    mailboxes = {
        name: mailbox.model_copy(update={"firm": mailbox.firm.model_copy(update={"escalation_contact": contact})})
        for name, mailbox in config.mailboxes.items()
    }
    return dataclasses.replace(config, mailboxes=mailboxes)


def crediting(config: Config, amount: str, role: str = "agent") -> Draft:
    """An open draft to which somebody in ``role`` added a credit."""
    draft = open_draft(drafted_ticket(config, mail_bytes(MAIL)))
    body = draft.body.replace("\n\n", f"\n\nWe will credit {amount} to you.\n\n", 1)
    return decisions.edit(config, person(role), draft.pk, draft.version, body)


def why(draft: Draft) -> str:
    draft.refresh_from_db()
    summary = codec.summary_from_json(draft.summary)
    return summary.why if summary else ""


# --- of a mail ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "told"),
    [({"escalate": "a threat"}, "a threat"), ({"flags": ("asks_for_manager",)}, "asks for somebody with authority")],
)
def test_the_page_and_the_api_tell_what_was_said_then(
    config: Config, settings: Any, reading: dict[str, Any], told: str
) -> None:
    row = read_as(config, mail_bytes(), **reading)
    summary = codec.summary_from_json(row.summary)
    assert summary is not None and told in summary.why
    settings.CALMDESK = with_contact(config, "somebody-new@fernhollow.example")
    page = page_of(row.ticket_id)
    assert f"Summary for {summary.contact}" in page and "somebody-new" not in page
    assert "What happened" in page or "What is asked" in page
    (message,) = status(Api().get(f"tickets/{row.ticket_id}"), 200)["messages"]
    assert codec.summary_from_json(message["summary"]) == summary


def test_an_ordinary_mail_has_none(config: Config) -> None:
    row = read_as(config, mail_bytes())
    assert row.summary is None
    assert "Summary for" not in page_of(row.ticket_id)


def test_a_later_mail_leaves_the_earlier_summary_with_its_mail(config: Config) -> None:
    row = read_as(config, mail_bytes(message_id="<first@example.com>"), escalate="a threat")
    before = row.summary
    later = stored(
        mail_bytes("Still waiting.", headers=["In-Reply-To: <first@example.com>"]), received_at=MORNING + timedelta(1)
    )
    Message.objects.filter(pk=later.pk).update(ticket=row.ticket)
    work_off(make_desk(config))
    row.refresh_from_db()
    later.refresh_from_db()
    assert (later.ticket_id, later.state, later.summary) == (row.ticket_id, "drafted", None)
    assert row.summary == before
    assert page_of(row.ticket_id).count("Summary for") == 1


# --- of a concession ------------------------------------------------------------------------------------------------


def test_what_an_agent_may_not_grant_is_told_beside_the_check_with_its_own_why(config: Config) -> None:
    draft = crediting(config, "EUR 60")
    assert "EUR 60 as credit is more than the EUR 20 an agent may grant" in why(draft)
    page = page_of(draft.ticket_id)
    beside = page[page.index("<h2>Checks</h2>") : page.index("<h2>Fault</h2>")]
    assert "Summary for" in beside and "EUR 20 an agent may grant</dd>" in beside
    shown = status(Api().get(f"tickets/{draft.ticket_id}"), 200)
    assert [one["summary"] for one in shown["drafts"] if one["id"] == draft.pk] == [draft.summary]
    assert shown["messages"][0]["summary"] is None


def test_within_the_limits_there_is_none_and_an_edit_takes_it_back(config: Config) -> None:
    draft = crediting(config, "EUR 60")
    body = draft.body.replace("EUR 60", "EUR 15")
    assert why(decisions.edit(config, person("agent"), draft.pk, draft.version, body)) == ""


def test_a_lead_needs_nobody_for_what_a_lead_may_grant_but_an_agents_yes_does(config: Config) -> None:
    draft = crediting(config, "EUR 60", role="lead")
    assert why(draft) == ""
    decisions.approve(config, person("agent"), draft.pk, draft.version)
    assert "an agent may grant" in why(draft)
    assert decisions.approve(config, person("lead"), draft.pk, draft.version).state == "approved"
    assert "an agent may grant" in why(draft)


def test_where_two_are_wanted_the_second_is_told(config: Config) -> None:
    draft = crediting(config, "EUR 150", role="lead")
    assert why(draft) == "two people have to approve: this grants EUR 150 as credit"
    decisions.approve(config, person("lead"), draft.pk, draft.version)
    assert why(draft) == "two people have to approve: this grants EUR 150 as credit"


def test_what_the_composer_itself_may_not_grant_is_told_too(config: Config, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(default_folder("templates"), templates)
    solution = templates / "en" / "solution.txt.j2"
    solution.write_text(f"{solution.read_text(encoding='utf-8')}\nWe will credit EUR 60 to you.\n", encoding="utf-8")
    desk = make_desk(config)
    desk.composer = Composer(templates)
    stored(mail_bytes(MAIL))
    work_off(desk)
    drafts = {draft.kind: why(draft) for draft in Ticket.objects.get().drafts.all()}
    assert "EUR 20 an agent may grant" in drafts.pop("solution")
    assert set(drafts.values()) == {""}


def test_a_case_of_law_has_a_summary_of_the_mail_and_one_of_each_draft(config: Config) -> None:
    wanted = PolicyConfig.model_validate({"second_approver": {"flags": ["legal_threat"]}}).second_approver
    config = dataclasses.replace(config, policy=config.policy.model_copy(update={"second_approver": wanted}))
    row = read_as(config, mail_bytes(), flags=("legal_threat",))
    summary = codec.summary_from_json(row.summary)
    assert summary is not None and summary.why == "the customer speaks of legal steps"
    assert {why(draft) for draft in row.drafts.all()} == {
        "two people have to approve: the mail is a case of legal threat"
    }


def test_what_we_promised_is_what_was_stored_with_the_reply(config: Config) -> None:
    ticket = drafted_ticket(config, mail_bytes(message_id="<first@example.com>"))
    draft, heard = open_draft(ticket), "My next walk is to the kiln."
    edited = decisions.edit(config, person("agent"), draft.pk, draft.version, f"{draft.body}\n{heard}\n")
    decisions.approve(config, person("agent"), edited.pk, edited.version)
    Outgoing.objects.update(state="sent", sent_at=MORNING + timedelta(days=1))
    later = stored(mail_bytes("I want a manager."), received_at=MORNING + timedelta(days=2))
    Message.objects.filter(pk=later.pk).update(ticket=ticket)
    work_off(make_desk(config, lambda record: triage_of(record, flags=("asks_for_manager",))))
    later.refresh_from_db()
    summary = codec.summary_from_json(later.summary)
    assert summary is not None
    stored_then = [(promise["text"], promise["due_at"]) for promise in edited.promises]
    assert heard in dict(stored_then)
    told = [(promise["text"], promise["due_at"]) for promise in later.summary["promised"]]
    assert told == stored_then
