"""The three drafts of one message: acknowledgment, apology, solution (P4-P13, P18), and which of them goes first.

Everything in a draft comes from the mail, the thread, the knowledge base, the firm's own configuration or the
sentences of `phrasing`; the same input gives the same draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.config import ComposureConfig, FirmConfig, PolicyConfig, Thresholds
from pipeline.drafting.addressing import first_name, full_name, reply_subject
from pipeline.drafting.asks import missing, order_number
from pipeline.drafting.checks import CheckContext, Judge, judged, run_checks
from pipeline.drafting.checks.asked_again import asks_again
from pipeline.drafting.checks.promises import commitments
from pipeline.drafting.complaints import said_concerns
from pipeline.drafting.escalation import escalation_summary, why_authority, why_second_yes
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.phrasing import AS_EVER, Feeling, feeling, felt_tone
from pipeline.drafting.propose import URGENT_STAKES, find_sources, propose
from pipeline.drafting.restate import quote, restate
from pipeline.drafting.spoken_time import readable_due, spelled
from pipeline.drafting.stakes import find_stakes
from pipeline.drafting.steering import is_steering, without_steering
from pipeline.drafting.templates import Templates
from pipeline.drafting.writer import Brief, Prose, Writer
from pipeline.records import Case, Draft, DraftKind, DraftSet, Manner, Source, Wish


@dataclass(frozen=True, slots=True)
class _Material:
    """What all three drafts of a message share."""

    case: Case
    firm: FirmConfig
    policy: PolicyConfig
    language: str
    said: Mapping[str, tuple[str, ...]]
    """The concerns as they are said back, by language."""
    feeling: Feeling
    asks: tuple[str, ...]
    sources: tuple[Source, ...]
    knowledge: str
    composure: ComposureConfig
    urgent: bool
    due: datetime
    manner: Manner = AS_EVER


class Composer:
    """Writes drafts from templates; holds nothing of any message. With a ``writer`` a language model words the prose of
    English drafts, as far as the checks let it."""

    def __init__(self, templates: Path | None = None, judge: Judge | None = None, writer: Writer | None = None) -> None:
        """Read the templates of ``templates`` (default: the shipped folder); ConfigError names a faulty one.

        ``judge`` is the model beside the rules of the checks.
        """
        self._templates = Templates(templates)
        self._judge = judge
        self.writer = writer

    def draft(
        self,
        case: Case,
        *,
        firm: FirmConfig,
        policy: PolicyConfig,
        thresholds: Thresholds,
        knowledge: KnowledgeBase,
        sources: tuple[Source, ...] | None = None,
        manners: Mapping[DraftKind, Manner] | None = None,
    ) -> DraftSet:
        """The checked drafts for ``case`` and the kind proposed first; none where triage escalates.

        ``sources`` are what `find_sources_many` found for it among others; by default they are looked up now.
        ``manners`` are a person's wishes. They are the composer's to fulfil: it words those drafts itself.
        """
        summary = escalation_summary(case, firm, policy.calendar, why_authority(case))
        if case.triage.escalate:
            return DraftSet(case.message.id, None, "a person has to take this", (), case.triage.escalate, summary)
        if sources is None:
            sources = find_sources(case, knowledge, thresholds.propose.solution_from_score)
        material = self._gather(case, firm, policy, thresholds, sources, knowledge)
        proposed, why = propose(case, thresholds.propose, material.sources)
        notes = "; ".join(filter(None, (why, material.feeling.note, self._language_note(material))))
        wished = manners or {}
        drafts = tuple(self._draft(kind, _in_manner(material, wished.get(kind, AS_EVER))) for kind in DraftKind)
        return DraftSet(case.message.id, proposed, notes, drafts, summary=summary)

    def _gather(
        self,
        case: Case,
        firm: FirmConfig,
        policy: PolicyConfig,
        thresholds: Thresholds,
        sources: tuple[Source, ...],
        knowledge: KnowledgeBase,
    ) -> _Material:
        spoken = case.triage.language in firm.languages and self._templates.speaks(case.triage.language)
        language = case.triage.language if spoken else "en"
        return _Material(
            case=case,
            firm=firm,
            policy=policy,
            language=language,
            said={each: said_back(case, each, policy) for each in {"en", language}},
            feeling=feeling(case, policy.liability),
            asks=tuple(
                ask for ask in missing(case) if not asks_again(f"One thing would help: please send {ask}.", case)
            ),
            sources=sources,
            knowledge="\n".join(passage.searchable for passage in knowledge.passages),
            composure=thresholds.composure,
            urgent=any(stake.kind in URGENT_STAKES for stake in find_stakes(case)),
            due=readable_due(case, policy),
        )

    def _language_note(self, material: _Material) -> str:
        language = material.case.triage.language
        if language == "en":
            return ""
        own = self._templates.kinds(material.language) if material.language == language else ()
        return f"the mail is in {language!r}; in that language: {', '.join(own) or 'no draft'}, the rest in English"

    def _draft(self, kind: DraftKind, material: _Material) -> Draft:
        language = material.language if kind in self._templates.kinds(material.language) else "en"
        variables = _variables(kind, material, language)
        composed = self._checked(self._templates.render(language, kind, variables), kind, material, language)
        if self.writer is None or material.manner.wish or material.case.triage.language != "en":
            return composed

        def build(prose: Prose) -> Draft:
            said = {"kind": kind, "opening": prose.opening, "said": prose.concerns, "bridge": prose.bridge}
            body = self._templates.render(language, "written", {**variables, **said})
            return self._checked(body, kind, material, language)

        return self.writer.write(material.case.message.id, composed, _brief(kind, material, language), build)

    def _checked(self, body: str, kind: DraftKind, material: _Material, language: str) -> Draft:
        """The draft with the text ``body``, whoever wrote it."""
        case, policy = material.case, material.policy
        restated = material.said[language]
        sources = material.sources if _shows_sources(kind, material) and language == "en" else ()
        unjudged = CheckContext(
            body,
            kind,
            case,
            material.firm,
            policy,
            case.received_at,
            sources,
            restated,
            material.knowledge,
            material.composure,
        )
        context = judged(unjudged, self._judge)
        checks = run_checks(context)
        return Draft(
            kind=kind,
            subject=reply_subject(case.message.subject),
            body=body,
            restated=restated,
            sources=sources,
            promises=tuple(commitments(context)),
            asks=material.asks if language == "en" else (),
            checks=checks,
            summary=escalation_summary(case, material.firm, policy.calendar, why_second_yes(checks)),
        )


def _brief(kind: DraftKind, material: _Material, language: str) -> Brief:
    return Brief(
        kind=kind,
        firm=material.firm.name,
        team=material.firm.team,
        restated=material.said[language],
        empathy=material.feeling.empathy,
        regret=material.feeling.regret,
        impact=material.feeling.impact,
        responsibility=material.feeling.responsibility,
        sources=material.sources if _shows_sources(kind, material) else (),
        asks=material.asks,
        due=spelled(material.due, material.policy, language),
    )


def _in_manner(material: _Material, manner: Manner) -> _Material:
    """The material as a person wants it used: asked to be short, a draft shows the best passage alone."""
    if manner == AS_EVER:
        return material
    return replace(
        material,
        feeling=feeling(material.case, material.policy.liability, manner),
        sources=material.sources[:1] if manner.wish is Wish.SHORTER else material.sources,
        manner=manner,
    )


def _shows_sources(kind: DraftKind, material: _Material) -> bool:
    """Steps stand in the solution, and in every draft where waiting for them could do harm."""
    return kind is DraftKind.SOLUTION or material.urgent


def _variables(kind: DraftKind, material: _Material, language: str) -> Mapping[str, object]:
    sources = material.sources if _shows_sources(kind, material) else ()
    team = material.firm.team
    return {
        "name": first_name(material.case),
        "full_name": full_name(material.case),
        "informal": material.firm.address_form == "informal",
        "restated": material.said[language],
        "empathy": material.feeling.empathy,
        "regret": material.feeling.regret,
        "impact": material.feeling.impact,
        "responsibility": material.feeling.responsibility,
        "asks": material.asks,
        "sources": sources,
        "order_number": order_number(material.case),
        "team": team[:1].upper() + team[1:],
        "team_inside": team,
        "due": spelled(material.due, material.policy, language),
        "firm": material.firm.name,
        "contact": material.firm.contact,
        "signature": material.firm.signature,
        "nothing_asked": "no_ask" in material.case.triage.flags or not material.case.triage.concerns,
        "positive": felt_tone(material.case) == "positive",
        "brief": material.manner.wish is Wish.SHORTER,
        "plain": material.manner.wish is Wish.PLAINER,
        "heated": material.case.triage.tone.label in {"abusive", "angry", "frustrated", "disappointed", "worried"},
    }


_MARKS: Mapping[str, tuple[str, str]] = {"de": ("„", "“"), "fr": ("«\u00a0", "\u00a0»"), "es": ("«", "»")}


def said_back(case: Case, language: str, policy: PolicyConfig) -> tuple[str, ...]:
    """The concerns as a draft in ``language`` says them back: rewritten in English, elsewhere quoted."""
    if language == "en":
        return restated_concerns(case, policy)
    marks = _MARKS.get(language, ("“", "”"))
    return tuple(dict.fromkeys(quote(text, marks) for text in _to_people(one.text for one in case.triage.concerns)))


def restated_concerns(case: Case, policy: PolicyConfig) -> tuple[str, ...]:
    """The concerns for an English draft, each once."""
    if case.triage.language != "en" or is_steering(case.message.text):  # nothing planted may pass for plain words
        return tuple(f"you write: {quote(text)}" for text in _to_people(one.text for one in case.triage.concerns))
    careful = policy.liability.forbids(case.triage.flags)
    return tuple(dict.fromkeys(_said_back(text, careful) for text in _to_people(said_concerns(case))))


def _to_people(texts: Iterable[str]) -> tuple[str, ...]:
    """``texts`` without what is addressed to a machine."""
    return tuple(filter(None, map(without_steering, texts)))


def _said_back(text: str, careful: bool) -> str:
    """Where law or injury is in play, what the firm is said to have done stays in the customer's own words."""
    said = restate(text)
    if careful and not said.quoted and _FIRM_ACTS.search(said.text):
        return f"you write: {quote(text)}"
    return said.text


_FIRM_ACTS = re.compile(r"\b(?:we|our)\b", re.IGNORECASE)
