"""Cases for the drafting tests, built by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.config import CalendarConfig, FirmConfig, PolicyConfig
from pipeline.drafting.checks import CheckContext
from pipeline.records import Address, Case, Concern, DraftKind, Fault, Judgement, Message, ThreadTurn, Triage

MONDAY_NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRIDAY_EVENING = datetime(2026, 11, 27, 17, 55, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 10, 7, tzinfo=UTC)

FIRM = FirmConfig(
    name="Fernhollow",
    signature="Mara Quill\nFernhollow Customer Care",
    team="the care team",
    contact="care@fernhollow.example",
    escalation_contact="lead@fernhollow.example",
    languages=("en", "de"),
)
POLICY = PolicyConfig(calendar=CalendarConfig(timezone="Europe/Dublin", holidays=("2026-12-25",)))


def judgement(label: str) -> Judgement:
    return Judgement(label, 0.9, {label: 0.9})


def make_case(
    text: str,
    concerns: tuple[str, ...] = (),
    *,
    subject: str = "Help",
    message_id: str = "m1",
    urgency: str = "normal",
    tone: str = "neutral",
    intensity: int = 0,
    flags: tuple[str, ...] = (),
    language: str = "en",
    abstain: bool = False,
    escalate: str | None = None,
    fault: Fault = Fault.UNKNOWN,
    thread: tuple[ThreadTurn, ...] = (),
    name: str = "Orla Tennick",
    received_at: datetime = TUESDAY,
) -> Case:
    spans = tuple(Concern(c, text.find(c), text.find(c) + len(c)) for c in concerns)
    triage = Triage(
        message_id,
        language,
        judgement(urgency),
        judgement(tone),
        intensity,
        flags,
        abstain,
        (),
        (),
        spans,
        "",
        escalate,
    )
    sender = Address(name, "orla@example.com")
    return Case(Message(message_id, subject, text), triage, sender, received_at, fault, thread)


def context(body: str, case: Case | None = None, now: datetime = TUESDAY, **more: object) -> CheckContext:
    made = CheckContext(body, DraftKind.ACKNOWLEDGMENT, case or make_case("Hello."), FIRM, POLICY, now)
    values = {name: getattr(made, name) for name in made.__slots__} | more
    return CheckContext(**values)
