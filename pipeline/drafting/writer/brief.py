"""What the model is told about a case: the material of the composer, as data that cannot end itself.

It is never shown the mail: only the concerns as they are said back, which hold no link, account or phone number and
nothing that is addressed to a machine. So the most a mail can plant is a quotation.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from pipeline.records import DraftKind, Source


@dataclass(frozen=True, slots=True)
class Brief:
    """The material for one draft. ``responsibility`` and ``sources`` stand in the draft word for word, around the
    prose; ``due`` is the reply time as it is spelled there."""

    kind: DraftKind
    firm: str
    team: str
    restated: tuple[str, ...]
    empathy: str
    regret: str
    impact: str
    responsibility: str
    sources: tuple[Source, ...]
    asks: tuple[str, ...]
    due: str

    def as_data(self) -> str:
        """The brief as one JSON object."""
        apology = self.kind is DraftKind.APOLOGY
        return fenced_json(
            {
                "concerns": self.restated,
                "empathy": self.empathy,
                "regret": self.regret if apology else "",
                "impact": self.impact if apology else "",
                "added_after_your_text": {
                    "responsibility": self.responsibility if apology else "",
                    "steps": [{"title": source.title, "text": source.passage} for source in self.sources],
                    "questions": self.asks,
                    "reply_by": f"{self.team} writes by {self.due}",
                },
            }
        )


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_MARKUP = {ord(character): f"\\u{ord(character):04x}" for character in "<>[]{}|#`&"}


def fenced_json(data: object) -> str:
    """``data`` as ASCII JSON whose strings hold no character that markup is made of: neither the delimiters around it
    nor the marks of any chat template can stand in it."""
    return _STRING.sub(lambda match: match[0].translate(_MARKUP), json.dumps(data, ensure_ascii=True, indent=1))
