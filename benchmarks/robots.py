"""Counts how many mails of robots are recognised as mail that must not be answered, and names every miss.

    python -m benchmarks.robots FOLDER [--ordinary PATH ...]

Every file below FOLDER is the mail of a robot (a bounce, an automatic reply), but for those in a folder ``not``.
``--ordinary`` names folders of ordinary mail, and .jsonl files of customers' words ("subject", "text"), which are
wrapped as mail; the sample mails are always among them. What is held back there is listed with its reason, to be
read: lists and newsletters among them are rightly held back. One JSON object on stdout; exit code 1 where less than
99 % are recognised or a mail in a folder ``not`` is held back.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path

from benchmarks.corpora import mail_files
from pipeline.demo.samples import sample_mails
from pipeline.intake.parse import parse_mail
from pipeline.records import MailKind

GOAL = 0.99
_ANSWERED = {MailKind.CUSTOMER, MailKind.UNPARSEABLE}
"""A mail that cannot be read is not answered either, but nobody has recognised what it is."""


def ordinary_mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every mail of a folder or of every row of a .jsonl file."""
    if path.suffix != ".jsonl":
        yield from ((str(file.relative_to(path)), file.read_bytes()) for file in mail_files(path))
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        message = EmailMessage()
        message["From"], message["To"] = "Customer <customer@example.com>", "support@example.net"
        message["Subject"] = " ".join(str(row.get("subject", "")).split())
        message.set_content(str(row.get("text", "")))
        yield f"{path.name}:{row.get('id')}", message.as_bytes()


def held_back(mails: Iterator[tuple[str, bytes]]) -> tuple[int, dict[str, str]]:
    """How many mails there are, and those that would not be answered, each with kind and reason."""
    count, held = 0, {}
    for name, raw in mails:
        count += 1
        parsed = parse_mail(raw)
        if parsed.kind not in _ANSWERED:
            held[name] = f"{parsed.kind}: {parsed.reason}"
    return count, held


def measure(folder: Path, ordinary: Sequence[Path]) -> dict[str, object]:
    kinds: Counter[str] = Counter()
    missed: list[str] = []
    false_alarms: dict[str, str] = {}
    for file in mail_files(folder):
        name, parsed = str(file.relative_to(folder)), parse_mail(file.read_bytes())
        if "not" in file.relative_to(folder).parts[:-1]:
            false_alarms |= {} if parsed.kind in _ANSWERED else {name: f"{parsed.kind}: {parsed.reason}"}
            continue
        kinds[parsed.kind] += 1
        missed += [name] if parsed.kind in _ANSWERED else []
    total = sum(kinds.values())
    samples = (f"sample {number}" for number in range(1, len(sample_mails()) + 1))
    sets = {"sample mails": held_back(zip(samples, sample_mails(), strict=True))}
    sets |= {str(path.name): held_back(ordinary_mails(path)) for path in ordinary}
    return {
        "robots": total,
        "recognised": total - len(missed),
        "share": round((total - len(missed)) / max(1, total), 4),
        "kinds": dict(kinds.most_common()),
        "missed": missed,
        "false_alarms": false_alarms,
        "ordinary": {name: {"mails": count, "held_back": held} for name, (count, held) in sets.items()},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robots", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ordinary", type=Path, nargs="*", default=[])
    given = parser.parse_args(arguments)
    report = measure(given.folder, given.ordinary)
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0 if float(str(report["share"])) >= GOAL and not report["false_alarms"] else 1


if __name__ == "__main__":
    sys.exit(main())
