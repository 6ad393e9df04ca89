"""How exactly the writer's own words are told from quoted history and signature.

    python -m benchmarks.trimming FOLDER

FOLDER holds corpora in one of two forms: bodies in ``emails/`` with the wanted text of the same name in ``trimmed/``,
or replies as mails in ``standard_replies/`` with the wanted text in ``NAME_reply_text`` (default: "Hello"; a signature
counts as part of the reply there) and as HTML in ``html_replies/`` beside it, all with one answer. One JSON line for
each reply that differs, a table on stderr. "exact": the same lines but for blank ones. "cut": wanted lines that we have
in the history or the signature. "lost": lines that none of the three has. Exit code 1 where any is lost.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.intake.body import read_body
from pipeline.intake.charset import clean_text
from pipeline.intake.html import html_to_text
from pipeline.intake.mime import split_mail
from pipeline.intake.quoted import split_reply


@dataclass(frozen=True, slots=True)
class Case:
    corpus: str
    name: str
    body: str
    wanted: str
    with_signature: bool = False


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _read(path: Path) -> str:
    return clean_text(path.read_text(encoding="utf-8", errors="replace"))[0] if path.exists() else ""


def cases(folder: Path) -> Iterator[Case]:
    """Every reply below ``folder`` whose wanted text is known."""
    for emails in sorted(folder.rglob("emails")):
        if (emails.parent / "trimmed").is_dir():
            for path in sorted(emails.iterdir()):
                yield Case(emails.parent.name, path.name, _read(path), _read(emails.parent / "trimmed" / path.name))
    for replies in sorted(folder.rglob("standard_replies")):
        for path in sorted((replies.parent / "html_replies").glob("*.html")):
            text = html_to_text(path.read_text(encoding="utf-8", errors="replace"))[0]
            yield Case("html_replies", path.name, clean_text(text)[0], "Hi. I am fine.\nThanks,\nAlex", True)
        for path in sorted(replies.glob("*.eml")):
            wanted = _read(path.with_name(f"{path.stem}_reply_text")) or "Hello"
            yield Case(replies.name, path.name, read_body(split_mail(path.read_bytes())[0]).text, wanted, True)


def judge(case: Case) -> dict[str, object]:
    text, quoted, signature = split_reply(case.body)
    ours, wanted = _lines(f"{text}\n{signature}" if case.with_signature else text), _lines(case.wanted)
    lost = Counter(_lines(case.body)) - Counter(_lines("\n".join((text, quoted, signature))))
    cut = [
        line
        for line in (Counter(wanted) - Counter(ours))
        if line in _lines(f"{quoted}\n{signature}") and line not in ours
    ]
    return {
        "corpus": case.corpus,
        "name": case.name,
        "exact": ours == wanted,
        "cut": cut,
        "kept": list((Counter(ours) - Counter(wanted)).elements()),
        "lost": list(lost),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    results = [judge(case) for case in cases(parser.parse_args(arguments).folder)]
    for result in results:
        if not result["exact"] or result["lost"]:
            print(json.dumps(result, ensure_ascii=False))
    for corpus in dict.fromkeys(str(result["corpus"]) for result in results):
        own = [result for result in results if result["corpus"] == corpus]
        exact, cut, lost = (sum(bool(result[key]) for result in own) for key in ("exact", "cut", "lost"))
        print(f"{corpus:24} exact {exact}/{len(own)}  cut {cut}  lost {lost}", file=sys.stderr)
    return 1 if any(result["lost"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
