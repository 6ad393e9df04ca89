"""No slot of a template is left open."""

from __future__ import annotations

import re

from pipeline.drafting.checks.context import CheckContext, findings
from pipeline.records import CheckResult, CheckStatus

NAME = "unfilled"

_SLOT = re.compile(
    r"\{\{|\}\}|\{%|%\}|\[(?:[^\W\d_](?:[^\W\d_]|[ _'’-]){1,30})\]|<(?:[a-z][a-z _-]{1,30})>|\bX{3,}\b|"
    r"\b(?:TODO|TBD|None|undefined|null|NaN)\b|_{3,}|\blorem ipsum\b"
)


def check(context: CheckContext) -> list[CheckResult]:
    return findings(NAME, CheckStatus.BLOCK, "a slot is left open here", _SLOT.finditer(context.own))
