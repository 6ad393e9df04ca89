"""From a mail's arrival in the mailbox to its commit in the database, while the watcher holds an IDLE.

    python -m benchmarks.intake_latency --mails 200

Mails are handed to a real Dovecot one by one, at random times, by APPEND over IMAP; arrival is when the server confirms
it, stored is the time stamp the row got at its commit, both by the clock of this machine. Percentiles in milliseconds
go to stdout as one JSON line: ``stored`` as seen by the desk, ``told`` the part of it until a bare IMAP client in IDLE
on the same folder hears of the mail, which is the server's own share. Needs Dovecot, as root.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.intake_speed import calmdesk
from pipeline.demo.samples import sample_mails
from tests.integration.mailstack import SUPPORT, MailStack


class Listener(threading.Thread):
    """A bare client in IDLE that notes when it hears of a new mail."""

    def __init__(self, stack: MailStack) -> None:
        super().__init__(daemon=True)
        self.client = stack.imap(SUPPORT)
        self.client.select_folder("INBOX", readonly=True)
        self.heard: list[float] = []

    def run(self) -> None:
        self.client.idle()
        while True:
            for answer in self.client.idle_check(timeout=60):
                if answer[1] == b"EXISTS":
                    self.heard.append(time.time())


def percentiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49] * 1e3), "p95": round(cuts[94] * 1e3), "max": round(max(values) * 1e3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=200)
    options = parser.parse_args()
    environment = {**os.environ, "BENCHMARK_PASSWORD": MailStack.password}
    rng, samples = random.Random(7), sample_mails()
    with MailStack() as stack, tempfile.TemporaryDirectory() as folder, stack.imap(SUPPORT) as client:
        client.append("INBOX", samples[0])
        target = Path(folder) / "desk"
        command = [*calmdesk(stack, target, options.mails + 1), "--times"]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"  # the first mail is in: the watcher idles from here on
            listener = Listener(stack)
            listener.start()
            arrived = []
            for number in range(options.mails):
                time.sleep(rng.uniform(0.7, 1.5))  # a pause between two mails, so that each has an IDLE of its own
                client.append("INBOX", f"X-Number: {number}\r\n".encode() + rng.choice(samples))
                arrived.append(time.time())
                print(f"\r{number + 1} of {options.mails}", end="", file=sys.stderr)
            stored = json.loads(worker.stdout.readline())[1:]
    print(file=sys.stderr)
    result: dict[str, object] = {"mails": len(stored)}
    result["stored"] = percentiles([after - before for before, after in zip(arrived, stored, strict=True)])
    if len(listener.heard) == len(arrived):
        result["told"] = percentiles([after - before for before, after in zip(arrived, listener.heard, strict=True)])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
