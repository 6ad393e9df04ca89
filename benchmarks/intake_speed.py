"""Mails a second from a real Dovecot to stored and parsed, side by side with programs that only fetch to a Maildir.

    python -m benchmarks.intake_speed --mails 5000 --rounds 3

Every round runs each program once, in turn, as a whole command on an empty target, over TLS, from the same folder:

    calmdesk   watches and parses as `calmdesk run` does: each mail committed to SQLite (synchronous=FULL), then parsed
               in the killable child and put on a ticket, committed again; model and drafts left out
    getmail    getmail6 to a Maildir
    mbsync     isync to a Maildir

Medians of the rounds and their ratio go to stdout as JSON, one line; what happens goes to stderr. Needs Dovecot (as
root), and getmail6 or mbsync on the path; a peer that is missing is left out and named.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from pipeline.demo.samples import sample_mails
from pipeline.resources import default_folder
from tests.integration.mailstack import SUPPORT, MailStack

WORDS = (
    "parcel",
    "order",
    "refund",
    "invoice",
    "late",
    "account",
    "password",
    "delivery",
    "thanks",
    "screen",
    "kettle",
)


def fill(stack: MailStack, count: int) -> float:
    """Put ``count`` different mails of as many senders into INBOX; returns their mean size in bytes."""
    rng = random.Random(7)
    samples = sample_mails()
    folder = stack.folder / "mail" / SUPPORT / "Maildir" / "new"
    stack.mailbox(SUPPORT)  # makes the Maildir
    newest = time.time()
    sizes = 0
    for number in range(count):
        raw = _different(rng.choice(samples), number, rng)
        file = folder / f"{1_700_000_000 + number}.M{number}.host"
        file.write_bytes(raw)
        shutil.chown(file, "mail", "mail")
        os.utime(file, (newest, newest - 20 * (count - number)))
        sizes += len(raw)
    return sizes / count


def _different(sample: bytes, number: int, rng: random.Random) -> bytes:
    head, _, body = sample.replace(b"\r\n", b"\n").partition(b"\n\n")
    head = re.sub(rb"(?m)^(From: .*<|Message-ID: <)", rb"\g<1>%d." % number, head)
    noise = " ".join(rng.choices(WORDS, k=rng.randint(20, 600)))
    return head + b"\n\n" + body + f"\n{noise}\n".encode()


def timed(command: Sequence[str], environment: dict[str, str]) -> float:
    """Seconds that the whole command takes."""
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1800)
    seconds = time.monotonic() - started
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return seconds


# --- the programs ---------------------------------------------------------------------------------------------------


def calmdesk(stack: MailStack, target: Path, count: int) -> list[str]:
    shutil.copytree(default_folder("config"), target)
    file = target / "mailboxes.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    mailbox = data["mailboxes"]["care"] | {"address": SUPPORT}
    server = {"host": stack.host, "user": SUPPORT, "ca_file": str(stack.ca_file), "password_env": "BENCHMARK_PASSWORD"}
    mailbox["imap"] = server | {"port": stack.imaps_port, "tls": "implicit"}
    mailbox["smtp"] = server | {"port": stack.submissions_port, "tls": "implicit"}
    file.write_text(yaml.safe_dump({"mailboxes": {"care": mailbox}}), encoding="utf-8")
    return [sys.executable, "-m", "benchmarks.intake_worker", str(target), str(count)]


def getmail(stack: MailStack, target: Path, count: int) -> list[str]:
    for name in ("cur", "new", "tmp"):
        (target / "maildir" / name).mkdir(parents=True)
    if as_root := os.geteuid() == 0:  # it delivers as another user then
        for path in (target.parent, target, target / "maildir", *(target / "maildir").iterdir()):
            shutil.chown(path, "mail", "mail")
    (target / "getmailrc").write_text(
        f"[retriever]\ntype = SimpleIMAPSSLRetriever\nserver = {stack.host}\nport = {stack.imaps_port}\n"
        f"username = {SUPPORT}\npassword = {stack.password}\nca_certs = {stack.ca_file}\nmailboxes = ('INBOX',)\n"
        f"[destination]\ntype = Maildir\npath = {target}/maildir/\n{'user = mail' * as_root}\n"
        "[options]\nread_all = true\ndelete = false\nverbose = 0\n",
        encoding="utf-8",
    )
    return [str(Path(sys.executable).with_name("getmail")), f"--getmaildir={target}"]


def mbsync(stack: MailStack, target: Path, count: int) -> list[str]:
    (target / "maildir").mkdir(parents=True)
    (target / "mbsyncrc").write_text(
        f"IMAPAccount a\nHost localhost\nPort {stack.imaps_port}\nUser {SUPPORT}\nPass {stack.password}\n"
        f"SSLType IMAPS\nCertificateFile {stack.ca_file}\n\nIMAPStore far\nAccount a\n\n"
        f"MaildirStore near\nPath {target}/maildir/\nInbox {target}/maildir/INBOX\n\n"
        f"Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState {target}/state/\n",
        encoding="utf-8",
    )
    (target / "state").mkdir()
    return ["mbsync", "-q", "-c", str(target / "mbsyncrc"), "c"]


PROGRAMS: dict[str, Callable[[MailStack, Path, int], list[str]]] = {
    "calmdesk": calmdesk,
    "getmail": getmail,
    "mbsync": mbsync,
}


def present() -> list[str]:
    paths = {"calmdesk": sys.executable, "getmail": str(Path(sys.executable).with_name("getmail")), "mbsync": "mbsync"}
    found = [name for name, path in paths.items() if shutil.which(path)]
    for name in set(paths) - set(found):
        print(f"{name} is not installed and left out", file=sys.stderr)
    return found


def fetched(name: str, target: Path) -> int:
    """How many mails a program has brought home."""
    if name == "calmdesk":
        return int((target / "parsed").read_text())
    return sum(1 for file in (target / "maildir").rglob("*") if file.is_file() and file.parent.name in ("new", "cur"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    names = present()
    seconds: dict[str, list[float]] = {name: [] for name in names}
    environment = {**os.environ, "BENCHMARK_PASSWORD": MailStack.password}
    with MailStack() as stack:
        size = fill(stack, options.mails)
        print(f"{options.mails} mails of {size:.0f} bytes on average", file=sys.stderr)
        for turn in range(options.rounds):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                with tempfile.TemporaryDirectory() as folder:
                    target = Path(folder) / name
                    took = timed(PROGRAMS[name](stack, target, options.mails), environment)
                    assert fetched(name, target) == options.mails, f"{name}: {fetched(name, target)} mails"
                seconds[name].append(took)
                print(f"round {turn + 1} {name}: {took:.1f} s, {options.mails / took:.0f} mails/s", file=sys.stderr)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    rates = {name: round(options.mails / median, 1) for name, median in medians.items()}
    ratios = {name: round(medians[name] / medians["calmdesk"], 2) for name in names if name != "calmdesk"}
    print(json.dumps({"mails": options.mails, "mails_per_second": rates, "calmdesk_times_as_fast_as": ratios}))


if __name__ == "__main__":
    main()
