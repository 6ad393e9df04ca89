"""What other thresholds would have decided, told from the stored reading alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import AbstainConfig, Thresholds
from pipeline.records import BOUNDARY_LABELS, FLAG_LABELS, TONE_LABELS, URGENCY_LABELS, Triage
from pipeline.triage.boundary import ABUSE, INJURY, escalation
from pipeline.triage.decide import decide
from pipeline.triage.replay import ESCALATION, URGENCY, Replayed, can_replay, not_replayed, replay
from pipeline.triage.signal_rules import SIGNALS, Signal

SCORE, THRESHOLD = st.floats(0.0, 1.0), st.floats(0.01, 1.0)


@dataclass(frozen=True)
class Mail:
    """All that `decide` is given but for the thresholds."""

    urgency: dict[str, float]
    tone: dict[str, float]
    intensity: int
    boundary: dict[str, float]
    fired: tuple[str, ...] = ()
    unanswered: int = 0
    text: str = "The lamp is dim and I wrote before."
    language: str = "en"

    def read(self, thresholds: Thresholds) -> Triage:
        """As the product reads and stores it."""
        scores = {
            "urgency": self.urgency,
            "tone": self.tone,
            "intensity": {str(self.intensity): 1.0},
            "flags": dict.fromkeys(FLAG_LABELS, 0.0),
            "boundary": self.boundary,
        }
        signals = [Signal(name, 0, 8) for name in self.fired]
        found = decide(
            scores, thresholds, text=self.text, signals=signals, language=self.language, unanswered=self.unanswered
        )
        escalate = escalation(found.crossed, found.tone, found.intensity)
        labels = (found.urgency, found.tone, found.intensity, found.flags, found.abstain, found.reasons)
        return Triage("m", self.language, *labels, (), (), "", escalate)


def all_of(labels: Sequence[str], values: st.SearchStrategy[float]) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries(dict.fromkeys(labels, values))


MAILS = st.builds(
    Mail,
    urgency=all_of(URGENCY_LABELS, SCORE),
    tone=all_of(TONE_LABELS, SCORE),
    intensity=st.integers(0, 3),
    boundary=all_of(BOUNDARY_LABELS, st.sampled_from([0.0, 0.0, 0.0, 0.9])),
    fired=st.lists(st.sampled_from(SIGNALS), max_size=2, unique=True).map(tuple),
    unanswered=st.sampled_from([0, 0, 2]),
    text=st.sampled_from(["The lamp is dim.", "The lamp is dim.", " "]),
    language=st.sampled_from(["en", "en", "de", "und"]),
).map(lambda mail: mail if mail.text.strip() else replace(mail, language="und"))
THRESHOLDS = st.builds(
    lambda urgency, tone, low, lower: Thresholds(
        urgency=urgency, tone=tone, abstain=AbstainConfig(urgency=low, tone=lower)
    ),
    all_of(URGENCY_LABELS, THRESHOLD),
    all_of(TONE_LABELS, THRESHOLD),
    SCORE,
    SCORE,
)


def outcome(reading: Triage) -> Replayed:
    return Replayed(reading.urgency.label, reading.tone.label, reading.abstain, reading.escalate)


@given(MAILS, THRESHOLDS)
def test_the_same_thresholds_change_nothing(mail: Mail, thresholds: Thresholds) -> None:
    reading = mail.read(thresholds)
    assert replace(replay(reading, thresholds), unknown=frozenset()) == outcome(reading)
    assert replay(reading, thresholds, mail.fired) == outcome(reading)


@given(MAILS, THRESHOLDS, THRESHOLDS)
def test_what_is_told_is_what_the_model_and_the_rules_would_have_decided(
    mail: Mail, was: Thresholds, would_be: Thresholds
) -> None:
    reading, truth = mail.read(was), outcome(mail.read(would_be))
    for fired in (None, mail.fired):
        found = replay(reading, would_be, fired)
        assert (found.tone, found.abstain) == (truth.tone, truth.abstain)
        assert URGENCY in found.unknown or found.urgency == truth.urgency
        assert ESCALATION in found.unknown or found.escalate == truth.escalate
        assert fired is None or URGENCY not in found.unknown


@given(MAILS, THRESHOLDS, st.sampled_from(URGENCY_LABELS + TONE_LABELS), st.floats(0.05, 1.0))
def test_a_lower_threshold_never_takes_a_message_from_its_label(
    mail: Mail, was: Thresholds, label: str, factor: float
) -> None:
    reading = mail.read(was)
    field = "urgency" if label in URGENCY_LABELS else "tone"
    values = getattr(was, field)
    lower = was.model_copy(update={field: {**values, label: values[label] * factor}})
    if getattr(reading, field).label == label:
        assert getattr(replay(reading, lower), field) == label
        assert getattr(replay(reading, lower, mail.fired), field) == label


@given(MAILS, THRESHOLDS, THRESHOLDS)
def test_what_danger_raised_stays_raised(mail: Mail, was: Thresholds, would_be: Thresholds) -> None:
    found = replay(mail.read(was), would_be)
    if set(mail.fired) & {"self_harm", "danger"}:
        assert found.urgency == "critical"
    if set(mail.fired) & {"injury", "threat", "hazard", "standstill", "safety", "physical_harm"}:
        assert found.urgency in ("critical", "high")


CALM = Mail(
    urgency={"critical": 0.05, "high": 0.45, "normal": 0.4, "low": 0.1},
    tone=dict.fromkeys(TONE_LABELS, 0.05) | {"angry": 0.5, "abusive": 0.4},
    intensity=2,
    boundary={},
)
EVEN = Thresholds(urgency=dict.fromkeys(URGENCY_LABELS, 0.5))
LATE = Thresholds(urgency=dict.fromkeys(URGENCY_LABELS, 0.5) | {"high": 0.9})
RUDE = Thresholds(urgency=EVEN.urgency, tone={"abusive": 0.1})


def test_a_higher_threshold_takes_a_message_that_no_rule_holds() -> None:
    assert replay(CALM.read(EVEN), LATE).urgency == "normal"


def test_a_repeated_mail_stays_high() -> None:
    assert replay(replace(CALM, unanswered=1).read(EVEN), LATE).urgency == "high"


@pytest.mark.parametrize(("rule", "would_be"), [("hazard", "high"), ("deadline", "normal")])
def test_which_rule_fired_cannot_be_told_from_the_reading_alone(rule: str, would_be: str) -> None:
    reading = replace(CALM, fired=(rule,)).read(EVEN)
    assert replay(reading, LATE) == Replayed("high", "angry", False, None, frozenset({URGENCY}))
    assert replay(reading, LATE, (rule,)) == Replayed(would_be, "angry", False, None)


def test_abuse_that_nothing_stored_tells_is_told_as_unknown() -> None:
    assert replay(CALM.read(EVEN), RUDE) == Replayed("high", "abusive", False, None, frozenset({ESCALATION}))
    assert replay(CALM.read(EVEN), RUDE, ("insult",)) == Replayed("high", "abusive", False, ABUSE)


def test_abuse_is_let_go_with_its_tone_and_an_injury_is_not() -> None:
    assert replay(replace(CALM, fired=("insult",)).read(RUDE), EVEN).escalate is None
    assert replay(replace(CALM, fired=("injury",)).read(RUDE), EVEN).escalate == INJURY


def test_scores_that_are_not_all_there_cannot_be_replayed() -> None:
    reading = CALM.read(EVEN)
    assert can_replay(reading)
    assert not can_replay(replace(reading, tone=replace(reading.tone, scores={"angry": 0.9})))


def test_what_cannot_be_replayed_is_named() -> None:
    assert not_replayed(EVEN, LATE) == ()
    assert not_replayed(EVEN, Thresholds(flags={"money": 0.1}, boundary={"abuse": 0.9})) == ("flags", "boundary")
