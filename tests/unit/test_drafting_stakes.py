"""Stakes in the mail's own words, and empathy that names them (P5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.config import Thresholds
from pipeline.drafting.complaints import said_concerns
from pipeline.drafting.compose import Composer
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.phrasing import empathy, feeling
from pipeline.drafting.stakes import find_stakes
from pipeline.records import Case, CheckStatus, ThreadTurn
from pipeline.resources import default_folder
from tests.unit.drafting_cases import FIRM, POLICY, make_case

KNOWLEDGE = KnowledgeBase.load(default_folder("config") / "knowledge")
KINDS = [
    ("My rent is due on the 1st and the payment is stuck.", "livelihood", "your rent"),
    ("We have been without hot water since Monday.", "without", "hot water"),
    ("I have had no fridge for a week.", "without", "a fridge"),
    ("After five visits it still shows E21.", "effort", "five visits"),
    ("I spent 40 minutes on hold.", "effort", "40 minutes on hold"),
    ("He drilled a hole in my dining room wall.", "home", "your dining room wall"),
    ("My mother died in May and you still write to her.", "mourning", ""),
    ("I was humiliated at your desk.", "dignity", ""),
    ("We have been customers with you for 22 years.", "loyalty", "22 years"),
    ("My wedding is ruined.", "event", "your wedding"),
    ("MY SISTER'S BIRTHDAY IS ON SATURDAY", "occasion", "your sister's birthday on Saturday"),
]


@pytest.mark.parametrize(("text", "kind", "phrase"), KINDS)
def test_the_stake_is_found_in_the_words_of_the_mail(text: str, kind: str, phrase: str) -> None:
    first = find_stakes(make_case(text, tone="angry"))[0]
    assert (first.kind, first.phrase) == (kind, phrase)


@pytest.mark.parametrize(("text", "kind", "phrase"), KINDS)
def test_every_kind_has_words_that_pass_the_checks(text: str, kind: str, phrase: str) -> None:
    said: list[str] = []
    for number in range(4):
        turns = tuple(ThreadTurn(True, line) for line in said)
        case = make_case(text, (text,), tone="angry", message_id=f"m{number}", thread=turns)
        drafts = Composer().draft(case, firm=FIRM, policy=POLICY, thresholds=Thresholds(), knowledge=KNOWLEDGE).drafts
        assert not [check for draft in drafts for check in draft.checks if check.status is not CheckStatus.PASS]
        line = empathy(case)
        assert line not in said
        assert number or phrase.casefold() in line.casefold()
        said.append(line)


@pytest.mark.parametrize(
    "text",
    [
        "What is your phone number?",
        "There is no car park.",
        "I have 140,112 letters to type.",
        "Are my wedding photos safe?",
        "The hallway is dark and my garden is lovely.",
    ],
)
def test_words_that_only_resemble_a_stake_are_none(text: str) -> None:
    assert not [one for one in find_stakes(make_case(text, tone="angry")) if one.kind not in {"safety", "keepsake"}]


def named(stake: str) -> Case:
    case = make_case("Nothing here.", tone="worried")
    return replace(case, triage=replace(case.triage, stake=stake))


@pytest.mark.parametrize(
    ("stake", "line"), [("my choir's spring concert", "your choir's spring concert"), ("by four today", "four today")]
)
def test_a_stake_that_triage_names_is_named_in_the_draft(stake: str, line: str) -> None:
    assert line in empathy(named(stake))


@pytest.mark.parametrize("stake", ["my sister is in hospital", "2,000"])
def test_a_stake_that_is_no_plain_phrase_is_not_built_into_a_sentence(stake: str) -> None:
    assert not find_stakes(named(stake))


def test_a_friendly_mail_is_not_answered_as_a_misfortune() -> None:
    case = make_case("The birthday party on Saturday was lovely.", tone="positive", flags=("deadline",))
    assert "last thing you needed" not in feeling(case, POLICY.liability).empathy


# --- complaints that triage left out --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "concerns", "said"),
    [
        (
            "I got two orders. My password doesn't work any more either. Stop them.",
            ("I got two orders.", "Stop them."),
            3,
        ),
        ("It is broken. I wrote last week and nobody answered.", ("It is broken.",), 2),
        ("It is broken. If it doesn't work I will call.", ("It is broken.",), 1),
        ("It is broken. He could not work it out either.", ("It is broken.",), 1),
        ("My app doesn't open any more.", (), 0),
    ],
)
def test_a_plain_complaint_beside_the_concerns_is_said_back_too(
    text: str, concerns: tuple[str, ...], said: int
) -> None:
    found = said_concerns(make_case(text, concerns))
    assert len(found) == said
    assert list(found) == sorted(found, key=text.find)
