"""How long the server works on a page of a full desk, and how many queries it asks of the database.

    calmdesk seed --tickets 100000 --config trial
    python -m benchmarks.desk_speed --config trial

Pages are asked for through Django's test client: middleware, view, queries and template, without the network. The first
request of each kind is not counted. Times in milliseconds go to stdout as one JSON line a page, with the least and the
most queries that any request of it made.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.config import load_config
from pipeline.settings import activate


def pages(rng: random.Random, requests: int) -> Iterator[tuple[str, list[str]]]:
    """Every kind of page with the addresses that are asked for."""
    from django.utils.http import urlencode

    from pipeline.review.queue import VIEWS
    from pipeline.store.models import Ticket

    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = list(Ticket.objects.filter(pk__in=rng.sample(range(1, last + 1), requests)))

    def searches(*texts: str) -> list[str]:
        return [f"/search?{urlencode({'q': text})}" for text in texts]

    for view in VIEWS:
        yield f"queue, {view}", [f"/?view={view}"] * (requests // 2)
    yield "queue, robots", ["/?view=suppressed&group=robots"] * (requests // 2)
    orders = [f"FH-{99_999 + ticket.pk}" for ticket in some]
    yield "search, common word", searches(*["please", "parcel", "tent", "refund", "care"] * (requests // 5))
    yield "search, rare word", searches(*orders)
    yield "search, two words", searches(*["tent refund", "hammock invoice", "flask friday"] * (requests // 3))
    yield "search, phrase", searches(*['"lost its zip"', '"cut off both times"', '"head torch"'] * (requests // 3))
    yield "search, from:", searches(*[f"from:{ticket.customer_email}" for ticket in some])
    yield "search, word and state", searches(*["tent state:failed", "refund state:drafted"] * (requests // 2))
    yield "search, word and time", searches(*["tent before:2025-01-01", "tent after:2026-06-01"] * (requests // 2))
    yield "search, without a word", searches(*["parcel -tent", "state:uncertain", "-please"] * (requests // 3))
    yield "ticket", [f"/tickets/{ticket.pk}" for ticket in some]
    yield (
        "customer",
        [f"/customers?{urlencode({'mailbox': row.mailbox, 'email': row.customer_email})}" for row in some],
    )


def measure(client: Any, addresses: list[str]) -> dict[str, object]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times, queries = [], set()
    for address in [addresses[0], *addresses]:
        with CaptureQueriesContext(connection) as asked:
            begun = time.perf_counter()
            status = client.get(address).status_code
            times.append(1000 * (time.perf_counter() - begun))
        assert status == 200, (address, status)
        queries.add(len(asked))
    cuts = statistics.quantiles(times[1:], n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "queries": [min(queries), max(queries)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--only", default="", help="kinds of pages that begin so")
    options = parser.parse_args()
    config = load_config(options.config)
    activate(config)
    from django.contrib.auth.models import User
    from django.test import Client

    from pipeline.seeding.seed import AGENT

    client = Client(headers={"host": config.calmdesk.page.hostnames[0]})
    client.force_login(User.objects.get(username=AGENT))
    for name, addresses in pages(random.Random(7), options.requests):
        if name.startswith(options.only):
            print(json.dumps({"page": name, **measure(client, addresses)}), flush=True)


if __name__ == "__main__":
    main()
