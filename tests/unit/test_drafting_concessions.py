"""What a text grants, and whether policy and knowledge base let it (P11)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import PolicyConfig
from pipeline.drafting.checks import CHECKS, CheckContext, run_checks
from pipeline.drafting.concession_words import KINDS
from pipeline.drafting.concessions import find_concessions
from pipeline.records import Action, CheckResult, CheckStatus, Source
from tests.unit.drafting_cases import TUESDAY, context, make_case

GRANTED = (
    "We have taken ten pounds off your next bill.",
    "Your next haircut is on me.",
    "The delivery fee is something you won't see on your invoice.",
    "You'll find EUR 12 extra in your wallet tomorrow.",
    "Let me knock 15 percent off the repair.",
    "We are happy to let you have the lamp for EUR 20 less.",
    "There will be no bill for the second visit.",
    "The second night costs you only half.",
    "Have dinner with us one evening, as our guest.",
    "We'll swallow the cost of the return.",
    "Pay only half of the invoice.",
    "You only need to pay half of it.",
    "Your membership runs until March without another payment.",
    "We will upgrade you to the premium plan for the rest of the year.",
    "Please accept a small gift from us.",
    "Consider the parking charge dropped.",
    "The cancellation fee does not apply to you.",
    "We will make sure you are not out of pocket.",
    "We will reimburse your taxi.",
    "You can keep both chairs.",
    "A cheque for $150 is in the post.",
    "I can do it for 80 euros instead of 120.",
    "Two months of your subscription will be free.",
    "The first two months will be on us.",
    "We will refund you in full.",
    "Your ticket price will be returned to you.",
    "Next time, your coffee is our treat.",
    "We'd like to offer you 20 euros by way of apology.",
    "I will see to it that 30 EUR are credited to you.",
    "You will be compensated for the lost day.",
    "We will make a one-off payment of CHF 100.",
    "You get 1,000 bonus points.",
    "We'll split the cost with you.",
    "We can go down to 300 for the whole job.",
    "Let us call it EUR 50 and leave it at that.",
    "We'll match the price you saw.",
    "Ihr nächster Monat ist kostenlos.",
    "Wir erstatten Ihnen den vollen Betrag.",
    "Wir schenken Ihnen einen Monat.",
    "Sie erhalten 10 % Rabatt auf die nächste Bestellung.",
    "Wir kommen Ihnen mit 30 Euro entgegen.",
    "Die Gebühr von 15 Euro erlassen wir Ihnen.",
    "A brand-new kettle will be with you on Friday at no cost.",
    "Anything you order this week ships free.",
    "We will send you a new kettle.",
    "I am putting a second bag in the post for you.",
    "We will take the 40 euros off your account.",
    "There's a £10 voucher in your account.",
    "You have my word that the invoice is cancelled.",
    "We'll give you your deposit back, all 200 euros of it.",
    "The rest of the rent is forgiven.",
    "Half of the fee comes back to you.",
)
NOT_GRANTED = (
    "I cannot offer you a refund of EUR 50.",
    "You ask for a discount of 20 %.",
    "The charge of EUR 49.90 was made on Monday.",
    "Your invoice of 120 euros is due on 3 March.",
    "Please send the parcel back to us.",
    "I will get back to you by noon.",
    "We will keep you informed.",
    "Please keep the receipt.",
    "Feel free to write to us.",
    "Our hotline is free on weekdays.",
    "I am free on Thursday at ten.",
    "The price of the small bag is EUR 9.80.",
    "We will look into the charge of 35 euros.",
    "Whether a refund is possible is for the branch to decide.",
    "Please switch it off and on again.",
    "We will put you through to the right person.",
    "I will pass your request for a refund to the accounts team.",
    "Which credit card did you use?",
    "The care team will check if a replacement can be sent.",
    "Please take the lid off and rinse it.",
    "We will send you a new link.",
    "I will send you the right form.",
    "You write that you were charged twice.",
    "The voucher code you used has expired.",
    "A refund takes 5 working days.",
    "How much did you pay for it?",
    "Please let us know the amount that was charged.",
    "I am on your side in this.",
    "Nothing is missing from your message.",
    "We owe you an answer.",
    "We will pay attention to the packaging.",
    "The bill is attached.",
    "You can return it within 30 days.",
    "Your balance is EUR 14.",
    "I would like to give you a clear answer.",
    "This needs a second look.",
    "We will replace the broken link on the page.",
    "I take your point about the price.",
    "It costs EUR 30 to ship there.",
    "You need to pay EUR 30 for customs.",
    "Please pay the invoice of EUR 80 by Friday.",
    "I can see the payment of EUR 64 on your account.",
    "We will take this further.",
    "The machine is still under warranty.",
)


@pytest.mark.parametrize("sentence", GRANTED)
def test_what_grants_something_is_found(sentence: str) -> None:
    assert find_concessions(sentence)


@pytest.mark.parametrize("sentence", NOT_GRANTED)
def test_what_grants_nothing_is_not(sentence: str) -> None:
    assert find_concessions(sentence) == ()


@pytest.mark.parametrize(
    ("sentence", "kind", "amount", "currency", "percent"),
    [
        ("We will credit EUR 20.00 to your account.", "credit", 20, "EUR", None),
        ("We are refunding you twenty euros.", "refund", 20, "EUR", None),
        ("Please take £15 off your next bill.", "discount", 15, "GBP", None),
        ("Your next order is half off.", "discount", None, "", 50),
        ("You can have 20 % off.", "discount", None, "", 20),
        ("We will waive the fee.", "waiver", None, "", None),
        ("We will waive the fee of 35 euros.", "waiver", 35, "EUR", None),
        ("The repair is free of charge.", "gift", None, "", None),
        ("We will send you a replacement kettle.", "replacement", None, "", None),
        ("Two months are on us.", "gift", None, "", None),
        ("We are putting 200 kr onto your card.", "credit", 200, "", None),
    ],
)
def test_kind_amount_and_currency(
    sentence: str, kind: str, amount: int | None, currency: str, percent: float | None
) -> None:
    (found,) = find_concessions(f"Hello. {sentence} Goodbye.")
    wanted = None if amount is None else Decimal(amount)
    assert (found.kind, found.amount, found.currency, found.percent) == (kind, wanted, currency, percent)


def test_the_same_again_counts_twice_and_each_has_no_figure() -> None:
    twice = find_concessions("There are 15 euros in it for the delay and the same again for the wait.")
    assert [one.amount for one in twice] == [15, 15]
    (each,) = find_concessions("We will credit EUR 10 for each parcel.")
    assert each.amount is None


def test_a_refusal_ends_where_the_firm_turns_to_what_it_gives() -> None:
    (found,) = find_concessions("We cannot undo the delay, but we will credit EUR 500 to you.")
    assert found.amount == 500
    (found,) = find_concessions("You ask for EUR 900; we will refund EUR 500 to you.")
    assert found.amount == 500


@given(st.lists(st.sampled_from([*GRANTED, *NOT_GRANTED, "\x01", "“", "EUR", "½", "\n> "]), max_size=4).map(" ".join))
def test_what_is_found_lies_in_the_text(text: str) -> None:
    for found in find_concessions(text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.kind in KINDS


@given(st.text(max_size=200))
def test_no_text_breaks_the_finder(text: str) -> None:
    assert isinstance(find_concessions(text), tuple)


# --- held against the policy ----------------------------------------------------------------------------------------

POLICY = PolicyConfig.model_validate(
    {
        "concessions": {
            "window_days": 90,
            "roles": {
                "agent": {"amounts": {"credit": {"EUR": 20}}, "percent": 10, "customer_total": {"EUR": 50}},
                "lead": {
                    "amounts": {"credit": {"EUR": 200}},
                    "percent": 50,
                    "without_amount": ["refund", "gift"],
                    "customer_total": {"EUR": 500},
                },
            },
        },
        "second_approver": {"over": {"EUR": 100}, "over_percent": 25, "flags": ["legal_threat"]},
    }
)


def draft(body: str, mail: str = "My parcel has not come.", role: str = "agent", **more: object) -> CheckContext:
    case = more.pop("case", None) or make_case(mail)
    return context(body, case, policy=POLICY, role=role, **more)  # type: ignore[arg-type]


def refused(found: CheckContext) -> list[str]:
    return [result.message for result in CHECKS["concessions"](found)]


def granted(amount: int, days_ago: int = 1, currency: str = "EUR") -> Action:
    return Action("credit", TUESDAY - timedelta(days=days_ago), "mara", Decimal(amount), currency)


def test_up_to_the_limit_passes_and_more_is_named() -> None:
    assert refused(draft("We will credit EUR 20 to you.")) == []
    (why,) = refused(draft("We will credit EUR 21 to you."))
    assert "EUR 21 as credit is more than the EUR 20 an agent may grant" in why
    assert refused(draft("We will credit EUR 21 to you.", role="lead")) == []


def test_small_credits_in_one_reply_add_up() -> None:
    assert refused(draft("We will credit EUR 15 for the kettle. We will credit EUR 15 for the lid."))


def test_small_credits_over_time_do_not_pass_the_cap() -> None:
    def after(*before: Action) -> list[str]:
        case = make_case("My parcel has not come.")
        values = {name: getattr(case, name) for name in case.__slots__} | {"granted": before}
        return refused(draft("We will credit EUR 20 to you.", case=type(case)(**values)))

    assert after(granted(15), granted(15)) == []
    (why,) = after(granted(20), granted(20))
    assert "the customer has been granted EUR 60, an agent may go to 50" in why
    assert after(granted(40, days_ago=91)) == []
    assert after(granted(400, currency="GBP")) == []


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("We will credit £5 to you.", "no credit in GBP"),
        ("We will credit 50 kr to you.", "the currency cannot be told"),
        ("We will refund you in full.", "no refund without a figure"),
        ("Your next order is half off.", "50 % is more than the 10 %"),
        ("The next bag is on the house.", "no gift"),
        ("We will credit EUR 5 for each parcel.", "no credit without a figure"),
    ],
)
def test_what_the_policy_does_not_name_is_blocked_with_its_reason(sentence: str, why: str) -> None:
    (found,) = refused(draft(sentence))
    assert why in found


def test_nobody_may_grant_anything_by_default() -> None:
    for role in ("agent", "lead"):
        for sentence in ("We will credit EUR 0.01 to you.", "You get 1 % off.", "It is on the house."):
            assert CHECKS["concessions"](context(sentence, role=role))


def test_a_refund_in_full_is_of_the_amount_in_the_conversation() -> None:
    mail = "I paid 80 euros and want them back."
    (why,) = refused(draft("We will refund you in full.", mail))
    assert "no refund in EUR" in why
    assert refused(draft("We will refund you in full.", mail, role="lead")) == []


@pytest.mark.parametrize(
    "said",
    ["“We will credit EUR 500 to you.”", "\n> We will credit EUR 500 to you.\n", "You ask for a credit of EUR 500."],
)
def test_what_the_customer_says_or_wants_is_not_granted(said: str) -> None:
    assert refused(draft(said)) == []


def test_a_restatement_grants_nothing() -> None:
    said = "we will refund EUR 500 to you"
    assert refused(draft(f"As you tell it, {said}.", restated=(said,))) == []


def test_what_a_person_recorded_on_the_ticket_is_counted_already() -> None:
    case = make_case("My parcel has not come.")
    values = {name: getattr(case, name) for name in case.__slots__} | {"actions": (granted(300),)}
    with_record = type(case)(**values)
    assert refused(draft("We will credit EUR 300 to you.", case=with_record)) == []
    assert refused(draft("We will credit EUR 301 to you.", case=with_record))


# --- the firm's own rules -------------------------------------------------------------------------------------------


def by_rule(rule: str, body: str, mail: str = "My kettle leaks.") -> list[str]:
    return refused(draft(body, mail, sources=(Source("rule", "", rule, 0.9),)))


def test_what_a_passage_gives_to_everybody_is_no_concession() -> None:
    rule = "Repairs within the guarantee are free, with postage both ways."
    assert by_rule(rule, rule) == []
    assert by_rule(rule, "The repair costs you nothing.") == []
    assert by_rule(rule, "Your next bag of beans is free of charge.")


def test_a_passage_gives_up_to_its_own_amount() -> None:
    rule = "Goodwill: a voucher of up to EUR 25 may be offered."
    assert by_rule(rule, "I can offer you a voucher of twenty-five euros.") == []
    assert by_rule(rule, "I can offer you a voucher for EUR 30.")
    assert by_rule(rule, "I can offer you a voucher for £25.")


def test_a_passage_gives_only_after_its_time() -> None:
    rule = "If a repair takes more than 10 days, you may have your money back."
    offer = "You can have your money back for the repair."
    assert by_rule(rule, offer, "The repair has taken 12 days.") == []
    assert by_rule(rule, offer, "The repair has taken 6 days.")


def test_a_passage_of_one_place_gives_only_there() -> None:
    rule = "Return postage within Europe is free."
    assert by_rule(rule, "Return postage within Europe is free for you.") == []
    assert by_rule(rule, "The return postage from Halifax is free for you.")


def test_what_only_a_manager_may_give_is_not_given() -> None:
    assert by_rule("A branch manager may waive the late fee.", "We will waive the late fee.")


# --- two people -----------------------------------------------------------------------------------------------------


def two(found: CheckContext) -> list[CheckResult]:
    return CHECKS["second_approver"](found)


@pytest.mark.parametrize(
    "sentence", ["We will credit EUR 101 to you.", "Your order is half off.", "We will refund you in full."]
)
def test_much_needs_two_people(sentence: str) -> None:
    (result,) = two(draft(sentence, role="lead"))
    assert result.status is CheckStatus.WARN


def test_little_needs_one_person_and_a_legal_threat_two() -> None:
    assert two(draft("We will credit EUR 100 to you.", role="lead")) == []
    assert two(draft("Thank you.", case=make_case("My lawyer will write.", flags=("legal_threat",))))


def test_the_policy_sets_the_level_of_a_finding() -> None:
    strict = PolicyConfig.model_validate({"checks": {"bare_order": "block", "blame": "block", "command": "warn"}})
    body = "Calm down. You should have read it.\nSend us a photo."
    levels = {
        result.name: result.status
        for result in run_checks(context(body, policy=strict))
        if result.status is not CheckStatus.PASS
    }
    assert levels["bare_order"] is levels["blame"] is CheckStatus.BLOCK
    assert levels["command"] is CheckStatus.WARN
