"""One change asked for at once by many: `python -m tests.integration.api_race URL FOLDER` prints JSON."""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pipeline.config import DatabaseConfig, load_config
from pipeline.resources import default_folder

ASKERS = 6
ROUNDS = 5


def race(url: str, home: Path) -> dict[str, object]:
    """Migrate the database at ``url``; in each round everybody asks with one key, and each with a key of their own."""
    from pipeline.settings import activate

    config = load_config(default_folder("config"), environ={})
    calmdesk = config.calmdesk.model_copy(update={"database": DatabaseConfig(url=url)})
    activate(replace(config, folder=home, calmdesk=calmdesk))

    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)

    from pipeline.store.models import Action, AuditEvent, KeptAnswer, Ticket
    from tests.integration.api import Api

    api, ticket = Api(), Ticket.objects.create(mailbox="care")
    start = threading.Barrier(ASKERS)

    def ask(number: int) -> list[tuple[int, str, bool]]:
        answers = []
        for turn in range(ROUNDS):
            for key in (f"shared-{turn}", f"own-{turn}-{number}"):
                start.wait()
                response = api.post(
                    f"tickets/{ticket.pk}/actions", {"kind": "repair"}, headers={"Idempotency-Key": key}
                )
                told = response.content.decode() if key.startswith("shared") else ""
                answers.append((response.status_code, told, "Idempotency-Replayed" in response))
        connection.close()
        return answers

    with ThreadPoolExecutor(ASKERS) as pool:
        answers = [answer for found in pool.map(ask, range(ASKERS)) for answer in found]
    return {
        "vendor": connection.vendor,
        "statuses": sorted({status for status, _, _ in answers}),
        "answers": len({told for _, told, _ in answers if told}),
        "replayed": sum(replayed for _, _, replayed in answers),
        "actions": Action.objects.count(),
        "recorded": AuditEvent.objects.filter(action="action recorded").count(),
        "kept": KeptAnswer.objects.exclude(status=0).count(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(race(sys.argv[1], Path(sys.argv[2]))))
