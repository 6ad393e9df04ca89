"""What `calmdesk run` does between the mail server and triage, until so many mails are parsed: for `intake_speed`.

python -m benchmarks.intake_worker CONFIG_FOLDER MAILS
"""

from __future__ import annotations

import json
import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from pipeline.config import load_config
from pipeline.logs import configure
from pipeline.setup import migrate


def main(folder: Path, count: int, times: bool = False) -> None:
    config = load_config(folder)
    configure(config.calmdesk.logging)
    migrate(config)
    from pipeline.engine.stages import parse_stage
    from pipeline.engine.watch import watch
    from pipeline.intake.isolate import ParserPool
    from pipeline.intake.sources import open_sources
    from pipeline.store.claims import free_all
    from pipeline.store.models import Message

    free_all(Message)
    stop, news = threading.Event(), threading.Event()
    with ParserPool() as parser:
        desk = cast(Any, SimpleNamespace(config=config, parser=parser, mailbox=config.mailboxes.__getitem__))
        (source,) = open_sources(config, "care")
        watcher = threading.Thread(target=watch, args=(source, timedelta(days=3), 30.0, stop, news.set))
        watcher.start()
        parsed = 0
        while parsed < count:
            news.clear()
            moved = parse_stage(desk, "benchmark")
            if times and moved and not parsed:
                print("ready", flush=True)
            parsed += moved
            if not moved:
                news.wait(0.5)
        stop.set()
        watcher.join()
    done = Message.objects.exclude(state="received").count()
    (folder / "parsed").write_text(str(done))
    if times:
        stored = Message.objects.order_by("uid").values_list("stored_at", flat=True)
        print(json.dumps([moment.timestamp() for moment in stored]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), "--times" in sys.argv)
