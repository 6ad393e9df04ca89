"""Heat over a conversation: bounds, direction, and that nothing flaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import TONE_LABELS, Judgement, Triage
from pipeline.triage.wave import HEAT, HOT, PLAY, WARM, Phase, heat, wave

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HEATS = st.floats(0, 1)
COURSES = st.lists(HEATS, max_size=12)
ORDER = [Phase.CALM, Phase.RISING, Phase.PEAK]


def course(heats: Sequence[float], hours: float = 24) -> list[tuple[datetime, float]]:
    return [(START + timedelta(hours=hours * place), value) for place, value in enumerate(heats)]


def phases(heats: Sequence[float]) -> list[Phase]:
    return [point.phase for point in wave(course(heats)).points]


def reading(tone: str, intensity: int) -> Triage:
    normal = Judgement("normal", 1.0, {"normal": 1.0})
    felt = Judgement(tone, 1.0, {tone: 1.0})
    return Triage("1", "en", normal, felt, intensity, (), False, (), (), (), "")


# --- the heat of a message ------------------------------------------------------------------------------------------


def test_every_tone_has_a_heat_that_grows_with_intensity() -> None:
    assert set(HEAT) == set(TONE_LABELS)
    for row in HEAT.values():
        assert all(0 <= low <= high <= 1 for low, high in pairwise(row))


@pytest.mark.parametrize("intensity", range(4))
def test_abuse_and_anger_are_the_hottest_and_joy_is_cold(intensity: int) -> None:
    found = {tone: heat(reading(tone, intensity)) for tone in TONE_LABELS}
    hottest = sorted(found, key=lambda tone: -found[tone])
    assert hottest[:2] == ["abusive", "angry"]
    assert found["positive"] == 0


# --- the phase of a conversation ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heats", "expected"),
    [
        ([], "calm"),
        ([0.1], "calm"),
        ([0.4], "rising"),
        ([0.8], "peak"),
        ([0.1, 0.8], "rising"),
        ([0.8, 0.1], "falling"),
        ([0.0, 0.4, 0.8], "rising"),
        ([0.0, 0.4, 0.8, 0.8], "peak"),
        ([0.8, 0.9, 0.1], "peak"),
        ([0.8, 0.9, 0.4, 0.4], "falling"),
        ([0.9, 0.9, 0.55, 0.0], "falling"),
        ([0.8, 0.9, 0.1, 0.1], "calm"),
        ([0.8, 0.9, 0.4, 0.4, 0.9], "falling"),
        ([0.8, 0.9, 0.4, 0.4, 0.9, 0.9], "peak"),
        ([0.1, 0.1, 0.9], "calm"),
        ([0.1, 0.1, 0.9, 0.1], "calm"),
    ],
)
def test_known_courses_have_their_phase(heats: list[float], expected: str) -> None:
    assert wave(course(heats)).phase == expected


@given(COURSES, HEATS, HEATS)
def test_one_message_unlike_the_two_before_it_does_not_turn_the_phase(
    before: list[float], agreed: float, outlier: float
) -> None:
    settled = [*before, agreed, agreed]
    assert phases([*settled, outlier])[-1] == phases(settled)[-1]
    assert phases([*settled, outlier, agreed])[-1] == phases(settled)[-1]


@given(COURSES, st.lists(st.floats(-PLAY / 2, PLAY / 2), max_size=12), st.sampled_from([HOT, WARM]))
def test_going_to_and_fro_about_a_threshold_does_not_flap(
    before: list[float], wobbles: list[float], bound: float
) -> None:
    found = phases([*before, bound, bound, bound, *(bound + wobble for wobble in wobbles)])[len(before) + 2 :]
    assert sum(one != other for one, other in pairwise(found)) <= 1


def test_going_to_and_fro_between_neighbouring_entries_is_one_phase() -> None:
    mild_anger, clear_annoyance = HEAT["angry"][1], HEAT["frustrated"][2]
    wavering = [mild_anger, clear_annoyance, clear_annoyance, mild_anger, mild_anger] * 2
    assert set(phases([0.9, 0.9, *wavering])[4:]) == {Phase.FALLING}
    assert set(phases([0.45, 0.45, *wavering])) == {Phase.RISING}


@given(COURSES)
def test_heat_that_only_grows_never_falls(heats: list[float]) -> None:
    places = [ORDER.index(phase) for phase in phases(sorted(heats))]
    assert places == sorted(places)


@given(COURSES)
def test_heat_that_only_shrinks_never_comes_back(heats: list[float]) -> None:
    found = phases(sorted(heats, reverse=True))
    order = [Phase.PEAK, Phase.RISING, Phase.FALLING, Phase.CALM]
    places = [order.index(phase) for phase in found]
    assert places == sorted(places)
    assert Phase.RISING not in found or found[0] == Phase.RISING


@given(COURSES)
def test_levels_stay_within_what_was_written(heats: list[float]) -> None:
    points = wave(course(heats)).points
    assert [point.heat for point in points] == heats
    assert all(min(heats) <= point.level <= max(heats) for point in points)


@given(st.permutations(course([0.9, 0.1, 0.5, 0.5, 0.7, 0.2])))
def test_the_order_in_which_messages_are_handed_in_does_not_matter(heats: list[tuple[datetime, float]]) -> None:
    assert wave(heats) == wave(sorted(heats))


@given(COURSES, HEATS, st.permutations(range(4)))
def test_messages_of_equal_heat_may_change_places(before: list[float], value: float, places: list[int]) -> None:
    times = [START + timedelta(days=100 + place) for place in places]
    run = [(at, value) for at in times]
    assert wave([*course(before), *run]) == wave([*course(before), *sorted(run)])


@given(COURSES, st.floats(0.01, 1000), st.floats(0.01, 1000))
def test_only_the_order_of_messages_counts_not_the_hours_between(heats: list[float], short: float, long: float) -> None:
    near, far = wave(course(heats, short)), wave(course(heats, long))
    assert [point.phase for point in near.points] == [point.phase for point in far.points]


@given(HEATS)
def test_a_single_message_is_its_own_level(value: float) -> None:
    (point,) = wave(course([value])).points
    assert (point.heat, point.level) == (value, value)
    assert point.phase != Phase.FALLING


def test_no_message_is_calm_and_has_no_curve() -> None:
    assert (wave([]).points, wave([]).phase) == ((), Phase.CALM)
