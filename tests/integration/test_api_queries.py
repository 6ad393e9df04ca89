"""However long a list of the API is, it asks the database as often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import Ticket
from tests.integration.api import Api
from tests.rows import drafted_ticket, mail_bytes, open_draft, person, queued

pytestmark = pytest.mark.django_db

LISTS = (
    "tickets",
    "search?q=parcel",
    "outgoing",
    "audit",
    "views",
    "tokens",
    "mailboxes",
    "customers/care/orla@example.com",
)


def _busy(config: Config, api: Api) -> Ticket:
    """A ticket with all that a line of a list tells, a reply of another, a note, a view and a token."""
    drafted = drafted_ticket(config, mail_bytes())
    agent, lead = person("agent"), person("lead")
    decisions.tag(agent, drafted.pk, ["parcel", "late"])
    decisions.escalate(agent, drafted.pk, lead.username, "over my limit")
    decisions.open_ticket(agent, drafted.pk)
    decisions.add_note(config, agent, "care", "orla@example.com", "Prefers letters.")
    decisions.save_view(lead, f"view of {lead.username}", "parcel", shared=True)
    decisions.make_token(api.user, "more", ["read"], 1)
    queued(config)
    return drafted


def _queries(api: Api, path: str) -> tuple[int, int]:
    """How many there were, and how long the answer was."""
    with CaptureQueriesContext(connection) as asked:
        answer = api.get(path)
    assert answer.status_code == 200, answer.content
    return len(asked), len(answer.content)


def test_a_list_takes_as_many_queries_for_several_as_for_one(desk_config: Config) -> None:
    api = Api("admin")
    _busy(desk_config, api)
    api.get("me")  # the first use of a token is noted
    one = {path: _queries(api, path) for path in LISTS}
    for _ in range(3):
        _busy(desk_config, api)
    several = {path: _queries(api, path) for path in LISTS}
    assert {path: count for path, (count, _) in several.items()} == {path: count for path, (count, _) in one.items()}
    assert all(several[path][1] > one[path][1] for path in LISTS if path != "mailboxes")


def _more_drafts(config: Config, ticket: Ticket) -> None:
    agent = person("agent")
    for _ in range(3):
        decisions.new_reply(config, agent, ticket.pk, "Thank you for writing.\n")


def _more_replies(config: Config, ticket: Ticket) -> None:
    agent = person("agent")
    for _ in range(3):
        draft = decisions.new_mail(config, agent, ticket.pk, "News", open_draft(ticket).body)
        decisions.approve(config, agent, draft.pk, draft.version)


def _more_mails(config: Config, ticket: Ticket) -> None:
    first = ticket.messages.get().message_id
    for _ in range(3):
        raw = mail_bytes("Well?", headers=[f"In-Reply-To: {first}"])
        assert drafted_ticket(config, raw) == ticket


@pytest.mark.parametrize("more", [_more_drafts, _more_replies, _more_mails])
def test_a_ticket_takes_as_many_queries_whatever_it_holds(
    desk_config: Config, more: Callable[[Config, Ticket], None]
) -> None:
    api = Api()
    ticket = drafted_ticket(desk_config)
    Ticket.objects.filter(pk=ticket.pk).update(opened_until=timezone.now() - timedelta(hours=1))
    api.get("me")
    before = _queries(api, f"tickets/{ticket.pk}")
    more(desk_config, ticket)
    after = _queries(api, f"tickets/{ticket.pk}")
    assert after[0] == before[0]
    assert after[1] > before[1]
