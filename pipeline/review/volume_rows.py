"""What the database holds for the page of volumes: every figure is counted there, in a constant number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.fields.json import KT

from pipeline.config import Config
from pipeline.drafting.calendar import zone_of
from pipeline.flow import DraftState, MessageState, OutgoingState
from pipeline.records import CORRECTED_FIELDS, TONE_LABELS, URGENCY_LABELS, DraftKind, WrittenBy
from pipeline.review.queue import tickets_in
from pipeline.review.shelves import Asker
from pipeline.review.volumes import Series, Span, last_days, series, start_of
from pipeline.store.models import Draft, LabelCorrection, Message, Outgoing

CUSTOMER, SILENT, QUARANTINED, UNREAD = "customers", "no answer due", "quarantined", "not read"
ARRIVED = (CUSTOMER, SILENT, QUARANTINED)
_ARRIVED = {MessageState.SUPPRESSED: SILENT, MessageState.QUARANTINED: QUARANTINED}


@dataclass(frozen=True, slots=True)
class KindOfDraft:
    """What became of the drafts of one kind."""

    kind: str
    as_proposed: int
    edited: int
    by_person: int
    """Sent in a person's own words, which no draft of the product stood behind."""
    rejected: int


@dataclass(frozen=True, slots=True)
class Replies:
    """The replies that were sent. ``median`` is from receipt to sending, None where there was none.

    ``in_time`` counts among the ``promised``: those after which no newer mail came, whose promise would be another.
    """

    sent: int
    median: timedelta | None
    promised: int
    in_time: int
    kinds: tuple[KindOfDraft, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person at this moment, whenever it came: tickets past the promised time, tickets that hold the
    first of two approvals, and mails that failed or of which nobody knows whether they left."""

    overdue: int
    second: int
    failed: int
    uncertain: int


@dataclass(frozen=True, slots=True)
class Volumes:
    """Everything that the page tells of ``mailbox`` ("" is all of them), by days of ``zone``."""

    mailbox: str
    zone: str
    span: Span
    arrived: Series
    urgency: Series
    tone: Series
    replies: Replies
    corrected: Mapping[str, int]
    waiting: Waiting


def volumes(config: Config, mailbox: str, span: Span, now: datetime) -> Volumes:
    zone = zone_of_mailbox(config, mailbox)
    days = last_days(now.astimezone(zone).date(), span)
    since = start_of(days[0], zone)
    arrived, urgency, tone = _mails(mailbox, since, now, zone, days)
    return Volumes(
        mailbox=mailbox,
        zone=str(zone),
        span=span,
        arrived=arrived,
        urgency=urgency,
        tone=tone,
        replies=_replies(mailbox, since, now),
        corrected=_corrected(mailbox, since, now),
        waiting=_waiting(mailbox, now),
    )


def zone_of_mailbox(config: Config, mailbox: str) -> tzinfo:
    """That of its firm's calendar; UTC for all mailboxes, which may be of several."""
    return zone_of(config.policy_of(mailbox).calendar) if mailbox else UTC


# --- mail -----------------------------------------------------------------------------------------------------------


def _mails(
    mailbox: str, since: datetime, now: datetime, zone: tzinfo, days: tuple[date, ...]
) -> tuple[Series, Series, Series]:
    """What came, and of the customers' mails their urgency and tone. Imported mail came to nobody's desk."""
    rows = (
        _of(mailbox, Message.objects.filter(received_at__gte=since, received_at__lte=now))
        .exclude(state=MessageState.HISTORY)
        .annotate(day=_day_of([(day, start_of(day, zone)) for day in days]), urgency=KT("triage__urgency__label"))
        .annotate(tone=KT("triage__tone__label"))
        .values_list("day", "state", "urgency", "tone")
        .annotate(number=Count("pk"))
        .order_by()
    )
    arrived, urgent, toned = Counter[tuple[date, str]](), Counter[tuple[date, str]](), Counter[tuple[date, str]]()
    for text, state, urgency, tone, number in rows:
        day, what = date.fromisoformat(text), _ARRIVED.get(state, CUSTOMER)
        arrived[day, what] += number
        if what == CUSTOMER:
            urgent[day, urgency or UNREAD] += number
            toned[day, tone or UNREAD] += number
    return (
        series(ARRIVED, days, arrived),
        series((*URGENCY_LABELS, UNREAD), days, urgent),
        series((*TONE_LABELS, UNREAD), days, toned),
    )


def _day_of(days: Sequence[tuple[date, datetime]]) -> Case | Value:
    """On which of ``days``, each with its first instant, a mail was received, in ISO 8601.

    Halved again and again: on SQLite `TruncDate` calls back into Python for every row, which takes twice as long.
    """
    if len(days) == 1:
        return Value(days[0][0].isoformat())
    early, late = days[: len(days) // 2], days[len(days) // 2 :]
    return Case(When(received_at__lt=late[0][1], then=_day_of(early)), default=_day_of(late))


# --- replies --------------------------------------------------------------------------------------------------------

_RECEIVED = F("approval__draft__message__received_at")
_PROMISED = Q(approval__ticket_version=F("ticket__version"), ticket__reply_due_at__isnull=False)


def _replies(mailbox: str, since: datetime, now: datetime) -> Replies:
    sent = _of(mailbox, Outgoing.objects.filter(state=OutgoingState.SENT, sent_at__gte=since, sent_at__lte=now))
    sent = sent.filter(approval__draft__fresh=False)
    by_person = Q(approval__draft__writer=WrittenBy.PERSON)
    same = Q(approval__draft__body=F("approval__draft__composed_body"))
    rows = list(
        sent.values("approval__draft__kind")
        .annotate(
            sent=Count("pk"),
            by_person=Count("pk", filter=by_person),
            as_proposed=Count("pk", filter=~by_person & same),
            promised=Count("pk", filter=_PROMISED),
            in_time=Count("pk", filter=_PROMISED & Q(sent_at__lte=F("ticket__reply_due_at"))),
        )
        .order_by()
    )
    number = sum(row["sent"] for row in rows)
    return Replies(
        sent=number,
        median=_median(sent, number),
        promised=sum(row["promised"] for row in rows),
        in_time=sum(row["in_time"] for row in rows),
        kinds=_kinds(rows, _rejected(mailbox, since, now)),
    )


def _median(sent: QuerySet[Outgoing], number: int) -> timedelta | None:
    """The middle of the times from receipt to sending, or the mean of both middles. They alone leave the database."""
    times = sent.annotate(wait=F("sent_at") - _RECEIVED).order_by("wait").values_list("wait", flat=True)
    middles = list(times[max(0, (number - 1) // 2) : number // 2 + 1])
    return sum(middles, timedelta()) / len(middles) if middles else None


def _rejected(mailbox: str, since: datetime, now: datetime) -> dict[str, int]:
    """By kind; a rejected draft never changes again, so its last change was the rejection."""
    rows = Draft.objects.filter(state=DraftState.REJECTED, updated_at__gte=since, updated_at__lte=now)
    rows = rows.filter(ticket__mailbox=mailbox) if mailbox else rows
    return dict(rows.values_list("kind").annotate(number=Count("pk")).order_by())


def _kinds(rows: Iterable[Mapping[str, Any]], rejected: Mapping[str, int]) -> tuple[KindOfDraft, ...]:
    found = {row["approval__draft__kind"]: row for row in rows}
    none = {"sent": 0, "as_proposed": 0, "by_person": 0}
    return tuple(
        KindOfDraft(
            kind=kind.value,
            as_proposed=row["as_proposed"],
            edited=row["sent"] - row["as_proposed"] - row["by_person"],
            by_person=row["by_person"],
            rejected=rejected.get(kind, 0),
        )
        for kind in DraftKind
        for row in [found.get(kind, none)]
    )


# --- people ---------------------------------------------------------------------------------------------------------


def _corrected(mailbox: str, since: datetime, now: datetime) -> dict[str, int]:
    """By field, how often a person said that a label was another."""
    rows = LabelCorrection.objects.filter(at__gte=since, at__lte=now)
    rows = rows.filter(message__mailbox=mailbox) if mailbox else rows
    return dict.fromkeys(CORRECTED_FIELDS, 0) | dict(rows.values_list("field").annotate(number=Count("pk")).order_by())


def _waiting(mailbox: str, now: datetime) -> Waiting:
    asker = Asker(User(), now, mailbox)
    unsent = _of(mailbox, Outgoing.objects.filter(state__in=(OutgoingState.FAILED, OutgoingState.UNCERTAIN)))
    counts = dict(unsent.values_list("state").annotate(number=Count("pk")).order_by())
    return Waiting(
        overdue=tickets_in("open", asker).filter(reply_due_at__lt=now, risk_at__lt=now).order_by().count(),
        second=tickets_in("second", asker).order_by().count(),
        failed=counts.get(OutgoingState.FAILED, 0),
        uncertain=counts.get(OutgoingState.UNCERTAIN, 0),
    )


def _of(mailbox: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(mailbox=mailbox) if mailbox else rows
