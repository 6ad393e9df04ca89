"""The model beside the rules on composure: what it lets pass, what it adds, and what of that may block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from pipeline.config import ComposureConfig
from pipeline.drafting.checks import run_checks
from pipeline.records import Action, CheckResult, CheckStatus
from pipeline.triage.reply_reader import ACTS, Heard
from tests.unit.drafting_cases import TUESDAY, context, make_case

KNOWN = "You should have read the manual."
SUBTLE = "A careful reader would have noticed the notice."
FINE = "I will look at the lid today."


NO_ACTS = dict.fromkeys(ACTS, 0.0)


@dataclass(frozen=True)
class Scripted:
    """A judge that says of each sentence what it was told to, and remembers what it was asked."""

    faults: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    acts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def hear(self, sentences: Sequence[str]) -> list[Heard]:
        self.asked.extend(sentences)
        return [
            Heard({"doubt": 0.001, **self.faults.get(one, {})}, {**NO_ACTS, **self.acts.get(one, {})})
            for one in sentences
        ]


def judge(**suspicion: float) -> Scripted:
    """A judge that takes each known sentence for blame with the probability given."""
    names = {"known": KNOWN, "subtle": SUBTLE, "fine": FINE}
    return Scripted({names[name]: {"blame": score} for name, score in suspicion.items()})


def blamed(judged: Scripted | None, **more: object) -> list[CheckResult]:
    body = f"Hello,\n\n{KNOWN} {SUBTLE} {FINE}\n"
    found = run_checks(context(body, **more), judged)
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
    certain = Scripted({sentence: {"overpromise": 0.99}})
    found = [one for one in run_checks(context(f"{sentence}\n"), certain) if one.name == "overpromise"]
    assert [one.status for one in found] == [CheckStatus.WARN]


def test_quoted_words_are_not_judged() -> None:
    listening = Scripted()
    run_checks(context(f"You write: “{KNOWN}”\n\n{FINE}\n"), listening)
    assert KNOWN not in " ".join(listening.asked)
    assert FINE in listening.asked


@pytest.mark.parametrize(
    ("act", "rule", "sentence"),
    [
        ("done", "claimed_action", "The sum sits on the card you paid with."),
        ("promise", "promises", "My next walk is to the kiln."),
        ("fault", "liability", "Those hands were ours."),
    ],
)
def test_an_act_that_only_the_model_hears_is_a_warning_of_its_rule(act: str, rule: str, sentence: str) -> None:
    def raised(probability: float) -> list[CheckStatus]:
        heard = Scripted(acts={sentence: {act: probability}})
        found = run_checks(context(f"Hello,\n\n{sentence}\n"), heard)
        return [one.status for one in found if one.name == rule and one.status is not CheckStatus.PASS]

    assert raised(0.5) == []
    assert raised(0.97) == [CheckStatus.WARN]


def test_what_was_recorded_may_be_said_in_words_that_only_the_model_hears() -> None:
    sentence = "The refund sits on the card you paid with."
    heard = Scripted(acts={sentence: {"done": 0.99}})
    for kinds, count in ((("refund",), 0), (("unlock",), 1)):
        actions = tuple(Action(kind, TUESDAY, "ada") for kind in kinds)
        case = replace(make_case("Where is my money?"), actions=actions)
        found = [one for one in run_checks(context(sentence, case), heard) if one.name == "claimed_action"]
        assert sum(one.status is not CheckStatus.PASS for one in found) == count
