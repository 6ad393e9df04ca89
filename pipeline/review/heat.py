"""The heat of a conversation as the pages and the API show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.flow import UNANSWERED
from pipeline.store.models import Message, Ticket
from pipeline.triage.wave import HOT, WARM, Phase, Wave, heat_of, wave

CURVE_WIDTH, CURVE_HEIGHT, CURVE_EDGE = 240, 64, 6


@dataclass(frozen=True, slots=True)
class Dot:
    """A message on the curve: where it stands in the drawing, and what is read out of it."""

    x: float
    y: float
    at: datetime
    percent: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The drawing of a wave, `CURVE_WIDTH` by `CURVE_HEIGHT`: messages at equal distances, as they are smoothed."""

    dots: Sequence[Dot]
    line: str
    """The smoothed level, as the ``points`` of an SVG polyline."""
    hot: float
    warm: float
    width: int = CURVE_WIDTH
    height: int = CURVE_HEIGHT


def wave_of(ticket: Ticket) -> Wave:
    """The wave of the ticket's customer messages."""
    return waves_of([ticket]).get(ticket.pk, Wave())


def wave_of_mails(mails: Iterable[Message]) -> Wave:
    """The wave of the messages of one ticket, of which those count that were read and are answered."""
    read = [(mail.received_at, mail.triage) for mail in mails if mail.triage and mail.state not in UNANSWERED]
    return wave((at, heat_of(triage["tone"]["label"], triage["intensity"])) for at, triage in read)


def waves_of(tickets: Iterable[Ticket]) -> dict[int, Wave]:
    """By ticket; none for a ticket without a reading."""
    return {ticket: found for ticket, (found, *_) in readings_of(tickets).items()}


def readings_of(tickets: Iterable[Ticket], *columns: str) -> dict[int, tuple[Any, ...]]:
    """By ticket, the wave of its mails that were read and are answered, and ``columns`` of the newest of them.

    One query, which leaves the large columns where they are.
    """
    rows = Message.objects.filter(ticket__in=list(tickets), triage__isnull=False).exclude(state__in=UNANSWERED)
    heats: dict[int, list[tuple[datetime, float]]] = defaultdict(list)
    newest: dict[int, Sequence[Any]] = {}
    mood = ("ticket_id", "received_at", "triage__tone__label", "triage__intensity")
    for ticket, at, tone, intensity, *more in rows.order_by("received_at", "id").values_list(*mood, *columns):
        heats[ticket].append((at, heat_of(tone, intensity)))
        newest[ticket] = more
    return {ticket: (wave(found), *newest[ticket]) for ticket, found in heats.items()}


def stirred(found: Wave | None) -> str:
    """The phase where there is something to tell of: rising, peak or falling; else "", also below two mails."""
    return found.phase if found and found.has_course and found.phase is not Phase.CALM else ""


def curve(found: Wave) -> Curve | None:
    """None where there are not two messages to draw a line between."""
    points = found.points
    if not found.has_course:
        return None
    step = (CURVE_WIDTH - 2 * CURVE_EDGE) / (len(points) - 1)
    across = [round(CURVE_EDGE + step * place, 1) for place in range(len(points))]
    dots = [Dot(x, _y(point.heat), point.at, round(100 * point.heat)) for x, point in zip(across, points, strict=True)]
    line = " ".join(f"{x},{_y(point.level)}" for x, point in zip(across, points, strict=True))
    return Curve(dots, line, _y(HOT), _y(WARM))


def _y(value: float) -> float:
    return round(CURVE_HEIGHT - CURVE_EDGE - value * (CURVE_HEIGHT - 2 * CURVE_EDGE), 1)
