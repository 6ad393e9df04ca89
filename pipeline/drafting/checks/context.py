"""What a rule may look at, and the few helpers every rule shares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.config import FirmConfig, PolicyConfig
from pipeline.drafting.promises import own_words
from pipeline.records import Case, CheckResult, CheckStatus, DraftKind, Source


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One draft as it stands now, whoever wrote it.

    ``now`` is the time the draft is judged at: drafting gives the mail's arrival, the page the time of the edit.
    ``knowledge`` is the firm's whole knowledge base as text; a fact that stands in it is grounded.
    """

    body: str
    kind: DraftKind
    case: Case
    firm: FirmConfig
    policy: PolicyConfig
    now: datetime
    sources: tuple[Source, ...] = ()
    restated: tuple[str, ...] = ()
    knowledge: str = ""
    role: str = "agent"
    """Of whoever is about to approve; while nobody is, the one that may grant least."""

    @property
    def own(self) -> str:
        """The body without what the firm does not say itself, offsets kept: quotations, restatements, passages."""
        text = own_words(self.body)
        for said in (*self.restated, *(source.passage for source in self.sources)):
            start = text.find(own_words(said))
            if said and start >= 0:
                end = start + len(said)
                text = text[:start] + re.sub(r"[^\n]", " ", said) + text[end:]
        return text


_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\w)[^.!?\n]+)*[.!?]*")


def sentences(text: str) -> Iterator[re.Match[str]]:
    """The sentences of ``text`` as matches, so that their offsets are at hand."""
    return (match for match in _SENTENCE.finditer(text) if match.group().strip())


def findings(name: str, status: CheckStatus, message: str, matches: Iterable[re.Match[str]]) -> list[CheckResult]:
    """One result a match, pointing at it."""
    return [CheckResult(name, status, message, match.start(), match.end()) for match in matches]


def patterns(*alternatives: str) -> re.Pattern[str]:
    """One case-insensitive pattern of several, each beginning at a word."""
    return re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + ")", re.IGNORECASE)
