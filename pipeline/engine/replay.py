"""What a changed configuration would have made of the stored mails, batch by batch; nothing is changed.

Replayed are the thresholds of urgency and tone, abstention, and the rules of ``propose``, from what is stored: see
`pipeline.triage.replay` for what cannot be told. Labels that people corrected stay. The kind of draft that would be
proposed first is compared between both configurations; the heat of the conversation and the passages found in the
knowledge base are taken as they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipeline.config import Config, ProposeConfig
from pipeline.drafting.propose import may_be_answered, propose
from pipeline.flow import UNANSWERED
from pipeline.records import Case, DraftKind, Source, Triage, WrittenBy
from pipeline.records import Message as MessageRecord
from pipeline.store import codec
from pipeline.store.corrections import as_read, before_corrections
from pipeline.store.models import Draft, Message
from pipeline.triage.all_signals import all_signals
from pipeline.triage.replay import Replayed, can_replay, replay
from pipeline.triage.signal_rules import SignalRules
from pipeline.triage.volume import joined
from pipeline.triage.wave import heat_of, wave

BATCH = 200
KIND = "kind"
_ANY = Source("", "", "", 1.0)
"""A passage that a search might have found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mail; of ``was`` and ``would_be`` what differs, by name. ``unknown`` names what may differ and cannot be told.

    ``scores`` is False where the scores of some label are not stored, so that nothing can be told at all.
    """

    id: int
    ticket: int | None
    mailbox: str
    was: Mapping[str, Any] = field(default_factory=dict)
    would_be: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    scores: bool = True

    @property
    def differs(self) -> bool:
        return bool(self.would_be or self.unknown)


def replay_stored(
    config: Config, other: Config, rules: SignalRules, since: datetime | None = None, limit: int | None = None
) -> Iterator[Outcome]:
    """Every mail that was read, newest first, under ``other``. ``rules`` are those by which it was read: where it
    depends on them, its text is asked again."""
    rows = Message.objects.filter(triage__isnull=False).exclude(state__in=UNANSWERED).order_by("-pk")
    rows = rows.filter(received_at__gte=since) if since else rows
    left = limit
    while batch := list(rows.defer("parsed", "summary")[: BATCH if left is None else min(BATCH, left)]):
        yield from _Batch(batch, config, other, rules).outcomes()
        rows = rows.filter(pk__lt=batch[-1].pk)
        left = None if left is None else left - len(batch)


class _Batch:
    """Some mails, with what of other rows their outcome depends on."""

    def __init__(self, rows: Sequence[Message], config: Config, other: Config, rules: SignalRules) -> None:
        self._rows, self._config, self._other, self._rules = rows, config, other, rules
        self._stored = {row.pk: codec.triage_from_json(row.triage) for row in rows}
        corrected = before_corrections(list(self._stored))
        self._read = {number: as_read(triage, corrected.get(number, {})) for number, triage in self._stored.items()}
        self._sources = _sources(list(self._stored))
        self._heats = _heats({row.ticket_id for row in rows if row.ticket_id})

    def outcomes(self) -> Iterator[Outcome]:
        told = [row for row in self._rows if can_replay(self._read[row.pk])]
        found = {row.pk: self._replayed(row) for row in told}
        texts = _texts([number for number, one in found.items() if one.unknown])
        for row in self._rows:
            if row.pk not in found:
                yield Outcome(row.pk, row.ticket_id, row.mailbox, scores=False)
                continue
            if row.pk in texts:
                fired = {signal.name for signal in all_signals(self._rules, texts[row.pk])}
                found[row.pk] = self._replayed(row, fired)
            yield self._outcome(row, found[row.pk])

    def _replayed(self, row: Message, fired: Collection[str] | None = None) -> Replayed:
        return replay(self._read[row.pk], self._other.thresholds.of(row.mailbox), fired)

    def _outcome(self, row: Message, found: Replayed) -> Outcome:
        stored = self._stored[row.pk]
        would_be = _as_decided(stored, found)
        unknown = found.unknown - {name for name in found.unknown if _is_corrected(stored, name)}
        was, now = _shown(stored), _shown(would_be)
        kinds, open_kind = self._kinds(row, stored, would_be)
        if kinds:
            was[KIND], now[KIND] = kinds
        differ = [name for name in was if was[name] != now[name]]
        return Outcome(
            row.pk,
            row.ticket_id,
            row.mailbox,
            {name: was[name] for name in differ},
            {name: now[name] for name in differ},
            tuple(sorted(unknown | ({KIND} if open_kind else set()))),
        )

    def _kinds(
        self, row: Message, stored: Triage, would_be: Triage
    ) -> tuple[tuple[DraftKind | None, DraftKind | None] | None, bool]:
        """Which kind is proposed first by either configuration, and whether the second cannot be told. None where the
        product wrote no drafts, or the second cannot be told."""
        before, after = (one.thresholds.of(row.mailbox).propose for one in (self._config, self._other))
        if stored.escalate:
            return None, would_be.escalate is None  # no knowledge base was asked
        if row.pk not in self._sources:
            return None, False
        sources = self._sources[row.pk]
        was = self._kind(row, stored, before, sources)
        if would_be.escalate:
            return (was, None), False
        kept = tuple(one for one in sources if one.score >= after.solution_from_score)
        kept = kept if may_be_answered(would_be) else ()
        asked_less = after.solution_from_score < before.solution_from_score or not may_be_answered(stored)
        now = self._kind(row, would_be, after, kept)
        if asked_less and not kept and may_be_answered(would_be) and now != self._kind(row, would_be, after, (_ANY,)):
            return None, True
        return (was, now), False

    def _kind(self, row: Message, triage: Triage, settings: ProposeConfig, sources: tuple[Source, ...]) -> DraftKind:
        """As `pipeline.store.cases` gathers it, the heat that of the mails up to this one."""
        found = wave(one for one in self._heats.get(row.ticket_id or 0, ()) if one[0] <= row.received_at)
        record, heat = MessageRecord(str(row.pk), "", "", row.mailbox), found.phase if found.has_course else ""
        return propose(Case(record, triage, None, row.received_at, heat=heat), settings, sources)[0]


def _as_decided(stored: Triage, found: Replayed) -> Triage:
    """``stored`` with what was found; a person's label stays."""
    urgency, tone = stored.urgency, stored.tone
    return replace(
        stored,
        urgency=urgency if urgency.corrected_by else replace(urgency, label=found.urgency),
        tone=tone if tone.corrected_by else replace(tone, label=found.tone),
        abstain=found.abstain,
        escalate=found.escalate,
    )


def _is_corrected(stored: Triage, name: str) -> bool:
    return name == "urgency" and bool(stored.urgency.corrected_by)


def _shown(triage: Triage) -> dict[str, Any]:
    labels = {"urgency": triage.urgency.label, "tone": triage.tone.label}
    return {**labels, "abstain": triage.abstain, "escalation": triage.escalate}


def _sources(messages: Collection[int]) -> dict[int, tuple[Source, ...]]:
    """By message, the passages that its drafts rest on; only messages that the product wrote drafts for."""
    found: dict[int, tuple[Source, ...]] = {}
    rows = Draft.objects.filter(message__in=messages).exclude(writer=WrittenBy.PERSON)
    for message, sources in rows.values_list("message_id", "sources"):
        found[message] = max(found.get(message, ()), tuple(Source(**source) for source in sources), key=len)
    return found


def _heats(tickets: Collection[int]) -> dict[int, list[tuple[datetime, float]]]:
    """By ticket, time and heat of its mails that were read."""
    found: dict[int, list[tuple[datetime, float]]] = defaultdict(list)
    rows = Message.objects.filter(ticket__in=tickets, triage__isnull=False).exclude(state__in=UNANSWERED)
    columns = ("ticket_id", "received_at", "triage__tone__label", "triage__intensity")
    for ticket, at, tone, intensity in rows.values_list(*columns):
        if ticket is not None:
            found[ticket].append((at, heat_of(tone, intensity)))
    return found


def _texts(messages: Collection[int]) -> dict[int, str]:
    """By message, subject and text as they were read."""
    rows = Message.objects.filter(pk__in=messages, parsed__isnull=False)
    columns = rows.values_list("pk", "parsed__subject", "parsed__text")
    return {number: joined(subject or "", text or "") for number, subject, text in columns}
