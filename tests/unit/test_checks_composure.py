"""The model beside the rules on composure: what it lets pass, what it adds, and what of that may block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.config import ComposureConfig
from pipeline.drafting.checks import run_checks
from pipeline.records import CheckResult, CheckStatus
from tests.unit.drafting_cases import context

KNOWN = "You should have read the manual."
SUBTLE = "A careful reader would have noticed the notice."
FINE = "I will look at the lid today."


def judge(**suspicion: float) -> object:
    """A judge that takes each known sentence for blame with the probability given."""
    names = {KNOWN: "known", SUBTLE: "subtle", FINE: "fine"}

    def judged(sentences: Sequence[str]) -> list[Mapping[str, float]]:
        return [{"blame": suspicion.get(names.get(one, ""), 0.0), "doubt": 0.001} for one in sentences]

    return judged


def blamed(judged: object, **more: object) -> list[CheckResult]:
    body = f"Hello,\n\n{KNOWN} {SUBTLE} {FINE}\n"
    found = run_checks(context(body, **more), judged)  # type: ignore[arg-type]
    return [one for one in found if one.name == "blame" and one.status is not CheckStatus.PASS]


def spans(found: list[CheckResult]) -> list[str]:
    body = f"Hello,\n\n{KNOWN} {SUBTLE} {FINE}\n"
    return [body[one.start : one.end].strip() for one in found]


def test_without_a_model_the_rules_decide_alone() -> None:
    assert len(blamed(None)) == 1


def test_what_the_model_takes_for_fine_passes() -> None:
    assert blamed(judge(known=0.1)) == []


def test_what_the_model_doubts_stays_flagged_by_its_words() -> None:
    (found,) = blamed(judge(known=0.6))
    assert spans([found]) == ["You should have"]


def test_what_only_the_model_sees_is_flagged_as_a_whole_sentence() -> None:
    found = blamed(judge(known=0.99, subtle=0.99))
    assert spans(found)[1] == SUBTLE
    assert len(found) == 2, "a sentence that a rule knows is not flagged twice"


def test_the_thresholds_decide() -> None:
    assert blamed(judge(subtle=0.9)) == []
    assert len(blamed(judge(subtle=0.9), composure=ComposureConfig(fault_from=0.85, rule_from=0.5))) == 1


def test_what_the_model_alone_finds_warns_and_never_blocks() -> None:
    sentence = "Your case will be as good as new."

    def certain(sentences: Sequence[str]) -> list[Mapping[str, float]]:
        return [{"overpromise": 0.99 if one == sentence else 0.0} for one in sentences]

    found = [one for one in run_checks(context(f"{sentence}\n"), certain) if one.name == "overpromise"]
    assert [one.status for one in found] == [CheckStatus.WARN]


def test_quoted_words_are_not_judged() -> None:
    seen: list[str] = []

    def listening(sentences: Sequence[str]) -> list[Mapping[str, float]]:
        seen.extend(sentences)
        return [{"blame": 1.0} for _ in sentences]

    run_checks(context(f"You write: “{KNOWN}”\n\n{FINE}\n"), listening)
    assert KNOWN not in " ".join(seen)
    assert FINE in seen
