"""Workers that read and parse one mailbox at once: `python -m tests.integration.intake_race URL FOLDER` prints JSON.

Every mail lies in two folders, and every third belongs to the conversation of the one before; all workers read both
folders and parse, while a person calls mails of robots a customer's.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipeline.config import DatabaseConfig, load_config
from pipeline.records import RawMail
from pipeline.resources import default_folder

WORKERS = 4
MAILS = 60
FOLDERS = ("INBOX", "All Mail")


def race(url: str, home: Path) -> dict[str, object]:
    from pipeline.settings import activate

    shutil.copytree(default_folder("config"), home, dirs_exist_ok=True)
    config = load_config(home, environ={})
    config = replace(config, calmdesk=config.calmdesk.model_copy(update={"database": DatabaseConfig(url=url)}))
    activate(config)

    from django.core.management import call_command
    from django.db import DatabaseError, connection

    call_command("migrate", verbosity=0)

    from pipeline.engine.stages import parse_stage
    from pipeline.errors import CalmdeskError
    from pipeline.review import decisions
    from pipeline.store.intake import open_folder, store_mails
    from pipeline.store.models import Message, Ticket
    from tests.rows import MORNING, mail_bytes, make_desk, person

    raws = []
    for number in range(MAILS):
        robot = ["Auto-Submitted: auto-replied"] if number % 5 == 4 else []
        answers = [f"References: <mail-{number - 1}@example.com>"] if number % 3 == 2 else []
        sender = f"c{number - (number % 3 == 2)}@example.com"
        raws.append(
            mail_bytes(
                f"Mail {number}.", sender=sender, message_id=f"<mail-{number}@example.com>", headers=robot + answers
            )
        )

    def lots(folder: str) -> Iterator[Sequence[RawMail]]:
        trace = b"Delivered-To: %s@fernhollow.example\r\n" % folder.split()[0].lower().encode()
        for start in range(0, MAILS, 7):
            yield [
                RawMail("care", folder, 1, uid, MORNING + timedelta(minutes=uid), trace + raw, len(trace + raw))
                for uid, raw in enumerate(raws[start : start + 7], start + 1)
            ]

    folders = {name: open_folder("care", name, 1, 1, MORNING - timedelta(days=9)) for name in FOLDERS}
    user, desk, start = person("lead"), make_desk(config), threading.Barrier(WORKERS)

    def work(owner: str) -> int:
        stored = 0
        start.wait()
        for name in FOLDERS:
            for lot in lots(name):
                stored += store_mails(folders[name], lot)
                parse_stage(desk, owner)
                robot = Message.objects.filter(state="suppressed", reason__startswith="Auto-Submitted").first()
                if robot:
                    with suppress(CalmdeskError):
                        decisions.is_customer(user, robot.pk)
        while parse_stage(desk, owner):
            pass
        connection.close()
        return stored

    try:
        with ThreadPoolExecutor(WORKERS) as pool:
            stored = list(pool.map(work, [f"worker-{number}" for number in range(WORKERS)]))
    except DatabaseError as error:
        raise SystemExit(f"a worker failed: {error!r}") from error
    return {
        "vendor": connection.vendor,
        "stored": stored,
        "messages": Message.objects.count(),
        "tries": sum(Message.objects.values_list("tries", flat=True)),
        "errors": list(Message.objects.exclude(error="").values_list("error", flat=True)),
        "waiting": Message.objects.filter(state__in=["received", "quarantined"]).count(),
        "tickets": Ticket.objects.count(),
        "contents": Message.objects.values("content_hash").distinct().count(),
        "split": [
            content
            for content in Message.objects.values_list("content_hash", flat=True).distinct()
            if Message.objects.filter(content_hash=content).values("ticket").distinct().count() != 1
        ],
    }


if __name__ == "__main__":
    result = json.dumps(race(sys.argv[1], Path(sys.argv[2])))
    sys.stdout.write(f"\n{result}\n")
