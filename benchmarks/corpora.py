"""Parses every mail of a folder of corpora in the killable child and counts what became of it.

    python -m benchmarks.corpora FOLDER [--expected]

Every folder below FOLDER is one corpus. One JSON line a corpus on stdout, a table on stderr. With ``--expected``
records that stand beside their mail (``x.json`` beside ``x.eml``) are compared: one JSON line a difference, with the
class of its reason. Exit code 1 where a mail took longer or more memory than allowed, or a difference is unexplained.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.expected import Difference, differences, expected_parts
from pipeline.errors import ParseError
from pipeline.intake.isolate import ParserPool
from pipeline.records import MailKind, ParsedMail

MAX_SECONDS = 2.0
MAX_MEGABYTES = 512
_NO_MAIL = {"LICENSE", "MIT-LICENSE", "COPYING", "SOURCE.txt", "README.md"}


@dataclass(slots=True)
class Tally:
    """What became of the mails of one corpus; ``peak`` is the largest resident set of the child, in MB."""

    corpus: str
    kinds: Counter[str] = field(default_factory=Counter)
    quarantined: dict[str, str] = field(default_factory=dict)
    slowest: float = 0.0
    slowest_file: str = ""
    total: float = 0.0
    peak: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    unexplained: int = 0

    def record(self) -> dict[str, object]:
        return {
            "corpus": self.corpus,
            "files": sum(self.kinds.values()) + len(self.quarantined),
            "kinds": dict(self.kinds.most_common()),
            "quarantined": self.quarantined,
            "slowest_seconds": round(self.slowest, 3),
            "slowest_file": self.slowest_file,
            "mean_ms": round(1000 * self.total / max(1, sum(self.kinds.values())), 2),
            "peak_mb": self.peak,
            "compared": dict(self.compared),
        }

    @property
    def passed(self) -> bool:
        return self.slowest <= MAX_SECONDS and self.peak <= MAX_MEGABYTES and not self.unexplained


def mail_files(folder: Path) -> Iterator[Path]:
    """Every file of the corpus but expectations, licences and notes; what is no mail must be refused, not skipped."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in _NO_MAIL and path.suffix not in (".json", ".md", ".golden"):
            yield path


def _peak_megabytes(pool: ParserPool) -> int:
    status = Path(f"/proc/{pool.pid}/status")
    if not pool.pid or not status.exists():
        return 0
    lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _compare(mail: ParsedMail, path: Path, tally: Tally) -> Iterator[Difference]:
    beside = path.with_suffix(".json")
    if not beside.exists():
        return
    parts = expected_parts(json.loads(beside.read_text(encoding="utf-8")))
    tally.compared.update(part.use for part in parts)
    yield from differences(mail, parts)


def measure(folder: Path, pool: ParserPool, expected: bool) -> Tally:
    """Parse one corpus; differences are printed as they are found."""
    tally = Tally(folder.name)
    for path in mail_files(folder):
        name = str(path.relative_to(folder))
        begun = time.monotonic()
        try:
            mail = pool.parse(path.read_bytes())
        except ParseError as error:
            tally.quarantined[name] = error.message
            continue
        finally:
            took = time.monotonic() - begun
            tally.total += took
            if took > tally.slowest:
                tally.slowest, tally.slowest_file = took, name
            tally.peak = max(tally.peak, _peak_megabytes(pool))
        tally.kinds[mail.kind] += 1
        if mail.kind == MailKind.UNPARSEABLE and mail.reason.startswith("the parser failed"):
            tally.quarantined[name] = mail.reason
        for difference in _compare(mail, path, tally) if expected else ():
            tally.compared[f"different: {difference.reason}"] += 1
            tally.unexplained += not difference.explained
            print(json.dumps({"corpus": folder.name, "file": name, **difference.record()}, ensure_ascii=False))
    return tally


def _table(tallies: Sequence[Tally]) -> str:
    rows = [f"{'corpus':20} {'files':>5} {'quarantined':>11} {'slowest s':>9} {'mean ms':>8} {'peak MB':>8}  kinds"]
    for tally in tallies:
        row = tally.record()
        kinds = ", ".join(f"{kind} {count}" for kind, count in tally.kinds.most_common())
        rows.append(
            f"{tally.corpus:20} {row['files']:>5} {len(tally.quarantined):>11} {tally.slowest:>9.3f} "
            f"{row['mean_ms']:>8} {tally.peak:>8}  {kinds}"
        )
        rows += [f"    {what}: {count}" for what, count in tally.compared.most_common()]
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--expected", action="store_true", help="compare with the records beside the mails")
    chosen = parser.parse_args(arguments)
    corpora = [path for path in sorted(chosen.folder.iterdir()) if path.is_dir()] or [chosen.folder]
    tallies = []
    with ParserPool() as pool:
        for corpus in corpora:
            tallies.append(measure(corpus, pool, chosen.expected))
            print(json.dumps(tallies[-1].record(), ensure_ascii=False), flush=True)
    print(_table(tallies), file=sys.stderr)
    return 0 if all(tally.passed for tally in tallies) else 1


if __name__ == "__main__":
    sys.exit(main())
