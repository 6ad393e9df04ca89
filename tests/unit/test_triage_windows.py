"""Windows over long texts: nothing at the ends is lost, sentences stay whole, and there are few of them."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.triage.windows import MOST_WINDOWS, windows

WORDS = st.lists(st.sampled_from(["tea", "lamp", "box.", "Why?", "\n\n", "-", "e.g.", "one,"]), max_size=200)


def tokens(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]


@given(WORDS, st.integers(8, 60))
def test_windows_are_small_enough_and_reach_from_the_first_token_to_the_last(words: list[str], room: int) -> None:
    starts = tokens(" ".join(words))
    found = windows(" ".join(words), starts, room)
    assert found[0][0] == 0
    assert found[-1][1] == len(starts)
    assert 1 <= len(found) <= MOST_WINDOWS
    assert all(0 <= start <= end <= start + room for start, end in found)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(found))


@given(WORDS, st.integers(8, 60))
def test_no_token_is_left_out_until_there_would_be_too_many_windows(words: list[str], room: int) -> None:
    starts = tokens(" ".join(words))
    found = windows(" ".join(words), starts, room)
    gaps = [place for place, (one, other) in enumerate(pairwise(found), 1) if other[0] > one[1]]
    assert gaps in ([], [MOST_WINDOWS // 2])
    assert not gaps or len(found) == MOST_WINDOWS


def test_windows_begin_and_end_with_sentences_and_overlap() -> None:
    text = " ".join(f"This is the plain sentence number {number}." for number in range(30))
    starts = tokens(text)
    found = windows(text, starts, 60)
    assert len(found) > 2
    for start, end in found:
        assert text[starts[start] :].startswith("This is")
        assert end == len(starts) or text[starts[end] :].startswith("This is")
    assert all(other[0] < one[1] for one, other in pairwise(found))


def test_a_sentence_without_end_is_cut() -> None:
    text = "word " * 1000
    found = windows(text, tokens(text), 100)
    assert len(found) == MOST_WINDOWS
    assert {end - start for start, end in found} == {100}
