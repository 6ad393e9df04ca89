from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pipeline.review.volumes import BARS_HEIGHT, BARS_WIDTH, Day, Series, Span, bars, last_days, series, share, start_of

TODAY = date(2026, 11, 23)
LABELS = ("critical", "high", "low")


def test_a_span_ends_today_and_has_as_many_days_as_it_says() -> None:
    for span in Span:
        days = last_days(TODAY, span)
        assert (len(days), days[-1], days[0]) == (span, TODAY, TODAY - timedelta(days=span - 1))
        assert list(days) == sorted(set(days))


def test_a_day_begins_at_its_own_midnight_whatever_the_clocks_do() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert start_of(date(2026, 10, 25), berlin) == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert start_of(date(2026, 10, 26), berlin) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert start_of(TODAY, ZoneInfo("Asia/Kathmandu")) == datetime(2026, 11, 22, 18, 15, tzinfo=UTC)


def test_a_series_has_every_day_and_label_and_nothing_else() -> None:
    days = last_days(TODAY, Span.FORTNIGHT)
    found = series(
        LABELS, days, {(TODAY, "high"): 3, (days[0], "low"): 2, (TODAY, "odd"): 9, (date(2020, 1, 1), "low"): 7}
    )
    assert [day.day for day in found.days] == list(days)
    assert found.days[-1] == Day(TODAY, (0, 3, 0))
    assert (found.totals, found.total, found.most) == ((0, 3, 2), 5, 3)


def test_nothing_has_neither_bars_nor_a_share() -> None:
    none = series(LABELS, last_days(TODAY, Span.MONTH), {})
    assert (none.total, none.most, bars(none)) == (0, 0, ("", "", ""))
    assert share(0, 0) is None
    assert (share(1, 3), share(2, 2)) == (33, 100)


STRETCH = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)H([\d.]+)z")
COUNTS = st.lists(st.tuples(*[st.integers(0, 500)] * len(LABELS)), min_size=1, max_size=90)


@given(COUNTS)
def test_bars_stand_on_one_another_inside_of_the_drawing(counts: list[tuple[int, ...]]) -> None:
    found = Series(LABELS, tuple(Day(TODAY + timedelta(days=place), row) for place, row in enumerate(counts)))
    paths = bars(found)
    drawn = [[tuple(map(float, one)) for one in STRETCH.findall(path)] for path in paths]
    assert [STRETCH.sub("", path) for path in paths] == [""] * len(LABELS)
    assert [len(one) for one in drawn] == [sum(row[place] > 0 for row in counts) for place in range(len(LABELS))]
    for left, top, width, height, back in (stretch for one in drawn for stretch in one):
        assert left == back >= 0
        assert left + width <= BARS_WIDTH + 0.1
        assert -0.1 <= top <= top + height <= BARS_HEIGHT + 0.2
    fullest = [stretch for one in drawn for stretch in one]
    assert not fullest or min(stretch[1] for stretch in fullest) == 0
