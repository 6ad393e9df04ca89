"""How much came on which day, and what it was: the numbers behind the page of volumes, and their bars."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

BARS_WIDTH, BARS_HEIGHT = 720, 160
_GAP = 0.2
"""Of a day's width, what stays free."""


class Span(enum.IntEnum):
    """How many days are looked back on, today among them."""

    FORTNIGHT = 14
    MONTH = 30
    QUARTER = 90


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a series: as many ``counts`` as it has labels, in their order."""

    day: date
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Series:
    """What came on each of the ``days``, oldest first, by label."""

    labels: tuple[str, ...]
    days: tuple[Day, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """By label, over all days."""
        return tuple(sum(day.counts[place] for day in self.days) for place in range(len(self.labels)))

    @property
    def total(self) -> int:
        return sum(day.total for day in self.days)

    @property
    def most(self) -> int:
        """Of the fullest day."""
        return max((day.total for day in self.days), default=0)


def last_days(today: date, span: Span) -> tuple[date, ...]:
    """The ``span`` days up to ``today``, oldest first."""
    return tuple(today - timedelta(days=back) for back in range(span - 1, -1, -1))


def start_of(day: date, zone: tzinfo) -> datetime:
    """The UTC instant at which ``day`` begins in ``zone``."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def series(labels: Sequence[str], days: Sequence[date], counts: Mapping[tuple[date, str], int]) -> Series:
    """``counts`` by day and label, put in order; none is 0, and what has no place among them is left out."""
    return Series(
        tuple(labels), tuple(Day(day, tuple(counts.get((day, label), 0) for label in labels)) for day in days)
    )


def share(part: int, whole: int) -> int | None:
    """Percent, to the nearest; None of nothing."""
    return round(100 * part / whole) if whole else None


def bars(found: Series) -> tuple[str, ...]:
    """By label, its stretch of every day's bar as the ``d`` of one SVG path; the first label stands at the bottom.

    The drawing is `BARS_WIDTH` by `BARS_HEIGHT`, and the fullest day as high as that.
    """
    if not found.most:
        return ("",) * len(found.labels)
    width, scale = BARS_WIDTH / len(found.days), BARS_HEIGHT / found.most
    paths: list[list[str]] = [[] for _ in found.labels]
    for place, day in enumerate(found.days):
        left, below = (place + _GAP / 2) * width, 0
        for path, count in zip(paths, day.counts, strict=True):
            if count:
                top = max(0.0, BARS_HEIGHT - (below + count) * scale)
                path.append(f"M{left:.1f} {top:.1f}h{width * (1 - _GAP):.1f}v{count * scale:.1f}H{left:.1f}z")
            below += count
    return tuple("".join(path) for path in paths)
