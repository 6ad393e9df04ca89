"""Reads a folder as intake does and prints how far the peak memory of the process grew meanwhile.

    python -m tests.integration.fetch_memory PORT USER PASSWORD MAX_MEGABYTES

One line of JSON: ``growth`` in octets, and ``mails``: complete, size and length of what was read of each.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from pipeline.accounts.credentials import Password
from pipeline.config import ImapConfig
from pipeline.intake.imap import ImapSource


def peak() -> int:
    """Most octets ever held by this program; what getrusage tells starts at the peak of the program that began it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if not found:
        raise RuntimeError("this system does not tell the peak memory of a process")
    return int(found[1]) * 1024


def main(port: str, user: str, password: str, megabytes: str) -> None:
    config = ImapConfig.model_validate(
        {"host": "127.0.0.1", "port": port, "tls": "none", "user": user, "max_megabytes": float(megabytes)}
    )
    with ImapSource("support", config, Password(password)) as source:
        source.select()
        uids = source.uids()
        before = peak()
        mails = [(mail.complete, mail.size, len(mail.raw)) for mail in source.fetch(uids)]
        print(json.dumps({"growth": peak() - before, "mails": mails}))


if __name__ == "__main__":
    main(*sys.argv[1:])
