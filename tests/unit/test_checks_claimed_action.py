from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.drafting.checks import claimed_action
from pipeline.records import Action, CheckStatus, ThreadTurn
from tests.unit.drafting_cases import context, make_case

CLAIMS = (
    "We have refunded the second payment.",
    "I've gone ahead and cancelled the renewal for you.",
    "Your replacement is on its way.",
    "Your complaint has been processed.",
    "You will find the credit on your statement.",
    "A colleague has already been informed.",
    "I just reset your password.",
    "The refund was issued this morning.",
    "Done!",
    "All sorted: the extra line is off your invoice.",
    "The courier has been contacted.",
    "Our technicians looked into the outage last night.",
    "Your account is active again.",
    "We are refunding the amount now.",
    "The fee has been waived.",
    "I personally escalated this to our director.",
    "My colleague in billing corrected the address.",
    "A new card was sent to you yesterday.",
    "You're all set, nothing more for you to do.",
    "Your parcel went out to you on the evening van.",
    "The block on your card is gone.",
    "Your money should already be with your bank.",
    "You can sign in again now.",
    "We took the duplicate off your bill.",
    "I had the label redone and posted.",
    "Your table for four is reserved.",
    "The warehouse knows about the missing box by now.",
    "As of today your plan is the smaller one.",
    "Our engineers are working on the lift.",
    "Consider the late charge gone.",
    "I spoke to the driver this morning.",
    "We've moved your appointment to Friday.",
    "The photographs have been restored.",
    "Your new filter left our depot at noon.",
    "The search for your suitcase is in progress.",
    "Refund sent.",
    "Your request got approved.",
    "I put a note on your file so that nobody rings before noon.",
    "The technician has your number and the photos.",
    "You are no longer on the mailing list.",
    "As you asked, we have cancelled your plan.",
    "You wrote twice about it, so I have refunded the fee.",
    "Wir haben Ihnen den Betrag erstattet.",
    "Ihr Paket ist unterwegs.",
)  # fmt: skip
NO_CLAIMS = (
    "We have received your message and I have read it with care.",
    "Thank you, I have noted the number and the date.",
    "Your order number is here with your message.",
    "We will refund the amount.",
    "Once it has been refunded, your bank shows it within days.",
    "Has the parcel been delivered in the meantime?",
    "If the amount was refunded, it stands on your statement.",
    "You write that the driver has been informed.",
    "I have not found an answer to this in our guides.",
    "Nothing has been refunded so far.",
    "You should not have had to write three times.",
    "I am sorry that you have been left without an answer.",
    "An order that has been shipped can no longer be stopped.",
    "We can cancel the order before it is shipped.",
    "I have looked at your photos and read all of your messages.",
    "As soon as the lab has finished, you hear from us.",
    "We failed to answer your letter.",
    "I understand how tiring it is to tell it again.",
    "Your mail of Monday says that the engineer was booked.",
    "I would like to see this sorted for you.",
    "A refund can be made to the card you paid with.",
    "I saw that the heating stopped on Sunday.",
    "You told us at once, which was exactly the right thing to do.",
    "It has added worry to days that were meant to be happy ones.",
    "We are sorry, and we want to put this right.",
    "Before anything is cancelled, we ask you first.",
    "The care team will look into this and write to you.",
    "I have your letter in front of me.",
    "We sent you the wrong lens.",
    "With two parcels missing, you have every reason to ask.",
    "Would it help if we sent a colleague?",
    "According to the tracking page, the parcel was delivered on Monday.",
    "As I understand it, the fee was cancelled and then charged again.",
    "Every returned item is checked before it is refunded.",
)  # fmt: skip


@pytest.mark.parametrize("sentence", CLAIMS)
def test_a_claimed_action_is_found_however_it_is_said(sentence: str) -> None:
    results = claimed_action.check(context(f"Thank you for writing. {sentence}"))
    assert results and all(result.status is CheckStatus.BLOCK for result in results)


@pytest.mark.parametrize("sentence", NO_CLAIMS)
def test_what_the_mail_shows_what_is_to_come_and_what_others_say_is_no_claim(sentence: str) -> None:
    assert claimed_action.check(context(f"Thank you for writing. {sentence}")) == []


@pytest.mark.parametrize(
    ("kind", "sentence", "passes"),
    [
        ("refund", "We have refunded the second payment.", True),
        ("credit", "The refund was issued this morning.", True),
        ("shipment", "Your replacement is on its way.", True),
        ("replacement", "Your new kettle has been sent.", True),
        ("unlock", "I just reset your password.", True),
        ("cancellation", "Your subscription has been cancelled.", True),
        ("escalation", "A colleague has already been informed.", True),
        ("contact", "I spoke to the driver this morning.", True),
        ("booking", "We've moved your appointment to Friday.", True),
        ("contact", "We have refunded the second payment.", False),
        ("refund", "I just reset your password.", False),
        ("shipment", "Your subscription has been cancelled.", False),
        ("escalation", "Your parcel has been sent.", False),
        ("other", "The refund was issued this morning.", False),
        ("other", "Done!", True),
    ],
)
def test_a_claim_passes_only_with_a_recorded_action_of_its_kind(kind: str, sentence: str, passes: bool) -> None:
    done = Action(kind, datetime(2026, 11, 24, 9, tzinfo=UTC), "mara")
    case = replace(make_case("Please help."), actions=(done,))
    assert (claimed_action.check(context(sentence, case)) == []) is passes


def test_what_an_earlier_reply_told_may_be_repeated() -> None:
    told = make_case("Where is it?", thread=(ThreadTurn(True, "Your parcel was dispatched on 4 March."),))
    assert claimed_action.check(context("Your parcel was dispatched on 4 March.", told)) == []


def test_a_wish_of_the_customer_is_no_record() -> None:
    case = make_case("Please have my membership cancelled. It should be cancelled!")
    assert claimed_action.check(context("Your membership has been cancelled.", case))
