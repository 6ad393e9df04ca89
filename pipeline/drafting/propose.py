"""Which passages answer a mail, and which kind of draft goes first."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.config import ProposeConfig
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.stakes import find_stakes
from pipeline.records import Case, DraftKind, Source, Triage

MOST_SOURCES = 2
SECOND_FROM_SCORE = 0.9
"""A second passage has to fit almost for certain."""
URGENT_STAKES = frozenset({"safety", "security"})
_HEARD_FIRST = {"peak": "at its peak", "rising": "rising"}
"""Phases in which the customer is heard before anything else (P14)."""
LONGEST_PASSAGES = 170
"""Words of verbatim steps in one solution; a second passage beyond them is left out."""


def find_sources(case: Case, knowledge: KnowledgeBase, floor: float) -> tuple[Source, ...]:
    """The best passages for the mail that reach ``floor``; at most two, of two articles, best first."""
    return find_sources_many([case], knowledge, floor)[0]


def find_sources_many(cases: Sequence[Case], knowledge: KnowledgeBase, floor: float) -> list[tuple[Source, ...]]:
    """`find_sources` for several mails of one firm with one call of the encoder."""
    asked = [place for place, case in enumerate(cases) if may_be_answered(case.triage)]
    questions = [question_of(cases[place]) for place in asked]
    days = [cases[place].received_at.date() for place in asked]
    sources: list[tuple[Source, ...]] = [()] * len(cases)
    for place, found in zip(asked, knowledge.search_many(questions, MOST_SOURCES, days), strict=True):
        reached = [source for source in found if source.score >= floor]
        urgent = any(stake.kind in URGENT_STAKES for stake in find_stakes(cases[place]))
        sources[place] = _that_fit(reached[:1] if urgent else reached)
    return sources


def question_of(case: Case) -> str:
    """What the knowledge base is asked for a mail: subject and text."""
    return f"{case.message.subject}\n\n{case.message.text}".strip()


def may_be_answered(triage: Triage) -> bool:
    """Whether steps could be of use: the articles are in English, praise asks for nothing, a person takes the rest."""
    praise = triage.tone.label == "positive" and "no_ask" in triage.flags
    return triage.language == "en" and not praise and triage.escalate is None


def _that_fit(ranked: list[Source]) -> tuple[Source, ...]:
    words = 0
    chosen: list[Source] = []
    for source in ranked:
        words += len(source.passage.split())
        if not chosen or (words <= LONGEST_PASSAGES and source.score >= SECOND_FROM_SCORE):
            chosen.append(source)
    return tuple(chosen)


def propose(case: Case, settings: ProposeConfig, sources: tuple[Source, ...]) -> tuple[DraftKind, str]:
    """The kind that goes first and why, in plain words; the first rule that fits wins."""
    triage = case.triage
    if triage.language != "en":
        return (
            DraftKind.ACKNOWLEDGMENT,
            f"the mail is not in English but in {triage.language!r}: receive it, then let a person answer",
        )
    if triage.abstain:
        return (
            DraftKind.ACKNOWLEDGMENT,
            "the reading of this mail is not certain: receive it first",
        )
    if case.heat in _HEARD_FIRST and triage.tone.label != "positive":
        return (
            DraftKind.ACKNOWLEDGMENT,
            f"the heat of this conversation is {_HEARD_FIRST[case.heat]}: the customer is heard first, the solution "
            "waits",
        )
    if case.heat == "falling" and sources:
        return (
            DraftKind.SOLUTION,
            f"the heat of this conversation is falling: the solution leads ({sources[0].id}, score "
            f"{sources[0].score:.2f})",
        )
    if triage.intensity >= settings.acknowledgment_from_intensity:
        return (
            DraftKind.ACKNOWLEDGMENT,
            "feeling is at its height: the customer needs to be heard before any solution",
        )
    if triage.tone.label in settings.apology_tones and triage.intensity >= settings.apology_from_intensity:
        return (
            DraftKind.APOLOGY,
            f"the customer is {triage.tone.label}: an apology goes before the matter",
        )
    if sources:
        return (
            DraftKind.SOLUTION,
            f"the knowledge base answers this ({sources[0].id}, score {sources[0].score:.2f})",
        )
    return (
        DraftKind.ACKNOWLEDGMENT,
        "no passage of the knowledge base answers this: receive it and let a person look",
    )
