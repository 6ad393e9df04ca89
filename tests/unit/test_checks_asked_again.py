from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drafting.checks import asked_again
from pipeline.records import ThreadTurn
from tests.unit.drafting_cases import context, make_case

HELD = (
    ("My order FH-20418 never came.", "I just need your order number."),
    ("My order FH-20418 never came.", "All I need is the number of your order."),
    ("My order FH-20418 never came.", "Which order do you mean?"),
    ("Booking 55102, room was cold.", "May I have the booking reference?"),
    ("I signed up as orla@mail.example and cannot get in.", "Could you confirm which email you used?"),
    ("Ring me on 0151 496 0022 after six.", "Let us know a phone number on which we can reach you."),
    ("The lamp is cracked, photo attached.", "Please send us a picture of the lamp."),
    ("Here are two photos of the dent.", "A photo would help us to see the damage."),
    ("You took 49.90 euros for nothing.", "How much were you charged?"),
    ("The heating failed on Sunday night.", "When did the heating fail?"),
    ("It broke on 3 May after a week.", "Since when has it been broken?"),
    ("Error E-17 on the display and nothing works.", "What error message do you see?"),
    ("It says \"no signal\" on the screen.", "What does the screen say?"),
    ("I restarted it twice and reset the router.", "Have you tried restarting the router?"),
    ("I have already reinstalled the app.", "Which steps have you tried so far?"),
    ("Your man Declan promised it for Monday.", "Who told you that?"),
    ("The Brisa 40 leaks from below.", "Which model do you have?"),
    ("Serial number 88120-3, it hums.", "We still lack the serial number."),
    ("I live at 14 Heron Lane, Galway.", "Please give us your delivery address."),
    ("Send it to 8 Mill Court, Leeds LS1 4AP.", "What is your postcode?"),
    ("I ordered size M and got XL.", "Which size did you order?"),
    ("The navy one came in brown.", "What colour did you order?"),
    ("We stayed from 4 to 7 June and the roof leaked.", "How many nights did you stay?"),
    ("My son cannot eat nuts and there were nuts in it.", "Does anybody have an allergy?"),
    ("The fitter drilled through a pipe and left us in the dark.", "Could you describe what happened?"),
    ("The fitter drilled through a pipe and left us in the dark.", "Please tell us more about the incident."),
    ("I paid by card and it was taken twice.", "How did you pay?"),
    ("This is my third letter.", "How many times have you written to us?"),
    ("It crashes on my iPhone.", "Which phone are you using?"),
    ("The toaster died after 14 months.", "How old is the toaster?"),
    ("My order FH-20418 never came.", "Could you give us the number on your confirmation?"),
    ("You took 49.90 euros for nothing.", "What did you pay?"),
    ("I want my money back, nothing else.", "What outcome are you hoping for?"),
    ("Contract KV 771-2, the lift is stuck.", "To look it up I still need your contract number."),
    ("The gauge reads: pressure 0.6 and falling.", "What pressure does the gauge show?"),
    ("The stairlift is stuck since Sunday.", "Since when has the stairlift been stuck?"),
    ("The doctor's letter is enclosed.", "Please forward the letter to us."),
    ("Nine chairs came scratched.", "How many chairs are scratched?"),
    ("I am billed monthly, on the third.", "Are you billed monthly or yearly?"),
    ("I have drained the tank and aired the cellar.", "Have you drained the tank?"),
)  # fmt: skip
MISSING = (
    ("My order never came.", "Could you send us your order number?"),
    ("Repair RP-3381 took weeks.", "Please send the order number."),
    ("My order FH-20418 never came.", "Please send the repair number."),
    ("My order FH-20418 never came.", "Could you confirm that FH-20418 is the order you mean?"),
    ("I cannot sign in any more.", "Which email address did you use?"),
    ("The lamp is cracked.", "Could you send a photo of it?"),
    ("The lamp is cracked, photo attached.", "Could you add another photo, from closer by?"),
    ("You took too much.", "Which amount was taken?"),
    ("The heating fails all the time.", "When did it fail last?"),
    ("It came on Monday in pieces.", "On which day did you buy the voucher?"),
    ("It shows an error.", "What does the error message say?"),
    ("The router is dead.", "Have you tried restarting the router?"),
    ("A man on the phone promised it.", "What is the name of the person who told you?"),
    ("My grinder hums.", "Which model is it?"),
    ("The dress is the wrong size.", "Which size did you order?"),
    ("I stayed in the cabin and it was cold.", "How many nights did you stay?"),
    ("My order FH-20418 is late.", "There is no need to send your order number again."),
    ("My order FH-20418 is late.", "Would you like a refund or a replacement?"),
    ("I live at 14 Heron Lane, Galway.", "Please tell us if the parcel should go to a different address."),
    ("Two parcels, FH-1111 and FH-2222, one was short.", "Which of the two was short, FH-1111 or FH-2222?"),
    ("The heating failed on Sunday.", "Would Thursday at ten suit you?"),
    ("The heating failed on Sunday.", "You told us when it failed, and that helps."),
    ("The toaster died.", "How old is the toaster?"),
    ("The app crashes.", "Which phone are you using?"),
    ("You charged me for nothing.", "How did you pay?"),
    ("My card was charged 20 euros.", "Which bank issued the card?"),
    ("I live at 14 Heron Lane, Galway.", "On which floor is the flat?"),
    ("Contract KV 771-2, the lift is stuck.", "To look it up I still need your member number."),
    ("My neighbour's contract number is 771-2.", "What is your own contract number?"),
    ("My order was 14.20, then it was 19.65.", "Could you send us your order number?"),
    ("The order confirmation says Monday.", "Could you send us your order number?"),
    ("It broke last week.", "On what date did it break?"),
    ("The doctor will send a letter.", "Please forward the letter to us."),
    ("Nine chairs came scratched.", "How many tables did you order?"),
    ("I have drained the tank.", "Have you drained the tank with the heating off?"),
    ("The card was declined on the 17th.", "Could you tell me where you were when the card was declined?"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "asked"), HELD)
def test_what_the_mail_holds_is_not_asked_again(said: str, asked: str) -> None:
    assert asked_again.check(context(f"Thank you. {asked}", make_case(said)))


@pytest.mark.parametrize(("said", "asked"), HELD)
def test_what_the_history_holds_is_not_asked_again(said: str, asked: str) -> None:
    case = make_case("Any news?", thread=(ThreadTurn(False, said),))
    assert asked_again.check(context(f"Thank you. {asked}", case))


@pytest.mark.parametrize(("said", "asked"), MISSING)
def test_what_is_missing_may_be_asked(said: str, asked: str) -> None:
    assert asked_again.check(context(f"Thank you. {asked}", make_case(said))) == []


def test_nearly_the_same_is_a_hint_that_never_blocks() -> None:
    case = make_case("The boiler was serviced on 11 April by your fitter.")
    found = asked_again.check(context("On which day was the boiler serviced, inspected by your fitter?", case))
    assert [one.certain for one in found] == [False]


@settings(max_examples=40)
@given(said=st.text(max_size=200), asked=st.text(max_size=200))
def test_any_text_can_be_looked_at(said: str, asked: str) -> None:
    for one in asked_again.check(context(f"{asked}?", make_case(said))):
        assert one.start is not None and one.end is not None and one.start < one.end


def test_long_hostile_text_is_read() -> None:
    said = "policy is the " * 20_000
    asked = "please send " * 3_000 + "or " * 3_000 + "policy number?"
    assert isinstance(asked_again.check(context(asked, make_case(said))), list)
