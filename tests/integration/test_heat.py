"""The heat of a conversation on the ticket page, in the queue and in the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipeline.config import Config
from pipeline.records import Judgement, Triage
from pipeline.records import Message as MessageRecord
from pipeline.review.heat import curve, wave_of
from pipeline.store.cases import case_of
from pipeline.store.models import Message, Ticket
from tests.integration.test_api import Api, status
from tests.integration.test_mail_pages import listed, page_of
from tests.rows import mail_bytes, make_desk, stored, triage_of, work_off

pytestmark = pytest.mark.django_db

CALM, IMPATIENT, ANNOYED, FURIOUS = ("neutral", 0), ("frustrated", 1), ("frustrated", 2), ("angry", 3)
ESCALATING = (CALM, ANNOYED, FURIOUS)


def conversation(config: Config, moods: Sequence[tuple[str, int]], **more: Any) -> Ticket:
    """A ticket with one mail of the customer for each tone and intensity, oldest first."""
    felt = iter(moods)

    def reading(record: MessageRecord) -> Triage:
        tone, intensity = next(felt)
        return triage_of(record, tone=Judgement(tone, 0.9, {tone: 0.9}), intensity=intensity, **more)

    desk = make_desk(config, reading)
    references: list[str] = []
    for number in range(len(moods)):
        message_id = f"<heat-{number}@example.com>"
        headers = [f"References: {' '.join(references)}"] if references else []
        stored(mail_bytes(f"Mail {number} about my parcel.", message_id=message_id, headers=headers))
        work_off(desk)
        references.append(message_id)
    ticket = Ticket.objects.get()
    assert ticket.messages.count() == len(moods)
    return ticket


def drawing(page: str) -> ElementTree.Element:
    """The curve on a ticket page."""
    start = page.index("<svg")
    return ElementTree.fromstring(page[start : page.index("</svg>") + len("</svg>")])


def test_the_ticket_page_tells_and_draws_how_the_heat_went(desk_config: Config) -> None:
    ticket = conversation(desk_config, ESCALATING)
    page = page_of(ticket.pk)
    assert "heat: rising" in page
    picture = drawing(page)
    assert picture.attrib["role"] == "img"
    title = picture.find("title")
    assert title is not None
    assert picture.attrib["aria-labelledby"] == title.attrib["id"]
    assert title.text == "Heat of 3 mails, oldest first: 0 %, 55 %, 90 %"
    heights = [float(dot.attrib["cy"]) for dot in picture.findall("circle")]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3


def test_the_drawing_needs_nothing_that_the_page_policy_forbids(desk_config: Config) -> None:
    picture = drawing(page_of(conversation(desk_config, ESCALATING).pk))
    assert {element.tag for element in picture.iter()} <= {"svg", "title", "line", "polyline", "circle"}
    names = {name for element in picture.iter() for name in element.attrib}
    assert not any(name == "style" or name.startswith("on") or "href" in name for name in names)


def test_the_curve_stays_inside_its_frame(desk_config: Config) -> None:
    found = curve(wave_of(conversation(desk_config, (("abusive", 3), ("positive", 0), CALM, FURIOUS))))
    assert found is not None
    line = [tuple(map(float, point.split(","))) for point in found.line.split()]
    for x, y in [*line, *((dot.x, dot.y) for dot in found.dots)]:
        assert 0 < x < found.width
        assert 0 < y < found.height


def test_one_mail_shows_neither_a_phase_nor_a_curve(desk_config: Config) -> None:
    ticket = conversation(desk_config, [FURIOUS])
    page = page_of(ticket.pk)
    assert "heat:" not in page and "One mail so far" in page
    assert "<svg" not in page
    assert status(Api().get(f"tickets/{ticket.pk}"), 200)["heat"]["phase"] is None


def test_drafts_are_written_from_the_phase_of_the_conversation(desk_config: Config) -> None:
    rows = list(conversation(desk_config, (CALM, FURIOUS, FURIOUS)).messages.order_by("received_at"))
    assert [case_of(row).heat for row in rows] == ["", "rising", "peak"]


@pytest.mark.parametrize(
    ("moods", "word"),
    [
        (ESCALATING, "rising"),
        ((CALM, FURIOUS, FURIOUS), "peak"),
        ((FURIOUS, FURIOUS, CALM), "peak"),
        ((FURIOUS, CALM), "falling"),
        ((CALM, CALM, FURIOUS), ""),
    ],
)
def test_the_queue_names_the_phase_unless_it_is_calm(
    desk_config: Config, moods: Sequence[tuple[str, int]], word: str
) -> None:
    conversation(desk_config, moods)
    page = listed("open")
    assert ("heat:" in page) == bool(word)
    assert f"heat: {word}" in page or not word


def test_the_queue_asks_once_for_the_heat_of_all_its_tickets(desk_config: Config) -> None:
    ticket = conversation(desk_config, ESCALATING)
    listed("open")
    with CaptureQueriesContext(connection) as alone:
        listed("open")
    for number in range(5):
        other = Ticket.objects.create(mailbox="care", state=ticket.state, subject=f"copy {number}")
        for uid in (9000 + number, 9500 + number):
            row = ticket.messages.latest("id")
            row.pk, row.uid, row.ticket = None, uid, other
            row.save()
    with CaptureQueriesContext(connection) as together:
        assert listed("open").count("heat: peak") == 5
    assert len(together) == len(alone)


def test_the_api_gives_phase_and_points(desk_config: Config) -> None:
    ticket = conversation(desk_config, (FURIOUS, IMPATIENT, IMPATIENT))
    found = status(Api().get(f"tickets/{ticket.pk}"), 200)["heat"]
    assert found["phase"] == "falling"
    assert [point["heat"] for point in found["points"]] == [0.9, 0.4, 0.4]
    assert [point["phase"] for point in found["points"]][-1] == "falling"
    assert all(0 <= point["level"] <= 1 and point["at"].startswith("2026-1") for point in found["points"])


def test_a_ticket_without_a_reading_is_calm(desk_config: Config) -> None:
    ticket = Ticket.objects.create(mailbox="care", state="quarantined")
    assert status(Api().get(f"tickets/{ticket.pk}"), 200)["heat"] == {"phase": None, "points": []}
    assert page_of(ticket.pk).count("heat:") == 0


@pytest.mark.parametrize("state", ["suppressed", "history"])
def test_mail_that_no_answer_is_due_to_does_not_count(desk_config: Config, state: str) -> None:
    ticket = conversation(desk_config, (CALM, CALM, FURIOUS, FURIOUS))
    assert wave_of(ticket).phase == "peak"
    hot = ticket.messages.order_by("-id")[:2]
    Message.objects.filter(pk__in=[row.pk for row in hot]).update(state=state)
    assert wave_of(ticket).phase == "calm"
