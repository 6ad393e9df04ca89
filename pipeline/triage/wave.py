"""Heat over a conversation: whether the customer's anger is rising, at its peak, falling, or at rest (P14).

Method. The heat of each message comes from a table of tone and intensity. It is smoothed by the running median of the
last three messages (Tukey 1977), counted in messages and not in hours, so that one message unlike its neighbours
changes nothing. The level so found is put through a play operator, the plain model of hysteresis (Krasnosel'skii and
Pokrovskii 1989): the carried level follows only when it is pulled by more than `PLAY`, so that what goes to and fro
within twice that width stands still. At or above `HOT` the carried level is a peak, below `WARM` it is calm; in
between, the way it last moved says whether the heat rises or falls.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from pipeline.records import Triage

HEAT: Mapping[str, tuple[float, float, float, float]] = {
    "abusive": (0.70, 0.80, 0.90, 1.00),
    "angry": (0.50, 0.65, 0.80, 0.90),
    "frustrated": (0.30, 0.40, 0.55, 0.70),
    "worried": (0.20, 0.30, 0.40, 0.50),
    "disappointed": (0.20, 0.30, 0.40, 0.50),
    "confused": (0.10, 0.15, 0.20, 0.30),
    "neutral": (0.00, 0.05, 0.10, 0.15),
    "positive": (0.00, 0.00, 0.00, 0.00),
}
"""By tone, the heat at intensity 0, 1, 2 and 3. Anger at us counts most; fear and grief are not anger; joy is none."""
HOT, WARM = 0.62, 0.3
PLAY = 0.06
"""A peak is thus entered at 0.68 and left below 0.56, calm left at 0.36 and entered below 0.24: wider than one step
of the table, so that going to and fro between two neighbouring entries is one phase."""
_SMOOTHED = 3


class Phase(enum.StrEnum):
    CALM = "calm"
    RISING = "rising"
    PEAK = "peak"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Point:
    """One message of the curve: its own ``heat``, the smoothed ``level`` and the phase as of then."""

    at: datetime
    heat: float
    level: float
    phase: Phase


@dataclass(frozen=True, slots=True)
class Wave:
    """The curve of a conversation, oldest message first; calm while there is none."""

    points: tuple[Point, ...] = ()

    @property
    def has_course(self) -> bool:
        """One mail tells how heated it is; only two show whether the heat rises or falls."""
        return len(self.points) >= 2

    @property
    def phase(self) -> Phase:
        return self.points[-1].phase if self.points else Phase.CALM


def heat(triage: Triage) -> float:
    """How heated a message is, in 0..1."""
    return heat_of(triage.tone.label, triage.intensity)


def heat_of(tone: str, intensity: int) -> float:
    """The entry of `HEAT`; ``intensity`` is 0..3."""
    return HEAT[tone][intensity]


def wave(heats: Iterable[tuple[datetime, float]]) -> Wave:
    """The curve of the messages that came at these times with these heats in 0..1, in any order.

    The first message tells of itself: in between, it is rising, for every conversation begins calm. Two have a
    direction. From then on a phase that two messages agree on is not left for a third alone.
    """
    ordered = sorted(heats, key=lambda one: one[0])
    levels = _smoothed([value for _, value in ordered])
    points: list[Point] = []
    carried, rose = 0.0, True
    for (at, value), level in zip(ordered, levels, strict=True):
        before = carried
        carried = _played(carried, level) if points else level
        rose = rose if carried == before else carried > before
        points.append(Point(at, value, level, _phase(carried, rose)))
    return Wave(tuple(points))


def _smoothed(heats: Sequence[float]) -> list[float]:
    """The median of each heat and up to two before it; of two heats that is their mean."""
    return [median(heats[max(0, end - _SMOOTHED) : end]) for end in range(1, len(heats) + 1)]


def _played(carried: float, level: float) -> float:
    return min(max(carried, level - PLAY), level + PLAY)


def _phase(level: float, rose: bool) -> Phase:
    if level >= HOT:
        return Phase.PEAK
    if level < WARM:
        return Phase.CALM
    return Phase.RISING if rose else Phase.FALLING
