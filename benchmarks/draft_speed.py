"""How long the three drafts of a mail take with all their checks, once it is triaged, beside how long its triage takes.

    python -m benchmarks.draft_speed --mails 200 --rounds 3

One processor thread. Every round drafts in a fresh process, so that nothing is remembered from the round before, and
looks sources up in the worker's batches. Medians of the rounds go to stdout as JSON: milliseconds a mail (median and
95th percentile), the mean as a share of the triage of the same mails in batches, and where the time goes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.drafts.written import AT
from benchmarks.triage_speed import seed_mails
from pipeline.records import Case, Message, Source

PARTS: tuple[tuple[str, str, str], ...] = (
    ("pipeline.engine.desk.Desk", "sources", "finding sources"),
    ("pipeline.drafting.compose", "said_back", "restating"),
    ("pipeline.drafting.templates.Templates", "render", "templates"),
    ("pipeline.drafting.compose", "run_checks", "checks"),
    ("pipeline.triage.reply_reader.ReplyReader", "_hear", "the model on composure"),
)
WARM = 8
"""Mails that are drafted for before the clock runs."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(one_round(options.mails)))
        return
    command = [sys.executable, "-m", "benchmarks.draft_speed", "--child", "--mails", str(options.mails)]
    rounds = []
    for number in range(options.rounds):
        rounds.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
        print(f"round {number + 1}: {rounds[-1]}", file=sys.stderr, flush=True)
    print(json.dumps({key: statistics.median(one[key] for one in rounds) for key in rounds[0]}, indent=2))


def one_round(count: int) -> dict[str, float]:
    """Milliseconds a mail, on one thread."""
    import torch

    from pipeline.config import load_config
    from pipeline.engine.desk import Desk

    torch.set_num_threads(1)
    desk = Desk.load(load_config(Path("config"), {}))
    mailbox = next(iter(desk.config.mailboxes))
    messages = [Message(one.id, one.subject, one.text, mailbox) for one in seed_mails(count + WARM)]
    try:
        triages = []
        started = time.perf_counter()
        for first in range(0, len(messages), desk.config.calmdesk.worker.batch):
            part = messages[first : first + desk.config.calmdesk.worker.batch]
            triages += desk.triager.triage(part, desk.config.thresholds.of)
        triaged = (time.perf_counter() - started) * 1000 / len(messages)
        cases = [Case(message, triage, None, AT) for message, triage in zip(messages, triages, strict=True)]
        return drafted(desk, mailbox, cases, triaged)
    finally:
        desk.close()


def drafted(desk: Any, mailbox: str, cases: Sequence[Case], triaged: float) -> dict[str, float]:
    def draft(case: Case, sources: tuple[Source, ...]) -> float:
        started = time.perf_counter()
        desk.composer.draft(
            case,
            firm=desk.firm(mailbox),
            policy=desk.config.policy,
            thresholds=desk.config.thresholds.of(mailbox),
            knowledge=desk.knowledge(mailbox),
            sources=sources,
        )
        return (time.perf_counter() - started) * 1000

    def searched(some: Sequence[Case]) -> list[float]:
        """Each with its part of the batch's search."""
        started = time.perf_counter()
        found = desk.sources(some)
        each = (time.perf_counter() - started) * 1000 / len(some)
        return [each + draft(case, sources) for case, sources in zip(some, found, strict=True)]

    size = desk.config.calmdesk.worker.batch
    searched(cases[:WARM])
    with parts() as spent:
        batches = [cases[first : first + size] for first in range(WARM, len(cases), size)]
        taken = sorted(one for batch in batches for one in searched(batch))
    median = statistics.median(taken)
    return {
        "median_ms": round(median, 1),
        "p95_ms": round(taken[int(len(taken) * 0.95)], 1),
        "triage_ms": round(triaged, 1),
        "share_of_triage": round(statistics.mean(taken) / triaged, 3),
        **{f"{name}, ms": round(seconds * 1000 / len(taken), 2) for name, seconds in sorted(spent.items())},
    }


@contextmanager
def parts() -> Iterator[dict[str, float]]:
    """Seconds spent in each part while it lasts; a part within another counts for both."""
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                spent[name] += time.perf_counter() - started

        return call

    with ExitStack() as stack:
        for place, attribute, name in PARTS:
            owner = _found(place)
            stack.enter_context(patch.object(owner, attribute, timed(name, getattr(owner, attribute))))
        yield spent


def _found(place: str) -> Any:
    """The module or class that ``place`` names."""
    import importlib

    module, _, attribute = place.rpartition(".")
    return (
        getattr(importlib.import_module(module), attribute)
        if attribute[:1].isupper()
        else importlib.import_module(place)
    )


if __name__ == "__main__":
    main()
