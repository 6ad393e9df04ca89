from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Concern, Evidence
from pipeline.review.highlight import segments

OFFSETS = st.integers(-5, 60)
EVIDENCE = st.lists(st.builds(Evidence, OFFSETS, OFFSETS, st.sampled_from(["urgency", "tone", "money"])), max_size=8)
CONCERNS = st.lists(st.builds(Concern, st.text(max_size=5), OFFSETS, OFFSETS), max_size=5)


@given(st.text(max_size=50), EVIDENCE, CONCERNS)
def test_the_segments_joined_are_the_text_whatever_the_offsets(
    text: str, evidence: list[Evidence], concerns: list[Concern]
) -> None:
    parts = segments(text, evidence, concerns)
    assert "".join(part.text for part in parts) == text
    assert all(part.text for part in parts)


@given(st.text(min_size=1, max_size=50), EVIDENCE, CONCERNS)
def test_each_character_is_marked_by_exactly_what_covers_it(
    text: str, evidence: list[Evidence], concerns: list[Concern]
) -> None:
    position = 0
    for part in segments(text, evidence, concerns):
        covering = {e.target for e in evidence if 0 <= e.start <= position < e.end <= len(text)}
        assert part.why == " and ".join(sorted(covering))
        position += len(part.text)


@given(st.text(min_size=1, max_size=20))
def test_offsets_outside_the_text_mark_nothing(text: str) -> None:
    beyond = len(text) + 1
    evidence = [Evidence(0, beyond, "tone"), Evidence(-1, 1, "tone"), Evidence(1, 1, "tone")]
    concerns = [Concern("", -1, beyond), Concern("", 0, beyond)]
    assert all(not part.why and not part.concern for part in segments(text, evidence, concerns))


def test_overlaps_name_both() -> None:
    parts = segments("abcdef", [Evidence(0, 4, "tone"), Evidence(2, 6, "urgency")], [Concern("", 2, 4)])
    assert [(part.text, part.why, part.concern) for part in parts] == [
        ("ab", "tone", 0),
        ("cd", "tone and urgency", 1),
        ("ef", "urgency", 0),
    ]
