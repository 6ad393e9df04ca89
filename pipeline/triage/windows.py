"""Which tokens of a long text are read together: windows of whole sentences that overlap by whole sentences."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

_CUT = re.compile(r"[.!?…]+[\"')\]]*\s+|\n\s*")
"""Behind this a sentence begins: told without regard to capitals, so that shouting moves no window."""
MOST_WINDOWS = 6
"""Of a text longer than this (about 1,000 words) the middle is not read: what a mail wants stands at its ends."""


def windows(text: str, starts: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Stretches ``start <= token < end`` of at most ``room`` tokens; ``starts`` are the tokens' places in ``text``.

    Each begins up to a quarter of the room before the end of the one before it. The first begins the text and the
    last ends it; as the last reaches back as far as it can, the closing sentences never stand alone.
    """
    total = len(starts)
    if total <= room:
        return [(0, total)]
    borders = _borders(text, starts, room)
    found = [(0, _last_within(borders, room))]
    while found[-1][1] < total:
        start = _first_from(borders, max(found[-1][0] + 1, found[-1][1] - room // 4))
        found.append((start, _last_within(borders, start + room)))
    found[-1] = (_first_from(borders, total - room), total)
    half = MOST_WINDOWS // 2
    return found if len(found) <= MOST_WINDOWS else found[:half] + found[-half:]


def _borders(text: str, starts: Sequence[int], room: int) -> list[int]:
    """The tokens that open a sentence, and the end; what is longer than half the room without one is cut there."""
    opening = {bisect_left(starts, match.end()) for match in _CUT.finditer(text)}
    whole = sorted(opening | {0, len(starts)})
    step = max(room // 2, 1)
    return [cut for left, right in pairwise(whole) for cut in range(left, right, step)] + [len(starts)]


def _first_from(borders: Sequence[int], token: int) -> int:
    return borders[bisect_left(borders, token)]


def _last_within(borders: Sequence[int], token: int) -> int:
    return borders[bisect_right(borders, token) - 1]
