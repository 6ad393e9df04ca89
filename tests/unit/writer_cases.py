"""A case for the writer tests, and answers to it."""

from __future__ import annotations

import json
from typing import Any

from pipeline.drafting.writer import Brief
from pipeline.records import DraftKind

BRIEF = Brief(
    kind=DraftKind.ACKNOWLEDGMENT,
    firm="Fernhollow",
    team="the care team",
    restated=("your parcel FH-20418 has not come", "nobody answers your letters"),
    empathy="Nobody can move a birthday to suit a problem like this.",
    regret="",
    impact="",
    responsibility="",
    sources=(),
    asks=(),
    due="14:00 on Tuesday 24 November",
)


def answer(**replaced: Any) -> str:
    """An answer to ``BRIEF`` as a good model gives it, with some keys ``replaced``."""
    return json.dumps(
        {
            "opening": "Being left to wait for a gift is hard, and I understand why you write.",
            "concerns": ["Your parcel FH-20418 has not come.", "nobody answers your letters"],
            "bridge": "Here is what happens now.",
        }
        | replaced
    )
