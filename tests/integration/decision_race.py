"""People who decide on the same tickets at once: `python -m tests.integration.decision_race URL FOLDER` prints JSON.

For every ticket each of them opens it, approves its draft, takes the approval back and approves it at
once, while a sender sends.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from pipeline.config import Config, DatabaseConfig, load_config
from pipeline.resources import default_folder

PEOPLE = 3
TICKETS = 12


def race(url: str, home: Path) -> dict[str, object]:
    from pipeline.settings import activate

    shutil.copytree(default_folder("config"), home, dirs_exist_ok=True)
    config = load_config(home, environ={"CALMDESK_PAGE__UNDO_SECONDS": "0"})
    config = replace(config, calmdesk=config.calmdesk.model_copy(update={"database": DatabaseConfig(url=url)}))
    activate(config)

    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.utils import timezone

    call_command("migrate", verbosity=0)

    from pipeline.engine.send import send_stage
    from pipeline.errors import CalmdeskError, StaleError
    from pipeline.records import Envelope
    from pipeline.review import decisions
    from pipeline.sending.smtp import SmtpSubmitter
    from pipeline.store.models import Approval, Draft, Outgoing, Ticket
    from tests.rows import drafted_ticket, person

    page = config.calmdesk.page.model_copy(update={"undo_seconds": 600})
    slow = replace(config, calmdesk=config.calmdesk.model_copy(update={"page": page}))
    tickets = [drafted_ticket(config) for _ in range(TICKETS)]
    people = [person("lead") for _ in range(PEOPLE)]
    taken: list[bytes] = []
    start, done = threading.Barrier(PEOPLE + 1), threading.Event()

    class Server:
        def send(self, raw: bytes, envelope: Envelope, *, before_data: Callable[[], None]) -> str:
            before_data()
            taken.append(raw)
            return "250 taken"

    def attempt(act: Callable[[], object], refused: list[str]) -> None:
        try:
            act()
        except StaleError as error:
            refused.append(error.kind)
        except CalmdeskError as error:
            refused.append(type(error).__name__)

    def decide(user: Any) -> list[str]:
        refused: list[str] = []
        start.wait()
        for ticket in tickets:
            draft = Draft.objects.get(ticket=ticket, kind="acknowledgment")
            attempt(lambda t=ticket: decisions.open_ticket(user, t.pk, take=True), refused)
            attempt(lambda d=draft: decisions.approve(slow, user, d.pk, d.version), refused)
            for row in Outgoing.objects.filter(ticket=ticket, state="queued"):
                attempt(lambda r=row: decisions.undo(user, r.pk), refused)
            attempt(lambda d=draft: decisions.approve(config, user, d.pk, d.version), refused)
            attempt(lambda t=ticket: decisions.tag(user, t.pk, ["late", user.username]), refused)
            attempt(lambda t=ticket: decisions.leave_ticket(user, t.pk), refused)
        connection.close()
        return refused

    def send() -> None:
        start.wait()
        while not done.is_set() or Outgoing.objects.filter(state="queued", due_at__lte=timezone.now()).exists():
            send_stage({"care": cast(SmtpSubmitter, Server())}, "sender", timedelta(minutes=5))
        connection.close()

    try:
        with ThreadPoolExecutor(PEOPLE + 1) as pool:
            sender = pool.submit(send)
            refused = list(pool.map(decide, people))
            done.set()
            sender.result()
    except DatabaseError as error:
        done.set()
        raise SystemExit(f"somebody failed: {error!r}") from error
    result = {
        "tickets": TICKETS,
        "vendor": connection.vendor,
        "refused": sorted(kind for each in refused for kind in each),
        "taken": len(taken),
        "sent": Outgoing.objects.filter(state="sent").count(),
        "states": sorted(set(Outgoing.objects.values_list("state", flat=True))),
        "sent_twice": [
            ticket.pk
            for ticket in Ticket.objects.all()
            if ticket.outgoing.filter(state__in=["sent", "queued"]).count() > 1
        ],
        "approvals": Approval.objects.count(),
        "outgoing": Outgoing.objects.count(),
        "unlike": [
            row.pk
            for row in Outgoing.objects.select_related("approval__draft")
            if row.state == "sent" and row.approval.draft.state != "sent"
        ],
        "tags": sorted({ticket.tags.count() for ticket in Ticket.objects.all()}),
    }
    every_other(config, people[0])
    return result


def every_other(config: Config, user: Any) -> None:
    """Each decision that nobody raced for, once, so that this database has seen its statements."""
    from django.utils import timezone

    from pipeline.review import decisions
    from tests.rows import drafted_ticket, make_desk, open_draft, work_off

    ticket = drafted_ticket(config)
    mail, draft = ticket.messages.get(), open_draft(ticket)
    decisions.snooze(user, ticket.pk, timezone.now() + timedelta(days=1))
    decisions.assign(user, ticket.pk, user.username)
    decisions.escalate(user, ticket.pk, user.username, "over my limit")
    decisions.preview(config, user, draft.pk, draft.body)
    draft = decisions.edit(config, user, draft.pk, draft.version, f"{draft.body}\nThank you.\n")
    decisions.change_kind(user, draft.pk, draft.version)
    decisions.regenerate(config, user, draft.pk, draft.version, "again")
    work_off(make_desk(config))
    decisions.correct_label(user, mail.pk, "tone", "angry")
    decisions.not_customer(user, mail.pk, "an offer")
    decisions.is_customer(user, mail.pk)
    work_off(make_desk(config))
    mine = decisions.new_mail(config, user, ticket.pk, "News", "Thank you for your patience.\n")
    decisions.approve(config, user, mine.pk, mine.version)
    decisions.new_reply(config, user, ticket.pk)
    draft = open_draft(ticket)
    decisions.approve_many(config, user, [(draft.pk, draft.version), (10**6, 1)])


if __name__ == "__main__":
    result = json.dumps(race(sys.argv[1], Path(sys.argv[2])))
    sys.stdout.write(f"\n{result}\n")
