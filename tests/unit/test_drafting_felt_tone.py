from __future__ import annotations

import pytest

from pipeline.drafting.phrasing import empathy, felt_tone
from tests.unit.drafting_cases import make_case


@pytest.mark.parametrize(
    ("flags", "tone"),
    [((), "positive"), (("no_ask",), "positive"), (("repeat_contact",), "frustrated"), (("money",), "neutral")],
)
def test_praise_is_taken_as_praise_only_where_nothing_is_wrong(flags: tuple[str, ...], tone: str) -> None:
    case = make_case("Lovely service, really.", tone="positive", flags=flags)
    assert felt_tone(case) == tone
    assert ("kind words" in empathy(case) or "How good of you" in empathy(case) or "welcome" in empathy(case)) == (
        tone == "positive"
    )
