from __future__ import annotations

from pipeline.records import CheckResult, CheckStatus, Concern
from pipeline.review.whatif import Level, Verdict, verdict, what_if

PASS = CheckResult("length", CheckStatus.PASS, "")
LOOK = CheckResult("next_step", CheckStatus.WARN, "no next step")
BLOCK = CheckResult("blame", CheckStatus.BLOCK, "this blames the customer", 5, 9)
WANTS = (Concern("my parcel has not come", 0, 22), Concern("the lamp flickers at night", 30, 56))


def test_the_verdict_is_one_line() -> None:
    assert verdict([]) == Verdict(Level.GOOD, "Ready")
    assert verdict([LOOK]) == Verdict(Level.LOOK, "1 thing to look at")
    assert verdict([LOOK, LOOK]) == Verdict(Level.LOOK, "2 things to look at")
    assert verdict([LOOK, BLOCK]) == Verdict(Level.BLOCKED, "Blocked: this blames the customer")
    assert verdict([BLOCK, BLOCK]).text == "Blocked: this blames the customer (and 1 more)"


def test_what_blocks_is_told_first_and_what_passed_is_only_counted() -> None:
    found = what_if("", "", (PASS, LOOK, BLOCK, BLOCK), (), ())
    assert list(found.findings) == [BLOCK, BLOCK, LOOK]
    assert found.rules == 3


def test_exactly_the_concern_that_is_left_out_is_called_missing() -> None:
    body = "As I understand it, your parcel has not come.\n"
    found = what_if(body, body, (), (), WANTS)
    assert [concern.said for concern in found.concerns] == [True, False]
    assert list(found.changes) == []
