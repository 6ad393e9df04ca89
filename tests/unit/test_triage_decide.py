"""Thresholds decide, rules lift, boundaries escalate: all without a model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.config import AbstainConfig, Thresholds
from pipeline.records import BOUNDARY_LABELS, FLAG_LABELS, TONE_LABELS, URGENCY_LABELS, Judgement
from pipeline.triage.boundary import ABUSE, DANGER, INJURY, SELF_HARM, THREAT, crossed, escalation
from pipeline.triage.decide import Decision, choose, decide
from pipeline.triage.signals import find_signals

EVEN = Thresholds(
    urgency=dict.fromkeys(URGENCY_LABELS, 0.5),
    flags=dict.fromkeys(FLAG_LABELS, 0.5),
    boundary=dict.fromkeys(BOUNDARY_LABELS, 0.5),
)


def scores(**given: float) -> dict[str, dict[str, float]]:
    """Scores of a calm, normal message, with what a test gives laid over."""
    found = {
        "urgency": dict.fromkeys(URGENCY_LABELS, 0.1) | {"normal": 0.7},
        "tone": dict.fromkeys(TONE_LABELS, 0.05) | {"neutral": 0.65},
        "intensity": {"0": 0.7, "1": 0.1, "2": 0.1, "3": 0.1},
        "flags": dict.fromkeys(FLAG_LABELS, 0.1),
        "boundary": {"none": 0.95} | dict.fromkeys(BOUNDARY_LABELS, 0.01),
    }
    for label, value in given.items():
        head = next(head for head in ("urgency", "tone", "flags", "boundary") if label in found[head])
        found[head][label] = value
    return found


def decided(
    text: str = "The lamp is dim.", thresholds: Thresholds = EVEN, language: str = "en", **given: float
) -> Decision:
    return decide(scores(**given), thresholds, text=text, signals=find_signals(text), language=language)


def test_equal_thresholds_choose_the_likeliest_label() -> None:
    assert choose({"a": 0.2, "b": 0.8}, {"a": 0.5, "b": 0.5}, ("a", "b")) == Judgement("b", 0.8, {"a": 0.2, "b": 0.8})


def test_a_lower_threshold_makes_a_label_easier_to_reach() -> None:
    eager = Thresholds(urgency={"high": 0.05})
    assert decided(high=0.2).urgency.label == "normal"
    assert decided(high=0.2, thresholds=eager).urgency.label == "high"
    assert decided(high=0.2, thresholds=eager).urgency.confidence == 0.2


def test_a_flag_is_raised_at_its_threshold() -> None:
    assert decided(sarcasm=0.5).flags == ("sarcasm",)
    assert decided(sarcasm=0.49).flags == ()
    assert decided(sarcasm=0.3, thresholds=Thresholds(flags={"sarcasm": 0.3})).flags == ("sarcasm",)


def test_a_rule_lifts_a_flag_that_the_model_half_sees() -> None:
    assert "money" not in decided(money=0.3).flags
    assert "money" in decided("I want a refund.", money=0.3).flags


def test_low_confidence_abstains_and_says_so() -> None:
    strict = Thresholds(abstain=AbstainConfig(urgency=0.9, tone=0.2))
    assert decided(thresholds=strict).abstain
    assert "Low confidence in urgency (0.70 < 0.90)" in decided(thresholds=strict).reasons
    assert not decided().abstain


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("", "und", "The message has no text"),
        ("1234", "und", "The language cannot be told; the model reads English"),
        ("Wo ist mein Paket?", "de", "The language is de; the model reads English"),
    ],
)
def test_what_cannot_be_read_abstains(text: str, language: str, reason: str) -> None:
    found = decided(text, language=language)
    assert found.abstain
    assert reason in found.reasons


def test_safety_overrides_the_model() -> None:
    assert decided("I want to die").urgency.label == "critical"
    assert decided("There is a gas leak").urgency.label == "critical"
    assert decided("I know where you live").urgency.label == "high"
    assert decided("I know where you live", critical=0.9).urgency.label == "critical"


def test_the_reason_quotes_the_words_that_make_it_urgent() -> None:
    found = decided("I need it by Friday.", high=0.9)
    assert found.reasons[0] == 'Urgency is high: the writer says "need it by Friday"'


def test_a_likely_graver_urgency_is_mentioned() -> None:
    assert decided(high=0.2).reasons == ("Urgency is normal, but high is possible (0.20)",)


CALM = Judgement("neutral", 0.9, {})
RUDE = Judgement("abusive", 0.9, {})


def handed(text: str, tone: Judgement, intensity: int) -> str | None:
    return escalation(crossed(find_signals(text), {}, EVEN.boundary), tone, intensity)


@pytest.mark.parametrize(
    ("text", "tone", "reason"),
    [
        ("I don't want to live any more", CALM, SELF_HARM),
        ("my baby is locked inside the car", CALM, DANGER),
        ("I will come and hurt you, you idiots", RUDE, THREAT),
        ("You idiots, fix it", RUDE, ABUSE),
        ("You idiots, fix it", replace(RUDE, label="angry"), None),
        ("Do your job for once", RUDE, None),
        ("This app is killing me, I'd kill for a search box", RUDE, None),
        ("I am furious", replace(RUDE, label="angry"), None),
    ],
)
def test_boundaries(text: str, tone: Judgement, reason: str | None) -> None:
    assert handed(text, tone, 2) == reason


def test_mild_rudeness_is_answered() -> None:
    assert handed("You clowns, where is it?", RUDE, 1) is None


def test_the_gravest_boundary_is_named() -> None:
    assert handed("I will kill you and then kill myself", RUDE, 3) == SELF_HARM


@pytest.mark.parametrize(
    ("label", "tone", "reason", "urgency"),
    [
        ("self_harm", CALM, SELF_HARM, "critical"),
        ("danger", CALM, DANGER, "critical"),
        ("injury", CALM, INJURY, "high"),
        ("threat", CALM, THREAT, "high"),
        ("abuse", RUDE, ABUSE, "normal"),
        ("abuse", CALM, None, "normal"),
    ],
)
def test_the_model_alone_is_witness_enough_of_harm(
    label: str, tone: Judgement, reason: str | None, urgency: str
) -> None:
    found = decided(**{label: 0.6})
    assert escalation(found.crossed, tone, 2) == reason
    assert found.urgency.label == urgency
    assert decided(**{label: 0.4}).crossed == frozenset()


def test_a_lower_boundary_threshold_hands_over_more() -> None:
    careful = Thresholds(boundary={"self_harm": 0.2})
    assert decided(self_harm=0.3, thresholds=careful).crossed == {"self_harm"}


def test_in_a_language_the_model_does_not_read_both_stay_witnesses() -> None:
    assert decided(self_harm=0.9, language="de").crossed == {"self_harm"}
    assert decided("Ich kann nicht mehr. I want to die", self_harm=0.0, language="de").crossed == {"self_harm"}


def test_no_feeling_is_claimed_of_a_language_that_the_model_does_not_read() -> None:
    heated = {"angry": 0.9, "neutral": 0.05}
    unread, read = (
        decide({**scores(), "tone": {**scores()["tone"], **heated}, "intensity": {"0": 0, "1": 0, "2": 0, "3": 1}},
               EVEN, text="Wo bleibt die Rechnung?", signals=(), language=language)
        for language in ("de", "en")
    )  # fmt: skip
    assert (unread.tone.label, unread.tone.confidence, unread.intensity) == ("neutral", 0.05, 0)
    assert (read.tone.label, read.intensity) == ("angry", 3)


def test_a_language_that_the_configured_model_reads_is_no_doubt() -> None:
    def told(*languages: str) -> Decision:
        return decide(scores(), EVEN, text="Die Lampe ist trüb.", signals=(), language="de", languages=languages)

    assert told("en").abstain and not told("en", "de").abstain
    assert "the model reads en, fr" in told("en", "fr").reasons[-1]


def repeated(unanswered: int, text: str = "The lamp is dim.", **given: float) -> Decision:
    return decide(scores(**given), EVEN, text=text, signals=find_signals(text), language="en", unanswered=unanswered)


def test_an_unanswered_mail_in_the_thread_makes_a_real_matter_high() -> None:
    found = repeated(1)
    assert found.urgency.label == "high"
    assert found.flags == ("repeat_contact",)
    assert "Repeated: an earlier mail of this customer in the thread has no answer" in found.reasons
    assert "Repeated: 3 earlier mails of this customer in the thread have no answer" in repeated(3).reasons


def test_a_repeated_trifle_stays_low_and_a_repeated_emergency_critical() -> None:
    assert repeated(1, low=0.9).urgency.label == "low"
    assert repeated(1, critical=0.9).urgency.label == "critical"


def test_a_first_contact_is_not_repeated() -> None:
    assert repeated(0) == decided()
