"""The results of a search in the left pane of the desk."""

from __future__ import annotations

import pytest
from django.test import Client

from pipeline.config import Config
from pipeline.review import decisions
from tests.rows import drafted_ticket, mail_bytes, open_draft, person

pytestmark = pytest.mark.django_db
SWAP = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client() -> Client:
    signed_in = Client()
    signed_in.force_login(person("agent", "kim"))
    return signed_in


def test_results_are_the_list_of_the_desk_and_stay_beside_an_open_ticket(desk_config: Config, client: Client) -> None:
    ticket = drafted_ticket(desk_config)
    for path in ("/search", f"/tickets/{ticket.pk}"):
        page = client.get(path, {"q": "parcel"}).content.decode()
        assert 'class="panes"' in page and "1 conversation found" in page and 'id="view-open"' not in page
        assert f'id="ticket-{ticket.pk}" href="/tickets/{ticket.pk}?q=parcel"' in page
    assert "← Results" in page


def test_an_open_page_gets_the_part_that_it_asks_for(desk_config: Config, client: Client) -> None:
    drafted_ticket(desk_config)
    lines = client.get("/search", {"q": "parcel"}, HTTP_HX_TARGET="lines", **SWAP).content.decode()
    pane = client.get("/search", {"q": "parcel"}, HTTP_HX_TARGET="pane", **SWAP).content.decode()
    assert lines.startswith('<div id="lines"') and "<html" not in lines
    assert 'id="pane"' in pane and 'id="lines"' not in pane


def test_without_words_it_says_how_one_searches(client: Client, desk_config: Config) -> None:
    decisions.save_view(person("lead"), "Parcels", "parcel", True)
    page = client.get("/search").content.decode()
    assert "What can be searched for" in page and "Parcels" in page and "found." not in page


def test_after_the_last_result_one_is_back_at_the_results(desk_config: Config, client: Client) -> None:
    rows = [drafted_ticket(desk_config, mail_bytes(sender=f"c{number}@mail.example")) for number in range(2)]
    for here, there in zip(reversed(rows), (f"/tickets/{rows[0].pk}?q=parcel", "/search?q=parcel"), strict=True):
        draft = open_draft(here)
        form = {"action": "approve-next", "version": draft.version, "body": draft.body}
        beside = f"http://testserver/tickets/{here.pk}?q=parcel"
        assert client.post(f"/drafts/{draft.pk}/decide", form, HTTP_REFERER=beside)["Location"] == there
