"""The model card: what reads the mail here, how well it did, what it cannot, and by which thresholds it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline.config import Config, Thresholds
from pipeline.errors import ModelError
from pipeline.records import Service
from pipeline.review.access import reader
from pipeline.review.installation import configuration
from pipeline.store.models import ServiceState
from pipeline.triage.cards import REPLIES, SEARCH, TRIAGE, Card, cards_of

WORK: Mapping[str, str] = {
    TRIAGE: "Triage: urgency, tone, flags and danger",
    REPLIES: "Checks: what a sentence of a reply does",
    SEARCH: "Search of the knowledge base",
}
_SERVICES = {TRIAGE: Service.TRIAGE, REPLIES: Service.REPLIES}
"""Whose troubles are noted; the search is loaded with the triage."""


@dataclass(frozen=True, slots=True)
class Trouble:
    since: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Model:
    """``trouble`` None: it works, or nothing has needed it yet."""

    name: str
    work: str
    card: Card
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Models:
    """``weights`` and ``encoder`` as configured, "" for the shipped weights; ``error`` where a card cannot be read."""

    weights: str
    encoder: str
    languages: tuple[str, ...]
    models: tuple[Model, ...]
    error: str
    thresholds: Mapping[str, Mapping[str, Mapping[str, float]]]
    """By mailbox that has its own, "" for the others: by group and label."""


@reader
@require_GET
def ops_model(request: HttpRequest) -> HttpResponse:
    found = models(configuration())
    context = {"found": found, "groups": groups(found)}
    return render(request, "review/ops_model.html", context)


def models(config: Config) -> Models:
    model = config.calmdesk.model
    try:
        cards, error = cards_of(model), ""
    except ModelError as broken:
        cards, error = (), str(broken)
    troubles = {row.name: Trouble(row.since, row.error) for row in ServiceState.objects.all()}
    return Models(
        weights=model.weights,
        encoder=model.encoder,
        languages=model.languages,
        models=tuple(
            Model(card.name, WORK[card.name], card, troubles.get(_SERVICES.get(card.name, ""))) for card in cards
        ),
        error=error,
        thresholds={
            name: _in_force(thresholds)
            for name, thresholds in {"": config.thresholds.default, **config.thresholds.mailboxes}.items()
        },
    )


def _in_force(thresholds: Thresholds) -> dict[str, dict[str, float]]:
    return {
        "urgency": dict(thresholds.urgency),
        "tone": dict(thresholds.tone),
        "flags": dict(thresholds.flags),
        "danger": dict(thresholds.boundary),
        "not sure below": thresholds.abstain.model_dump(),
        "drafts": {"solution from score": thresholds.propose.solution_from_score}
        | {name.replace("_", " "): value for name, value in thresholds.composure.model_dump().items()},
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One threshold: of every mailbox, as `Models.thresholds` has them; and what the card suggests, if it does."""

    label: str
    values: tuple[float, ...]
    suggested: float | None


def groups(found: Models) -> dict[str, list[Row]]:
    """The thresholds as a table a group."""
    flags = next((model.card.flags for model in found.models if model.name == TRIAGE), {})
    return {
        group: [
            Row(
                label.replace("_", " "),
                tuple(one[group][label] for one in found.thresholds.values()),
                flags.get(label) if group == "flags" else None,
            )
            for label in labels
        ]
        for group, labels in found.thresholds[""].items()
    }
