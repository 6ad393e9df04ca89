"""Where the evidence stands in the mail, as segments that a template can mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.records import Concern, Evidence


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text; ``why`` names what it is evidence for, ``concern`` the number of the concern it belongs to."""

    text: str
    why: str = ""
    concern: int = 0


def segments(text: str, evidence: Sequence[Evidence], concerns: Sequence[Concern]) -> list[Segment]:
    """Cut ``text`` at every border; joined again the segments give ``text`` exactly. Bad offsets are ignored."""
    marks: list[Evidence | Concern] = [*evidence, *concerns]
    good = [item for item in marks if _fits(item, text)]
    borders = sorted({0, len(text), *(border for item in good for border in (item.start, item.end))})
    return [_segment(text, start, end, evidence, concerns) for start, end in pairwise(borders)]


def _fits(item: Evidence | Concern, text: str) -> bool:
    return 0 <= item.start < item.end <= len(text)


def _segment(text: str, start: int, end: int, evidence: Sequence[Evidence], concerns: Sequence[Concern]) -> Segment:
    def covers(item: Evidence | Concern) -> bool:
        return _fits(item, text) and item.start <= start and end <= item.end

    targets = sorted({item.target for item in evidence if covers(item)})
    number = next((n for n, item in enumerate(concerns, 1) if covers(item)), 0)
    return Segment(text[start:end], " and ".join(targets), number)
