"""What searches find in one database: `python -m tests.integration.search_rows URL FOLDER` prints JSON by query."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import DatabaseConfig, load_config
from pipeline.resources import default_folder

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

QUERIES = (
    *(
        "tent",
        "TENT refund",
        '"lost its zip"',
        "zip lost",
        '"zip its lost"',
        "hammo*",
        "tent -refund",
        "-please",
        "from:anna",
        "zoe",
    ),
    *('from:"Zoë Zander"', "from:post.example", "FH-100007", "fh 100007", "state:sent tent", "-state:sent tent"),
    *("before:2025-01-01 tent", "after:2026-06-01 tent", "urgency:high is:open", "is:unassigned", "is:overdue refund"),
    *("tag:vip", "is:mine", "is:snoozed", "mailbox:care valdes", "mailbox:other", "straße", "nosuchword"),
)


def searched(url: str, home: Path) -> dict[str, object]:
    """Migrate the database at ``url``, seed it, and note the tickets that each query finds, page by page."""
    from pipeline.settings import activate

    config = load_config(default_folder("config"), environ={})
    calmdesk = config.calmdesk.model_copy(update={"database": DatabaseConfig(url=url)})
    activate(replace(config, folder=home, calmdesk=calmdesk))

    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from pipeline.seeding.seed import AGENT, seed
    from pipeline.store.models import Ticket
    from pipeline.store.search import find, finding, read, rebuild

    finding.NEAR = 40  # so that few tickets are found by all the steps in which PostgreSQL looks for many
    list(seed("care", 600, MORNING))
    user = User.objects.get(username=AGENT)
    chosen = Ticket.objects.order_by("pk")[10]
    chosen.tags.create(name="vip")
    Ticket.objects.filter(pk=chosen.pk).update(assignee=user)

    def found(query: str) -> list[list[int]]:
        pages, cursor = [], ""
        while True:
            page = find(read(query), user, MORNING, cursor)
            pages.append([hit.ticket.pk for hit in page.hits])
            cursor = page.next
            if not cursor:
                return pages

    before = {query: found(query) for query in QUERIES}
    list(rebuild())
    after = {query: found(query) for query in QUERIES}
    return {"before": before, "after": after}


if __name__ == "__main__":
    print(json.dumps(searched(sys.argv[1], Path(sys.argv[2]))))
