from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.drafting.checks import CHECKS, run_checks
from pipeline.records import CheckStatus, Fault, Source, ThreadTurn
from tests.unit.drafting_cases import FRIDAY_EVENING, MONDAY_NINE, context, make_case

BAD = {
    "blame": "You should have read the leaflet before you switched it on.",
    "command": "Please calm down.",
    "minimise": "It is only a kettle, no harm done.",
    "doubt": "We are sorry if you feel that way.",
    "sarcasm": "As I already told you, the form is online.",
    "shouting": "PLEASE READ PAGE TWO!!!",
    "excuse": "Due to high demand our team is swamped.",
    "policy_first": "Under our terms and conditions we can only refund unused items.",
    "hollow_apology": "We apologise for any inconvenience.",
    "liability": "This was entirely our fault and we accept full liability.",
    "overpromise": "I personally guarantee that it will never happen again.",
    "claimed_action": "We have refunded the second payment.",
    "unfilled": "Dear [name], your order {{ number }} is here.",
    "grounding": "Please transfer 99.50 to account 12345678.",
}
GOOD = (
    "With your mother's birthday on Saturday, this wait is hard, and I understand that.",
    "You should not have had to write three times about this.",
    "I am sorry that you have been left without an answer.",
    "It is only right that you want to know where your money is.",
    "The care team will look into this and write to you.",
)


@pytest.mark.parametrize(("rule", "sentence"), BAD.items())
def test_each_rule_catches_its_own_kind(rule: str, sentence: str) -> None:
    assert CHECKS[rule](context(sentence))


@pytest.mark.parametrize("rule", list(BAD))
@pytest.mark.parametrize("sentence", GOOD)
def test_good_sentences_pass(rule: str, sentence: str) -> None:
    assert CHECKS[rule](context(sentence, make_case("It is for Saturday."))) == []


@pytest.mark.parametrize(("rule", "sentence"), BAD.items())
def test_quoted_customer_text_never_triggers(rule: str, sentence: str) -> None:
    assert CHECKS[rule](context(f"You write: “{sentence}” and I have read it.\n> {sentence}\n")) == []


def test_spans_point_at_the_words() -> None:
    body = "Hello,\n\nplease calm down. Thank you.\n"
    (found,) = [r for r in CHECKS["command"](context(body)) if r.status is CheckStatus.BLOCK]
    assert found.start is not None and found.end is not None
    assert "calm down" in body[found.start : found.end]


def test_exactly_the_concern_left_out_is_named() -> None:
    concerns = ("My parcel FH-20418 has not come.", "Nobody answered my letter.", "The invoice shows a wrong address.")
    case = make_case(" ".join(concerns), concerns)
    whole = "- your parcel FH-20418 has not come\n- nobody answered your letter\n- the invoice shows a wrong address\n"
    assert CHECKS["concern_coverage"](context(whole, case)) == []
    without = whole.replace("- nobody answered your letter\n", "")
    (missed,) = CHECKS["concern_coverage"](context(without, case))
    assert "letter" in missed.message


def test_responsibility_needs_a_confirmed_fault_and_no_injury() -> None:
    sentence = "The fault is ours."
    confirmed = make_case("Hello.", fault=Fault.CONFIRMED)
    injured = make_case("Hello.", fault=Fault.CONFIRMED, flags=("physical_harm",))
    assert CHECKS["liability"](context(sentence, confirmed)) == []
    assert CHECKS["liability"](context(sentence, make_case("Hello.", fault=Fault.NOT_OURS)))
    assert CHECKS["liability"](context(sentence, injured))


def test_a_promise_is_judged_at_the_time_it_is_made() -> None:
    body = "We will reply within two hours."
    assert CHECKS["promises"](context(body, now=MONDAY_NINE)) == []
    (broken,) = CHECKS["promises"](context(body, now=FRIDAY_EVENING))
    assert broken.status is CheckStatus.BLOCK


@pytest.mark.parametrize(
    "planted", ["http://refund.example/now", "pay@evil.example", "FH-99999", "250 EUR", "+44 20 7946 0018", "on Sunday"]
)
def test_a_fact_from_nowhere_is_blocked(planted: str) -> None:
    (first, *_) = CHECKS["grounding"](context(f"Please see {planted}."))
    assert first.status is CheckStatus.BLOCK


def test_facts_of_mail_thread_sources_and_firm_are_grounded() -> None:
    case = make_case("Order FH-20418 cost 1,299.00 on Monday.", thread=(ThreadTurn(True, "Repair RP-3381."),))
    body = "Order FH-20418, 1299, Monday, RP-3381, 60 minutes, care@fernhollow.example.\n1. first\n2. second\n"
    source = Source("sign-in", "Locked", "Wait 60 minutes.", 0.9)
    assert CHECKS["grounding"](context(body, case, sources=(source,))) == []
    assert CHECKS["grounding"](context(body, case, knowledge="Wait 60 minutes.")) == []


def test_the_order_number_is_not_asked_for_again_even_when_it_stands_in_the_history() -> None:
    ask = "Could you please send us your order number?"
    told = make_case("Where is it?", thread=(ThreadTurn(False, "My order is FH-20418."),))
    assert CHECKS["asked_again"](context(ask, told))
    assert CHECKS["asked_again"](context(ask, make_case("Where is it?"))) == []


def test_contact_and_next_step_are_required() -> None:
    assert len(CHECKS["next_step"](context("Thank you for writing."))) == 2
    body = "We will write to you by 14:00 on Tuesday 24 November. Contact: care@fernhollow.example"
    assert CHECKS["next_step"](context(body)) == []


def test_every_rule_answers_once_when_nothing_is_found() -> None:
    case = make_case("Hello.", urgency="high")
    body = (
        "Hello Orla,\n\nthank you for your message, which is here and has been read with care. The care team will look "
        "into this and write to you by 14:00 on Tuesday 24 November. You can reach us at care@fernhollow.example.\n"
    )
    results = run_checks(context(body, case))
    assert [result.name for result in results] == list(CHECKS)
    assert {result.status for result in results} == {CheckStatus.PASS}


def test_what_the_customer_said_is_not_held_against_the_draft_when_restated() -> None:
    said = "you ask whether you have to send it back"
    assert CHECKS["command"](context(f"As I understand it, {said}.", restated=(said,))) == []
    assert CHECKS["command"](replace(context("You have to send it back."), restated=(said,)))
