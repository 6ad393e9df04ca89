"""Coverage-guided fuzzing of the mail parser, with atheris (libFuzzer).

    pip install 'calmdesk[fuzz]'
    python -m tests.fuzz.fuzz_parse CORPUS -max_total_time=600 -timeout=2 -rss_limit_mb=1024 -max_len=20000

CORPUS is a folder; where it is empty it is filled with the sample mails of the demo and with mails of the grammar.
A finding is an exception, a mail read in two ways, a record beyond its limits or with characters a person cannot
see, an input that takes more than ``-timeout`` seconds, or more memory than ``-rss_limit_mb``.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline.intake", "email", "quopri", "html"]):
    from pipeline.intake.body import MAX_TEXT
    from pipeline.intake.charset import clean_line, clean_text
    from pipeline.intake.mime import MAX_PARTS
    from pipeline.intake.parse import MAX_SUBJECT, parse_mail


def check(raw: bytes) -> None:
    """What must hold for any bytes."""
    mail = parse_mail(raw)
    if mail.reason.startswith("the parser failed"):
        raise AssertionError(mail.reason)
    if parse_mail(raw) != mail:
        raise AssertionError("read in two ways")
    for text in (mail.text, mail.quoted, mail.signature):
        if clean_text(text)[0] != text or len(text) > MAX_TEXT + 2:
            raise AssertionError(f"not clean: {text[:200]!r}")
    names = [part.name for part in mail.attachments]
    people = [
        text for person in (mail.sender, mail.reply_to, *mail.to) if person for text in (person.name, person.email)
    ]
    for line in (mail.subject, mail.message_id, *names, *people, *mail.references):
        if clean_line(line)[0] != line:
            raise AssertionError(f"not clean: {line[:200]!r}")
    if len(mail.subject) > MAX_SUBJECT or len(mail.attachments) > MAX_PARTS:
        raise AssertionError("beyond the limits")


def write_seeds(folder: Path, count: int = 300) -> None:
    """Our own mails: those of the demo, and ``count`` of the grammar, the same ones every time."""
    from hypothesis import Phase, given, settings

    from pipeline.demo.samples import sample_mails
    from tests.fuzz.mail_grammar import mails

    def write(raw: bytes) -> None:
        (folder / hashlib.sha256(raw).hexdigest()).write_bytes(raw)

    @settings(max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(mails())
    def write_drawn(case: tuple[bytes, tuple[str, ...]]) -> None:
        write(case[0])

    for raw in sample_mails():
        write(raw)
    write_drawn()


def main() -> None:
    folder = next((Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")), None)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            write_seeds(folder)
    dictionary = Path(__file__).with_name("mail.dict")
    atheris.Setup([*sys.argv, f"-dict={dictionary}"], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
