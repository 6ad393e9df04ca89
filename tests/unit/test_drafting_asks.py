"""What a draft asks for: only what the matter needs and the conversation does not hold."""

from __future__ import annotations

import pytest

from pipeline.drafting.asks import missing
from tests.unit.drafting_cases import make_case


@pytest.mark.parametrize(
    "text",
    [
        "Invoice 5518 came a second time.",
        "The invoice no. 5518 is wrong.",
        "My order FH-20418 has not come.",
        "Where is the parcel of booking 77120?",
    ],
)
def test_a_number_that_names_the_matter_is_not_asked_for(text: str) -> None:
    assert "your order number" not in missing(make_case(text))


@pytest.mark.parametrize("text", ["The invoice is wrong, it says 2 kettles.", "My parcel has not come for 12 days."])
def test_a_number_of_something_else_names_no_order(text: str) -> None:
    assert "your order number" in missing(make_case(text))
