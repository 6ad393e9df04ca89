"""How long the server works on a page of a full desk, and how many queries it asks of the database.

    calmdesk seed --tickets 100000 --config trial
    python -m benchmarks.desk_speed --config trial

Each address is asked of the WSGI application, as the server does: connection, middleware, view, queries and template,
without the network. The first request of each kind is not counted; of several --rounds, the least time of each address
is. Queries are counted afterwards, in a pass of their own, because counting takes time. Milliseconds go to stdout as
one JSON line a page, with the least and the most queries that any request of it made.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.config import load_config
from pipeline.settings import activate

SWAPPED = "#swapped"
"""Behind an address: an open page asks for the part that it swaps."""


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
    yield "ops, 30 days", ["/ops?days=30", f"/ops?days=30&mailbox={some[0].mailbox}"] * (requests // 2)
    yield "ops, 90 days", ["/ops?days=90", f"/ops?days=90&mailbox={some[0].mailbox}"] * (requests // 2)
    yield "ops, model", ["/ops/model"] * (requests // 2)
    yield "ticket, whole page with the queue", [f"/tickets/{ticket.pk}" for ticket in some[::2]]
    yield "ticket, opened from the queue", [f"/tickets/{ticket.pk}{SWAPPED}" for ticket in some[1::2]]
    yield (
        "customer",
        [f"/customers?{urlencode({'mailbox': row.mailbox, 'email': row.customer_email})}" for row in some],
    )


class Server:
    """The application as waitress calls it, for one person who is signed in."""

    def __init__(self, host: str, username: str) -> None:
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.core.wsgi import get_wsgi_application
        from django.test import Client, RequestFactory

        client = Client(headers={"host": host})
        client.force_login(User.objects.get(username=username))
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        self._requests = RequestFactory(headers={"host": host, "cookie": cookie})
        self._application = get_wsgi_application()

    def ask(self, address: str) -> float:
        """How long the answer takes, in ms."""
        path, _, swapped = address.partition(SWAPPED[0])
        environ, said = self._requests.get(path, headers={"HX-Request": "true"} if swapped else {}).environ, []
        begun = time.perf_counter()
        response = self._application(environ, lambda status, headers, *_: said.append(status))
        b"".join(response)
        response.close()
        took = 1000 * (time.perf_counter() - begun)
        assert said == ["200 OK"], (address, said)
        return took

    def queries(self, address: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            self.ask(address)
        return len(asked)


def measure(server: Server, addresses: list[str], rounds: int) -> dict[str, object]:
    server.ask(addresses[0])
    times = [[server.ask(address) for address in addresses] for _ in range(rounds)]
    cuts = statistics.quantiles(map(min, *times) if rounds > 1 else times[0], n=100, method="inclusive")
    queries = [server.queries(address) for address in dict.fromkeys(addresses)]
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "queries": [min(queries), max(queries)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", default="", help="kinds of pages that begin so")
    options = parser.parse_args()
    config = load_config(options.config)
    activate(config)
    from pipeline.seeding.seed import AGENT

    server = Server(config.calmdesk.page.hostnames[0], AGENT)
    for name, addresses in pages(random.Random(7), options.requests):
        if name.startswith(options.only):
            print(json.dumps({"page": name, **measure(server, addresses, options.rounds)}), flush=True)


if __name__ == "__main__":
    main()
