"""What people corrected in the reading of mails: kept on the mail, and told as examples to learn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.errors import FlowError
from pipeline.records import TONE_LABELS, URGENCY_LABELS, Judgement, Triage
from pipeline.store.models import LabelCorrection, Message

LABELS = {"urgency": URGENCY_LABELS, "tone": TONE_LABELS}


@dataclass(frozen=True, slots=True)
class Correction:
    """A mail and the label that a person gave it in place of the model's, ``was``."""

    subject: str
    text: str
    field: str
    label: str
    was: str
    at: datetime


def relabelled(triage: Triage, field: str, label: str, by: str) -> Triage:
    """``triage`` with a person's label; the confidence stays what the model said. FlowError for no such label."""
    if label not in LABELS.get(field, ()):
        raise FlowError(f"{label[:40]!r} is no {field[:40]} that is known")
    judgement: Judgement = getattr(triage, field)
    corrected = replace(judgement, label=label, corrected_by=by)
    return replace(triage, urgency=corrected) if field == "urgency" else replace(triage, tone=corrected)


def with_corrections(message: Message, triage: Triage) -> Triage:
    """A new reading of ``message``, in which what a person corrected before stays as they said."""
    for row in message.corrections.select_related("by").order_by("at", "id"):
        triage = relabelled(triage, row.field, row.now, row.by.get_username())
    return triage


def as_read(triage: Triage, was: Mapping[str, str]) -> Triage:
    """``triage`` with the labels that the model gave; ``was`` has them by field, where people corrected them."""
    given = {name: replace(getattr(triage, name), label=label, corrected_by="") for name, label in was.items()}
    return replace(triage, **given)


def before_corrections(messages: Collection[int]) -> dict[int, dict[str, str]]:
    """By message and field, the model's label of those that were corrected."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = LabelCorrection.objects.filter(message__in=messages).order_by("at", "id")
    for message, name, was in rows.values_list("message_id", "field", "was"):
        found[message].setdefault(name, was)
    return found


def corrections() -> Iterator[Correction]:
    """The newest correction of each mail and field, in the order they were made."""
    rows = LabelCorrection.objects.order_by("at", "id").select_related("message")
    newest = {(row.message_id, row.field): row.pk for row in rows.only("message_id", "field")}
    for row in rows.filter(pk__in=newest.values()).iterator():
        parsed = row.message.parsed or {}
        yield Correction(parsed.get("subject", ""), parsed.get("text", ""), row.field, row.now, row.was, row.at)
