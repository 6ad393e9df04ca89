"""What a rule may look at, and the few helpers every rule shares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from pipeline.config import ComposureConfig, FirmConfig, PolicyConfig
from pipeline.drafting.clauses import sentences
from pipeline.drafting.promises import own_words
from pipeline.records import Case, CheckResult, CheckStatus, DraftKind, Source


class Heard(Protocol):
    """What a model says of one sentence of a reply."""

    @property
    def faults(self) -> Mapping[str, float]:
        """The probability of each fault, named as the rules are; what is missing to 1: it is fine."""

    @property
    def acts(self) -> Mapping[str, float]:
        """The probability of each speech act: done, promise, ask, fault."""


class Judge(Protocol):
    """The model beside the rules."""

    def hear(self, sentences: Sequence[str]) -> Sequence[Heard]:
        """What each sentence does."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model says of the sentence at ``start``..``end``: its likeliest fault, how likely any is, and the speech
    acts with their probabilities."""

    start: int
    end: int
    fault: str
    suspicion: float
    acts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch of a draft with a fault, known by its words or taken for one by the model alone."""

    start: int
    end: int
    known: bool


@dataclass(frozen=True, slots=True, eq=False)
class CheckContext:
    """One draft as it stands now, whoever wrote it. It equals itself alone, so what was reckoned of it can be kept.

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
    composure: ComposureConfig = field(default_factory=ComposureConfig)
    verdicts: tuple[Verdict, ...] | None = None
    """One for each sentence of ``own``; None where no model is at hand and the rules decide alone."""
    role: str = "agent"
    """Of whoever is about to approve; while nobody is, the one that may grant least."""

    @property
    def own(self) -> str:
        """The body without what the firm does not say itself, offsets kept: quotations, restatements, passages."""
        return _own(self.body, (*self.restated, *(source.passage for source in self.sources)))

    def said(self, fault: str, *patterns: re.Pattern[str]) -> list[Said]:
        """Where ``own`` has the fault: as the patterns know it, and where the model is sure by itself."""
        known = self.known(*patterns)
        return known + self.suspected(fault, known)

    def known(self, *patterns: re.Pattern[str]) -> list[Said]:
        """Where ``own`` has words that the patterns know, but for sentences that the model takes for fine."""
        own = self.own
        return [
            Said(*match.span(), True)
            for start, end in self._not_fine(len(own))
            for pattern in patterns
            for match in pattern.finditer(own, start, end)
        ]

    def _not_fine(self, length: int) -> Iterator[tuple[int, int]]:
        """What of the text stands between the sentences that the model takes for fine."""
        start = 0
        for one in self.verdicts or ():
            if one.suspicion < self.composure.rule_from:
                if start < one.start:
                    yield start, one.start
                start = one.end
        if start < length:
            yield start, length

    def performing(self, act: str, known: Iterable[tuple[int, int]] = ()) -> list[Verdict]:
        """The sentences of which the model is sure that they perform ``act``, but for those that hold a known span."""
        places = [start for start, _ in known]
        return [
            one
            for one in self.verdicts or ()
            if one.acts.get(act, 0.0) >= self.composure.act_from
            and not any(one.start <= start < one.end for start in places)
        ]

    def suspected(self, fault: str, known: Sequence[Said]) -> list[Said]:
        """The sentences of which the model is sure that they have the fault, but for those with what is ``known``."""
        return [
            Said(one.start, one.end, False)
            for one in self.verdicts or ()
            if one.fault == fault
            and one.suspicion >= self.composure.fault_from
            and not any(one.start <= said.start < one.end for said in known)
        ]


@lru_cache(maxsize=8)  # every rule asks
def _own(body: str, not_ours: tuple[str, ...]) -> str:
    text = own_words(body)
    for said in not_ours:
        start = text.find(own_words(said))
        if said and start >= 0:
            end = start + len(said)
            text = text[:start] + re.sub(r"[^\n]", " ", said) + text[end:]
    return text


LEAST_WORDS = 3
"""Shorter lines (a greeting, a name) are not judged."""


def judged(context: CheckContext, judge: Judge | None) -> CheckContext:
    """``context`` with the verdicts of ``judge`` on what the firm says itself in its body; as it is without one."""
    if judge is None:
        return context
    said = [match for match in sentences(context.own) if len(match.group().split()) >= LEAST_WORDS]
    heard = judge.hear([" ".join(match.group().split()) for match in said])
    verdicts = tuple(_verdict(*both) for both in zip(said, heard, strict=True))
    return replace(context, verdicts=verdicts)


def _verdict(sentence: re.Match[str], heard: Heard) -> Verdict:
    fault = max(heard.faults, key=heard.faults.__getitem__)
    return Verdict(sentence.start(), sentence.end(), fault, sum(heard.faults.values()), heard.acts)


def findings(name: str, status: CheckStatus, message: str, found: Iterable[re.Match[str] | Said]) -> list[CheckResult]:
    """One result for each, pointing at it. What the model alone takes for a fault warns and never blocks."""
    said = [one if isinstance(one, Said) else Said(*one.span(), True) for one in found]
    return [
        CheckResult(name, status if one.known else CheckStatus.WARN, message, one.start, one.end, one.known)
        for one in sorted(said, key=lambda one: (one.start, one.end))
    ]


def patterns(*alternatives: str) -> re.Pattern[str]:
    """One case-insensitive pattern of several, each beginning at a word, or at most a blank before it.

    What is not the firm's own is blanked, which is half of many a draft: a look ahead spares all alternatives there.
    """
    return re.compile(r"(?<!\w)(?=\S| \w)(?:" + "|".join(alternatives) + ")", re.IGNORECASE)
