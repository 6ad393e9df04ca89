"""The pages of ops in a real browser."""

from __future__ import annotations

import pytest
from django.utils import timezone

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import Message
from tests.acceptance.browser import NARROW, WIDE, ZOOMED, Desk, look
from tests.ops_rows import read_mail
from tests.rows import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_threshold_is_tried_by_keyboard_and_the_page_is_legible(desk: Desk, slow_config: Config) -> None:
    rows = [read_mail(slow_config) for _ in range(3)]
    read_mail(slow_config, ("high", "normal"), reasons=('Urgency is high: the writer says "by Friday"',))
    Message.objects.update(received_at=timezone.now())
    decisions.correct_label(person("agent", "lea"), rows[0].pk, "urgency", "critical")
    page = desk.page("otto", "/ops/thresholds", role="ops")
    page.get_by_role("heading", name="Thresholds").first.wait_for()
    page.get_by_label("Label").select_option("high")
    page.get_by_label("Threshold", exact=True).fill("2")
    page.keyboard.press("Enter")
    page.get_by_text("A threshold is a number above 0").wait_for()
    page.get_by_label("Threshold", exact=True).fill("0.2")
    page.keyboard.press("Enter")
    page.get_by_text("2 of 4 mails").wait_for()
    look(page, "ops-thresholds", (NARROW, ZOOMED, WIDE))
    page.get_by_role("link", name=f"ticket {rows[1].ticket_id}").click()
    page.get_by_text("My parcel has not come.").first.wait_for()
