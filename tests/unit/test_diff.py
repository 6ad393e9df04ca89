from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.review import diff
from pipeline.review.diff import Change, changes

TEXTS = st.text(alphabet="ab .\nÄ😀", max_size=60)


@given(TEXTS, TEXTS)
def test_what_is_shown_holds_both_texts_whole(old: str, new: str) -> None:
    found = changes(old, new)
    if old == new:
        assert found == []
        return
    assert "".join(part.text for part in found if part.kind != "removed") == new
    assert "".join(part.text for part in found if part.kind != "added") == old


def test_a_word_that_was_changed_stands_alone() -> None:
    assert changes("We will write on Monday.", "We will call on Monday.") == [
        Change("same", "We will "),
        Change("removed", "write"),
        Change("added", "call"),
        Change("same", " on Monday."),
    ]


def test_a_very_long_text_is_compared_by_lines_and_one_without_lines_as_a_whole() -> None:
    long = "word " * diff.MOST_WORDS
    assert changes(long + "\nend", long + "\nthe end")[0] == Change("same", long + "\n")
    many = "\n" * (diff.MOST_LINES + 1)
    assert changes(many, "short") == [Change("removed", many), Change("added", "short")]
