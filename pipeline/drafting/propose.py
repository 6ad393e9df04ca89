"""Which passages answer a mail, and which kind of draft goes first."""

from __future__ import annotations

from dataclasses import replace

from pipeline.config import ProposeConfig
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.stakes import find_stakes
from pipeline.records import Case, DraftKind, Source

MOST_SOURCES = 2
BEST_OF_MAIL = 3
SECOND_FROM_SCORE = 0.9
"""A second passage has to fit almost for certain."""
URGENT_STAKES = frozenset({"safety", "security"})
_HEARD_FIRST = {"peak": "at its peak", "rising": "rising"}
"""Phases in which the customer is heard before anything else (P14)."""
LONGEST_PASSAGES = 170
"""Words of verbatim steps in one solution; a second passage beyond them is left out."""


def find_sources(case: Case, knowledge: KnowledgeBase, floor: float) -> tuple[Source, ...]:
    """The best passages for the mail and its concerns that reach ``floor``; at most two, best first.

    One sentence alone ("my machine", "money back") resembles much that has nothing to do with the mail, so a passage
    counts for a concern only where it is also among the best for the mail as a whole, and ranks by both.
    """
    if case.triage.language != "en" or (case.triage.tone.label == "positive" and "no_ask" in case.triage.flags):
        return ()
    concerns = list(dict.fromkeys(concern.text for concern in case.triage.concerns))
    mail = f"{case.message.subject}. {' '.join(concerns) or case.message.text}"[:600]
    whole, *parts = knowledge.search_many([mail, *concerns], BEST_OF_MAIL)
    score = {source.title: source.score for source in whole}
    for found in parts:
        for source in found[:1]:
            if source.title in score:
                score[source.title] = max(score[source.title], (source.score + score[source.title]) / 2)
    reached = [replace(source, score=score[source.title]) for source in whole if score[source.title] >= floor]
    ranked = sorted(reached, key=lambda source: (-source.score, source.title))
    urgent = any(stake.kind in URGENT_STAKES for stake in find_stakes(case))
    return _that_fit(ranked[:1] if urgent else ranked[:MOST_SOURCES])


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
