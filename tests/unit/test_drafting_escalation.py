"""The summary for somebody with more authority (P16)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Thresholds
from pipeline.drafting.batch import to_json
from pipeline.drafting.compose import Composer
from pipeline.drafting.escalation import MASK, escalation_summary, masked
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.register import contains_insult
from pipeline.records import Case, DraftSet, Promise, ThreadTurn
from pipeline.resources import default_folder
from tests.unit.drafting_cases import FIRM, POLICY, make_case

KNOWLEDGE = KnowledgeBase.load(default_folder("config") / "knowledge")
TEXT = "You idiots lost my parcel FH-20418. If it is not here on Monday I will kill the driver. I want my money back."
CONCERNS = (
    "You idiots lost my parcel FH-20418.",
    "If it is not here on Monday I will kill the driver.",
    "I want my money back.",
)
THREAD = (
    ThreadTurn(False, "Where is my parcel?", datetime(2026, 11, 20, 9, 0, tzinfo=UTC)),
    ThreadTurn(True, "We will write to you by Monday 23 November.", datetime(2026, 11, 20, 10, 0, tzinfo=UTC)),
)


def drafted(case: Case) -> DraftSet:
    return Composer().draft(case, firm=FIRM, policy=POLICY, thresholds=Thresholds(), knowledge=KNOWLEDGE)


def test_an_escalated_mail_gets_no_draft_and_a_summary_for_the_named_person() -> None:
    found = drafted(make_case(TEXT, CONCERNS, escalate="threat to people", thread=THREAD, urgency="high"))
    assert not found.drafts and found.proposed is None
    summary = found.summary
    assert summary is not None
    assert (summary.why, summary.contact, summary.urgency) == ("threat to people", "lead@fernhollow.example", "high")
    assert summary.customer == "Orla Tennick <orla@example.com>"
    assert summary.asked == ("“I want my money back”",)
    assert summary.happened[0].endswith("lost my parcel FH-20418”")
    assert [promise.due_at for promise in summary.promised] == [datetime(2026, 11, 23, 17, 30, tzinfo=UTC)]
    assert (summary.since, summary.mails) == (THREAD[0].at, 2)


def test_neither_insults_nor_words_of_danger_stand_in_a_summary() -> None:
    summary = escalation_summary(make_case(TEXT, CONCERNS), FIRM, POLICY.calendar, "threat")
    assert summary is not None
    said = " ".join((*summary.happened, *summary.asked))
    assert "kill" not in said and MASK in said
    assert not contains_insult(said)


@pytest.mark.parametrize(
    ("flags", "offered"), [(("asks_for_manager",), True), (("legal_threat",), True), (("money",), False), ((), False)]
)
def test_a_summary_is_offered_where_authority_is_needed(flags: tuple[str, ...], offered: bool) -> None:
    found = drafted(make_case("I want a manager.", ("I want a manager.",), flags=flags))
    assert len(found.drafts) == 3
    assert (found.summary is not None) is offered


def test_the_summary_is_plain_json() -> None:
    result = to_json(drafted(make_case(TEXT, CONCERNS, escalate="threat to people", thread=THREAD)), None)["summary"]
    assert set(result) == {
        "why", "customer", "happened", "asked", "promised", "urgency", "since", "mails", "contact",
    }  # fmt: skip
    assert result["promised"] == [
        {"text": "We will write to you by Monday 23 November.", "due_at": "2026-11-23T17:30:00+00:00"}
    ]


@given(st.text(max_size=200))
def test_any_text_is_masked_on_one_line(text: str) -> None:
    assert "\n" not in masked(text)
    assert not contains_insult(masked(text))


def test_without_a_reason_there_is_no_summary() -> None:
    assert escalation_summary(make_case(TEXT, CONCERNS), FIRM, POLICY.calendar, "") is None


def test_promises_that_were_stored_are_told_as_they_were() -> None:
    told = Promise("My next walk is to the kiln.", 0, 28, None)
    thread = (replace(THREAD[1], promises=(told,)), replace(THREAD[1], promises=()))
    summary = escalation_summary(make_case(TEXT, CONCERNS, thread=thread), FIRM, POLICY.calendar, "threat")
    assert summary is not None
    assert summary.promised == (told,)


def test_a_draft_that_grants_too_much_says_so_in_its_json(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(default_folder("templates"), templates)
    solution = templates / "en" / "solution.txt.j2"
    solution.write_text(f"{solution.read_text(encoding='utf-8')}\nWe will credit EUR 9000 to you.\n", encoding="utf-8")
    case = make_case("My parcel is late.", ("My parcel is late.",))
    composer = Composer(templates)
    found = composer.draft(case, firm=FIRM, policy=POLICY, thresholds=Thresholds(), knowledge=KNOWLEDGE)
    result = to_json(found, None)
    (summary,) = (draft["summary"] for draft in result["drafts"] if draft["summary"])
    assert result["summary"] is None
    assert "an agent may grant" in summary["why"] or "grant no credit" in summary["why"]
    assert summary["contact"] == FIRM.escalation_contact
