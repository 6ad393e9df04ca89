"""Mails with the scores of a reading, for the tests of replay and of the pages of ops."""

from __future__ import annotations

from typing import Any

from pipeline.config import Config
from pipeline.records import TONE_LABELS, URGENCY_LABELS, Judgement, Triage
from pipeline.records import Message as MessageRecord
from pipeline.store.models import Message
from tests.rows import mail_bytes, make_desk, stored, triage_of, work_off


def judged(labels: tuple[str, ...], label: str, second: str, first: float = 0.5, then: float = 0.4) -> Judgement:
    scores = dict.fromkeys(labels, 0.01) | {label: first, second: then}
    return Judgement(label, scores[label], scores)


def read_mail(
    config: Config,
    urgency: tuple[str, str] = ("normal", "high"),
    tone: tuple[str, str] = ("worried", "angry"),
    text: str = "",
    **more: Any,
) -> Message:
    """A mail read as the first of each pair, the second of which comes near; its drafts wait for a person."""

    def reading(record: MessageRecord) -> Triage:
        values = {
            "urgency": judged(URGENCY_LABELS, *urgency),
            "tone": judged(TONE_LABELS, *tone),
            "reasons": (f"Urgency is {urgency[0]}",),
        }
        return triage_of(record, **(values | more))

    row = stored(mail_bytes(text) if text else mail_bytes())
    work_off(make_desk(config, reading))
    row.refresh_from_db()
    assert row.triage, row.error
    return row
