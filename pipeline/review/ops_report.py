"""What the thresholds did with the newest mail, and what another one would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import yaml

from pipeline.config import Config, CostsConfig, Thresholds
from pipeline.flow import TicketState
from pipeline.records import TONE_LABELS, URGENCY_LABELS
from pipeline.review.label_scores import LabelScore, Pair, cost, expected_cost, label_scores, mean
from pipeline.review.ops_readings import MOST, StoredReading, newest, readings
from pipeline.store.models import Ticket
from pipeline.triage.decide import choose
from pipeline.triage.replay import ESCALATION, URGENCY, Replayed, can_replay, replay

MOST_TICKETS = 20
DAYS = 30
LABELS = {"urgency": URGENCY_LABELS, "tone": TONE_LABELS}


@dataclass(frozen=True, slots=True)
class Asked:
    """``mailbox`` "" for all of them; ``label`` "" where nothing else is tried."""

    mailbox: str = ""
    days: int = DAYS
    label: str = ""
    threshold: float = 0.0

    @property
    def field(self) -> str:
        return "urgency" if self.label in URGENCY_LABELS else "tone"


@dataclass(frozen=True, slots=True)
class Move:
    was: str
    would_be: str
    count: int


@dataclass(frozen=True, slots=True)
class MovedTicket:
    """``subject`` is empty where the ticket is ``held`` for a named person: no list tells what it is about (P15)."""

    ticket: int
    held: bool
    subject: str
    was: str
    would_be: str


@dataclass(frozen=True, slots=True)
class Costs:
    """Of a hundred mails, None where there is none. ``expected`` goes by the model's own probabilities, ``observed``
    by the mails that people judged."""

    under: float
    over: float
    expected: float | None
    observed: float | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``changed`` mails would have another label. ``kept`` would too, had not a person said which; of ``open`` it
    cannot be told, because a rule may hold the label. ``may_escalate`` of them might go to a named person."""

    label: str
    threshold: float
    now: float
    changed: int
    moves: Sequence[Move]
    kept: int
    open: int
    escalated: int
    let_go: int
    may_escalate: int
    doubtful: int
    sure: int
    costs: Costs | None
    tickets: Sequence[MovedTicket]
    yaml: str


@dataclass(frozen=True, slots=True)
class Report:
    """``most`` is whether there are older mails in the days asked for that were not looked at."""

    mailbox: str
    days: int
    mails: int
    most: bool
    judged_urgency: int
    judged_tone: int
    without_scores: int
    urgency: Sequence[LabelScore]
    tone: Sequence[LabelScore]
    costs: Costs
    what_if: WhatIf | None


def report(config: Config, asked: Asked, now: datetime) -> Report:
    """Read-only; the number of queries is that of the mailboxes and a few."""
    mailboxes = [name for name in config.mailboxes if asked.mailbox in ("", name)]
    numbers = newest(mailboxes, now - timedelta(days=asked.days))
    today, trial = _Tally(config), _Trial(config, asked) if asked.label else None
    for one in readings(numbers):
        today.add(one)
        if trial:
            trial.add(one)
    shown = config.thresholds.of(asked.mailbox)
    return Report(
        mailbox=asked.mailbox,
        days=asked.days,
        mails=len(numbers),
        most=len(numbers) == MOST,
        judged_urgency=today.judged["urgency"].total(),
        judged_tone=today.judged["tone"].total(),
        without_scores=today.without_scores,
        urgency=label_scores(URGENCY_LABELS, shown.urgency, today.given["urgency"], today.judged["urgency"]),
        tone=label_scores(TONE_LABELS, shown.tone, today.given["tone"], today.judged["tone"]),
        costs=today.costs.shown(shown.costs),
        what_if=trial.shown(shown) if trial else None,
    )


@dataclass
class _CostTally:
    expected: list[float] = field(default_factory=list)
    observed: list[float] = field(default_factory=list)

    def add(self, one: StoredReading, label: str, costs: CostsConfig) -> None:
        """``label`` is the urgency that ``one`` got, or would get, without people."""
        if can_replay(one.read):
            self.expected.append(expected_cost(label, one.read.urgency.scores, costs))
        if one.judged("urgency"):
            self.observed.append(cost(label, one.stored.urgency.label, costs))

    def shown(self, costs: CostsConfig) -> Costs:
        return Costs(costs.under, costs.over, _of_hundred(self.expected), _of_hundred(self.observed))


def _of_hundred(values: Sequence[float]) -> float | None:
    found = mean(values)
    return None if found is None else round(100 * found, 1)


class _Tally:
    """What the labels that were given add up to."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.given: dict[str, Counter[str]] = {name: Counter() for name in LABELS}
        self.judged: dict[str, Counter[Pair]] = {name: Counter() for name in LABELS}
        self.without_scores = 0
        self.costs = _CostTally()

    def add(self, one: StoredReading) -> None:
        for name in LABELS:
            label = getattr(one.read, name).label
            self.given[name][label] += 1
            if one.judged(name):
                self.judged[name][label, getattr(one.stored, name).label] += 1
        self.without_scores += not can_replay(one.read)
        self.costs.add(one, one.read.urgency.label, self._config.thresholds.of(one.mailbox).costs)


class _Trial:
    """What one other threshold adds up to. It is compared with today's, not with those by which a mail was read."""

    def __init__(self, config: Config, asked: Asked) -> None:
        self._config, self._asked = config, asked
        self._moves: Counter[Pair] = Counter()
        self._tickets: dict[int, Pair] = {}
        self._counts: Counter[str] = Counter()
        self._costs = _CostTally()

    def add(self, one: StoredReading) -> None:
        if not can_replay(one.read):
            return
        today, label = self._config.thresholds.of(one.mailbox), one.read.urgency.label
        other = self._other(today)
        if self._chosen(one, today) != self._chosen(one, other):
            found = replay(one.read, other)
            self._compare(one, replay(one.read, today), found)
            label = found.urgency
        self._costs.add(one, label, today.costs)

    def _chosen(self, one: StoredReading, thresholds: Thresholds) -> str:
        name = self._asked.field
        return choose(getattr(one.read, name).scores, getattr(thresholds, name), LABELS[name]).label

    def _other(self, today: Thresholds) -> Thresholds:
        """``today`` with the threshold that is tried; where all mailboxes are asked for, one with its own keeps it."""
        asked, values = self._asked, getattr(today, self._asked.field)
        if not asked.mailbox and values[asked.label] != _now(self._config.thresholds.default, asked):
            return today
        return today.model_copy(update={asked.field: {**values, asked.label: asked.threshold}})

    def _compare(self, one: StoredReading, before: Replayed, after: Replayed) -> None:
        pair: Pair = getattr(before, self._asked.field), getattr(after, self._asked.field)
        unknown = after.unknown - before.unknown
        differs = pair[0] != pair[1]
        self._counts["open"] += URGENCY in unknown
        self._counts["kept"] += differs and one.corrected(self._asked.field)
        if differs and not one.corrected(self._asked.field):
            self._moves[pair] += 1
            if one.ticket and len(self._tickets) < MOST_TICKETS:
                self._tickets.setdefault(one.ticket, pair)
        self._counts["escalated"] += not before.escalate and bool(after.escalate)
        self._counts["let_go"] += bool(before.escalate) and not after.escalate
        self._counts["may_escalate"] += ESCALATION in unknown
        self._counts["doubtful"] += after.abstain and not before.abstain
        self._counts["sure"] += before.abstain and not after.abstain

    def shown(self, thresholds: Thresholds) -> WhatIf:
        """``thresholds`` are those of the page."""
        asked = self._asked
        return WhatIf(
            label=asked.label,
            threshold=asked.threshold,
            now=_now(thresholds, asked),
            changed=self._moves.total(),
            moves=[Move(*pair, count) for pair, count in self._moves.most_common()],
            **{name: self._counts[name] for name in _COUNTED},
            costs=self._costs.shown(thresholds.costs) if asked.field == "urgency" else None,
            tickets=_moved(self._tickets),
            yaml=_yaml(asked),
        )


_COUNTED = ("kept", "open", "escalated", "let_go", "may_escalate", "doubtful", "sure")


def _now(thresholds: Thresholds, asked: Asked) -> float:
    found: float = getattr(thresholds, asked.field)[asked.label]
    return found


def _moved(tickets: Mapping[int, Pair]) -> list[MovedTicket]:
    rows = Ticket.objects.filter(pk__in=tickets).order_by("-pk").values_list("pk", "state", "subject")
    return [
        MovedTicket(number, held, "" if held else subject, *tickets[number])
        for number, held, subject in (
            (number, state == TicketState.ESCALATED, subject) for number, state, subject in rows
        )
    ]


def _yaml(asked: Asked) -> str:
    """The lines for ``thresholds.yaml``, which has the other lines of these sections already."""
    changed = {asked.field: {asked.label: asked.threshold}}
    return yaml.safe_dump({"mailboxes": {asked.mailbox: changed}} if asked.mailbox else {"default": changed})
