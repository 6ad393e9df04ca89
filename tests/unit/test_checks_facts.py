"""Facts, other customers' data, fault and promises: what is to be found in a draft, and the near misses that pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.checks import grounding, liability, other_customer
from pipeline.drafting.checks import promises as promised
from pipeline.drafting.checks.facts import find_facts
from pipeline.drafting.promises import find_promises
from pipeline.records import CheckStatus, Fault, ThreadTurn
from tests.unit.drafting_cases import FRIDAY_EVENING, MONDAY_NINE, POLICY, TUESDAY, context, make_case

SAID = (
    "On 2026-06-01 you took €20 for order FH 30 662, at 10:30. Reply within 3 to 7 days, I waited since Thursday. "
    "My sister Leonie lives at 19 Alder Row. The KX-30 has 24 months of warranty, call +44 20 7946 0018."
)
GROUNDED = (
    "You paid 20 EUR on 1 June.",
    "You paid 20 euros on June 1st.",
    "The charge was at 10:30 am on the first of June.",
    "You write about order FH-30662.",
    "The warranty is two years.",
    "The KX-30 and Leonie's order are in your mail.",
    "You have waited since Thursday, at half past ten.",
    "Three days to seven days is what you were told.",
    "Your number is 020 7946 0018.",
    "1. Open it.\n2. Close it.",
    "I am sorry, Ms Tennick.",
    "We are open on Monday from nine.",
)
UNGROUNDED = (
    ("You paid 25 euros.", "25 euros"),
    ("You paid £20.", "£20"),
    ("It was on 2 June.", "2 June"),
    ("It was at 11:30.", "11:30"),
    ("Order FH-30663 is yours.", "FH-30663"),
    ("The KX-300 hums.", "KX-300"),
    ("The warranty is three years.", "three years"),
    ("It takes nineteen days.", "nineteen days"),
    ("You live at number nine.", "nine"),
    ("You have waited since Tuesday; it was Sunday.", "Sunday"),
    ("I understand that Marjorie told you so.", "Marjorie"),
    ("Please ask Mr Brannigan.", "Brannigan"),
    ("See www.help.example/refund for it.", "www.help.example/refund"),
    ("Write to billing@firm.example.", "billing@firm.example"),
    ("Pay to DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
    ("Ring 0151 496 0999 please.", "0151 496 0999"),
    ("About 35 percent are affected.", "35 percent"),
    ("It takes a fortnight.", "fortnight"),
)
OTHERS = (
    "Mrs Quint at number 12 rang us too.",
    "It was taken in by a B. Bosko.",
    "Henrike Voss wrote to us with the same smell.",
    "Order FH-77001 belongs with it.",
    "Please write to petra@mail.example.",
    "Another customer in Leeds had the same fault.",
    "The lady at number 14 has your parcel.",
)
NOT_OTHERS = (
    "Please tell Leonie that I have read it.",
    "Other customers have asked this too.",
    "You are not the only one who asks.",
    "What is the name of the person who told you?",
    "Your neighbours may have taken it in.",
    "Order FH-30662 is the one you name.",
)
FAULT_TAKEN = (
    "This was our mistake.",
    "The fault lies with us.",
    "That one is on us.",
    "We dropped the ball here.",
    "We slipped up badly.",
    "I hold my hands up, we got this wrong.",
    "Our fitter forgot the seal.",
    "The packing is our department.",
    "This ought never to have left our kitchen.",
    "Had our driver closed the gate, the dog would be home.",
    "If we had checked the label, this would not have happened.",
    "There is no excuse for how we treated you.",
    "The error is of our own making.",
    "We accept full responsibility.",
    "It was us who mixed up the files.",
    "Nobody here checked the brakes.",
    "The hose was not properly tightened.",
    "We only have ourselves to blame.",
    "We will pay for all the damage.",
    "Das geht auf unsere Kappe.",
    "I am sorry that you feel that way.",
)
NO_FAULT_TAKEN = (
    "I am sorry that you have been left without an answer.",
    "You should not have had to write three times.",
    "You write that our lorry broke your gate.",
    "I am responsible for answering you on this.",
    "I do not yet know how this came about, and I would rather find out than guess.",
    "Was it our mistake?",
    "If the fault is ours, you hear it from me.",
    "It is hard to stand in a flooded kitchen.",
    "Nobody should have to chase a refund.",
    "With the road closed, it came too late for the moment it was meant for.",
    "You should have a clear answer from us.",
    "That is on my desk, and I read all of it.",
)
PROMISED = (
    ("You'll have it by Friday.", True),
    ("Expect a call this afternoon.", True),
    ("Our engineer is coming on Thursday.", True),
    ("I'm sending the label today.", True),
    ("A refund will reach you within 5 working days.", True),
    ("You hear from us tomorrow.", True),
    ("Give me until Thursday and you shall know.", True),
    ("The fitter comes by tomorrow at ten.", True),
    ("Let me check with the warehouse by noon tomorrow.", True),
    ("By Friday the line is up again.", True),
    ("You have my word on it.", False),
    ("In next to no time a new card lands at your hotel.", False),
    ("It falls to me to chase the airline.", False),
    ("I'll look into it.", False),
    ("The money will be returned to you.", False),
    ("We keep you posted.", False),
    ("As soon as the lab is through, its figures go to you.", False),
    ("You can count on us.", False),
)
NOT_PROMISED = (
    "Would a call tomorrow at ten suit you?",
    "I do not know yet on which day the pump comes in.",
    "You were told that you would have an answer by Friday.",
    "At the shop you will need the printed label.",
    "The lock opens by itself after 60 minutes.",
    "We will not share your address.",
    "Thank you for telling me what Will said on Monday.",
    "With your mother's birthday on Saturday, this wait is hard.",
    "You write that the courier comes on Monday.",
    "On a card statement a refund shows some days after it is paid.",
)


@pytest.mark.parametrize("sentence", GROUNDED)
def test_a_fact_in_another_form_is_the_same_fact(sentence: str) -> None:
    assert grounding.check(context(sentence, make_case(SAID))) == []


@pytest.mark.parametrize(("sentence", "fact"), UNGROUNDED)
def test_a_fact_from_nowhere_is_pointed_at(sentence: str, fact: str) -> None:
    found = {sentence[one.start : one.end] for one in grounding.check(context(sentence, make_case(SAID)))}
    assert fact in found


@pytest.mark.parametrize("sentence", OTHERS)
def test_data_of_others_is_found(sentence: str) -> None:
    assert other_customer.check(context(sentence, make_case(SAID)))


@pytest.mark.parametrize("sentence", NOT_OTHERS)
def test_persons_of_the_thread_are_no_others(sentence: str) -> None:
    assert other_customer.check(context(sentence, make_case(SAID))) == []


@pytest.mark.parametrize("fault", [Fault.UNKNOWN, Fault.NOT_OURS])
@pytest.mark.parametrize("sentence", FAULT_TAKEN)
def test_responsibility_is_found_however_it_is_said(sentence: str, fault: Fault) -> None:
    assert liability.check(context(sentence, make_case("Hello.", fault=fault)))


@pytest.mark.parametrize("sentence", NO_FAULT_TAKEN)
def test_regret_impact_and_reports_take_no_responsibility(sentence: str) -> None:
    assert liability.check(context(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "passes"),
    [
        ("We put the wrong filter in, and that was our mistake.", True),
        ("For one reason or another, two charges appeared.", False),
        ("Mistakes were made.", False),
        ("I am sorry for the second trip.", True),
    ],
)
def test_a_confirmed_fault_is_owned_and_not_evaded(sentence: str, passes: bool) -> None:
    assert (liability.check(context(sentence, make_case("Hello.", fault=Fault.CONFIRMED))) == []) is passes


@pytest.mark.parametrize(("sentence", "dated"), PROMISED)
def test_every_form_of_commitment_is_found_and_dated(sentence: str, dated: bool) -> None:
    (promise,) = find_promises(f"Hello,\n\n{sentence}\n", TUESDAY, POLICY.calendar)
    assert promise.text == sentence
    assert (promise.due_at is not None) is dated


@pytest.mark.parametrize("sentence", NOT_PROMISED)
def test_questions_rules_reports_and_refusals_commit_to_nothing(sentence: str) -> None:
    assert find_promises(sentence, TUESDAY, POLICY.calendar) == ()


def test_a_promise_without_a_time_and_a_late_answer_are_warned_of() -> None:
    for sentence in ("We will look into it.", "We will write to you by Friday 4 December."):
        (found,) = promised.check(context(sentence, now=MONDAY_NINE))
        assert found.status is CheckStatus.WARN


@pytest.mark.parametrize("sentence", ["The fitter comes by on Saturday at ten.", "You hear from us this evening."])
def test_what_the_calendar_refuses_is_blocked(sentence: str) -> None:
    (found,) = promised.check(context(sentence, now=FRIDAY_EVENING))
    assert found.status is CheckStatus.BLOCK


def test_the_day_and_month_follow_the_month_the_thread_names() -> None:
    case = make_case("Delivered 3/5, today is 6 May.", thread=(ThreadTurn(True, "See you."),))
    assert grounding.check(context("It came on 3 May.", case)) == []
    assert grounding.check(context("It came on 5 March.", case))


@given(st.text(alphabet="0123456789 .,:/-€$%@abcdefIXYon dayshalf past two June Monday\n", max_size=300))
def test_facts_of_any_text_lie_within_it(text: str) -> None:
    for fact in find_facts(text):
        assert 0 <= fact.start < fact.end <= len(text)
