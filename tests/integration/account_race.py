"""People and processes that change accounts at once: `python -m tests.integration.account_race URL FOLDER` prints JSON.

With a third argument it is one of the processes that guess a password: it prints how many guesses were looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pipeline.config import DatabaseConfig, load_config
from pipeline.resources import default_folder

GUESSERS = 3
GUESSES = 12
NAME = "guessed-at"


def activate(url: str, home: Path) -> None:
    from pipeline.settings import activate

    config = load_config(default_folder("config"), environ={})
    calmdesk = config.calmdesk.model_copy(update={"database": DatabaseConfig(url=url)})
    activate(replace(config, folder=home, calmdesk=calmdesk))


def race(url: str, home: Path) -> dict[str, object]:
    """Administrators who demote each other, first logins of one subject, and processes that guess one password."""
    activate(url, home)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from pipeline.records import Role
    from pipeline.store import accounts

    first, second = (accounts.create_person(name, [Role.ADMIN], "", "race") for name in ("first", "second"))

    def demote(other: int) -> Callable[[], object]:
        return lambda: accounts.set_roles(other, [Role.AGENT], "race")

    def sign_on() -> int:
        return accounts.signed_on("https://issuer.example", "subject", "mara", [Role.AGENT]).pk

    demoted = _at_once([demote(first.pk), demote(second.pk)])
    signed_on = _at_once([sign_on] * 6)
    command = [sys.executable, "-m", __spec__.name, url, str(home), "guess"]
    guessers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(GUESSERS)]
    looked_at = [int(process.communicate(timeout=100)[0].splitlines()[-1]) for process in guessers]
    return {
        "vendor": connection.vendor,
        "administrators": sum(Role.ADMIN in accounts.roles_of(user) for user in (first, second)),
        "demoted": ["done" if not isinstance(one, str) else one for one in demoted],
        "signed_on": signed_on,
        "looked_at": looked_at,
        "more": guess(1),
    }


def guess(times: int = GUESSES) -> int:
    """How many of ``times`` wrong passwords were looked at before the name was locked."""
    from django.db import connection
    from django.test import Client

    def status(number: int) -> int:
        form = {"username": NAME, "password": f"wrong {number}"}
        return Client(headers={"host": "127.0.0.1"}).post("/login", form).status_code

    looked_at = [status(number) for number in range(times)].count(200)
    connection.close()
    return looked_at


def _at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """What each gave, or the name of the error that it raised."""
    from django.db import connection

    start = threading.Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        start.wait()
        try:
            return one()
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


if __name__ == "__main__":
    if sys.argv[3:]:
        activate(sys.argv[1], Path(sys.argv[2]))
        sys.stdout.write(f"{guess()}\n")
    else:
        sys.stdout.write(json.dumps(race(sys.argv[1], Path(sys.argv[2]))))
