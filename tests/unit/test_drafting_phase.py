"""Which kind goes first by the heat over the thread (P14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import ProposeConfig
from pipeline.drafting.propose import propose
from pipeline.records import DraftKind, Source
from pipeline.triage.wave import heat_of, wave
from tests.unit.drafting_cases import make_case

SOURCES = (Source("sign-in", "Signing in", "Use the link.", 0.97),)
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CALM, CROSS, FURIOUS = ("neutral", 0), ("frustrated", 2), ("angry", 3)
MOODS = st.sampled_from([CALM, ("confused", 1), ("worried", 2), CROSS, ("angry", 1), FURIOUS, ("abusive", 3)])


def proposals(moods: Sequence[tuple[str, int]], sources: tuple[Source, ...] = SOURCES) -> list[DraftKind]:
    """What is proposed for each mail of a conversation as it comes."""
    found = []
    for count, (tone, intensity) in enumerate(moods, start=1):
        course = wave((START + timedelta(days=day), heat_of(*mood)) for day, mood in enumerate(moods[:count]))
        case = make_case("My machine hums.", tone=tone, intensity=intensity)
        case = replace(case, heat=course.phase if course.has_course else "")
        found.append(propose(case, ProposeConfig(), sources)[0])
    return found


def test_at_a_peak_the_customer_is_heard_and_the_solution_waits() -> None:
    assert proposals([FURIOUS, FURIOUS, FURIOUS])[1:] == [DraftKind.ACKNOWLEDGMENT] * 2
    assert proposals([CALM, CROSS, FURIOUS])[-1] is DraftKind.ACKNOWLEDGMENT


def test_when_the_heat_falls_the_solution_leads() -> None:
    course = [FURIOUS, FURIOUS, CROSS, CROSS]
    assert proposals(course)[-1] is DraftKind.SOLUTION


def test_falling_heat_without_an_answer_does_not_propose_an_empty_solution() -> None:
    assert proposals([FURIOUS, FURIOUS, CROSS, CROSS], ())[-1] is not DraftKind.SOLUTION


def test_one_mail_has_no_phase() -> None:
    assert proposals([("frustrated", 1)]) == [DraftKind.SOLUTION]


@given(st.lists(MOODS, min_size=4, max_size=10), st.data())
def test_one_mail_unlike_its_neighbours_does_not_turn_the_phase_to_and_fro(
    moods: list[tuple[str, int]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(2, len(moods) - 2))
    mood, other = data.draw(MOODS), data.draw(MOODS)
    steady = [*moods[:2], *[mood] * 6]
    bumped = [*steady[: place + 3], other, *steady[place + 3 :]]
    phases = [
        wave((START + timedelta(days=day), heat_of(*one)) for day, one in enumerate(bumped[:count])).phase
        for count in range(5, len(bumped) + 1)
    ]
    assert len([1 for before, after in pairwise(phases) if before != after]) <= 1


@pytest.mark.parametrize("phase", ["peak", "rising"])
def test_thanks_are_not_answered_as_a_storm(phase: str) -> None:
    case = replace(make_case("Thank you, it works.", tone="positive"), heat=phase)
    assert "heard first" not in propose(case, ProposeConfig(), SOURCES)[1]
