"""Workers that race for the rows of one database: `python -m tests.integration.claim_race URL FOLDER` prints JSON."""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipeline.config import DatabaseConfig, load_config
from pipeline.resources import default_folder

WORKERS = 6
ROWS = 60


def race(url: str, home: Path) -> dict[str, object]:
    """Migrate the database at ``url``, store mails, let all workers claim at once; what each got, and what is left."""
    from pipeline.settings import activate

    config = load_config(default_folder("config"), environ={})
    calmdesk = config.calmdesk.model_copy(update={"database": DatabaseConfig(url=url)})
    activate(replace(config, folder=home, calmdesk=calmdesk))

    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)

    from pipeline.store.claims import claim
    from pipeline.store.models import Message
    from tests.rows import mail_bytes, stored

    for uid in range(1, ROWS + 1):
        stored(mail_bytes(), uid)
    start = threading.Barrier(WORKERS)

    def work(owner: str) -> list[int]:
        claimed: list[int] = []
        start.wait()
        while rows := claim(Message, ["received"], owner, timedelta(hours=1), 4):
            claimed += [row.pk for row in rows]
        connection.close()
        return claimed

    with ThreadPoolExecutor(WORKERS) as pool:
        claimed = list(pool.map(work, [f"worker-{number}" for number in range(WORKERS)]))
    return {
        "vendor": connection.vendor,
        "claimed": claimed,
        "unclaimed": Message.objects.filter(owner="").count(),
        "owned": {row.pk: row.owner for row in Message.objects.all()},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(race(sys.argv[1], Path(sys.argv[2]))))
